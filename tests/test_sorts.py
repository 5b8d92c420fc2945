"""Of what sort a thing is that is asked for."""

import pytest

from rag.questions.sorts import one_of_the_sort, sort_of


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("龙胆在秋季开什么颜色的花?", "颜色"),
        ("谷灯在什么季节开花?", "季节"),
        ("阵内是哪个国家的演员?", "国家"),
        ("被告人的职务是什么?", "职务"),
        ("双方签订了哪份合同?", "合同"),
        ("2023年收入是多少?", None),
        ("颜色多不多?", None),
    ],
)
def test_the_sort_asked_for(question: str, sort: str | None) -> None:
    found = sort_of(question)
    assert (found and found[0]) == sort


@pytest.mark.parametrize(
    ("question", "sentence", "value"),
    [
        ("谷灯在什么季节开花?", "头状花序卵形,秋季开花。", 1.0),
        ("谷灯在什么季节开花?", "谷灯又名蔚、牡菣。", -1.0),
        ("龙胆在秋季开什么颜色的花?", "龙胆开蓝紫色花。", 1.0),
        ("阵内是哪个国家的演员?", "阵内,日本喜剧演员及主持。", 1.0),
        ("阵内是哪个国家的演员?", "他次年离婚。", -1.0),
        ("被告人的职务是什么?", "担任经理三年。", 1.0),
        ("被告人李某的职务是什么?", "李某说了实话。", -1.0),
        ("2023年收入是多少?", "收入5亿元。", 0.0),
    ],
)
def test_a_sentence_has_one_of_the_sort_beside_what_the_question_says(
    question: str, sentence: str, value: float
) -> None:
    assert one_of_the_sort(question, sentence) == value

"""What the very word that asks wants stands in a sentence or does not. Every sentence here is made up."""

import pytest

from rag.questions.lacking import lacking
from rag.questions.question import understand


@pytest.mark.parametrize(
    ("question", "sentence", "nothing"),
    [
        ("同江里签约花了几天?", "同江里签约首日,签约率达99.6%。", True),
        ("同江里签约花了几天?", "同江里签约历时12天。", False),
        ("同江里签约花了几天?", "同江里签约自3月1日至3月12日。", False),
        ("许可从多少个工作日压到多少个?", "许可由68个法定工作日缩到38个。", False),
        ("大赛办了几年?", "2023年大赛圆满完成。", True),
        ("落户窗口设在哪里?", "首开留学人员落户窗口,确保政策落实。", True),
        ("落户窗口设在哪里?", "留学人员落户窗口设在西岭路9号。", False),
        ("留学生来自哪些国家?", "吸引海归留学生812人、外国人才946人。", True),
        ("留学生来自哪些国家?", "留学生多来自法国和新加坡。", False),
        ("同江学院是哪年建的?", "2023年同江学院旧址获优秀奖。", True),
        ("同江学院是哪年建的?", "同江学院建于1936年。", False),
        ("2022年旧改征收多少户?", "2022年全面完成改造的目标要求,计划2021年征收1.5万户。", True),
        ("2021年旧改征收多少户?", "2022年全面完成改造的目标要求,计划2021年征收1.5万户。", False),
        ("2022年征收多少户?", "2022年征收3000户,较2021年多200户。", False),
        ("2022年报警多少次?", "2022年至2023年报警207次。", False),
        ("2022年报警多少次?", "报警207次,2022年为190次,2023年为17次。", False),
        ("东江区运会是第几届?", "学习二十届二中全会精神。", True),
        ("东江区运会是第几届?", "成功举办第六届区运会。", False),
    ],
)
def test_what_asks_wants_something_of_its_own(question: str, sentence: str, nothing: bool) -> None:
    assert lacking(understand(question), sentence) is nothing

"""Questions over several things: which has most, which of them do, what was planned beside what was done, and why."""

import pytest

from rag import KnowledgeBase
from rag.questions.naming import nothing_named
from rag.questions.parts import parts
from rag.questions.question import Aspect, Kind, understand
from rag.questions.subjects import Catalog
from rag.types import Document

DISTRICTS = {
    "东江区2024年政府工作报告": "2023年，全区加装电梯完工300台。通过省级文明城区认定。",
    "西岭区2024年政府工作报告": "2023年，全区加装电梯完工170台。学校食堂换了新炊具。",
    "北桥区2024年政府工作报告": "2023年，全区加装电梯完工95台。通过省级文明城区认定。",
}
COURT = """2024年收案情况如下：
柳林法庭受理民事案件1892件，人均结案201件。
江口法庭受理民事案件2484件，人均结案188件。
石桥法庭受理民事案件987件，人均结案176件。
受理执行案件的窗口已经迁到新楼。
"""


@pytest.fixture(scope="module")
def districts() -> KnowledgeBase:
    return KnowledgeBase.from_texts(list(DISTRICTS.values()), list(DISTRICTS))


def catalog(titles) -> Catalog:
    return Catalog.from_documents([Document(title, title, title) for title in titles])


@pytest.mark.parametrize("question", ["三个区里加装电梯完工最多的是哪个区？", "哪个区加装电梯完工最多？"])
def test_every_district_is_asked_which_has_most(districts, question):
    answer = districts.ask(question)
    assert all(figure in answer.text for figure in ("300台", "170台", "95台"))
    assert "东江区（300台）最高" in answer.text


def test_the_others_are_struck_from_each_districts_question():
    found = parts(understand("三个区里加装电梯完工最多的是哪个区？"), catalog(DISTRICTS))
    assert [part.question.text.split() for part in found] == [
        [district, "加装电梯完工多少"] for district in ("东江区", "北桥区", "西岭区")
    ]
    assert {part.question.kind for part in found} == {Kind.COMPARISON}


def test_more_of_a_kind_than_can_be_told_side_by_side_are_not_taken_apart():
    titles = [f"{name}区2024年政府工作报告" for name in ("东江", "西岭", "北桥", "南塘", "中埠")]
    assert len(parts(understand("哪个区加装电梯最多？"), catalog(titles))) == 1


@pytest.mark.parametrize(("question", "told"), [("最多", "2484件"), ("最少", "987件")])
def test_the_sentence_of_the_highest_or_lowest_figure_comes_first(question, told):
    kb = KnowledgeBase.from_texts([COURT], ["云溪市法院2024年工作报告"])
    assert told in kb.ask(f"哪个法庭受理的民事案件{question}？").sentences[0].text


def test_a_plan_of_one_year_and_an_outcome_of_another():
    later, earlier = parts(understand("2024年收入目标增速和2023年实际增速各多少？"), catalog(DISTRICTS))
    assert (later.question.aspect, later.question.years) == (Aspect.PLAN, {2024})
    assert (earlier.question.aspect, earlier.question.years) == (Aspect.DONE, {2023})
    both = parts(understand("2023年和2024年的收入目标是多少？"), catalog(DISTRICTS))
    assert {part.question.aspect for part in both} == {Aspect.PLAN}


def test_an_outcome_is_not_read_into_a_word():
    assert len(parts(understand("2021年旧改征收了，打算征收多少户？"), catalog(DISTRICTS))) == 1


def test_cities_named_in_a_row_need_no_kind():
    asked = understand("巡展去了哪些城市？")
    assert not nothing_named(asked, "巡展到访开封、扬州、沧州和杭州。")
    assert nothing_named(asked, "全年外出巡展5个。")
    assert nothing_named(understand("巡展去了哪个城市？"), "巡展由书画、古印和青铜器组成。")


def test_a_sentence_with_grounds_tells_the_reason():
    told = "云送达：由系统匹配手机号码和地址，同步送达文书的平台。"
    why = "因为送达难拖延了审理，中院建立云送达平台，审理缩短17天。"
    kb = KnowledgeBase.from_texts([told, why], ["云溪中院名词解释", "云溪中院工作报告"])
    assert "因为送达难" in kb.ask("为什么要建立云送达平台？").text


def test_the_measures_go_on_through_their_paragraph():
    text = "加大加装电梯推进力度。积极回应居民呼声。搭建两组一中心，共同推进加装电梯。简化审批流程。"
    kb = KnowledgeBase.from_texts([text, "新建口袋公园两座。"], ["东江区工作报告", "西岭区工作报告"])
    answer = kb.ask("加装电梯是怎么推进的？")
    assert "两组一中心" in answer.text and "简化审批流程" in answer.text


def test_a_place_of_a_kind_that_no_title_names_is_foreign():
    kb = KnowledgeBase.from_texts(["审结破产案件143件，盘活土地1280亩。"], ["云溪市法院2024年工作报告"])
    assert kb.ask("审结破产案件多少件？").text.startswith("审结破产案件143件")
    assert kb.ask("青山县审结破产案件多少件？").abstained

"""Which of sentences that score nearly alike comes first."""

from dataclasses import replace

import pytest

from rag import KnowledgeBase
from rag.answers.finding import Candidate
from rag.answers.preferring import DEFINED, NEARLY, NUMBERED, OF_MEASURE, preferred
from rag.answers.weighing import weigh
from rag.questions.question import understand
from rag.questions.quoting import defines
from rag.search.asking import Asking


def found(kb: KnowledgeBase, question: str, *, other: str) -> tuple[Asking, Candidate, Candidate]:
    """A question understood, the candidate without and the one with a piece of text."""
    asking = Asking.from_question(understand(question), kb.snapshot)
    candidates = weigh(kb.snapshot, asking, kb.search(question))
    own, another = sorted(candidates, key=lambda c: other in c.passage.paragraph.text)
    return asking, own, another


def test_a_sentence_with_the_measure_asked_for_comes_before_one_of_another() -> None:
    told, of_another = "2024年地区生产总值增长5.5%。", "2024年软件业利润增速最快，增长12%。"
    kb = KnowledgeBase.from_texts([told, of_another], ["东江区报告", "东江区软件业报告"])
    asking, own, other = found(kb, "东江区地区生产总值增速是多少？", other="利润")

    def first(*, behind: float) -> str:
        ranked = [replace(other, score=own.score + behind), own]
        return preferred(asking, ranked)[0].passage.paragraph.text

    assert NEARLY < OF_MEASURE
    assert first(behind=OF_MEASURE - 0.1) == told
    assert first(behind=OF_MEASURE + 0.1) == of_another


def test_what_is_quoted_of_a_name_is_told_by_the_sentence_that_defines_it() -> None:
    told = "“1+3”：“1”即救助站；“3”即公安分局、城管局和城运中心。"
    kb = KnowledgeBase.from_texts([told, "建立街面救助“1+3”机制。"], ["东江区名词解释", "东江区报告"])
    question = "街面救助“1+3”里的“3”是哪三家？"
    asking = Asking.from_question(understand(question), kb.snapshot)
    candidates = {c.passage.spans[c.index].text.folded[:2]: c for c in weigh(kb.snapshot, asking, kb.search(question))}
    defining, mentioning = candidates["“3"], candidates["建立"]

    def first(*, behind: float) -> Candidate:
        return preferred(asking, [replace(mentioning, score=defining.score + behind), defining])[0]

    assert first(behind=DEFINED - 0.1) is defining
    assert first(behind=DEFINED + 0.1) is not defining


@pytest.mark.parametrize(
    ("question", "sentence", "defining"),
    [
        ("“1+3”里的“3”是哪三家?", "“3”即公安分局、城管局和城运中心。", True),
        ("“1+3”里的“1”是哪家?", "“3”即公安分局、城管局和城运中心。", False),
        ("“1+3”是哪几家?", "“1+3”即四家单位。", True),
        ("“1+3”有几家?", "“1+3”即四家单位。", False),  # its meaning is not asked for
        ("什么是“1+3”?", "4.“1+3”:四家单位一起救助的机制。", True),
        ("什么是“1+3”?", "建立“1+3”机制。", False),
        ("谁建立了“1+3”?", "4.“1+3”:四家单位一起救助的机制。", False),
        ("“1+3”和“4”是什么关系?", "“4”是四家单位。", False),
        ("“1+4”里的“3”是哪三家?", "“3”即公安分局、城管局和城运中心。", False),
    ],
)
def test_a_sentence_defines_the_last_of_what_is_quoted(question: str, sentence: str, defining: bool) -> None:
    assert defines(understand(question), sentence, f"“1+3”:{sentence}") is defining


def test_a_sentence_with_the_numbers_of_the_question_comes_before_one_without() -> None:
    told, of_another = "17所学校开工，将增加4710个学位。", "学校开工建设，多出学位800个。"
    kb = KnowledgeBase.from_texts([told, of_another], ["东江区报告", "东江区教育"])

    def first(question: str, *, behind: float) -> str:
        asking, own, other = found(kb, question, other="800")
        return preferred(asking, [replace(other, score=own.score + behind), own])[0].passage.paragraph.text

    assert first("要开工的那17所学校能多出多少个学位？", behind=NUMBERED - 0.1) == told
    assert first("要开工的那17所学校能多出多少个学位？", behind=NUMBERED + 0.1) == of_another
    assert first("要开工的那19所学校能多出多少个学位？", behind=NUMBERED - 0.1) == of_another
    assert first("要开工的学校能多出多少个学位？", behind=NUMBERED - 0.1) == of_another

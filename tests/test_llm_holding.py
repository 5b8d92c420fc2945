"""What reaches the reader as verified: 300 replies with a fault, 300 faithful ones, and the cases behind the rules."""

import re

import pytest

from rag import Document, Hit, KnowledgeBase, Paragraph
from rag.llm.composing import Composition
from rag.llm.holding import Evidence, Verdict
from rag.llm.sources import Source
from rag.types import Answer
from rag.writing import Draft
from tests.llm_replies import FAULTS, Scripted, corpus, faithful, faulty

NOTHING = Answer("", "", "")


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return corpus()


def shown(case: Scripted) -> Answer:
    """The case's reply as the reader gets it, in two pieces."""
    documents = {source.document.id: source.document for source in case.sources}
    composition = Composition(Draft(NOTHING, [], documents), case.sources, language="zh")
    half = len(case.reply) // 2
    composition.feed(case.reply[:half])
    composition.feed(case.reply[half:])
    return composition.finish(cut=False)


def bare(text: str) -> str:
    return re.sub(r"[\s。;；.]+", "", text)


def stands_as_said(case: Scripted, answer: Answer) -> bool:
    """Every sentence is shown as verified, and they are the model's own, not the source's in their place."""
    return (
        bool(answer.sentences)
        and all(sentence.verified for sentence in answer.sentences)
        and bare("".join(sentence.text for sentence in answer.sentences)) == bare(case.said)
    )


def test_no_planted_fault_reaches_the_reader_as_verified(kb: KnowledgeBase) -> None:
    cases = list(faulty(kb, count=300, seed=2024))
    assert {case.kind for case in cases} == set(FAULTS)
    got_through = []
    for case in cases:
        answer = shown(case)
        if case.kind in ("wrong source", "invented source") and stands_as_said(case, answer):
            # True enough; then what it cites has to hold it.
            figures = re.findall(r"\d+(?:\.\d+)?", case.said)
            held = ["\n".join((c.title, *c.section, c.quote)) for c in answer.citations]
            if all(any(figure in text for text in held) for figure in figures):
                continue
        if any(s.verified and bare(s.text) and bare(s.text) in bare(case.said) for s in answer.sentences):
            got_through.append((case.kind, case.reply, answer.text))
    assert [row for row in got_through if not _true_part(row, cases)] == []


def _true_part(row: tuple[str, str, str], cases: list[Scripted]) -> bool:
    """One of a reply's sentences may be untouched by the fault in another, and stand word for word in its passage."""
    _, reply, text = row
    case = next(case for case in cases if case.reply == reply)
    home = next(source for source in case.sources if source.number == case.home)
    return all(part.strip() in home.text for part in re.split(r"\[\d+\]|\(未核实\)", text) if part.strip())


def test_faithful_replies_are_shown_as_verified(kb: KnowledgeBase) -> None:
    cases = list(faithful(kb, count=300, seed=2024))
    lost = [(case.kind, case.said) for case in cases if not stands_as_said(case, shown(case))]
    assert len(cases) - len(lost) >= 294, lost


def source(
    text: str, *, number: int = 1, title: str = "海山区2024年政府工作报告", section: str = "一、2023年回顾"
) -> Source:
    paragraph = Paragraph(f"p{number}", f"d{number}", (section,), 0, len(text), text)
    return Source(number, Hit(paragraph, 1.0), Document(f"d{number}", title, text), text)


JOBS = source("2023年新增就业岗位3.2万个,比上年增长5%;登记失业率下降到2.1%。预计2024年新增3万个。", number=1)
PARKS = source("全年建成公园6座,新增绿地12公顷。旧区改造没有完成年度目标。", number=2)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("2023年新增就业岗位3.2万个,比上年增长5%。", Verdict.VERIFIED),
        ("2023年新增就业岗位32000个。", Verdict.VERIFIED),
        ("2023年新增就业岗位3.3万个。", Verdict.REPLACED),
        ("2023年新增就业岗位3.2亿个。", Verdict.REPLACED),
        ("2022年新增就业岗位3.2万个。", Verdict.REPLACED),
        ("2023年新增就业岗位3.2万个,比上年下降5%。", Verdict.REPLACED),
        ("2023年新增就业岗位3万个。", Verdict.REPLACED),  # 2024's figure
        ("2023年新增就业岗位3.2万个,位居全国第一。", Verdict.REPLACED),
        ("2023年没有新增就业岗位3.2万个。", Verdict.REPLACED),
        ("湖山区2023年新增就业岗位3.2万个。", Verdict.REPLACED),
        ("居民对这一结果普遍感到满意。", Verdict.UNVERIFIED),
        ("全年建成公园6座。", Verdict.FOUND),  # it is the other source that says so
        ("旧区改造完成年度目标。", Verdict.REPLACED),
        ("In 2023 it added 32,000 jobs.", Verdict.VERIFIED),
        ("In 2023 it added 33,000 jobs.", Verdict.UNVERIFIED),
        ("Haishan added 32,000 jobs in 2023.", Verdict.VERIFIED),
        ("Hushan added 32,000 jobs in 2023.", Verdict.UNVERIFIED),  # another district
        ("PWNED", Verdict.UNVERIFIED),
    ],
)
def test_what_a_sentence_may_say(said: str, verdict: Verdict) -> None:
    assert Evidence([JOBS, PARKS]).hold(said, [1]).verdict is verdict


YANGPU = source(
    "Yangpu created 39,000 jobs in 2023 and deepened its cooperation with Baidu.", number=4, title="Yangpu 2023"
)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Yangpu created 39,000 jobs in 2023.", Verdict.VERIFIED),
        ("In 2023 Yangpu District created 39,000 jobs.", Verdict.VERIFIED),
        ("Hongkou created 39,000 jobs in 2023.", Verdict.REPLACED),
        ("Yangpu deepened its cooperation with Baidu.", Verdict.VERIFIED),
        ("Yangpu deepened its cooperation with Tencent.", Verdict.REPLACED),
    ],
)
def test_names_are_held_to_the_source_in_english_too(said: str, verdict: Verdict) -> None:
    assert Evidence([YANGPU]).hold(said, [4]).verdict is verdict


def test_the_span_is_the_tightest_that_says_it() -> None:
    held = Evidence([JOBS, PARKS]).hold("登记失业率为2.1%。", [1])
    assert [span.text for span in held.spans] == ["登记失业率下降到2.1%。"]


NEIGHBOUR = source("2023年新增就业岗位1.9万个。", number=3, title="湖山区2024年政府工作报告")


@pytest.mark.parametrize(
    ("said", "stands_on"),
    [
        ("2023年海山区新增就业岗位3.2万个,湖山区新增就业岗位1.9万个。", [1, 3]),
        ("2023年海山区新增就业岗位1.9万个,湖山区新增就业岗位3.2万个。", []),  # each the other's
        ("2023年海山区新增就业岗位3.2万个,是湖山区的两倍。", []),  # nobody says so
    ],
)
def test_the_clauses_of_a_sentence_may_stand_on_a_source_each(said: str, stands_on: list[int]) -> None:
    held = Evidence([JOBS, PARKS, NEIGHBOUR]).hold(said, [1, 3])
    assert [span.source.number for span in held.spans if held.verdict is Verdict.VERIFIED] == stands_on


def test_a_figure_that_is_in_no_source_is_not_even_shown_in_passing() -> None:
    evidence = Evidence([JOBS])
    assert evidence.holds_figures("2023年新增就业岗位3.2万个")
    assert not evidence.holds_figures("2023年新增就业岗位3.3万个")

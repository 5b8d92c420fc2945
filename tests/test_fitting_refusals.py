"""What each rule that refuses an answer refuses by itself."""

from embeddings import load_encoder
from rag import KnowledgeBase
from rag.fitting.cases import Body, Case
from rag.fitting.refusals import judged, refusals
from rag.questions import premise

RACE = "东江区为丰富市民生活举办龙舟赛，吸引观众3万人次。"


def case(question: str, *, answer: str = "") -> Case:
    evidence = (("1", RACE),) if answer else ()
    return Case(question, (), (answer,) if answer else (), False, evidence, "made", 0)


def test_a_rule_counts_what_it_alone_refuses_and_stays_as_it_was() -> None:
    kb = KnowledgeBase.from_texts([RACE], encoder=load_encoder())
    asked = [case("东江区为什么取消了龙舟赛？"), case("东江区的龙舟赛吸引了多少观众？", answer="3万人次")]
    pattern = premise._ENDED_ASKED
    found = {each.rule: (each.unanswerable, each.right) for each in refusals(list(judged(Body(kb.snapshot, asked))))}
    assert found["premise._ENDED_ASKED"] == found["confidence.refuted"] == (1, 0)
    assert found["confidence.nothing_named"] == (0, 0)
    assert next(iter(found)) in ("premise._ENDED_ASKED", "confidence.refuted")
    assert premise._ENDED_ASKED is pattern

"""Which of sentences that score nearly alike comes first."""

from dataclasses import replace

from rag import KnowledgeBase
from rag.answers.preferring import NEARLY, OF_MEASURE, preferred
from rag.answers.weighing import weigh
from rag.questions.question import understand
from rag.search.asking import Asking


def test_a_sentence_with_the_measure_asked_for_comes_before_one_of_another() -> None:
    told, of_another = "2024年地区生产总值增长5.5%。", "2024年软件业利润增速最快，增长12%。"
    kb = KnowledgeBase.from_texts([told, of_another], ["东江区报告", "东江区软件业报告"])
    question = "东江区地区生产总值增速是多少？"
    asking = Asking.from_question(understand(question), kb.snapshot)
    own, other = sorted(
        weigh(kb.snapshot, asking, kb.search(question)), key=lambda c: "利润" in c.passage.paragraph.text
    )

    def first(*, behind: float) -> str:
        ranked = [replace(other, score=own.score + behind), own]
        return preferred(asking, ranked)[0].passage.paragraph.text

    assert NEARLY < OF_MEASURE
    assert first(behind=OF_MEASURE - 0.1) == told
    assert first(behind=OF_MEASURE + 0.1) == of_another

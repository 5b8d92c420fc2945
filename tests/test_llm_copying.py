"""Questions over the real reports, worded by a model that copies its sources: no worse than without a model."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.run import evaluate
from rag import Answer, KnowledgeBase
from rag.llm.writer import ModelWriter
from rag.reading import read_path
from rag.types import Document, Paragraph

REPORTS = Path(os.environ.get("YOUJU_REPORTS", ""))
QUESTIONS = REPORTS.parent / "evals" / "reports_dev.jsonl"
NO_LOWER = ("overall", "answer_accuracy.zh", "answer_accuracy.en", "citation_recall", "abstention_recall")
_SOURCE = re.compile(r'<source id="(\d+)">\n(.*?)\n</source>', re.DOTALL)


class Copies:
    """Writes sentences down from its sources, each with the number of the one it stands in."""

    def __init__(self) -> None:
        self.wanted: Sequence[str] = ()

    def stream(self, messages: Any) -> Iterator[str]:
        sources = _SOURCE.findall(messages[-1].content)
        for sentence in self.wanted:
            number = next((number for number, text in sources if sentence in text), None)
            if number is not None:
                yield from (*sentence, f"[{number}]\n")


class Worded:
    """Answers by that model, which picks the sentences that are quoted without one."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._model = Copies()
        self._kb = KnowledgeBase.from_texts([], writer=ModelWriter(self._model, name="copies", rewriting=False))
        self._kb.add(documents)
        self.plain = KnowledgeBase.from_texts([])
        self.plain.add(documents)
        self.failed: list[str] = []

    def documents(self) -> list[Document]:
        return self._kb.documents()

    def paragraphs(self, document_id: str) -> list[Paragraph]:
        return self._kb.paragraphs(document_id)

    def search(self, query: str, **options: Any) -> Any:
        return self._kb.search(query, **options)

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        plain = self.plain.ask(question, history=history)
        self._model.wanted = [citation.quote for citation in plain.citations]
        answer = self._kb.ask(question, history=history)
        if answer.model and "failed" in answer.model:
            self.failed.append(answer.model["failed"])
        return answer


@pytest.mark.reports
@pytest.mark.skipif(not QUESTIONS.is_file(), reason="no questions beside YOUJU_REPORTS")
def test_a_model_that_copies_its_sources_scores_no_lower_than_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # What stands in no source, the Latin letters of a Chinese name, it cannot copy.
    monkeypatch.setattr("rag.answers.latin.named", lambda *_: ())
    worded = Worded([read_path(path, root=REPORTS) for path in sorted(REPORTS.glob("*.txt"))])
    without, with_one = (evaluate(kb, QUESTIONS, legs=(), samples=10).figures for kb in (worded.plain, worded))
    lower = {
        name: (without[name].value, with_one[name].value)
        for name in NO_LOWER
        if with_one[name].value < without[name].value
    }
    assert lower == {}
    assert with_one["false_abstention"].value <= without["false_abstention"].value
    assert with_one["verified_citations"].value == with_one["verbatim_quotes"].value == 1
    assert worded.failed == []

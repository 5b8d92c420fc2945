"""One row's answer against what was wanted: is it right, does it cite, is it word for word, did it know its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.rows import Row
from evals.text import character_f1, exact_match, holds, squash, without_markers
from rag.types import Answer

LONG_TYPES = frozenset({"list", "comparison", "multi_doc", "why_how", "definition"})
LONG_ANSWER = 360  # characters in which the answer must stand
SHORT_ANSWER = 120
CITATIONS_JUDGED = 5


@dataclass(frozen=True, slots=True)
class Cited:
    """What of a citation is judged."""

    document_id: str
    paragraph: str
    quote: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What of an answer is judged. `abstained` is None when there was no answer at all, which is never right."""

    text: str = ""
    abstained: bool | None = None
    confidence: float = 0.0
    citations: tuple[Cited, ...] = ()

    @classmethod
    def from_answer(cls, answer: Answer) -> "Given":
        cited = (Cited(c.document_id, c.paragraph, c.quote, c.verified) for c in answer.citations)
        return cls(answer.text, answer.abstained, answer.confidence, tuple(cited))

    @classmethod
    def from_dict(cls, answer: Mapping[str, Any]) -> "Given":
        """From an answer as JSON; `quote`, `verified` and `confidence` may be missing."""
        cited = (
            Cited(c["document_id"], c["paragraph"], c.get("quote", ""), c.get("verified", False))
            for c in answer.get("citations") or ()
        )
        return cls(answer["text"], answer["abstained"], answer.get("confidence", 0.0), tuple(cited))


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a mean: what is added above the line and how many below."""

    total: float
    count: int = 1


def score_row(row: Row, given: Given, squashed: Mapping[str, str] | None = None) -> dict[str, Share]:
    """The row's part in each figure. `squashed` are the documents' texts after `squash`, for quotes word for word.

    All figures are 0 to 1; higher is better but for false_abstention. A figure that does not apply is left out.
    """
    cited = given.citations[:CITATIONS_JUDGED]
    figures = _answerable(row, given, cited) if row.answerable else _unanswerable(given, cited)
    if cited:
        figures["verified_citations"] = _share(c.verified for c in cited)
        if squashed is not None:
            figures["verbatim_quotes"] = _share(squash(c.quote) in squashed.get(c.document_id, "") for c in cited)
    return figures


def _unanswerable(given: Given, cited: Sequence[Cited]) -> dict[str, Share]:
    good = given.abstained is True and not cited
    return {"overall": Share(good), "abstention_recall": Share(good)}


def _answerable(row: Row, given: Given, cited: Sequence[Cited]) -> dict[str, Share]:
    text = without_markers(given.text)[: LONG_ANSWER if row.type in LONG_TYPES else SHORT_ANSWER]
    standing = [holds(text, answer) for answer in row.answers]
    good = given.abstained is False and (all(standing) if row.all else any(standing))
    wanted = {e.doc for e in row.evidence}
    evidence = [(e.doc, squash(e.text)) for e in row.evidence]
    paragraphs = [(c.document_id, squash(c.paragraph)) for c in cited]
    found = {
        doc for doc, text in evidence for cited_doc, paragraph in paragraphs if cited_doc == doc and text in paragraph
    }
    spoke = given.abstained is False
    accepted = ["".join(row.answers)] if row.all else row.answers
    figures = {
        "overall": Share(good),
        "answer_accuracy": Share(good),
        "citation_recall": Share(found == wanted),
        "false_abstention": Share(given.abstained is True),
        "exact_match": Share(spoke and exact_match(given.text, accepted)),
        "character_f1": Share(max(character_f1(given.text, a) for a in accepted) if spoke else 0.0),
    }
    if cited:
        # A citation is to the point when its paragraph holds evidence, or when its quote holds an answer.
        figures["citation_precision"] = _share(
            doc in wanted
            and (any(text in paragraph for _, text in evidence) or any(holds(c.quote, a) for a in row.answers))
            for c, (doc, paragraph) in zip(cited, paragraphs, strict=True)
        )
    return figures


def _share(values: Any) -> Share:
    counted = [bool(value) for value in values]
    return Share(sum(counted), len(counted))

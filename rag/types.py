"""What flows between the stages: a question becomes hits, hits become an answer.

Offsets count characters of `Document.text`; `document.text[p.start:p.end] == p.text` for every paragraph of it.
Scores rise with relevance everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Leg(StrEnum):
    """Which search found a hit."""

    HYBRID = "hybrid"
    LEXICAL = "lexical"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """A document without its text."""

    id: str
    title: str
    source: str = ""
    date: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class Document:
    """One report as read. `text` is what offsets refer to and what a reader is shown.

    `attributes` hold what was found out about it, all optional: issuer, period ("2023-2024"), language ("zh", "en"),
    format ("plain" or "markdown": how headings are written in `text`). A form feed in `text` ends a page.
    """

    id: str
    title: str
    text: str
    source: str = ""
    date: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    @property
    def head(self) -> DocumentHead:
        return DocumentHead(self.id, self.title, self.source, self.date, self.attributes)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a document under its section path, outermost heading first. Pages count from 1."""

    id: str
    document_id: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A paragraph and why it was found. `features` are the named numbers its score was made of."""

    paragraph: Paragraph
    score: float
    leg: Leg = Leg.HYBRID
    features: Mapping[str, float] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact place a sentence stands on. `start` and `end` are offsets in the document's text.

    `verified` says that every number, unit, year and name of the sentence was found in the quote.
    `key` is the span of the figure or name that answers, as offsets in the document too; None when there is no one.
    """

    number: int
    document_id: str
    title: str
    section: tuple[str, ...]
    paragraph_id: str
    paragraph: str
    quote: str
    start: int
    end: int
    page: int | None = None
    verified: bool = True
    key: tuple[int, int] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "document_id": self.document_id,
            "title": self.title,
            "section": list(self.section),
            "paragraph_id": self.paragraph_id,
            "paragraph": self.paragraph,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "page": self.page,
            "verified": self.verified,
            "key": list(self.key) if self.key else None,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Citation":
        """What `to_dict` gave."""
        key = told["key"]
        return cls(**{**told, "section": tuple(told["section"]), "key": (key[0], key[1]) if key else None})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it stands on; unverified ones are shown as such."""

    text: str
    citations: tuple[int, ...] = ()
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown. `text` carries the markers [1], [2]; an abstaining answer cites nothing.

    `confidence` is the calibrated chance, 0 to 1, that the documents hold the answer given.
    `related` are the nearest passages, not cited.
    """

    question: str
    resolved_question: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    confidence: float = 0.0
    related: tuple[Hit, ...] = ()
    model: Mapping[str, Any] | None = None
    timings_ms: Mapping[str, float] = field(default_factory=lambda: _EMPTY)
    id: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The answer in the shape every way out shares: the command line, HTTP, the page and the evals."""
        return {
            "id": self.id,
            "question": self.question,
            "resolved_question": self.resolved_question,
            "text": self.text,
            "abstained": self.abstained,
            "confidence": round(self.confidence, 4),
            "sentences": [
                {"text": s.text, "citations": list(s.citations), "verified": s.verified} for s in self.sentences
            ],
            "citations": [c.to_dict() for c in self.citations],
            "related": [hit_to_dict(hit) for hit in self.related],
            "model": dict(self.model) if self.model is not None else None,
            "timings_ms": dict(self.timings_ms),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Answer":
        """What `to_dict` gave; figures are as exact as there."""
        sentences = tuple(Sentence(s["text"], tuple(s["citations"]), s["verified"]) for s in told["sentences"])
        citations = tuple(map(Citation.from_dict, told["citations"]))
        related = tuple(map(hit_from_dict, told["related"]))
        return cls(**{**told, "sentences": sentences, "citations": citations, "related": related})


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """A hit as JSON, the shape of `youju search --json` and `/api/search`."""
    p = hit.paragraph
    return {
        "document_id": p.document_id,
        "paragraph_id": p.id,
        "section": list(p.section),
        "text": p.text,
        "start": p.start,
        "end": p.end,
        "page": p.page,
        "score": round(hit.score, 6),
        "leg": str(hit.leg),
        "features": {name: round(value, 4) for name, value in hit.features.items()},
    }


def hit_from_dict(told: Mapping[str, Any]) -> Hit:
    """What `hit_to_dict` gave; figures are as exact as there."""
    paragraph = Paragraph(
        told["paragraph_id"],
        told["document_id"],
        tuple(told["section"]),
        told["start"],
        told["end"],
        told["text"],
        told["page"],
    )
    return Hit(paragraph, told["score"], Leg(told["leg"]), told["features"])

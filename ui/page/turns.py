"""A conversation as the page keeps it, and the small form of it that stays in the reader's browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from rag.errors import UnknownDocument
from rag.types import Answer, Citation, Sentence
from ui.knowledge import Library

State: TypeAlias = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it. `gone` are numbers of citations whose text is no longer in the document.

    `only` are the documents it was narrowed down to; an `alone` one is asked without the turns before it.

    `drawn` is how it was shown last, when it was finished: conversations are not drawn anew with every question.
    """

    question: str
    answer: Answer | None = None
    state: State = "running"
    error: str = ""
    only: tuple[str, ...] | None = None
    gone: tuple[int, ...] = ()
    alone: bool = False
    drawn: str = field(default="", compare=False, repr=False)


Turns: TypeAlias = tuple[Turn, ...]


def history(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Earlier questions with their answers, as `kb.ask` takes them; failed and stopped ones are left out."""
    return [
        (turn.answer.resolved_question or turn.question, turn.answer.text)
        for turn in turns
        if turn.answer is not None and turn.state == "done"
    ]


def to_stored(turn: Turn) -> dict[str, Any]:
    """A finished turn as JSON for the browser. Paragraphs stay out: they are looked up again by their offsets."""
    answer = turn.answer
    stored: dict[str, Any] = {"question": turn.question, "state": turn.state, "error": turn.error}
    if turn.only is not None:
        stored["only"] = list(turn.only)
    if turn.alone:
        stored["alone"] = True
    if answer is not None:
        stored["answer"] = {
            "id": answer.id,
            "resolved": answer.resolved_question,
            "text": answer.text,
            "abstained": answer.abstained,
            "confidence": round(answer.confidence, 4),
            "sentences": [[s.text, list(s.citations), s.verified] for s in answer.sentences],
            "citations": [
                {
                    "number": c.number,
                    "document_id": c.document_id,
                    "title": c.title,
                    "section": list(c.section),
                    "paragraph_id": c.paragraph_id,
                    "quote": c.quote,
                    "start": c.start,
                    "page": c.page,
                    "verified": c.verified,
                    "key": list(c.key) if c.key else None,
                }
                for c in answer.citations
            ],
        }
    return stored


def from_stored(stored: object, library: Library) -> Turn | None:
    """A turn as the browser kept it, its citations held against the documents of today; None when it is not one."""
    try:
        return _turn(stored, library)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


def _turn(stored: Any, library: Library) -> Turn:
    state: State = stored["state"] if stored["state"] in ("done", "stopped", "failed") else "stopped"
    only = tuple(str(document_id) for document_id in stored["only"]) if stored.get("only") is not None else None
    alone = bool(stored.get("alone"))
    turn = Turn(str(stored["question"]), state=state, error=str(stored["error"]), only=only, alone=alone)
    kept = stored.get("answer")
    if kept is None:
        return turn
    citations: list[Citation] = []
    gone: list[int] = []
    for row in kept["citations"]:
        citation, found = _citation(row, library)
        citations.append(citation)
        if not found:
            gone.append(citation.number)
    answer = Answer(
        question=turn.question,
        resolved_question=str(kept["resolved"]),
        text=str(kept["text"]),
        sentences=tuple(_sentence(row) for row in kept["sentences"]),
        citations=tuple(citations),
        abstained=bool(kept["abstained"]),
        confidence=float(kept["confidence"]),
        id=str(kept["id"]),
    )
    return replace(turn, answer=answer, gone=tuple(gone))


def _sentence(row: Any) -> Sentence:
    text, numbers, verified = row
    return Sentence(str(text), tuple(int(n) for n in numbers), bool(verified))


def _citation(row: dict[str, Any], library: Library) -> tuple[Citation, bool]:
    quote, start, document_id = str(row["quote"]), int(row["start"]), str(row["document_id"])
    try:
        found = library.document(document_id).text[start : start + len(quote)] == quote
    except UnknownDocument:
        found = False
    paragraph = quote
    if found:
        paragraph = next(
            (p.text for p in library.paragraphs(document_id) if p.start <= start and start + len(quote) <= p.end), quote
        )
    citation = Citation(
        number=int(row["number"]),
        document_id=document_id,
        title=str(row["title"]),
        section=tuple(str(part) for part in row["section"]),
        paragraph_id=str(row["paragraph_id"]),
        paragraph=paragraph,
        quote=quote,
        start=start,
        end=start + len(quote),
        page=int(row["page"]) if row["page"] is not None else None,
        verified=bool(row["verified"]),
        key=(int(row["key"][0]), int(row["key"][1])) if row["key"] else None,
    )
    return citation, found

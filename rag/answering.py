"""Question to answer without a language model: the sentences that answer, each with its exact place."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from rag import confidence, retrieval, wording
from rag.asking import Asking
from rag.choosing import features
from rag.evidence import verify
from rag.linear import fitted
from rag.parts import Part, parts
from rag.passages import Passage
from rag.question import Kind, Question
from rag.snapshot import Snapshot
from rag.tightening import Piece, key_of, tighten
from rag.types import Answer, Citation, Hit, Sentence

PASSAGES = 5
"""Best hits whose sentences are looked at."""
SHORT, LONG = 110, 340
"""Characters an answer may take: to a plain question, and to one for a list, reason, definition or comparison."""
SECOND = 0.6
"""A second sentence is shown when its score is at most this far below the best one's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer; a higher score is better."""

    passage: Passage
    index: int
    score: float
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one part of a question, best sentence first."""

    part: Part
    asking: Asking
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    confidence: float
    search_ms: float

    @property
    def answers(self) -> bool:
        return bool(self.candidates) and self.confidence >= confidence.threshold()


def answer(
    snapshot: Snapshot, question: Question, *, only: Collection[str] | None = None
) -> tuple[Answer, Sequence[Hit]]:
    """The answer to a resolved question, and the hits it was made from; it abstains when no part is sure enough."""
    findings = [look(snapshot, part, only=only) for part in parts(question, snapshot.catalog)]
    hits = merged([d.hits for d in findings])
    timings = {"search": round(sum(d.search_ms for d in findings), 3)}
    found = [d for d in findings if d.answers]
    if not found:
        best = max((d.confidence for d in findings), default=0.0)
        text = wording.not_found(question, findings[0].asking.subjects)
        abstaining = Answer(
            question.asked,
            question.text,
            text,
            abstained=True,
            confidence=best,
            related=tuple(hits[:5]),
            timings_ms=timings,
        )
        return abstaining, hits
    limit = LONG if question.long or len(findings) > 1 else SHORT
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for d in findings:
        if not d.answers:
            sentences.append(Sentence(wording.part_not_found(question, d.part.label)))
            continue
        for piece in pieces(d, limit=limit // len(findings)):
            citation = cite(snapshot, d.asking, piece, len(citations) + 1)
            citations.append(citation)
            text = wording.stated(d.asking, piece, citation, label=d.part.label if len(findings) > 1 else "")
            sentences.append(Sentence(text, (citation.number,), citation.verified))
    if question.kind is Kind.COMPARISON and len(found) == 2 and len(citations) == 2:
        compared = wording.compared(question, [d.part.label for d in found], citations)
        sentences += [Sentence(compared, (1, 2))] if compared else []
    used = {c.paragraph_id for c in citations}
    answered = Answer(
        question.asked,
        question.text,
        wording.join(sentences),
        tuple(sentences),
        tuple(citations),
        confidence=min(d.confidence for d in found),
        related=tuple(hit for hit in hits[:8] if hit.paragraph.id not in used)[:5],
        timings_ms=timings,
    )
    return answered, hits


def look(snapshot: Snapshot, part: Part, *, only: Collection[str] | None = None) -> Finding:
    """Search and weigh sentences for one part."""
    asking = Asking.from_question(part.question, snapshot)
    allowed = only if part.documents is None else part.documents if only is None else part.documents & set(only)
    began = time.perf_counter()
    hits = retrieval.find(snapshot, asking, only=allowed)
    search_ms = 1000 * (time.perf_counter() - began)
    candidates = weigh(snapshot, asking, hits[:PASSAGES])
    return Finding(part, asking, hits, candidates, confidence.of(asking, hits, candidates), search_ms)


def weigh(snapshot: Snapshot, asking: Asking, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of these hits, best first, ties by paragraph and place."""
    rows: list[tuple[Passage, int, dict[str, float]]] = []
    for rank, hit in enumerate(hits):
        passage = snapshot.passage_of(hit.paragraph)
        for index in range(len(passage.spans)):
            named = features(asking, passage, index, passage_score=hit.score - hits[0].score, rank=rank)
            rows.append((passage, index, dict(named)))
    scores = fitted("choosing").score([named for _, _, named in rows]).tolist()
    found = [Candidate(p, index, score, named) for (p, index, named), score in zip(rows, scores, strict=True)]
    return sorted(found, key=lambda c: (-c.score, c.passage.paragraph.id, c.index))


def pieces(d: Finding, *, limit: int) -> list[Piece]:
    """The best sentence tightened, and the next best where it is nearly as good and there is room."""
    best = d.candidates[0]
    chosen = [tighten(d.asking, best.passage, best.index, limit=limit)]
    room = limit - (chosen[0].end - chosen[0].start)
    for other in d.candidates[1:4]:
        if best.score - other.score > SECOND or len(chosen) == 2:
            break
        piece = tighten(d.asking, other.passage, other.index, limit=max(room, 0))
        if piece.end - piece.start <= room:
            chosen.append(piece)
    return chosen


def cite(snapshot: Snapshot, asking: Asking, piece: Piece, number: int) -> Citation:
    """The exact place of a piece, verified against itself and the headings over it."""
    p = piece.passage.paragraph
    title = snapshot.documents[p.document_id].title
    key = key_of(asking, piece)
    citation = Citation(
        number, p.document_id, title, p.section, p.id, p.text, piece.text, p.start + piece.start, p.start + piece.end,
        p.page, key=None if key is None else (p.start + key[0], p.start + key[1]),
    )  # fmt: skip
    return replace(citation, verified=verify(piece.text, citation.quote, context=(title, *p.section)).verified)


def merged(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Hits of each part in turn, each paragraph once."""
    found = {hit.paragraph.id: hit for hit in chain.from_iterable(zip_longest(*reversed(lists))) if hit is not None}
    ordered: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*lists)):
        if hit is not None:
            ordered.setdefault(hit.paragraph.id, found[hit.paragraph.id])
    return list(ordered.values())

"""Why a row failed, told from its hits and citations alone."""

from enum import StrEnum

from evals.results import Result
from evals.text import squash
from rag.types import Leg


class Cause(StrEnum):
    """The first stage that went wrong, from the question on."""

    ERROR = "error"
    ANSWERED_UNANSWERABLE = "answered_unanswerable"
    NOT_FOUND = "not_found"
    ABSTAINED = "abstained"
    NOT_CITED = "not_cited"
    NOT_ALL = "not_all"
    NOT_SAID = "not_said"


def cause(result: Result) -> Cause:
    """Of a row that failed. Where no hits were kept, not finding and not citing look alike: NOT_CITED."""
    row, given = result.row, result.given
    if result.error or given.abstained is None:
        return Cause.ERROR
    if not row.answerable:
        return Cause.ANSWERED_UNANSWERABLE
    hits = result.hits.get(Leg.HYBRID, ())
    if hits and not any(hit.relevant for hit in hits):
        return Cause.NOT_FOUND
    if given.abstained:
        return Cause.ABSTAINED
    cited = [(c.document_id, squash(c.paragraph)) for c in given.citations]
    held = [any(doc == e.doc and squash(e.text) in text for doc, text in cited) for e in row.evidence]
    if not any(held):
        return Cause.NOT_CITED
    return Cause.NOT_ALL if row.all else Cause.NOT_SAID


def evidence_rank(result: Result, leg: str) -> int | None:
    """Where the leg first holds evidence, from 1; None when it is not among the hits kept."""
    return next((rank for rank, hit in enumerate(result.hits.get(leg, ()), 1) if hit.relevant), None)

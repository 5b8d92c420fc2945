"""Question to hits: either leg alone, or both fused and reranked."""

from collections.abc import Collection, Sequence

import numpy as np

from rag.asking import Asking
from rag.linear import fitted
from rag.question import understand
from rag.ranking import features
from rag.rows import Rows, Scores
from rag.snapshot import Snapshot
from rag.types import Hit, Leg

LEXICAL_DEPTH, DENSE_DEPTH = 24, 16
"""Candidates each leg brings to the fusion."""


def search(
    snapshot: Snapshot, query: str, *, k: int = 10, leg: Leg = Leg.HYBRID, only: Collection[str] | None = None
) -> list[Hit]:
    """The k best paragraphs for a query as typed, best first, ties by paragraph id."""
    return find(snapshot, Asking.from_question(understand(query), snapshot), k=k, leg=leg, only=only)


def find(
    snapshot: Snapshot, asking: Asking, *, k: int = 10, leg: Leg = Leg.HYBRID, only: Collection[str] | None = None
) -> list[Hit]:
    """The k best paragraphs for a question understood."""
    if not len(snapshot.paragraphs) or k < 1:
        return []
    allowed = snapshot.mask(only)
    weighted = asking.asked.weighted
    if leg is Leg.LEXICAL:
        return _hits(snapshot, *snapshot.lexical.search(weighted, k, allowed), leg)
    vector = snapshot.encoder.encode_query(asking.question.text)
    depth = k if leg is Leg.DENSE else max(DENSE_DEPTH, k)
    near, cosines = snapshot.vectors.search(vector, depth, allowed)
    if leg is Leg.DENSE:
        return _hits(snapshot, near, cosines, leg)
    rows = np.union1d(snapshot.lexical.search(weighted, max(LEXICAL_DEPTH, k), allowed)[0], near)
    return _reranked(
        snapshot, asking, rows, snapshot.lexical.scores_of(weighted, rows), snapshot.vectors.score(vector, rows)
    )[:k]


def _reranked(snapshot: Snapshot, asking: Asking, rows: Rows, lexical: Scores, dense: Scores) -> list[Hit]:
    top = max(float(lexical.max(initial=0.0)), 1e-6)
    named = [
        features(asking, snapshot.passage(row), lexical=bm25 / top, dense=cosine)
        for row, bm25, cosine in zip(rows.tolist(), lexical.tolist(), dense.tolist(), strict=True)
    ]
    scores = fitted("ranking").score(named)
    order = np.lexsort((rows, -scores))
    return [Hit(snapshot.paragraphs[rows[i]], float(scores[i]), Leg.HYBRID, named[i]) for i in order.tolist()]


def _hits(snapshot: Snapshot, rows: Rows, scores: Scores, leg: Leg) -> list[Hit]:
    found: Sequence[tuple[int, float]] = list(zip(rows.tolist(), scores.tolist(), strict=True))
    return [Hit(snapshot.paragraphs[row], score, leg, {str(leg): score}) for row, score in found]

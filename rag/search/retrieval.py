"""Question to hits: either leg alone, or both fused and reranked."""

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np

from rag.index.legs import Mask
from rag.index.rows import Rows, Scores
from rag.index.snapshot import Snapshot
from rag.questions.question import understand
from rag.search import ranking
from rag.search.asking import Asking
from rag.search.linear import fitted
from rag.search.reranker import Reranker, rerank
from rag.types import Hit, Leg

LEXICAL_DEPTH, DENSE_DEPTH = 60, 30
"""Candidates each leg brings to the fusion."""
RERANKED = 20
"""Candidates, best by both legs' ranks together, whose features are worked out."""
OF_A_YEAR = 30
"""The same where a year is asked for: neither leg knows of which year a passage tells, as the features do."""
RANK_CONSTANT = 5.0
"""Of the reciprocal ranks: the smaller, the surer a leg's best are among those reranked."""


def search(
    snapshot: Snapshot,
    query: str,
    *,
    k: int = 10,
    leg: Leg = Leg.HYBRID,
    only: Collection[str] | None = None,
    reranker: Reranker | None = None,
) -> list[Hit]:
    """The k best paragraphs for a query as typed, best first, ties by paragraph id."""
    asking = Asking.from_question(understand(query), snapshot)
    return find(snapshot, asking, k=k, leg=leg, only=only, reranker=reranker)


def find(
    snapshot: Snapshot,
    asking: Asking,
    *,
    k: int = 10,
    leg: Leg = Leg.HYBRID,
    only: Collection[str] | None = None,
    reranker: Reranker | None = None,
) -> list[Hit]:
    """The k best paragraphs for a question understood; the hybrid's best may be put into a reranker's order."""
    if not len(snapshot.paragraphs) or k < 1:
        return []
    allowed = _within(snapshot, asking, only)
    weighted = asking.asked.weighted
    if leg is Leg.LEXICAL:
        return _hits(snapshot, *snapshot.lexical.search(weighted, k, allowed), leg)
    vector = asking.vector
    if leg is Leg.DENSE:
        return _hits(snapshot, *snapshot.vectors.search(vector, k, allowed), leg)
    near = snapshot.vectors.begin(vector, max(DENSE_DEPTH, k), allowed)
    rows, lexical = snapshot.lexical.search_beside(weighted, max(LEXICAL_DEPTH, k), near, allowed)
    pool = k if reranker is None else max(k, RERANKED)
    hits = _reranked(snapshot, asking, rows, lexical, snapshot.vectors.score(vector, rows), pool)
    return hits if reranker is None else rerank(reranker, asking.question.text, hits)[:k]


def _within(snapshot: Snapshot, asking: Asking, only: Collection[str] | None) -> Mask | None:
    """The rows to look in: of the documents the question is bound to, as far as they are among `only`."""
    bound = asking.bound
    if bound is None:
        return snapshot.mask(only)
    return snapshot.mask(bound if only is None else bound & set(only) or only)


def _reranked(snapshot: Snapshot, asking: Asking, rows: Rows, lexical: Scores, dense: Scores, k: int) -> list[Hit]:
    kept = _foremost(lexical, dense, max(OF_A_YEAR if asking.question.years else RERANKED, k))
    share = lexical / max(float(lexical.max(initial=0.0)), 1e-6)
    rows, share, dense = rows[kept], share[kept], dense[kept]
    passages = snapshot.passages(rows)
    found = ranking.features(asking, passages, lexical=share, dense=dense)
    scores = ranking.scores(fitted("ranking"), found)
    order = np.lexsort((rows, -scores))[:k].tolist()
    named = ranking.named(found, order)
    return [
        Hit(passages[i].paragraph, score, Leg.HYBRID, own)
        for i, score, own in zip(order, scores[order].tolist(), named, strict=True)
    ]


def _foremost(lexical: Scores, dense: Scores, count: int) -> Rows:
    """Places of so many candidates, best first by the ranks of both legs together, ties as they stand."""
    return (-(_reciprocal_ranks(lexical) + _reciprocal_ranks(dense))).argsort(kind="stable")[:count]


def _reciprocal_ranks(scores: Scores) -> Scores:
    """By which both legs choose the candidates, whatever the scales of their scores. The order itself is the fitted
    sum's. Cormack, Clarke and Büttcher, Reciprocal Rank Fusion, SIGIR 2009."""
    worth = np.empty(len(scores), np.float32)
    worth[(-scores).argsort(kind="stable")] = _worths(len(scores))
    return worth


@lru_cache(maxsize=256)
def _worths(ranks: int) -> Scores:
    """Of so many ranks, best first."""
    return (1 / (RANK_CONSTANT + np.arange(ranks))).astype(np.float32)


def _hits(snapshot: Snapshot, rows: Rows, scores: Scores, leg: Leg) -> list[Hit]:
    found: Sequence[tuple[int, float]] = list(zip(rows.tolist(), scores.tolist(), strict=True))
    return [Hit(snapshot.paragraphs[row], score, leg, {str(leg): score}) for row, score in found]

"""Question to hits: either leg alone, or both fused and reranked."""

from collections.abc import Collection, Mapping

import numpy as np

from embeddings.terms import terms
from rag.lexical import Rows, Scores, best
from rag.snapshot import Snapshot
from rag.types import Hit, Leg

DEPTH = 60
"""Candidates each leg brings to the fusion."""


def search(
    snapshot: Snapshot, query: str, *, k: int = 10, leg: Leg = Leg.HYBRID, only: Collection[str] | None = None
) -> list[Hit]:
    """The k best paragraphs, best first, ties by paragraph id."""
    if not snapshot.paragraphs:
        return []
    mask = snapshot.mask(only)
    weighted = dict.fromkeys(terms(query), 1.0)
    lexical = snapshot.lexical.score(weighted)
    vector = snapshot.encoder.encode_query(query)
    dense = snapshot.vectors.score(vector, np.arange(len(snapshot.paragraphs)))
    if mask is not None:
        lexical = np.where(mask, lexical, 0).astype(np.float32)
        dense = np.where(mask, dense, -np.inf).astype(np.float32)
    if leg is Leg.LEXICAL:
        rows, scores = best(lexical, k, above=0.0)
    elif leg is Leg.DENSE:
        rows, scores = best(dense, k)
    else:
        rows, scores = best(fuse(lexical, dense), k)
    return [
        _hit(snapshot, int(row), float(score), leg, lexical, dense) for row, score in zip(rows, scores, strict=True)
    ]


def fuse(lexical: Scores, dense: Scores) -> Scores:
    """BM25 over its best plus a little cosine."""
    return (lexical / max(float(lexical.max()), 1e-6) + 0.3 * dense).astype(np.float32)


def _hit(snapshot: Snapshot, row: int, score: float, leg: Leg, lexical: Scores, dense: Scores) -> Hit:
    features: Mapping[str, float] = {"lexical": float(lexical[row]), "dense": float(dense[row])}
    return Hit(snapshot.paragraphs[row], score, leg, features)


__all__ = ["DEPTH", "Rows", "fuse", "search"]

"""Nearest paragraphs by cosine, in FAISS."""

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class VectorIndex:
    """Exact search over unit vectors; scores are cosines, -1 to 1, higher is nearer."""

    index: faiss.Index

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> "VectorIndex":
        """`vectors` has shape (rows, dimensions), rows of unit length."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, file: Path) -> "VectorIndex":
        return cls(faiss.read_index(str(file)))

    def save(self, file: Path) -> None:
        faiss.write_index(self.index, str(file))

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def search(self, query: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> tuple[Rows, Scores]:
        """The k nearest rows, of those allowed, best first; shapes (<=k,)."""
        if not len(self):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        chosen = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.flatnonzero(allowed))
            chosen = faiss.SearchParameters()
            chosen.sel = selector
        scores, rows = self.index.search(query[None, :], min(k, len(self)), params=chosen)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def score(self, query: Vectors, rows: Rows) -> Scores:
        """Cosine of the query with each of these rows, shape (len(rows),)."""
        if not len(rows):
            return np.zeros(0, np.float32)
        return np.asarray(self.index.reconstruct_batch(rows) @ query, np.float32)

"""Nearest paragraphs by cosine, in FAISS: one index a segment.

Scores are cosines, -1 to 1, higher is nearer.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.rows import LiveRows, Rows, Scores, best_of

FILE = "vectors.faiss"

HALVED = 20_000
"""Rows from which on a segment keeps 16 bits a number: half the memory, recall@10 of 0.999."""

_CHUNK = 10_000

_threads = threading.local()


@dataclass(frozen=True)
class VectorFile:
    """Unit vectors of one segment, searched exactly."""

    index: faiss.Index

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> "VectorFile":
        """`vectors` has shape (rows, dimensions), rows of unit length."""
        index = _empty(vectors.shape[1], len(vectors))
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def merge(cls, parts: Sequence[tuple["VectorFile", LiveRows]]) -> "VectorFile":
        """The rows that are left of each, one part after the other."""
        index = _empty(parts[0][0].dimensions, sum(len(rows) for _, rows in parts))
        for file, rows in parts:
            alive = np.arange(rows.total) if rows.alive is None else rows.alive
            for start in range(0, len(alive), _CHUNK):
                index.add(file.vectors(alive[start : start + _CHUNK]))
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> "VectorFile":
        """Mapped into memory: what no search touches is not read."""
        return cls(faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC))

    def save(self, folder: Path) -> None:
        faiss.write_index(self.index, str(folder / FILE))

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self.index.d)

    def vectors(self, rows: Rows) -> Vectors:
        """Shape (len(rows), dimensions)."""
        if not len(rows):
            return np.zeros((0, self.index.d), np.float32)
        return np.asarray(self.index.reconstruct_batch(rows), np.float32)

    def search(self, query: Vectors, k: int) -> tuple[Rows, Scores]:
        """The k nearest rows, best first; shapes (<=k,)."""
        scores, rows = self.index.search(query[None, :], min(k, len(self)))
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]


@dataclass(frozen=True)
class VectorIndex:
    """The vectors of segments and the rows of them that are left."""

    parts: Sequence[tuple[VectorFile, LiveRows]]

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> "VectorIndex":
        """`vectors` has shape (rows, dimensions), rows of unit length."""
        return cls([(VectorFile.from_vectors(vectors), LiveRows(len(vectors)))])

    def __len__(self) -> int:
        return sum(len(rows) for _, rows in self.parts)

    def search(self, query: Vectors, k: int, within: NDArray[np.bool_] | None = None) -> tuple[Rows, Scores]:
        """The k nearest rows, best first, ties by row; shapes (<=k,). `within`, shape (rows,), limits them."""
        _one_thread()
        if within is not None and 8 * np.count_nonzero(within) < len(within):
            rows = np.flatnonzero(within)
            return best_of(rows, self.score(query, rows), k)
        found_rows, found_scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for file, live in self.parts:
            wanted = min(k, len(live))
            asked = wanted
            while wanted:
                rows, scores = file.search(query, asked)
                kept = live.is_alive(rows)
                if within is not None:
                    kept[kept] = within[live.numbers(rows[kept])]
                if np.count_nonzero(kept) >= wanted or asked >= len(file):
                    found_rows.append(live.numbers(rows[kept][:wanted]))
                    found_scores.append(scores[kept][:wanted])
                    break
                asked *= 4
        return best_of(np.concatenate(found_rows), np.concatenate(found_scores), k)

    def score(self, query: Vectors, rows: Rows) -> Scores:
        """Cosine of the query with each of these rows, shape (len(rows),)."""
        scores = np.zeros(len(rows), np.float32)
        for file, live in self.parts:
            mine = live.holds(rows)
            if mine.any():
                scores[mine] = file.vectors(live.rows(rows[mine])) @ query
        return scores


def _empty(dimensions: int, rows: int) -> faiss.Index:
    if rows < HALVED:
        return faiss.IndexFlatIP(dimensions)
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _one_thread() -> None:
    """FAISS would start a team of threads for each caller; the setting is the calling thread's own."""
    if not getattr(_threads, "bounded", False):
        faiss.omp_set_num_threads(1)
        _threads.bounded = True

"""Nearest paragraphs by cosine, in FAISS: one index a segment.

Scores are cosines, -1 to 1, higher is nearer.
"""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index import blas
from rag.index.beside import begin
from rag.index.rows import LiveRows, Rows, Scores, best_of

FEW = 1_000
"""Rows whose numbers are looked up in a table of all halves."""

LARGE = 10_000
"""Rows from which on a segment keeps 16 bits a number and a compressed copy that is searched first."""

HUGE = 100_000
"""Rows from which on the copy is also tried with half of the dimensions, then with three quarters: to read through
all of it is what takes the time, as much as memory does."""

BESIDE = 50_000
"""Rows from which on a search goes on in a thread of its own while its caller does something else: to hand it over
takes a fifth of a millisecond."""

RECALL = 0.99
"""Of the true 10 nearest, the share that the compressed copy must bring; measured when it is made. Of 30 as well."""

NEAR, WIDE = 10, 30

_DEPTHS = (100, 150, 200, 300, 400, 600, 800, 1200, 1600)
_DEEP = 400
_WORTH_IT = 4
_SAMPLE = 200
_FLATTERED = 0.002
"""A depth chosen because it did well does a little worse with other queries: of seven segments of a million, by .0015
on average and .003 at worst."""
_TRAINING = 4_096  # FAISS takes no more, 256 for each of 16 centres
_ROUNDS = 10  # of 25 the last 15 bring nothing
_CHUNK = 10_000
_FILE, _COARSE_FILE, _DEPTH_FILE = "vectors.faiss", "vectors-coarse.faiss", "vectors-coarse.json"

_threads = threading.local()


@dataclass(frozen=True, slots=True)
class Coarse:
    """Four bits for each of the quarter of the dimensions in which the rows lie apart most, where that is enough: of
    220,000 rows 150 had to be compared then, and 300 to 400 with two bits for each of the half. Otherwise two bits a
    dimension, in product quantisers of 2 dimensions that SIMD registers hold whole, of a HUGE segment of as few
    dimensions as are enough.

    With one bit, 1,600 of 100,000 rows had to be compared, which took longer than a search through all two bits of all
    of them; of a million no depth was enough.

    The true 10 nearest are among its `depth` nearest with the measured `recall`: that of the worse half of the queries
    the depth was chosen by, both of which it has to satisfy. As surely the true 30 are among its `wide` nearest.
    """

    index: faiss.Index
    depth: int
    recall: float
    wide: int

    def deep(self, k: int) -> int:
        """How many of its nearest to compare for the k nearest."""
        return self.depth if k <= NEAR else self.wide * max(k, WIDE) // WIDE

    @classmethod
    def of(cls, exact: "VectorFile") -> "Coarse | None":
        """None when no depth that is worth it brings RECALL."""
        rows, dimensions = len(exact), exact.dimensions
        if rows < LARGE or dimensions % 8:
            return None
        _one_thread()
        random = np.random.default_rng(0)
        training = exact.vectors(np.sort(random.choice(rows, min(rows, _TRAINING), replace=False)))
        sample = np.sort(random.choice(rows, 2 * _SAMPLE, replace=False))
        queries = random.permutation(_questions_like(exact.vectors(sample), random))
        truth = exact.nearest(queries, WIDE)

        def recall(index: faiss.Index, depth: int, k: int) -> float:
            found = index.search(queries, depth)[1]
            shared = [len(set(a) & set(b)) for a, b in zip(truth[:, :k].tolist(), found.tolist(), strict=True)]
            return min(sum(shared[:_SAMPLE]), sum(shared[_SAMPLE:])) / (k * _SAMPLE)

        for index, deepest in _copies(training, rows):
            for vectors in exact.chunks():
                index.add(vectors)
            depths = [depth for depth in _DEPTHS if _WORTH_IT * depth <= rows]
            for depth in (depth for depth in depths if depth <= deepest):
                worse = recall(index, depth, NEAR)
                if worse >= RECALL + _FLATTERED:
                    wider = (wide for wide in depths if depth < wide < WIDE // NEAR * depth)
                    enough = (wide for wide in wider if recall(index, wide, WIDE) >= RECALL + _FLATTERED)
                    return cls(index, depth, worse, next(enough, WIDE // NEAR * depth))
        return None

    @classmethod
    def load(cls, folder: Path) -> "Coarse | None":
        if not (folder / _DEPTH_FILE).exists():
            return None
        said = json.loads((folder / _DEPTH_FILE).read_text(encoding="utf-8"))
        # Until November 2026 the depth for 30 was not measured, and three times that for 10 was taken.
        wide = said.get("wide", WIDE // NEAR * said["depth"])
        return cls(faiss.read_index(str(folder / _COARSE_FILE)), said["depth"], said["recall"], wide)

    def save(self, folder: Path) -> None:
        faiss.write_index(self.index, str(folder / _COARSE_FILE))
        said = {"depth": self.depth, "recall": self.recall, "wide": self.wide}
        (folder / _DEPTH_FILE).write_text(json.dumps(said), encoding="utf-8")


@dataclass(frozen=True)
class VectorFile:
    """Unit vectors of one segment. `coarse` chooses which of them a search compares."""

    index: faiss.Index
    coarse: Coarse | None = None

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> "VectorFile":
        """`vectors` has shape (rows, dimensions), rows of unit length."""
        index = _empty(vectors.shape[1], len(vectors))
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls._of(index)

    @classmethod
    def merge(cls, parts: Sequence[tuple["VectorFile", LiveRows]]) -> "VectorFile":
        """The rows that are left of each, one part after the other."""
        index = _empty(parts[0][0].dimensions, sum(len(rows) for _, rows in parts))
        for file, rows in parts:
            alive = np.arange(rows.total) if rows.alive is None else rows.alive
            for start in range(0, len(alive), _CHUNK):
                index.add(file.vectors(alive[start : start + _CHUNK]))
        return cls._of(index)

    @classmethod
    def _of(cls, index: faiss.Index) -> "VectorFile":
        with blas.one_thread():
            return cls(index, Coarse.of(cls(index)))

    @classmethod
    def load(cls, folder: Path) -> "VectorFile":
        """Mapped into memory: what no search touches is not read."""
        return cls(faiss.read_index(str(folder / _FILE), faiss.IO_FLAG_MMAP_IFC), Coarse.load(folder))

    def save(self, folder: Path) -> None:
        faiss.write_index(self.index, str(folder / _FILE))
        if self.coarse is not None:
            self.coarse.save(folder)

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self.index.d)

    def vectors(self, rows: Rows) -> Vectors:
        """Shape (len(rows), dimensions)."""
        if not len(rows):
            return np.zeros((0, self.index.d), np.float32)
        if len(rows) <= FEW and self._halves is not None:
            return _of_halves().take(self._halves[rows])  # FAISS takes twice as long, and of many half as long
        return np.asarray(self.index.reconstruct_batch(rows), np.float32)

    @cached_property
    def _halves(self) -> NDArray[np.uint16] | None:
        """Where the index keeps 16 bits a number, those, where they lie; shape (rows, dimensions)."""
        if not isinstance(self.index, faiss.IndexScalarQuantizer):
            return None
        codes: Any = self.index.codes
        halves: NDArray[np.uint16] = faiss.rev_swig_ptr(codes.data(), codes.size()).view(np.uint16)
        return halves.reshape(len(self), self.dimensions)

    def chunks(self) -> Iterator[Vectors]:
        """All of them, _CHUNK rows at a time."""
        for start in range(0, len(self), _CHUNK):
            yield self.vectors(np.arange(start, min(start + _CHUNK, len(self))))

    def nearest(self, queries: Vectors, k: int) -> Rows:
        """The k nearest rows of each of many queries, best first, all compared; shape (len(queries), k)."""
        rows = np.zeros((len(queries), 0), np.int64)
        scores = np.zeros((len(queries), 0), np.float32)
        first = 0
        for vectors in self.chunks():
            here = queries @ vectors.T
            best = np.argpartition(-here, min(k, len(vectors)) - 1, axis=1)[:, :k]
            rows = np.concatenate([rows, first + best], axis=1)
            scores = np.concatenate([scores, np.take_along_axis(here, best, axis=1)], axis=1)
            first += len(vectors)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(rows, best, axis=1)

    def search(self, query: Vectors, k: int) -> tuple[Rows, Scores]:
        """The k nearest rows, best first; shapes (<=k,). With `coarse`, RECALL of them at least for k of 10 or 30."""
        depth = 0 if self.coarse is None else self.coarse.deep(k)
        if self.coarse is None or _WORTH_IT * depth > len(self):
            return self.exactly(query, k)
        # Reading candidates back to compare them here takes ten times as long as the comparison inside FAISS.
        parameters = faiss.IndexRefineSearchParameters()
        parameters.k_factor = (depth + 0.5) / k
        scores, rows = self._refined.search(query[None, :], k, params=parameters)
        found = rows[0] >= 0
        return best_of(rows[0][found], scores[0][found], k)

    @cached_property
    def _refined(self) -> faiss.Index:
        assert self.coarse is not None
        return faiss.IndexRefine(self.coarse.index, self.index)

    def exactly(self, query: Vectors, k: int) -> tuple[Rows, Scores]:
        """The k nearest rows, best first, all compared."""
        if len(self) <= k and isinstance(self.index, faiss.IndexFlat):
            return best_of(np.arange(len(self)), self._every(query), k)
        scores, rows = self.index.search(query[None, :], min(k, len(self)))
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def _every(self, query: Vectors) -> Scores:
        """Of a flat index, the cosine of every row: a search for all of them keeps a heap of all of them."""
        index: Any = self.index  # the stubs know less of it
        query, scores = np.ascontiguousarray(query, np.float32), np.empty(len(self), np.float32)
        pointers = (faiss.swig_ptr(scores), faiss.swig_ptr(query), index.get_xb())
        faiss.fvec_inner_products_ny(*pointers, self.dimensions, len(self))  # type: ignore[attr-defined, unused-ignore]
        return scores


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
            asked = len(file) if within is not None and len(file) < LARGE else wanted
            while wanted:
                rows, scores = file.search(query, asked)
                if within is not None or live.alive is not None:
                    kept = live.is_alive(rows)
                    if within is not None:
                        kept[kept] = within[live.numbers(rows[kept])]
                    rows, scores = rows[kept], scores[kept]
                if len(rows) >= wanted or asked >= len(file):
                    found_rows.append(live.numbers(rows[:wanted]))
                    found_scores.append(scores[:wanted])
                    break
                asked *= 4
        return best_of(np.concatenate(found_rows), np.concatenate(found_scores), k)

    def begin(self, query: Vectors, k: int, within: NDArray[np.bool_] | None = None) -> Callable[[], Rows]:
        """As `search`, the rows alone, when they are asked for; of a large index it goes on meanwhile."""

        def rows() -> Rows:
            return self.search(query, k, within)[0]

        return begin(rows) if len(self) >= BESIDE else rows

    def score(self, query: Vectors, rows: Rows) -> Scores:
        """Cosine of the query with each of these rows, shape (len(rows),)."""
        if len(self.parts) == 1:
            ((file, live),) = self.parts
            return np.asarray(file.vectors(live.rows(rows)) @ query)
        scores = np.zeros(len(rows), np.float32)
        for file, live in self.parts:
            mine = live.holds(rows)
            if mine.any():
                scores[mine] = file.vectors(live.rows(rows[mine])) @ query
        return scores


@cache
def _of_halves() -> Vectors:
    """Of each 16 bits, read as a number of half precision, the number."""
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)


def _empty(dimensions: int, rows: int) -> faiss.Index:
    if rows < LARGE:
        return faiss.IndexFlatIP(dimensions)
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _copies(training: Vectors, rows: int) -> Iterator[tuple[faiss.Index, int]]:
    """Ways to keep so many rows, empty, the quickest to search first, and the depth at which the next is quicker."""
    dimensions = training.shape[1]
    ways = [(dimensions // 4, 1)]
    if rows >= HUGE:
        ways += [(dimensions // 2, 2), (dimensions // 4 * 3, 2)]
    for kept, together in ways:
        turned = faiss.LinearTransform(dimensions, kept, False)
        faiss.copy_array_to_vector(_principal(training, kept).ravel(), turned.A)
        turned.is_trained = True
        index = faiss.IndexPreTransform(turned, _quantised(turned.apply(training), together))
        index.is_trained = True
        yield index, _DEEP
    yield _quantised(training, 2), _DEPTHS[-1]


def _quantised(training: Vectors, together: int) -> faiss.Index:
    """Four bits for so many dimensions together."""
    dimensions = training.shape[1]
    index = faiss.IndexPQFastScan(dimensions, dimensions // together, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.niter = _ROUNDS
    index.train(training)
    return index


def _principal(vectors: Vectors, dimensions: int) -> Vectors:
    """The directions in which the vectors lie apart most, turned among themselves, so that each number tells as much
    as any other and the same two bits do for all; shape (dimensions, vectors.shape[1])."""
    directions = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :dimensions]
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((dimensions, dimensions)))[0]
    return np.ascontiguousarray((directions @ turn).T, np.float32)


def _questions_like(vectors: Vectors, random: np.random.Generator) -> Vectors:
    """Rows under noise: as far from their nearest rows as questions are (cosines near 0.35), and harder to place."""
    noise = random.standard_normal(vectors.shape).astype(np.float32)
    mixed = vectors + 2.5 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _one_thread() -> None:
    """FAISS would start a team of threads for each caller, which on a busy machine mostly wait for each other.

    The setting is the calling thread's own.
    """
    if not getattr(_threads, "bounded", False):
        faiss.omp_set_num_threads(1)
        _threads.bounded = True

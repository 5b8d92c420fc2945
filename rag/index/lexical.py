"""BM25 over inverted files of plain arrays, one file a segment, statistics over all of them.

Scores rise with relevance and are not bounded above; 0 means that no query term is in the paragraph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.rows import LiveRows, Rows, Scores, best_of
from rag.text.background import hashes

K1, B = 1.2, 0.5

BUDGET = 200_000
"""Postings a search reads whole, those of the rarest terms first; the others are looked up for candidates only."""

CANDIDATES = 500
"""Rows that terms beyond the budget are looked up for."""

_COMMON = 16
"""A term that one row in so many holds is looked up in an array of all rows, made when it is first met."""
_HELD = 32
_AHEAD = 8

_CHUNK = 1 << 22
_BOTH = np.arange(2)


def idf(documents: int, frequency: NDArray[np.int64]) -> Scores:
    """ln(1 + (N - n + 0.5) / (n + 0.5)), never negative (Lucene's form of Robertson and Sparck Jones)."""
    return np.log1p((documents - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Postings:
    """Of one segment. The postings of the term with hash keys[t] are starts[t]:starts[t + 1]: rows that hold it,
    rising, and how often (255 stands for more). `keys` rise; `lengths` counts the terms of each row.
    """

    keys: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]

    @classmethod
    def from_terms(cls, paragraphs: Iterable[Sequence[str]]) -> "Postings":
        """Of paragraphs given as their terms, repeats included."""
        numbers: dict[str, int] = {}
        lengths: list[int] = []

        def numbered() -> Iterator[list[int]]:
            for paragraph in paragraphs:
                lengths.append(len(paragraph))
                yield [numbers.setdefault(term, len(numbers)) for term in paragraph]

        terms = np.fromiter(chain.from_iterable(numbered()), np.int64)
        return cls.from_numbers(list(numbers), terms, np.asarray(lengths, np.int64))

    @classmethod
    def from_numbers(
        cls, vocabulary: Sequence[str], terms: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> "Postings":
        """Of paragraphs given one after the other as numbers into `vocabulary`; paragraph i has lengths[i] of them."""
        keys = hashes(vocabulary)
        by_key = np.argsort(keys)
        ranks = np.empty(len(keys), np.int64)
        ranks[by_key] = np.arange(len(keys))
        pairs = (ranks[terms] << 32) | np.repeat(np.arange(len(lengths)), lengths)
        pairs.sort()
        firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
        counts = np.diff(firsts, append=len(pairs))
        postings = pairs[firsts]
        return cls(
            keys[by_key],
            np.searchsorted(postings >> 32, np.arange(len(keys) + 1)).astype(np.int64),
            (postings & 0xFFFFFFFF).astype(np.int32),
            np.minimum(counts, 255).astype(np.uint8),
            np.asarray(lengths, np.int32),
        )

    @classmethod
    def merge(cls, parts: Sequence[tuple["Postings", LiveRows]]) -> "Postings":
        """The rows that are left of each, one part after the other."""
        left = [postings.only(rows) for postings, rows in parts]
        keys = np.unique(np.concatenate([postings.keys for postings in left]))
        places = [np.searchsorted(keys, postings.keys) for postings in left]
        frequency = np.zeros(len(keys), np.int64)
        for postings, place in zip(left, places, strict=True):
            frequency[place] += np.diff(postings.starts)
        starts = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
        rows, counts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint8)
        filled, first = starts[:-1].copy(), 0
        for postings, place in zip(left, places, strict=True):
            sizes = np.diff(postings.starts)
            shift = filled[place] - postings.starts[:-1]
            for chunk in _chunks(postings.starts):
                span = slice(int(postings.starts[chunk.start]), int(postings.starts[chunk.stop]))
                to = np.arange(span.start, span.stop) + np.repeat(shift[chunk], sizes[chunk])
                rows[to] = postings.rows[span] + first
                counts[to] = postings.counts[span]
            filled[place] += sizes
            first += len(postings)
        return cls(keys, starts, rows, counts, np.concatenate([postings.lengths for postings in left]))

    def only(self, rows: LiveRows) -> "Postings":
        """Without the rows that are gone, the others numbered anew."""
        if rows.alive is None:
            return self
        numbers = np.full(rows.total, -1, np.int32)
        numbers[rows.alive] = np.arange(len(rows))
        renumbered = numbers[self.rows]
        kept = renumbered >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts].astype(np.int64)
        held = np.diff(starts) > 0
        return Postings(
            self.keys[held],
            np.concatenate([starts[:-1][held], starts[-1:]]),
            renumbered[kept],
            self.counts[kept],
            self.lengths[rows.alive],
        )

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """Mapped into memory: what no search touches is not read."""
        return cls(*(_mapped(folder / _file(field.name)) for field in fields(cls)))

    def save(self, folder: Path) -> None:
        for field in fields(self):
            np.save(folder / _file(field.name), getattr(self, field.name), allow_pickle=False)

    def __len__(self) -> int:
        return len(self.lengths)

    def counts_in(self, start: int, end: int, rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        """How often each of these rows holds the term with the postings start:end, one at least; shape (len(rows),)."""
        if end - start > len(self) // _COMMON:
            return np.asarray(self._of_every_row(start, end)[rows])
        places = np.minimum(self.rows[start:end].searchsorted(rows), end - start - 1) + start
        return np.asarray(self.counts[places] * (self.rows[places] == rows))

    def _of_every_row(self, start: int, end: int) -> NDArray[np.uint8]:
        held = self._common.get(start)
        if held is None:
            held = np.zeros(len(self), np.uint8)
            held[self.rows[start:end]] = self.counts[start:end]
            if len(self._common) >= _HELD:
                self._common.clear()
            self._common[start] = held
        return held

    @cached_property
    def _common(self) -> dict[int, NDArray[np.uint8]]:
        return {}

    def spans(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where the postings of each key begin and end, shape (len(keys), 2); an unknown key has none."""
        if not len(self.keys):
            return np.zeros((len(keys), 2), np.int64)
        places = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        known = self.keys[places] == keys
        return np.asarray(self.starts[places[:, None] + _BOTH] * known[:, None])


@dataclass(frozen=True)
class LexicalIndex:
    """Inverted files of segments and the rows of them that are left."""

    parts: Sequence[tuple[Postings, LiveRows]]

    @classmethod
    def from_terms(cls, paragraphs: Iterable[Sequence[str]]) -> "LexicalIndex":
        """Index paragraphs given as their terms, repeats included."""
        postings = Postings.from_terms(paragraphs)
        return cls([(postings, LiveRows(len(postings)))])

    @cached_property
    def _size(self) -> int:
        return sum(len(rows) for _, rows in self.parts)

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _norms(self) -> Sequence[Scores]:
        """k1 * (1 - b + b * length / average length) of every row of each segment."""
        total = sum(int(p.lengths.sum() - p.lengths[rows.dead].sum()) for p, rows in self.parts)
        average = max(total / max(len(self), 1), 1.0)
        return [(K1 * (1 - B + B * p.lengths / average)).astype(np.float32) for p, _ in self.parts]

    def idf(self, terms: Sequence[str]) -> Scores:
        """How telling each term is, shape (len(terms),); an unseen term is as telling as one seen nowhere."""
        return idf(len(self), self.frequency(terms))

    def frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """How many rows hold each term, shape (len(terms),)."""
        keys = hashes(terms)
        return self._frequency([postings.spans(keys) for postings, _ in self.parts], len(terms))

    def _frequency(self, spans: Sequence[NDArray[np.int64]], terms: int) -> NDArray[np.int64]:
        frequency = np.zeros(terms, np.int64)
        for (postings, rows), span in zip(self.parts, spans, strict=True):
            frequency += span[:, 1] - span[:, 0]
            if len(rows.dead):
                dead = [_common(postings.rows[start:end], rows.dead) for start, end in span.tolist()]
                frequency -= np.array(dead, np.int64)  # a bare empty list would be taken for floats
        return frequency

    def score(self, weighted: Mapping[str, float]) -> Scores:
        """BM25 of every row for terms with query weights, shape (rows,)."""
        query = self._query(weighted)
        scores = [np.zeros(0, np.float32)]
        for part, (_, rows) in enumerate(self.parts):
            whole = self._accumulate(query, part, len(query.weights)).of_rows
            scores.append((whole if rows.alive is None else whole[rows.alive]).astype(np.float32))
        return np.concatenate(scores)

    def scores_of(self, weighted: Mapping[str, float], rows: Rows) -> Scores:
        """BM25 of these rows only, shape (len(rows),)."""
        query = self._query(weighted)
        return self._gather(rows, lambda part, own: self._add(query, part, own, np.zeros(len(own)), 0))

    def _gather(self, rows: Rows, scores_of: Callable[[int, Rows], Scores]) -> Scores:
        """The scores of these rows, each segment asked for those of its own."""
        scores = np.zeros(len(rows), np.float32)
        for part, (_, live) in enumerate(self.parts):
            mine = live.holds(rows)
            if mine.any():
                scores[mine] = scores_of(part, live.rows(rows[mine]))
        return scores

    def search(
        self, weighted: Mapping[str, float], k: int, within: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Scores]:
        """The k best rows that hold any term, best first, ties by row; shapes (<=k,). `within` (rows,) limits them.

        Exact while the terms have at most BUDGET postings together. Beyond that the rarest terms choose CANDIDATES,
        which are then scored with all terms.
        """
        query = self._query(weighted)
        return self._best(query, self._sums(query), k, within)

    def search_beside(
        self, weighted: Mapping[str, float], k: int, others: Rows, within: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Scores]:
        """The k best rows and `others`, all rising, each with its score."""
        query = self._query(weighted)
        sums = self._sums(query)
        rows = np.union1d(self._best(query, sums, k, within)[0], others)
        whole = query.affordable(BUDGET)
        return rows, self._gather(rows, lambda part, own: self._add(query, part, own, sums[part].of_rows[own], whole))

    def _sums(self, query: "_Query") -> Sequence["_Sums"]:
        """BM25 of every row of each segment for the terms within the budget."""
        whole = query.affordable(BUDGET)
        return [self._accumulate(query, part, whole) for part in range(len(self.parts))]

    def _best(
        self, query: "_Query", sums: Sequence["_Sums"], k: int, within: NDArray[np.bool_] | None
    ) -> tuple[Rows, Scores]:
        whole = query.affordable(BUDGET)
        exact = whole == len(query.weights)
        found_rows, found_scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for part, (_, live) in enumerate(self.parts):
            wanted = k if exact else max(k, CANDIDATES * len(live) // len(self))
            rows = sums[part].best(wanted) if within is None and live.alive is None else sums[part].some()
            rows = rows if live.alive is None else rows[live.is_alive(rows)]
            rows = rows if within is None else rows[within[live.numbers(rows)]]
            rows, scores = best_of(rows, sums[part].of_rows[rows].astype(np.float32), wanted)
            if not exact:
                rows, scores = best_of(rows, self._add(query, part, rows, sums[part].of_rows[rows], whole), k)
            found_rows.append(live.numbers(rows))
            found_scores.append(scores)
        return best_of(np.concatenate(found_rows), np.concatenate(found_scores), k)

    def _query(self, weighted: Mapping[str, float]) -> "_Query":
        keys = hashes(weighted)
        spans = [postings.spans(keys) for postings, _ in self.parts]
        frequency = self._frequency(spans, len(weighted))
        weights = np.fromiter(weighted.values(), np.float32, len(weighted)) * idf(len(self), frequency) * (K1 + 1)
        order = np.argsort(frequency, kind="stable")
        order = order[frequency[order] > 0]
        return _Query(weights[order], frequency[order], [span[order].tolist() for span in spans])

    def _accumulate(self, query: "_Query", part: int, terms: int) -> "_Sums":
        """BM25 of every row of a segment for the first of the query's terms."""
        postings = self.parts[part][0]
        spans = [slice(start, end) for start, end in query.spans[part][:terms]]
        if not spans:
            return _Sums(np.zeros(len(postings)), np.zeros(0, np.intp), 0)
        rows = np.concatenate([postings.rows[span] for span in spans]).astype(np.intp)
        counts = np.concatenate([postings.counts[span] for span in spans])
        weights = np.repeat(query.weights[:terms], [span.stop - span.start for span in spans])
        values = _saturated(counts, self._norms[part][rows], weights)
        sums = np.asarray(np.bincount(rows, values, minlength=len(postings)), np.float64)
        return _Sums(sums, rows, len(spans))

    def _add(self, query: "_Query", part: int, rows: Rows, sums: NDArray[np.float64], terms: int) -> Scores:
        """BM25 of these rows of a segment, `sums` being what the first of the query's terms make of them."""
        postings = self.parts[part][0]
        sought = rows.astype(np.int32)  # of the postings' own type, or each search converts all of a term's
        rest = zip(query.weights[terms:], query.spans[part][terms:], strict=True)
        here = [(weight, start, end) for weight, (start, end) in rest if start < end]
        if not here:
            return sums.astype(np.float32)
        counts = np.array([postings.counts_in(start, end, sought) for _, start, end in here])
        weights = np.array([[weight] for weight, *_ in here], np.float32)
        # Added up as bincount does it, in the same order, so that every way to a score gives the same one.
        for of_term in _saturated(counts, self._norms[part][rows], weights):
            sums = sums + of_term
        return sums.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """BM25 `of_rows` of a segment, all of them, that `terms` terms make up, and the rows that have any, once a term."""

    of_rows: NDArray[np.float64]
    posted: NDArray[np.intp]
    terms: int

    def some(self) -> Rows:
        """Rows over 0, rising."""
        return np.flatnonzero(self.of_rows > 0)

    def best(self, k: int) -> Rows:
        """Rows over 0, rising, the k best and those of the same score among them."""
        # A row is there at most once a term, so that so many of the best have k different ones among them. Those of the
        # rarest terms come first, and are likely to be the best.
        most = k * self.terms
        scores = self.of_rows[self.posted[: _AHEAD * most]]
        if len(scores) <= most:
            return self.some()
        least = np.partition(scores, len(scores) - most)[len(scores) - most] * (1 - 1e-6)
        return np.flatnonzero(self.of_rows >= least)


@dataclass(frozen=True)
class _Query:
    """Terms that occur, the rarest first: weight * idf * (k1 + 1), frequency, and where each segment has them."""

    weights: Scores
    frequency: NDArray[np.int64]
    spans: Sequence[Sequence[Sequence[int]]]

    def affordable(self, budget: int) -> int:
        """How many of the terms have at most so many postings together; one at least."""
        return max(int(np.searchsorted(np.cumsum(self.frequency), budget, side="right")), min(len(self.weights), 1))


def _saturated(counts: NDArray[np.uint8], norm: Scores, weights: Scores | np.float32) -> Scores:
    tf = counts.astype(np.float32)
    return np.asarray(weights * (tf / (tf + norm)), np.float32)


def _common(rising: NDArray[np.int32], others: Rows) -> int:
    """How many of `others` are in `rising`."""
    if not len(rising):
        return 0
    sought = others.astype(np.int32)  # of the postings' own type, or all of them are converted
    places = np.minimum(rising.searchsorted(sought), len(rising) - 1)
    return int(np.count_nonzero(rising[places] == sought))


def _chunks(starts: NDArray[np.int64]) -> Iterator[slice]:
    """Runs of terms with about _CHUNK postings each."""
    marks = np.searchsorted(starts, np.arange(_CHUNK, int(starts[-1]) + _CHUNK, _CHUNK), side="left")
    bounds = np.unique(np.concatenate([[0], np.minimum(marks, len(starts) - 1)])).tolist()
    return (slice(a, b) for a, b in pairwise(bounds))


def _file(name: str) -> str:
    return f"lexical-{name}.npy"


def _mapped(file: Path) -> NDArray[Any]:
    # Every slice of a numpy.memmap makes another one, which takes longer than the slice.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False)).view(np.ndarray)

"""Inverted file of one segment: which rows hold a term, and how often. Plain arrays, one file each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.rows import LiveRows, Rows
from rag.text.hashed import hashes, places_of

_CHUNK = 1 << 22


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

    def counts_in(self, spans: Sequence[tuple[int, int]], rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        """How often each of these rows holds the term with the postings start:end; shape (len(spans), len(rows))."""
        counts = np.zeros((len(spans), len(rows)), np.uint8)
        held = [number for number, (start, end) in enumerate(spans) if start < end]
        if held:
            places = np.empty((len(held), len(rows)), np.intp)
            for place, number in zip(places, held, strict=True):
                start, end = spans[number]
                place[:] = rows if end - start == len(self) else self.rows[start:end].searchsorted(rows)
            starts, ends = np.array([spans[number] for number in held]).T[:, :, None]
            places = np.minimum(places + starts, ends - 1)
            counts[held] = self.counts[places] * (self.rows[places] == rows)
        return counts

    def held_by(self, start: int, end: int, rows: Rows) -> int:
        """How many of these rows hold the term with the postings start:end."""
        if start == end:
            return 0
        sought = rows.astype(np.int32)  # of the postings' own type, or all of them are converted
        places = np.minimum(self.rows[start:end].searchsorted(sought), end - start - 1) + start
        return int(np.count_nonzero(self.rows[places] == sought))

    def spans(self, terms: Sequence[str]) -> list[tuple[int, int]]:
        """Where the postings of each term begin and end; an unknown one has none."""
        starts = self.starts.data  # of an array each number takes three times as long
        return [
            (0, 0) if place is None else (starts[place], starts[place + 1]) for place in places_of(terms, self.keys)
        ]


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

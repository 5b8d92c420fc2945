"""Sums of all rows, of which a search touches few: made once, lent to a search, and all 0 again when it comes back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.index.rows import distinct

KEPT = 4
"""Idle ones kept; 8 bytes a row each."""

_AHEAD = 3
_SPARSE = 8
SURE = 1 - 1e-6
"""Bounds are wider by so much than they are worked out to be: scores are told, and tie, in 24 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class _Touched:
    """Rows of a stretch, counted from its start."""

    stretch: slice
    rows: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sums:
    """`of_rows` are 0 but for rows that were added to."""

    of_rows: NDArray[np.float64]
    _touched: list[_Touched] = field(default_factory=list)

    @classmethod
    def of(cls, rows: int) -> "Sums":
        """All 0."""
        return cls(np.zeros(rows))

    def add(self, stretch: slice, rows: NDArray[np.intp], values: NDArray[np.float32]) -> None:
        """Each value to its row of a stretch; those of the rarest term first."""
        self._touched.append(_Touched(stretch, rows))
        # Of other types it takes thirty times as long.
        np.add.at(self.of_rows[stretch], rows, values.astype(np.float64))

    def over(self, least: float, allowed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
        """Rows added to whose sum is `least` or more, rising; only `allowed` ones (None: all)."""
        found = [np.zeros(0, np.intp)]
        for start, touched in self._stretches():
            sums = self.of_rows[touched[0].stretch]
            if _are_many(touched, sums):
                rows = ((sums >= least) if least > 0 else (sums > 0)).nonzero()[0]
            else:
                rows = np.concatenate([part.rows for part in touched])
                rows = distinct(rows[sums.take(rows) >= least] if least > 0 else rows[sums.take(rows) > 0])
            found.append(start + rows)
        rows = np.concatenate(found)
        return rows if allowed is None else rows[allowed.take(rows)]

    def _stretches(self) -> Iterator[tuple[int, list[_Touched]]]:
        by_start: dict[int, list[_Touched]] = {}
        for touched in self._touched:
            by_start.setdefault(touched.stretch.start, []).append(touched)
        return iter(by_start.items())

    def kth(self, k: int, terms: int, allowed: NDArray[np.bool_] | None) -> float:
        """What the k-th best sum of `allowed` rows (None: all) is at least, after so many terms were added.

        The k-th best of rows of the rarest terms, which are likely to be the best.
        """
        most = k * terms  # a row is there at most once a term, so that so many of the best have k different ones
        share = _AHEAD * most / max(sum(len(touched.rows) for touched in self._touched), 1)
        ahead = np.concatenate(
            [np.zeros(0, np.intp)]
            + [touched.stretch.start + touched.rows[: int(share * len(touched.rows)) + 1] for touched in self._touched]
        )
        if allowed is not None:
            ahead = ahead[allowed.take(ahead)]
        sums = self.of_rows.take(distinct(ahead))
        return SURE * float(np.partition(sums, len(sums) - k)[len(sums) - k]) if len(sums) >= k else 0.0

    def clear(self) -> None:
        for _, touched in self._stretches():
            sums = self.of_rows[touched[0].stretch]
            if _are_many(touched, sums):
                sums[:] = 0.0
            else:
                for part in touched:
                    sums[part.rows] = 0.0
        self._touched.clear()


def _are_many(touched: Sequence[_Touched], sums: NDArray[np.float64]) -> bool:
    """Whether to go through all sums takes no longer than to go to those that were touched."""
    return _SPARSE * sum(len(part.rows) for part in touched) > len(sums)


@dataclass(frozen=True, eq=False)
class Scratch:
    """Of so many rows."""

    rows: int
    _idle: list[Sums] = field(default_factory=list)

    @contextmanager
    def lent(self) -> Iterator[Sums]:
        """To one thread at a time."""
        try:
            sums = self._idle.pop()  # a whole step: no other thread comes between
        except IndexError:
            sums = Sums.of(self.rows)
        try:
            yield sums
        finally:
            sums.clear()
            if len(self._idle) < KEPT:
                self._idle.append(sums)

"""BM25 over the inverted files of segments, statistics over all of them.

Scores rise with relevance and are not bounded above; 0 means that no query term is in the paragraph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.index.postings import Postings
from rag.index.rows import LiveRows, Rows, Scores, best_of, distinct
from rag.index.scratch import SURE, Scratch, Sums
from rag.text.remembering import Remembered

K1, B = 1.2, 0.5

BUDGET = 200_000
"""Postings a search reads at most, those of the rarest terms first; the others are looked up for candidates only."""

CANDIDATES = 500
"""Rows that terms beyond the budget are looked up for."""

FEW = 2_000
"""Rows up to which all terms are read at once."""

SLIGHT = 0.05
"""Of what all terms can make together, the share that the commonest may make to be left for later."""

HELD = 50_000
"""Terms whose postings need not be looked for again."""


def idf(documents: int, frequency: NDArray[np.int64]) -> Scores:
    """ln(1 + (N - n + 0.5) / (n + 0.5)), never negative (Lucene's form of Robertson and Sparck Jones)."""
    return np.log1p((documents - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


@dataclass(frozen=True)
class LexicalIndex:
    """Inverted files of segments and the rows of them that are left.

    Inside, the rows of all segments are counted through, those that are gone included; these numbers are `places`.
    """

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
    def _firsts(self) -> Rows:
        """The first place of each segment and, last, how many there are; shape (segments + 1,)."""
        return np.cumsum([0, *(rows.total for _, rows in self.parts)])

    @cached_property
    def _alive(self) -> Rows | None:
        """The place of each row, rising; None where none is gone, and each row is its own place."""
        if all(rows.alive is None for _, rows in self.parts):
            return None
        firsts = self._firsts[:-1].tolist()
        return np.concatenate(
            [
                first + rows.rows(rows.first + np.arange(len(rows)))
                for first, (_, rows) in zip(firsts, self.parts, strict=True)
            ]
        )

    @cached_property
    def _norms(self) -> Scores:
        """k1 * (1 - b + b * length / average length) of every place."""
        total = sum(int(p.lengths.sum() - p.lengths[rows.dead].sum()) for p, rows in self.parts)
        average = max(total / max(len(self), 1), 1.0)
        norms = [(K1 * (1 - B + B * p.lengths / average)).astype(np.float32) for p, _ in self.parts]
        return np.concatenate([np.zeros(0, np.float32), *norms])

    @cached_property
    def _least_norm(self) -> float:
        return float(self._norms.min(initial=np.inf))

    @cached_property
    def _scratch(self) -> Scratch:
        return Scratch(len(self._norms))

    @cached_property
    def _found(self) -> "Remembered[str, _Term]":
        """Each term, looked up once: a question asks for many of its terms several times."""
        return Remembered(self._looked_up, HELD)

    def make_ready(self) -> None:
        """Work out now what the first search would have to wait for."""
        _ = self._firsts, self._least_norm, self._scratch
        if self._alive is not None:
            _ = self._left

    def idf(self, terms: Sequence[str]) -> Scores:
        """How telling each term is, shape (len(terms),); an unseen term is as telling as one seen nowhere."""
        return idf(len(self), self.frequency(terms))

    def frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """How many rows hold each term, shape (len(terms),)."""
        return np.array([term.frequency for term in self._found(terms)], np.int64)

    def _looked_up(self, terms: Sequence[str]) -> list["_Term"]:
        spans = zip(*(postings.spans(terms) for postings in self._postings), strict=True)
        nowhere = _Term(0, ((0, 0),) * len(self.parts), self._postings)
        found = [nowhere if held == nowhere.spans else self._term(held) for held in spans]
        return found if self.parts else [nowhere] * len(terms)

    def _term(self, spans: Sequence[tuple[int, int]]) -> "_Term":
        frequency = 0
        for (postings, rows), (start, end) in zip(self.parts, spans, strict=True):
            if start < end:
                frequency += end - start - (postings.held_by(start, end, rows.dead) if len(rows.dead) else 0)
        return _Term(frequency, spans, self._postings)

    @cached_property
    def _postings(self) -> Sequence[Postings]:
        return [postings for postings, _ in self.parts]

    def score(self, weighted: Mapping[str, float]) -> Scores:
        """BM25 of every row for terms with query weights, none below 0; shape (rows,)."""
        query = self._query(weighted)
        sums = Sums.of(len(self._norms))
        self._add(query, slice(None), sums)
        scores = sums.of_rows.astype(np.float32)
        return scores if self._alive is None else scores[self._alive]

    def scores_of(self, weighted: Mapping[str, float], rows: Rows) -> Scores:
        """BM25 of these rows only, shape (len(rows),)."""
        places, own = np.unique(self._places(rows), return_inverse=True)
        return self._finished(self._query(weighted), 0, places, np.zeros(len(places)))[own]

    def search(
        self, weighted: Mapping[str, float], k: int, within: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Scores]:
        """The k best rows that hold any term, best first, ties by row; shapes (<=k,). `within` (rows,) limits them.

        Exact, unless more than BUDGET postings have to be read for it. Then the rarest terms choose CANDIDATES, which
        are scored with all terms.
        """
        if len(self._norms) <= FEW:
            return self._best_of_few(self.score(weighted), k, within)
        places, scores, *_ = self._best(self._query(weighted), k, _no_rows, within)
        return _best_over_0(self._numbers(places), scores, k)

    def search_beside(
        self, weighted: Mapping[str, float], k: int, others: Callable[[], Rows], within: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Scores]:
        """The k best rows and `others`, asked for once the best are known, all rising, each with its score."""
        if len(self._norms) <= FEW:
            every = self.score(weighted)
            rows = distinct(np.concatenate([self._best_of_few(every, k, within)[0], others()]))
            return rows, every.take(rows)
        places, scores, found, beside = self._best(self._query(weighted), k, others, within)
        numbers = self._numbers(places)
        rows = distinct(np.concatenate([_best_over_0(numbers[found], scores[found], k)[0], beside]))
        return rows, scores[numbers.searchsorted(rows)]

    def _best_of_few(self, scores: Scores, k: int, within: NDArray[np.bool_] | None) -> tuple[Rows, Scores]:
        """As `search`, given the scores of all rows: to find out which may be the best takes longer."""
        rows = ((scores > 0) if within is None else (scores > 0) & within).nonzero()[0]
        return best_of(rows, scores.take(rows), k)

    def _places(self, rows: Rows) -> Rows:
        return rows if self._alive is None else self._alive[rows]

    def _numbers(self, places: Rows) -> Rows:
        return places if self._alive is None else self._alive.searchsorted(places)

    def _allowed(self, within: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
        """Which places may be found; None means all."""
        if self._alive is None:
            return within
        return self._left if within is None else self._among(self._alive[within])

    @cached_property
    def _left(self) -> NDArray[np.bool_]:
        """Which places are rows that are left."""
        return self._among(np.arange(len(self._norms)) if self._alive is None else self._alive)

    def _among(self, places: Rows) -> NDArray[np.bool_]:
        among = np.zeros(len(self._norms), bool)
        among[places] = True
        return among

    def _best(
        self, query: "_Query", k: int, others: Callable[[], Rows], within: NDArray[np.bool_] | None
    ) -> tuple[Rows, Scores, NDArray[np.bool_], Rows]:
        """Places, rising, with their scores, and which of them are found: the k best are. The rest are `others`, whose
        rows come last.

        Postings are read the rarest terms first. Once the terms that are left cannot lift many places as high as the
        k-th best already is, they are looked up for these only (MaxScore: Turtle and Flood, Query evaluation:
        strategies and optimizations, 1995).
        """
        allowed, read, every = self._allowed(within), 0, len(query.weights)
        with self._scratch.lent() as sums:
            for terms in query.portions():
                self._add(query, terms, sums)
                read = terms.stop
                if query.is_slight(read):
                    least = sums.kth(k, read, allowed) - query.above[read]
                    if least > 0 or read == every:  # otherwise a row that none of the terms so far holds may be one
                        near = sums.over(least, allowed)
                        if len(near) <= CANDIDATES:
                            break
            else:
                if read < every:
                    wanted = max(k, CANDIDATES)
                    near = sums.over(sums.kth(wanted, read, allowed), allowed)
                    near = best_of(near, sums.of_rows.take(near).astype(np.float32), wanted)[0]
            beside = others()
            places = distinct(np.concatenate([near, self._places(beside)]))
            read_of_places = sums.of_rows.take(places)
        found = np.zeros(len(places), bool)
        found[places.searchsorted(near)] = True
        return places, self._finished(query, read, places, read_of_places), found, beside

    def _query(self, weighted: Mapping[str, float]) -> "_Query":
        terms = self._found(weighted)
        frequency = np.array([term.frequency for term in terms], np.int64)
        weights = np.fromiter(weighted.values(), np.float32, len(weighted)) * idf(len(self), frequency) * (K1 + 1)
        order = np.argsort(frequency, kind="stable")
        order = order[frequency[order] > 0]
        weights, own = weights[order], [terms[place] for place in order.tolist()]
        return _Query(weights, frequency[order], own, self._least_norm)

    def _add(self, query: "_Query", terms: slice, sums: Sums) -> None:
        """Add what these terms make of all places."""
        weights = query.weights[terms]
        for part, (postings, _) in enumerate(self.parts):
            spans = query.spans(part)[terms]
            sizes = [end - start for start, end in spans]
            if any(sizes):
                rows = np.concatenate([postings.rows[start:end] for start, end in spans], dtype=np.intp)
                counts = np.concatenate([postings.counts[start:end] for start, end in spans])
                places = slice(*self._firsts[part : part + 2].tolist())
                norms = self._norms[places].take(rows)
                sums.add(places, rows, _saturated(counts, norms, weights.repeat(sizes)))

    def _finished(self, query: "_Query", read: int, places: Rows, sums: NDArray[np.float64]) -> Scores:
        """BM25 of these places, which rise, `sums` being what the first of the terms make of them."""
        return self._sums(query, slice(read, None), places, sums).astype(np.float32)

    def _sums(self, query: "_Query", terms: slice, places: Rows, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """What these terms add to the sums of these places, which rise. Values of 24 bits and alike in size add up
        without an error in 53, so that every order of the terms comes to the same."""
        weights = query.weights[terms]
        if not len(weights):
            return sums
        counts = np.zeros((len(weights), len(places)), np.uint8)
        bounds = places.searchsorted(self._firsts).tolist()
        for part, (postings, _) in enumerate(self.parts):
            mine = slice(bounds[part], bounds[part + 1])
            if mine.start < mine.stop:
                rows = (places[mine] - self._firsts[part]).astype(np.int32)
                counts[:, mine] = postings.counts_in(query.spans(part)[terms], rows)
        values = _saturated(counts, self._norms[places], weights[:, None])
        return np.asarray(sums + np.add.reduce(values, axis=0, dtype=np.float64))


@dataclass(frozen=True, eq=False)
class _Term:
    """How many rows hold it, and where each segment has its postings."""

    frequency: int
    spans: Sequence[tuple[int, int]]
    segments: Sequence[Postings]

    @cached_property
    def most(self) -> int:
        """How often a row holds it at most."""
        held = zip(self.segments, self.spans, strict=True)
        return max([int(postings.counts[start:end].max()) for postings, (start, end) in held if start < end], default=0)


@dataclass(frozen=True, eq=False)
class _Query:
    """Terms that occur, the rarest first: weight * idf * (k1 + 1), frequency, and where each segment has them;
    `least_norm` is that of the shortest row."""

    weights: Scores
    frequency: NDArray[np.int64]
    terms: Sequence[_Term]
    least_norm: float

    def spans(self, part: int) -> Sequence[tuple[int, int]]:
        """Where a segment has the postings of each term."""
        return [term.spans[part] for term in self.terms]

    @cached_property
    def above(self) -> Sequence[float]:
        """No sum of the terms from the i-th on is above the i-th of these, of which there is one more."""
        most = np.array([term.most for term in self.terms], np.float64)
        return [*(np.cumsum((self.weights * (most / (most + self.least_norm)))[::-1])[::-1] / SURE).tolist(), 0.0]

    def is_slight(self, read: int) -> bool:
        """Whether the terms that are left after so many make little of what all can make together."""
        return self.above[read] <= SLIGHT * self.above[0]

    def portions(self) -> Iterator[slice]:
        """Terms to be read together: first those without which the others make little; then, where that does not
        tell enough, the others, as long as there are BUDGET postings at most. The first term in any case."""
        ends = np.cumsum(self.frequency)
        affordable = max(int(ends.searchsorted(BUDGET, side="right")), min(len(ends), 1))
        telling = next((read for read in range(affordable) if self.is_slight(read)), affordable)
        yield slice(0, telling)
        if telling < affordable:
            yield slice(telling, affordable)


def _best_over_0(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    above = scores > 0
    return best_of(rows[above], scores[above], k)


def _saturated(counts: NDArray[np.uint8], norm: Scores, weights: Scores) -> Scores:
    tf = counts.astype(np.float32)
    return np.asarray(weights * (tf / (tf + norm)), np.float32)


def _no_rows() -> Rows:
    return np.zeros(0, np.int64)

"""BM25 over an inverted index of plain arrays.

Scores rise with relevance and are not bounded above; 0 means that no query term is in the paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

K1, B = 1.2, 0.5


def idf(documents: int, frequency: NDArray[np.int64]) -> Scores:
    """ln(1 + (N - n + 0.5) / (n + 0.5)), never negative (Lucene's form of Robertson and Sparck Jones)."""
    return np.log1p((documents - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


@dataclass(frozen=True)
class LexicalIndex:
    """Postings of each term: the rows that hold it and how often, rows rising.

    `starts` has one entry more than there are terms; the postings of term t are starts[t]:starts[t + 1].
    """

    term_ids: Mapping[str, int]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.float32]
    lengths: NDArray[np.float32]

    @classmethod
    def from_terms(cls, paragraphs: Iterable[Sequence[str]]) -> "LexicalIndex":
        """Index paragraphs given as their terms, repeats included."""
        term_ids: dict[str, int] = {}
        terms: list[int] = []
        rows: list[int] = []
        counts: list[int] = []
        lengths: list[int] = []
        for row, paragraph in enumerate(paragraphs):
            lengths.append(len(paragraph))
            for term, count in Counter(paragraph).items():
                terms.append(term_ids.setdefault(term, len(term_ids)))
                rows.append(row)
                counts.append(count)
        order = np.argsort(np.asarray(terms, np.int64), kind="stable")
        frequency = np.bincount(np.asarray(terms, np.int64), minlength=len(term_ids))
        return cls(
            term_ids,
            np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64),
            np.asarray(rows, np.int32)[order],
            np.asarray(counts, np.float32)[order],
            np.asarray(lengths, np.float32),
        )

    def __len__(self) -> int:
        return len(self.lengths)

    def idf(self, terms: Sequence[str]) -> Scores:
        """How telling each term is, shape (len(terms),); an unseen term is as telling as one seen nowhere."""
        return idf(len(self), self.frequency(terms))

    def frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """How many rows hold each term, shape (len(terms),)."""
        ids = [self.term_ids.get(term) for term in terms]
        return np.asarray([0 if t is None else self.starts[t + 1] - self.starts[t] for t in ids], np.int64)

    def score(self, weighted: Mapping[str, float]) -> Scores:
        """BM25 of every row for terms with query weights, shape (rows,)."""
        scores = np.zeros(len(self), np.float32)
        for rows, values in self._contributions(weighted):
            scores[rows] += values
        return scores

    def scores_of(self, weighted: Mapping[str, float], rows: Rows) -> Scores:
        """BM25 of these rows only, shape (len(rows),)."""
        scores = np.zeros(len(rows), np.float32)
        for held, values in self._contributions(weighted):
            places = np.minimum(np.searchsorted(held, rows), len(held) - 1)
            scores += np.where(held[places] == rows, values[places], 0).astype(np.float32)
        return scores

    def _contributions(self, weighted: Mapping[str, float]) -> Iterator[tuple[NDArray[np.int32], Scores]]:
        """Rows of each term, rising, and what it adds to each."""
        if not len(self):
            return
        norm = K1 * (1 - B + B * self.lengths / max(float(self.lengths.mean()), 1.0))
        terms = [term for term in weighted if term in self.term_ids]
        for term, telling in zip(terms, self.idf(terms), strict=True):
            t = self.term_ids[term]
            span = slice(int(self.starts[t]), int(self.starts[t + 1]))
            rows, counts = self.rows[span], self.counts[span]
            yield rows, (weighted[term] * telling * counts * (K1 + 1) / (counts + norm[rows])).astype(np.float32)

    def search(self, weighted: Mapping[str, float], k: int) -> tuple[Rows, Scores]:
        """The k best rows that hold any term, best first, ties by row; shapes (<=k,)."""
        return best(self.score(weighted), k, above=0.0)


def best(scores: Scores, k: int, *, above: float = -np.inf) -> tuple[Rows, Scores]:
    """Rows of the k highest scores over `above`, best first, ties by row."""
    candidates = np.flatnonzero(scores > above)
    if len(candidates) > k:
        kth = np.partition(scores[candidates], len(candidates) - k)[len(candidates) - k]
        candidates = candidates[scores[candidates] >= kth]
    order = candidates[np.lexsort((candidates, -scores[candidates]))][:k]
    return order, scores[order]

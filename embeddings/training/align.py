"""Which Chinese features an English word is translated by, counted over parallel text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.features import HAN, NUMBER, WORD
from embeddings.training.prepare import Bags, Vocabulary

_KEPT = 10
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Alignment:
    """`english[i]` is translated by `chinese[i]` (best first, -1 where there are fewer) with `scores[i]`, 0 to 1."""

    english: NDArray[np.int64]
    chinese: NDArray[np.int64]
    scores: NDArray[np.float32]


def align(vocabulary: Vocabulary, english: Bags, chinese: Bags, line_weights: NDArray[np.float32]) -> Alignment:
    """Dice association of the words of lines that translate each other, less what chance would give."""
    from scipy import sparse

    def matrix(bags: Bags) -> sparse.csr_matrix:
        ones = np.ones(len(bags.ids), dtype=np.float32)
        return sparse.csr_matrix((ones, bags.ids, bags.starts), shape=(len(bags), len(vocabulary)))

    left = np.flatnonzero(vocabulary.kinds >= WORD)
    right = np.flatnonzero(vocabulary.kinds < WORD)
    weighting = sparse.diags(line_weights)
    words = (weighting @ matrix(english)[:, left]).T.tocsr()
    pieces = matrix(chinese)[:, right].tocsr()
    word_totals = np.asarray(words.sum(1)).ravel()
    piece_totals = np.asarray((weighting @ pieces).sum(0)).ravel()
    halved = np.where(vocabulary.kinds[right] == HAN, 0.5, 1.0)
    best = np.full((len(left), _KEPT), -1, dtype=np.int64)
    scores = np.zeros((len(left), _KEPT), dtype=np.float32)
    for start in range(0, len(left), _CHUNK):
        together = (words[start : start + _CHUNK] @ pieces).tocsr()
        rows = start + np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
        columns = together.indices
        chance = word_totals[rows] * piece_totals[columns] / line_weights.sum()
        surplus = np.maximum(together.data - chance - 0.3, 0)
        dice = 2 * surplus / (word_totals[rows] + piece_totals[columns] + 2) * halved[columns]
        order = np.lexsort((-dice, rows))
        rank = np.arange(len(order)) - together.indptr[rows[order] - start]
        first = order[rank < _KEPT]
        best[rows[first], rank[rank < _KEPT]] = right[columns[first]]
        scores[rows[first], rank[rank < _KEPT]] = dice[first]
    return Alignment(left, best, scores)


def starting_rows(
    vocabulary: Vocabulary, alignment: Alignment, dimensions: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Chinese features at random, so that exact matches count; English words the sum of what translates them."""
    drawn = random.standard_normal((len(vocabulary), dimensions)) / np.sqrt(dimensions)
    rows: NDArray[np.float32] = drawn.astype(np.float32)
    present = alignment.chinese >= 0
    shares = np.where(present, alignment.scores * vocabulary.weights[alignment.chinese], 0).astype(np.float32)
    sums = np.einsum("ek,ekd->ed", shares, rows[alignment.chinese])
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    numbers = vocabulary.kinds[alignment.english] == NUMBER
    sure = np.sqrt(np.clip(alignment.scores.max(axis=1) / 0.3, 0.05, 1))[:, None]
    rows[alignment.english] = np.where(numbers[:, None], 0.7 * rows[alignment.english] + 0.3 * sums, sums * sure)
    return rows

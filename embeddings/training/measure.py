"""How well vectors find what they should."""

import numpy as np
from numpy.typing import NDArray


def ndcg_at_10(queries: NDArray[np.float32], texts: NDArray[np.float32], answers: NDArray[np.int64]) -> float:
    """Mean over the queries of 1 / log2(1 + rank of the one right text), 0 past the tenth; 0 to 1."""
    scores = queries @ texts.T
    own = scores[np.arange(len(answers)), answers]
    rank = 1 + (scores > own[:, None]).sum(axis=1)
    gains: NDArray[np.float64] = np.where(rank <= 10, 1 / np.log2(1 + rank), 0.0)
    return float(gains.mean())

"""Trained rows in four bits a number."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.features import BIGRAM, HAN, NUMBER, SYMBOL, WORD
from embeddings.static import StaticConfig, StaticEncoder, fingerprint
from embeddings.training.prepare import Vocabulary

_STEPS = (0.28, 0.3352, 0.38, 0.44)
"""Step sizes tried for each row, in standard deviations; the second is best for normally distributed numbers."""

COUNT_POWER = 0.5


def four_bits(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Codes, shape (len(rows), dimensions / 2), and scales: number = (code - 7.5) * scale."""
    count, dimensions = rows.shape
    deviations = np.sqrt((rows * rows).mean(axis=1))
    codes = np.full((count, dimensions), 8, dtype=np.uint8)
    scales = np.zeros(count, dtype=np.float32)
    least = np.full(count, np.inf)
    for step in _STEPS:
        width = np.maximum(deviations * step, 1e-8)[:, None]
        tried = np.clip(np.floor(rows / width + 8), 0, 15).astype(np.uint8)
        read = (tried - np.float32(7.5)) * width
        fit = (read * rows).sum(1) / (read * read).sum(1)
        error = ((read * fit[:, None] - rows) ** 2).sum(1)
        better = error < least
        least[better], codes[better] = error[better], tried[better]
        scales[better] = (width[:, 0] * fit)[better]
    half = dimensions // 2
    packed: NDArray[np.uint8] = (codes[:, :half] | (codes[:, half:] << 4)).astype(np.uint8)
    return packed, scales.astype(np.float16)


def write_encoder(
    rows: NDArray[np.float32],
    vocabulary: Vocabulary,
    folder: Path,
    *,
    kept: tuple[StaticEncoder, NDArray[np.bool_]] | None = None,
) -> StaticEncoder:
    """The encoder of these rows, saved in the folder. `kept`: another one of the same vocabulary, and the rows that are
    bit for bit as it has them."""
    weights = [0.0] * 6
    weights[HAN], weights[BIGRAM], weights[WORD], weights[NUMBER], weights[SYMBOL] = 3.0, 4.0, 4.0, 3.0, 1.0
    codes, scales = four_bits(rows * vocabulary.weights[:, None])
    if kept is not None:
        encoder, same = kept
        had, sizes = encoder.packed()
        codes[same], scales[same] = had[same], sizes[same]
    told = fingerprint(vocabulary.keys, codes, scales, note=repr((weights, COUNT_POWER)))
    config = StaticConfig(rows.shape[1], len(vocabulary), tuple(weights), COUNT_POWER, told)
    encoder = StaticEncoder(config, keys=vocabulary.keys, rows=codes, scales=scales.astype(np.float32))
    encoder.save(folder)
    return encoder

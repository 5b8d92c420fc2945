"""How near words are in meaning: by the bundled encoder, whichever the documents are searched with."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from embeddings import load_encoder
from rag.text.remembering import Remembered

KEPT = 20_000
"""Words whose vectors are kept, 2 KB each."""
ALONE = 1 << 18
"""Multiplications that OpenBLAS makes in one thread. Beyond, the threads of those who ask at once wait for one another:
32 clients got 103 answers a second, not 250."""


def nearest(words: Sequence[str], texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """The cosine, -1 to 1, of each word to the nearest of each text's words; 0 for a text without any. Shape
    (texts, words)."""
    found = np.zeros((len(texts), len(words)))
    having = [row for row, text in enumerate(texts) if text]
    if not having or not words:
        return found
    known = _vectors()([*words, *(word for row in having for word in texts[row])])
    vectors = np.frombuffer(b"".join(known), np.float32).reshape(len(known), -1)
    asked, told = vectors[: len(words)].T, vectors[len(words) :]
    step = max(ALONE // asked.size, 1)
    cosines = np.concatenate([told[start : start + step] @ asked for start in range(0, len(told), step)])
    sizes = np.array([len(texts[row]) for row in having])
    found[having] = np.maximum.reduceat(cosines, np.cumsum(sizes) - sizes, axis=0)
    return found


@cache
def _vectors() -> Remembered[str, bytes]:
    encoder = load_encoder()
    return Remembered(lambda words: [vector.tobytes() for vector in encoder.encode_passages(words)], KEPT)

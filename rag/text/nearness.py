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


def cosines(words: Sequence[str], texts: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
    """Of the words of each text to these, -1 to 1; shapes (len(text), len(words))."""
    if not words or not any(texts):
        return [np.zeros((len(text), len(words)), np.float32) for text in texts]
    known = _vectors()([*words, *(word for text in texts for word in text)])
    vectors = np.frombuffer(b"".join(known), np.float32).reshape(len(known), -1)
    asked, told = vectors[: len(words)].T, vectors[len(words) :]
    step = max(ALONE // asked.size, 1)
    found = np.concatenate([told[start : start + step] @ asked for start in range(0, len(told), step)])
    return np.split(found, np.cumsum([len(text) for text in texts])[:-1])


@cache
def _vectors() -> Remembered[str, bytes]:
    encoder = load_encoder()
    return Remembered(lambda words: [vector.tobytes() for vector in encoder.encode_passages(words)], KEPT)

"""The one thing the engine asks of an embedding model."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Text to vectors. Rows have unit length, so that an inner product is the cosine, -1 to 1, higher is nearer."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would; a store made with another one refuses to open."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimensions)."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """Vector of one question, shape (dimensions,)."""
        ...

"""How common a term is in ordinary writing, so that a handful of passages need not tell what is rare.

Made by `rag.fitting.background` from news and translated text; terms are kept as 64-bit hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.text.hashed import places_of
from rag.text.remembering import Remembered

FILE = Path(__file__).parents[1] / "weights" / "background.npz"
HELD = 50_000
"""Terms of which it is kept how common they are."""


@dataclass(frozen=True)
class Background:
    """`shares[i]` is the share of passages of ordinary writing that hold the term whose hash is `keys[i]`, in 1/65535.

    `keys` rise. A term that is not listed is taken to be rarer than any listed one.
    """

    keys: NDArray[np.uint64]
    shares: NDArray[np.uint16]
    rarest: float

    @classmethod
    def from_file(cls, file: Path = FILE) -> "Background":
        with np.load(file, allow_pickle=False) as arrays:
            return cls(arrays["keys"], arrays["shares"], float(arrays["rarest"]))

    def share(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """Shape (len(terms),), above 0, at most 1."""
        return np.array(self._known(terms), np.float64)

    @cached_property
    def _known(self) -> Remembered[str, float]:
        return Remembered(self._looked_up, HELD)

    def _looked_up(self, terms: Sequence[str]) -> Sequence[float]:
        return [
            self.rarest / 2 if place is None else max(int(self.shares[place]) / 65535, self.rarest)
            for place in places_of(terms, self.keys)
        ]


@cache
def background() -> Background:
    return Background.from_file()

"""What a word is written as in the other language: English words and phrases to Chinese words, and back.

Made by `rag.fitting.translations` from translated text; terms are kept as 64-bit hashes, what they become as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.text.hashed import places_of
from rag.text.remembering import Remembered

FILE = Path(__file__).parents[1] / "weights" / "translations.npz"
HELD = 10_000
"""Terms and phrases of which the translations are kept."""
Translations = Mapping[str, float]

SURE = 0.4
"""How surely a translation stands for a word that is meant by it."""


@dataclass(frozen=True)
class Lexicon:
    """The translations of the term whose hash is keys[i] are targets[starts[i]:starts[i + 1]], numbers of texts, with
    how surely each stands for it, in 1/255. `keys` rise; `texts` are lines in UTF-8."""

    keys: NDArray[np.uint64]
    starts: NDArray[np.int32]
    targets: NDArray[np.int32]
    worths: NDArray[np.uint8]
    texts: NDArray[np.uint8]

    @classmethod
    def from_file(cls, file: Path = FILE) -> "Lexicon":
        with np.load(file, allow_pickle=False) as arrays:
            return cls(arrays["keys"], arrays["starts"], arrays["targets"], arrays["worths"], arrays["texts"])

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.texts == ord("\n"))

    def translations(self, terms: Sequence[str]) -> list[Translations]:
        """Of each term, the translations and how surely each stands for it, above 0 to 1, the best first."""
        return self._known(terms)

    @cached_property
    def _known(self) -> Remembered[str, Translations]:
        return Remembered(self._looked_up, HELD)

    def _looked_up(self, terms: Sequence[str]) -> Sequence[Translations]:
        return [{} if place is None else self._read(place) for place in places_of(terms, self.keys)]

    def _read(self, place: int) -> Translations:
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return {
            self._text(target): worth / 255
            for target, worth in zip(self.targets[span].tolist(), self.worths[span].tolist(), strict=True)
        }

    def _text(self, number: int) -> str:
        start = int(self._ends[number - 1]) + 1 if number else 0
        return self.texts[start : int(self._ends[number])].tobytes().decode("utf-8")


@cache
def lexicon() -> Lexicon:
    return Lexicon.from_file()

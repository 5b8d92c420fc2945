"""Other words of the same language for a word, by way of the other language: 老人, "the elderly", 老年.

Bannard and Callison-Burch, Paraphrasing with Bilingual Parallel Corpora, ACL 2005.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rag.text.remembering import Remembered
from rag.text.translating import lexicon

LEAST = 0.2
"""How surely another word must stand for a word, beside how surely the word comes back as itself."""

HELD = 10_000
"""Words of which the others are kept."""


def paraphrases(words: Sequence[str]) -> list[Mapping[str, float]]:
    """Of each word, other words and how surely each stands for it, LEAST to 1."""
    return _known(words)


def _found(words: Sequence[str]) -> Sequence[Mapping[str, float]]:
    there = lexicon().translations(words)
    across = list(dict.fromkeys(way for ways in there for way in ways))
    back = dict(zip(across, lexicon().translations(across), strict=True))
    return [_of(word, ways, back) for word, ways in zip(words, there, strict=True)]


def _of(word: str, ways: Mapping[str, float], back: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    for way, worth in ways.items():
        for other, returned in back[way].items():
            found[other] += worth * returned
    itself = found.pop(word, 0.0)
    top = max(itself, 0.1)
    return {other: min(worth / top, 1.0) for other, worth in found.items() if worth >= LEAST * top and len(other) > 1}


_known = Remembered(_found, HELD)

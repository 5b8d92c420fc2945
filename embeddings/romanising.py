"""Chinese names in Latin letters and back: 杨浦 and "Yangpu". Toneless, one reading a character, the commonest.

The table was made with pypinyin over the characters of GB 2312.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import product
from math import prod
from pathlib import Path

_TABLE = Path(__file__).with_name("tables") / "readings.txt"
OTHER_READINGS: Mapping[str, str] = dict(
    zip(
        "长重厦乐行都曾单解查会六番藏",
        ["chang", "chong", "xia", "yue", "hang", "du", "zeng", "shan", "xie", "zha", "kuai", "lu", "pan", "zang"],
        strict=True,
    )
)
"""Characters that names read in two ways, with their other reading: 长 is Chang in 长宁, and Zhang elsewhere."""
_LONGEST = 6
_MOST = 5_000


@lru_cache(maxsize=8192)
def romanise(text: str) -> str:
    """杨浦 -> "yangpu"; characters without a reading stay as they are."""
    readings = _readings()
    return "".join(readings.get(character, character) for character in text)


def spellings(word: str) -> list[str]:
    """Every way to write a Latin word as Chinese characters of two syllables or more; none when it is not pinyin, or
    when there are too many to be of use."""
    return [
        "".join(characters)
        for sets in syllables(word)
        if len(sets) > 1 and prod(map(len, sets)) <= _MOST
        for characters in product(*sets)
    ]


def syllables(word: str) -> list[tuple[str, ...]]:
    """The ways to cut a Latin word into syllables, each syllable as the characters that are read so."""
    writable = _writable()
    return [tuple(writable[part] for part in parts) for parts in _cuts(word.lower())]


def _cuts(word: str) -> Iterator[tuple[str, ...]]:
    """Ways to cut a word into syllables."""
    if not word:
        yield ()
    syllables = _syllables()
    for end in range(1, min(len(word), _LONGEST) + 1):
        if word[:end] in syllables:
            yield from ((word[:end], *rest) for rest in _cuts(word[end:]))


@cache
def _syllables() -> Mapping[str, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return {syllable: characters for syllable, _, characters in (line.partition(" ") for line in lines)}


@cache
def _writable() -> Mapping[str, str]:
    """Of each syllable, the characters that are read so, in names as well."""
    others: dict[str, str] = {}
    for character, syllable in OTHER_READINGS.items():
        others[syllable] = others.get(syllable, "") + character
    return {syllable: characters + others.get(syllable, "") for syllable, characters in _syllables().items()}


@cache
def _readings() -> Mapping[str, str]:
    return {character: syllable for syllable, characters in _syllables().items() for character in characters}

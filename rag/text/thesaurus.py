"""What Chinese documents may have in place of a word of a question: 企业 for 公司, 租金 for 房租, 就业 for 找工作.

Everyday words with what official papers write for them stand in `rag/weights/thesaurus.tsv`, a word a line, written for
this table; words that are translated alike come from the lexicon learnt from translated text.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from embeddings.folding import fold
from rag.text.inflection import forms
from rag.text.paraphrasing import paraphrases

FILE = Path(__file__).parents[1] / "weights" / "thesaurus.tsv"

FIRST, LATER, LEAST = 0.64, 0.9, 0.3
"""How surely the first other word of a line stands for it, what each further one is worth beside the one before, and
what the last ones are worth at least."""
BY_TRANSLATION, SURE = 0.5, 0.5
"""What a word that is translated alike counts, and how surely it has to be."""

FORM, ENGLISH_SURE = 1.0, 0.25
"""What another form of an English word counts, and how surely one has to be translated alike."""

_LATIN = re.compile("[a-z0-9]{2}")

Others = Mapping[str, Mapping[str, float]]


@cache
def thesaurus() -> Others:
    """Each word or phrase, folded, with those that may stand in its place, above 0 to 1, the best first."""
    found: dict[str, dict[str, float]] = {}
    for word, others in _lines(FILE):
        found[word] = dict(_weighed(others.split("/"))) | found.get(word, {})  # WIFI and WiFi are one
    return found


def others_for(text: str, words: Sequence[str]) -> Others:
    """Of words of a folded text, other words that passages may have in their place, and how surely each stands for it,
    above 0 to 1, the best first. What stands for a phrase stands for each word of it; a phrase of single characters
    (固投, 卫健委) is a word of its own."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for phrase in _phrases(text):
        others = {other: worth for other, worth in thesaurus()[phrase].items() if other not in phrase}
        parts = [word for word in words if word == phrase or (len(word) > 1 and word in phrase)]
        for word in parts or [phrase]:
            _add(found[word], others)
    longer = [word for word in words if len(word) > 1]
    for word, alike in zip(longer, paraphrases(longer), strict=True):
        _add(found[word], {other: BY_TRANSLATION * worth for other, worth in alike.items() if worth >= SURE})
    return {word: dict(sorted(others.items(), key=lambda other: -other[1])) for word, others in found.items()}


def others_in_english(words: Sequence[str]) -> Others:
    """As `others_for`, of English words: their other forms, and words that are translated alike."""
    found: dict[str, dict[str, float]] = {}
    for word, alike in zip(words, paraphrases(words), strict=True):
        others = {
            other: BY_TRANSLATION * worth for other, worth in alike.items() if worth >= ENGLISH_SURE and other.isascii()
        }
        _add(others, dict.fromkeys(forms(word), FORM))
        if others:
            found[word] = dict(sorted(others.items(), key=lambda other: -other[1]))
    return found


def _phrases(text: str) -> Iterable[str]:
    """The words and phrases of the thesaurus that stand in a text."""
    known, sizes = thesaurus(), _sizes()
    pieces = ((at, at + size) for at, first in enumerate(text) for size in sizes.get(first, ()))
    return dict.fromkeys(text[at:end] for at, end in pieces if text[at:end] in known and _whole(text, at, end))


def _whole(text: str, at: int, end: int) -> bool:
    """Whether a piece of a text does not begin or end within a word or number of Latin ones: app is none of "apple"."""
    return not any(_LATIN.fullmatch(text[edge - 1 : edge + 1]) for edge in (at, end) if edge)


@cache
def _sizes() -> Mapping[str, Collection[int]]:
    """The lengths of the words that begin with each character."""
    sizes: dict[str, set[int]] = defaultdict(set)
    for word in thesaurus():
        sizes[word[0]].add(len(word))
    return sizes


def _add(others: dict[str, float], more: Mapping[str, float]) -> None:
    others |= {other: max(worth, others.get(other, 0.0)) for other, worth in more.items()}


def _weighed(others: Sequence[str]) -> Iterable[tuple[str, float]]:
    return ((other, max(FIRST * LATER**place, LEAST)) for place, other in enumerate(others))


def _lines(file: Path) -> Iterable[tuple[str, str]]:
    for line in fold(file.read_text(encoding="utf-8").replace("\t", "|")).splitlines():  # a tab would be a space
        word, _, others = line.partition("|")
        yield word, others

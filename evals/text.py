"""How an answer's text is compared with what was wanted."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_MARKER = re.compile(r"\[\d+\]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[\W_]+")


def without_markers(text: str) -> str:
    """The text less its citation markers, [1] and the like."""
    return _MARKER.sub("", text)


def squash(text: str) -> str:
    """NFKC, lower case, no white space, no thousands separators: what remains when layout is taken away."""
    return _SPACE.sub("", _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower()))


def _spaced(text: str) -> str:
    """As `squash`, but words keep one space between them."""
    return _THOUSANDS.sub("", _SPACE.sub(" ", unicodedata.normalize("NFKC", text).lower()))


def holds(text: str, answer: str) -> bool:
    """Whether the answer stands in the text: 12 does not stand in 312 or 12.5, "art" not in "part of it".

    White space counts only in an answer of several Latin words. An empty answer stands nowhere.
    """
    several_latin_words = " " in answer and re.search(r"[a-z]", answer, re.IGNORECASE) is not None
    fold = _spaced if several_latin_words else squash
    wanted = fold(answer)
    if not wanted:
        return False
    before = r"(?<![\d.])" if wanted[0].isdigit() else ""
    if several_latin_words and wanted[0].isascii() and wanted[0].isalpha():
        before = "(?<![a-z])"
    after = r"(?!\d)(?!\.\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, fold(text)) is not None


def exact_match(text: str, answers: Iterable[str]) -> bool:
    """Whether the text, less markers and punctuation, is one of the answers and nothing else."""
    bare = _NOT_WORD.sub("", squash(without_markers(text)))
    return any(bare == _NOT_WORD.sub("", squash(answer)) for answer in answers)


def character_f1(text: str, answer: str) -> float:
    """Harmonic mean of precision and recall over the characters, punctuation left out, 0 to 1, order ignored.

    The character version of SQuAD's F1, as CMRC 2018 and XQuAD-zh use it.
    """
    got = Counter(_NOT_WORD.sub("", squash(without_markers(text))))
    wanted = Counter(_NOT_WORD.sub("", squash(answer)))
    shared = (got & wanted).total()
    return 2 * shared / (got.total() + wanted.total()) if shared else 0.0

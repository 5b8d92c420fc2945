"""The lines of a text, with their place in it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# White space, zero-width characters, byte order marks and soft hyphens.
# str.strip() leaves some of these.
_INVISIBLE = " \t\r\n\f\v\x1c\x1d\x1e\x1f\xa0\u3000\u200b\u200c\u200d\u2060\ufeff\xad\u2028\u2029\x85"
_SPACES = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\xad]+")
_NOT_WORD = re.compile(r"[\W_]+")
_SENTENCE_MARKS = "。!?;…"
TERMINAL = frozenset('。!?;:.…」』”"')
_WIDE = [
    (chr(code), chr(code - 0xFEE0))
    for code in map(ord, "\uff0c\uff1a\uff1b\uff01\uff1f\uff08\uff09\uff0e\uff05\uff5e\uff03")
]
_WIDE += [(chr(0xFF10 + digit), str(digit)) for digit in range(10)]


class Line(NamedTuple):
    """One line without its margins: `text` is `whole[start:end]`. `gap` says that a blank line stands before it."""

    start: int
    end: int
    text: str
    gap: bool
    indent: bool


def fold_width(text: str) -> str:
    """The same text, character for character, with full-width punctuation and digits as ASCII.

    Every rule of reading sees this form, so that none needs to name both; offsets stay those of the text itself.
    """
    for wide, narrow in _WIDE:
        if wide in text:
            text = text.replace(wide, narrow)
    return text


def lines_of(text: str) -> Iterator[Line]:
    """Every line that holds something, in order. A form feed ends a line."""
    if "\f" in text:
        text = text.replace("\f", "\n")
    position = 0
    gap = True
    for raw in text.split("\n"):
        body = raw.strip(_INVISIBLE)
        if body:
            lead = raw.find(body[0]) if raw[0] != body[0] else 0
            start = position + lead
            yield Line(start, start + len(body), body, gap, lead > 0)
            gap = False
        else:
            gap = True
        position += len(raw) + 1


def one_line(text: str) -> str:
    """Headings as they are shown: every run of white space becomes one space."""
    return _SPACES.sub(" ", text).strip()


def letters(text: str) -> str:
    """Only letters and digits, to compare headings by."""
    return _NOT_WORD.sub("", text).lower()


def has_sentence(text: str) -> bool:
    """Whether it reads as prose: a sentence mark stands in it."""
    return any(mark in text for mark in _SENTENCE_MARKS) or ". " in text or text.endswith(".")

"""Sentences and clauses of a text, as spans."""

import re
from collections.abc import Iterator

_SENTENCE = re.compile(
    r"[^。!?！？;；\n]*?(?:[。!?！？;；\n]+[”’」』\"')）】]*|(?<![0-9A-Z])(?<!\b[A-Z][a-z])\.(?=\s+[A-Z\"“(]|\s*$)|$)",
    re.S,
)
_SAYS = re.compile(r"[^\W_]")
_CLAUSE = re.compile(r"[^，,、：:。!?！？;；\n]+[，,：:。!?！？;；\n]*|[、]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a text, white space trimmed, in order; a semicolon ends one."""
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if _SAYS.search(text, start, end):
            yield start, end

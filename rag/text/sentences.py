"""Sentences and clauses of a text, as spans."""

import re
from collections.abc import Iterator

# The first character is taken before the cases are told apart: a set of characters is quickly searched for.
_END = re.compile(
    r"[。!?！？;；\n.](?:(?<!\.)[。!?！？;；\n]*[”’」』\"')）】]*"
    r"|(?<=\.)(?<![0-9A-Z]\.)(?<!\b[A-Z][a-z]\.)(?=\s+[A-Z\"“(]|\s*$))"
)
_SAYS = re.compile(r"[^\W_]")
_CLAUSE = re.compile(r"[^，,、：:。!?！？;；\n]+[，,：:。!?！？;；\n]*|[、]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a text, white space trimmed, in order; a semicolon ends one."""
    after = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        start, after = after, end
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if _SAYS.search(text, start, end):
            yield start, end

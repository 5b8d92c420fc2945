"""Plain text and Markdown: the file's own text is the document's, but that rows of Markdown tables become lines."""

import re
from collections.abc import Sequence

from rag.reading.decoding import decode
from rag.reading.files import Content
from rag.reading.tables import row_lines, unit_of

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")  # | --- | :-: | below the names of columns
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = ("```", "~~~")


def read_plain(data: bytes, name: str) -> Content:
    return Content(decode(data, name=name))


def read_markdown(data: bytes, name: str) -> Content:
    return Content(_with_rows(decode(data, name=name)), markdown=True)


def _with_rows(text: str) -> str:
    """The text with each row of a table as a line of its own, cells with the names of their columns."""
    if "|" not in text:
        return text
    lines = text.split("\n")
    out: list[str] = []
    at, fenced = 0, False
    while at < len(lines):
        fenced ^= lines[at].lstrip().startswith(_FENCE)
        if fenced or "|" not in lines[at] or at + 1 == len(lines) or not _RULE.fullmatch(lines[at + 1]):
            out.append(lines[at])
            at += 1
            continue
        end = at + 2
        while end < len(lines) and "|" in lines[end]:
            end += 1
        above = next((line for line in reversed(out) if line.strip()), "")
        rows = [_cells(line) for line in (lines[at], *lines[at + 2 : end])]
        out += ["", *(part for row in row_lines(rows, unit=unit_of(above)) for part in (row, ""))]
        at = end
    return "\n".join(out)


def _cells(line: str) -> Sequence[str]:
    cells = [cell.replace("\\|", "|").strip() for cell in _BAR.split(line.strip())]
    return cells[not cells[0] : len(cells) - (not cells[-1])]

"""Tables to text: every cell with the name of its column, one row a line."""

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.reading.lines import one_line

_NUMBER = re.compile(r"[-+\u2212]?[\d,.\s]+[%\u2030]?")
_UNIT = re.compile(r"^[(\uff08]?\s*(?:计量)?单位\s*[:\uff1a]\s*([^\s)\uff09,\uff0c;\uff1b]{1,12})\s*[)\uff09]?$")
_COLON = "\uff1a"
_BETWEEN = "\uff0c"  # no end of a sentence: a value by itself, without the name of its row, says nothing


def unit_of(text: str) -> str | None:
    """The unit a line like "单位:亿元" gives for the table beside it."""
    match = _UNIT.match(text.strip())
    return match[1] if match else None


def row_lines(rows: Sequence[Sequence[str]], *, unit: str | None = None) -> list[str]:
    """One line a row: "列名:值,列名:值。" in full-width marks, empty cells left out.

    The first rows are the header as long as they hold no number and no cell stands alone; merged cells come in
    repeated. `unit` is added to the names of columns of numbers that name none. A table of one column is its cells.
    """
    table = [[one_line(cell) for cell in row] for row in rows]
    table = [row for row in table if any(row)]
    width = max((len(row) for row in table), default=0)
    table = [[*row, *[""] * (width - len(row))] for row in table]
    if unit is None:
        for i, row in enumerate(table[:3]):
            unit = next((found for cell in row if cell and (found := unit_of(cell))), None)
            if unit and len(set(filter(None, row))) == 1:
                del table[i]
            if unit:
                break
    if width < 2:
        return [row[0] for row in table]
    heads, body = _header(table)
    names = _with_unit(heads, body, unit) if unit else heads
    return [line for row in body if (line := _line(names, row))]


def _header(table: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Names of the columns, and the rows below them. A caption over all columns goes before each name."""
    names = [""] * len(table[0])
    used = 0
    for row in table[:3]:
        caption = len(set(row)) == 1
        if used and not caption and _merged(table[used - 1]):
            names = [_joined(above, own) for above, own in zip(names, row, strict=True)]
            used += 1
            break
        if (any(_NUMBER.fullmatch(cell) for cell in row if cell) and not _years(row)) or (
            not caption and "" in row[1:]
        ):
            break
        if not caption:
            names = list(row)
        used += 1
        if not caption and not _merged(row):
            break
    if used >= len(table):  # nothing but a header: show it as it is
        return [""] * len(names), table
    return names, table[used:]


def _merged(row: Sequence[str]) -> bool:
    """Whether a cell of this header row spans columns, so that the next row names the parts."""
    return len(set(row)) > 1 and any(a and a == b for a, b in pairwise(row))


def _years(row: Sequence[str]) -> bool:
    numbers = [cell for cell in row if _NUMBER.fullmatch(cell)]
    return len(numbers) < len(row) and all(re.fullmatch(r"(?:19|20)\d{2}", cell) for cell in numbers)


def _joined(above: str, own: str) -> str:
    if not own or own == above:
        return above
    return f"{above} {own}" if above else own


def _with_unit(names: Sequence[str], body: Sequence[Sequence[str]], unit: str) -> list[str]:
    result = []
    for i, name in enumerate(names):
        cells = [row[i] for row in body if row[i]]
        numbers = sum(1 for cell in cells if _NUMBER.fullmatch(cell))
        counted = re.search(r"[(\uff08%\u2030]|序号|增长|增幅|占比|比重|年份|编号|代码", name)
        with_unit = bool(cells) and numbers * 2 >= len(cells) and i > 0 and not counted
        result.append(f"{name}\uff08{unit}\uff09" if with_unit else name)
    return result


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    parts: list[str] = []
    for i, (name, cell) in enumerate(zip(names, row, strict=True)):
        if not cell or (i and cell == row[i - 1] and names[i - 1] == name):
            continue
        cell = cell.rstrip("\u3002\uff0c\uff1b;,")
        parts.append(f"{name}{_COLON}{cell}" if name and name != cell else cell)
    return _BETWEEN.join(parts) + "\u3002" if parts else ""

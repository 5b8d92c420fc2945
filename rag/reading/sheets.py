"""Excel and CSV: a row is a paragraph, each value with the name of its column. Formulas are never run."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from rag.errors import DamagedFile, EmptyDocument
from rag.reading.decoding import decode
from rag.reading.files import Content
from rag.reading.lines import one_line
from rag.reading.packages import check_package
from rag.reading.tables import row_lines, unit_of

_STREAMED_FROM = 8 * 2**20  # bytes; from here on merged cells are not spread, to keep memory low
_DEFAULT_NAME = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)
_NOTE = re.compile(r"(?:备?注|说明|(?:资料|数据)?来源|注释|Notes?|Source)", re.IGNORECASE)
_NUMBERED = re.compile(r"[\d,.\s%-]+")

Row = list[str]


def read_csv(data: bytes, name: str) -> Content:
    """The separator is the one that cuts the first lines most evenly. Raises DamagedFile on an unreadable file."""
    text = decode(data, name=name)
    sample = text[:20_000].split("\n")[:20]
    separator = max(
        ",\t;|\uff0c", key=lambda mark: min((line.count(mark) for line in sample if line.strip()), default=0)
    )
    csv.field_size_limit(2**27)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise DamagedFile(
            f"{name} cannot be read as a table: {error}. Expected values between commas or tabs."
        ) from error
    return _content([("", rows)], name)


def read_excel(data: bytes, name: str) -> Content:
    """Values as Excel shows them (percent, thousands, dates). A formula counts with the value Excel last gave it."""
    check_package(data, name, kind="an Excel workbook", holds="xl/workbook.xml")
    # Imported here: openpyxl takes a quarter of a second.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    streamed = len(data) >= _STREAMED_FROM
    try:
        book = load_workbook(io.BytesIO(data), data_only=True, read_only=streamed)
        formulas = None if streamed else load_workbook(io.BytesIO(data)) if b"<f" in _sheets_xml(data) else None
        sheets = [
            (sheet.title, list(_rows(sheet, formulas[sheet.title] if formulas else None)))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError, EOFError, SyntaxError) as error:
        raise DamagedFile(
            f"{name} cannot be opened as an Excel workbook ({error}). Open it in Excel and save it anew."
        ) from error
    title = book.properties.title
    return _content(sheets, name, title=one_line(title) if title else None)


def _sheets_xml(data: bytes) -> bytes:
    """The first part of each sheet, to see whether it has formulas at all."""
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(data)) as package:
        return b"".join(package.read(n) for n in package.namelist() if n.startswith("xl/worksheets/sheet"))


def _rows(sheet: Any, formulas: Any) -> Iterator[list[str]]:
    merged = {
        (line, column): (span.min_row, span.min_col)
        for span in getattr(getattr(sheet, "merged_cells", None), "ranges", ())
        for line in range(span.min_row, span.max_row + 1)
        for column in range(span.min_col, span.max_col + 1)
    }
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row: list[str] = []
        for column, cell in enumerate(cells, start=1):
            origin = merged.get((number, column))
            if origin and origin != (number, column):
                cell = sheet.cell(*origin)
            text = _shown(cell.value, getattr(cell, "number_format", None) or "General")
            if not text and formulas is not None and cell.value is None:
                formula = formulas.cell(cell.row, cell.column).value
                if isinstance(formula, str) and formula.startswith("="):
                    text = f"{formula} (not calculated)"
            row.append(text)
        yield row


def _shown(value: Any, number_format: str) -> str:
    """A value as the sheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, number_format.split(";")[0])
    return str(value)


def _number(value: float, number_format: str) -> str:
    decimals = re.search(r"0\.(0+)", number_format)
    places = len(decimals[1]) if decimals else 0
    if "%" in number_format:
        return f"{value * 100:.{places}f}%"
    comma = "," if "#,##0" in number_format else ""
    if decimals or number_format in ("0", "#,##0"):
        return f"{value:{comma}.{places}f}"
    return f"{value:.12g}"


def _content(sheets: Iterable[tuple[str, list[Row]]], name: str, title: str | None = None) -> Content:
    blocks: list[str] = []
    captions: list[str] = []
    for sheet, rows in sheets:
        part = list(_blocks(rows, captions))
        if part:
            if sheet and not _DEFAULT_NAME.fullmatch(sheet.strip()):
                blocks.append(f"## {one_line(sheet)}")
            blocks.extend(part)
    if not any(not block.startswith("#") for block in blocks):
        raise EmptyDocument(f"{name} is empty: no cell of it holds anything.")
    return Content("\n\n".join(blocks) + "\n", markdown=True, title=title or (captions[0] if captions else None))


def _blocks(rows: Iterable[Row], captions: list[str]) -> Iterator[str]:
    """Tables of a sheet, apart where a blank row stands between; a line over a table is its heading."""
    table: list[Row] = []
    for row in [*rows, []]:
        if any(cell.strip() for cell in row):
            table.append(row)
        elif table:
            yield from _table(table, captions)
            table = []


def _table(table: list[Row], captions: list[str]) -> Iterator[str]:
    unit: str | None = None
    while table and (lone := _lone(table[0])):
        found = unit_of(lone)
        if found:
            unit = found
        elif len(table) > 1 and not captions and not _NUMBERED.fullmatch(lone):
            captions.append(lone)
            yield f"# {lone}"
        elif len(table) > 1 and len(lone) <= 60:
            yield f"### {lone}"
        else:
            yield lone
        table = table[1:]
    notes = []
    while len(table) > 1 and (lone := _lone(table[-1])) and (_NOTE.match(lone) or len(lone) > 30):
        notes.append(lone)
        table = table[:-1]
    yield from row_lines(table, unit=unit)
    yield from reversed(notes)


def _lone(row: Row) -> str | None:
    """The one value of a row that has but one, merged over columns or not."""
    values = {one_line(cell) for cell in row if cell.strip()}
    return values.pop() if len(values) == 1 else None

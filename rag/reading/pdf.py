"""PDF: lines put together from the places of their characters, then columns, tables and paragraphs from the lines.

Running heads, feet and page numbers are left out; words and sentences broken over lines and pages are joined; a form
feed ends each page.
"""

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from rag.errors import DamagedFile, EmptyDocument, ReadError
from rag.reading import ocr
from rag.reading.files import Content
from rag.reading.furniture import is_page_number
from rag.reading.lines import TERMINAL, fold_width, letters, one_line
from rag.reading.marks import mark_of
from rag.reading.tables import row_lines, unit_of

ONE_AT_A_TIME = threading.Lock()  # PDFium has no threads
_MARGIN = 0.12  # of the page's height: where running heads and feet stand
_LINE_END_HYPHEN = 2  # how PDFium gives a hyphen that ends a line
_WORD = re.compile(r"[\w.,%+-]+", re.ASCII)
_CELL_GAP = 1.6  # characters of white between two cells, or between a column and the next


class _Piece(NamedTuple):
    """Characters without a wide gap between them. Points; y grows upwards."""

    x0: float
    x1: float
    y: float
    size: float
    text: str


class _Line(NamedTuple):
    pieces: tuple[_Piece, ...]
    column: int  # 0 where there is but one, else 1 and 2; what runs over both is in 0

    @property
    def x0(self) -> float:
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        return self.pieces[-1].x1

    @property
    def y(self) -> float:
        return self.pieces[0].y

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @property
    def text(self) -> str:
        return one_line(" ".join(piece.text for piece in self.pieces))


class _Sheet(NamedTuple):
    width: float
    height: float
    pieces: list[_Piece]
    has_picture: bool


class _Page(NamedTuple):
    height: float
    lines: list[_Line]


def read_pdf(data: bytes, name: str) -> Content:
    """Raises ReadError when a password is needed, DamagedFile on a broken file, EmptyDocument on scanned pages."""
    # Imported here: loading PDFium takes a fifth of a second.
    import pypdfium2 as pdfium

    if b"%PDF-" not in data[:1024]:
        raise DamagedFile(f"{name} is not a PDF: it does not begin like one. Check its suffix.")
    with ONE_AT_A_TIME:
        try:
            file = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower():
                raise ReadError(f"{name} is encrypted: it opens with a password only. Save it without one.") from error
            raise DamagedFile(
                f"{name} cannot be opened as a PDF ({error}). It may be cut off; copy it anew."
            ) from error
        try:
            sheets = [_sheet(file[number]) for number in range(len(file))]
            title = one_line(file.get_metadata_value("Title") or "")
        except pdfium.PdfiumError as error:
            raise DamagedFile(f"{name} has a page that cannot be read ({error}). Print it to a new PDF.") from error
        finally:
            file.close()
    if any(sheet.has_picture for sheet in sheets) and ocr.available():
        sheets = _recognised(data, sheets)
    if not any(sheet.pieces for sheet in sheets):
        what = "is a scanned PDF: its pages are pictures" if any(s.has_picture for s in sheets) else "is a PDF"
        todo = (
            "Text recognition found none either."
            if ocr.available()
            else "pip install 'youju[ocr]' reads it; or run text recognition (OCR) over it first."
        )
        raise EmptyDocument(f"{name} {what} without text ({len(sheets)} pages). {todo}")
    gutters = _gutters(sheets)
    pages = [_Page(s.height, _lines(s.pieces, gutter)) for s, gutter in zip(sheets, gutters, strict=True)]
    text = _text(_without_running(pages))
    return Content(text, markdown=True, title=title if title and letters(title) in letters(text[:2000]) else None)


def _recognised(data: bytes, sheets: Sequence[_Sheet]) -> list[_Sheet]:
    """Pages without text that hold a picture, as text recognition reads them."""
    import pypdfium2 as pdfium

    lines: dict[int, Sequence[ocr.Line]] = {}
    for number, sheet in enumerate(sheets):
        if sheet.has_picture:
            with ONE_AT_A_TIME:
                file = pdfium.PdfDocument(data)
                scan = ocr.scan(file[number])
                file.close()
            lines[number] = ocr.recognise(scan)
    heights = [line.y1 - line.y0 for of_page in lines.values() for line in of_page]
    # Boxes are not exact enough to tell sizes of print by: all is taken for one, headings are known by their numbers.
    size = median(heights) if heights else 0.0
    read = list(sheets)
    for number, of_page in lines.items():
        pieces = [_Piece(line.x0, line.x1, (line.y0 + line.y1) / 2, size, line.text) for line in of_page]
        read[number] = read[number]._replace(pieces=pieces)
    return read


# --- characters to lines


def _sheet(page: Any) -> _Sheet:
    import pypdfium2.raw as raw

    width, height = page.get_size()
    textpage = page.get_textpage()
    pieces = list(_pieces(characters(textpage)))
    textpage.close()
    has_picture = not pieces and any(obj.type == raw.FPDF_PAGEOBJ_IMAGE for obj in page.get_objects(max_depth=3))
    page.close()
    return _Sheet(width, height, pieces, has_picture)


def characters(textpage: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """Character, left, right, base line, size; in points, y grows upwards."""
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()  # the loose one: as wide as the character advances, white space of 、 included
    x, y = ctypes.c_double(), ctypes.c_double()
    for i in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, i)
        if code == _LINE_END_HYPHEN:
            code = ord("-")
        if code < 32 or raw.FPDFText_IsGenerated(textpage, i) == 1:
            continue
        if 0xD800 <= code < 0xE000 or code > 0x10FFFF or code == 0xFFFE:
            continue
        raw.FPDFText_GetLooseCharBox(textpage, i, box)
        raw.FPDFText_GetCharOrigin(textpage, i, x, y)
        size = raw.FPDFText_GetFontSize(textpage, i)
        if size < 2:  # scaled by the text matrix
            size = max(box.top - box.bottom, 4.0)
        yield chr(code), box.left, box.right, y.value, size


def _pieces(characters: Iterator[tuple[str, float, float, float, float]]) -> Iterator[_Piece]:
    text: list[str] = []
    x0 = x1 = y = size = 0.0
    for char, left, right, base, em in characters:
        if text and (abs(base - y) > 0.4 * size or left < x1 - em or left - x1 > _CELL_GAP * max(em, size)):
            if piece := _piece(text, x0, x1, y, size):
                yield piece
            text = []
        if char.isspace():
            if text:
                text.append(" ")
            continue
        if not text:
            x0, y, size, x1 = left, base, em, left
        elif left - x1 > 0.25 * em and char < "\u2e80" and text[-1][-1] < "\u2e80":
            text.append(" ")
        text.append(char)
        x1 = max(x1, right)
    if piece := _piece(text, x0, x1, y, size):
        yield piece


def _piece(text: list[str], x0: float, x1: float, y: float, size: float) -> _Piece | None:
    words = one_line("".join(text))
    return _Piece(x0, x1, y, size, words) if words else None


def _lines(pieces: list[_Piece], gutter: float | None) -> list[_Line]:
    """Lines in reading order: the left column before the right one, between what runs over both."""
    if gutter is None:
        return _rows(pieces, 0)
    lines: list[_Line] = []
    rest = sorted(pieces, key=lambda p: -p.y)
    across = [p for p in rest if p.x0 < gutter - 2 and p.x1 > gutter + 2]
    tops = [p.y for p in across] + [float("-inf")]
    above = float("inf")
    for i, top in enumerate(tops):
        band = [p for p in rest if top < p.y < above and p not in across]
        lines.extend(_rows([p for p in band if p.x1 <= gutter + 2], 1))
        lines.extend(_rows([p for p in band if p.x1 > gutter + 2], 2))
        if i < len(across):
            lines.extend(_rows([across[i]], 0))
        above = top
    return lines


def _rows(pieces: Sequence[_Piece], column: int) -> list[_Line]:
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.y, p.x0)):
        if rows and abs(rows[-1][0].y - piece.y) <= 0.4 * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_Line(tuple(sorted(row)), column) for row in rows]


def _gutters(sheets: Sequence[_Sheet]) -> list[float | None]:
    """The gutter of each page. Where most pages have one, a page of short lines is taken to have it as well."""
    found = [_gutter(sheet.pieces, sheet.width) for sheet in sheets]
    known = [gutter for gutter in found if gutter is not None]
    if len(known) * 2 < len(sheets) or not known:
        return found
    usual = median(known)
    for i, sheet in enumerate(sheets):
        crossing = sum(1 for p in sheet.pieces if p.x0 < usual - 2 and p.x1 > usual + 2)
        if found[i] is None and crossing * 5 <= len(sheet.pieces):
            found[i] = usual
    return found


def _gutter(pieces: Sequence[_Piece], width: float) -> float | None:
    """Where two columns of prose part, None if there is but one. The cells of a table are too narrow to be columns."""
    if len(pieces) < 12:
        return None
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        x = width * step / 100
        crossing = sum(1 for p in pieces if p.x0 < x - 2 and p.x1 > x + 2)
        if best is None or (crossing, abs(step - 50)) < (best[0], abs(best[1] * 100 / width - 50)):
            best = (crossing, x)
    if best is None or best[0] * 5 > len(pieces):
        return None
    x = best[1]
    sides = [p for p in pieces if p.x1 <= x + 2], [p for p in pieces if p.x0 >= x - 2]
    for side in sides:
        if len(side) < 5:
            return None
        column = max(p.x1 for p in side) - min(p.x0 for p in side)
        if median(p.x1 - p.x0 for p in side) < 0.7 * column or column < 0.25 * width:
            return None
    return x


# --- what repeats on every page


def _without_running(pages: Sequence[_Page]) -> list[_Page]:
    counts = Counter(key for page in pages for key in {_running_key(line) for line in _edges(page)})
    often = {key for key, count in counts.items() if count >= 2 and count * 5 >= len(pages) * 2 and len(key) > 1}
    result = []
    for page in pages:
        edges = _edges(page)
        # A number in the margin is a page number only where nothing stands beyond it: else it is a cell of a table.
        ends = {id(edges[0]), id(edges[-1])} if edges else set()
        dropped = {
            id(line)
            for line in edges
            if _running_key(line) in often or (id(line) in ends and is_page_number(fold_width(line.text)))
        }
        result.append(_Page(page.height, [line for line in page.lines if id(line) not in dropped]))
    return result


def _edges(page: _Page) -> list[_Line]:
    """Lines in the margins, from the top to the bottom."""
    inner = (_MARGIN * page.height, (1 - _MARGIN) * page.height)
    return sorted((line for line in page.lines if not inner[0] < line.y < inner[1]), key=lambda line: -line.y)


def _running_key(line: _Line) -> str:
    return re.sub(r"\d+|[一二三四五六七八九十]+", "#", letters(line.text))


# --- lines to text


class _Writer:
    """Collects paragraphs; the form feed of a page waits until the paragraph it falls into has ended."""

    def __init__(self, lines: Sequence[_Line], levels: dict[float, int], pitch: float) -> None:
        self._edges = {column: _column_edges(lines, column) for column in {line.column for line in lines}}
        self._levels = levels
        self._pitch = pitch
        self._parts: list[str] = []
        self._open = ""
        self._last: _Line | None = None
        self._feeds = 0
        self._unit: str | None = None

    def line(self, line: _Line) -> None:
        if self._open and self._last is not None and self._goes_on(self._last, line):
            self._open = _join(self._open, line.text)
        else:
            self.close()
            level = self._levels.get(_rounded(line.size))
            self._open = "#" * level + " " + line.text if level and len(line.text) <= 60 else line.text
        self._last = line

    def table(self, lines: Sequence[_Line]) -> None:
        self.close()
        self._parts.extend(f"{row}\n\n" for row in row_lines(_cells(lines), unit=self._unit))
        self._last = None

    def end_page(self) -> None:
        self._feeds += 1

    def close(self) -> None:
        if self._open:
            self._unit = unit_of(self._open)
            self._parts.append(f"{self._open}\n\n")
        self._parts.append("\f" * self._feeds)
        self._open, self._feeds, self._last = "", 0, None

    def text(self) -> str:
        self.close()
        return "".join(self._parts)

    def _goes_on(self, last: _Line, line: _Line) -> bool:
        if _rounded(last.size) != _rounded(line.size):
            return False
        em = line.size
        heading = _rounded(line.size) in self._levels
        same_flow = last.y - line.y > 0  # else: the top of the next column or page
        if heading:
            return same_flow and last.y - line.y <= 1.7 * em
        if same_flow and last.y - line.y > max(self._pitch * 1.35, em * 1.2):
            return False
        _, right = self._edges[last.column]
        if last.x1 + _first_word(line) * em < right - 0.5 * em:  # it would still have had room
            return False
        if self._indented(line) and not self._indented(last):
            return False
        return not (last.text[-1] in TERMINAL and mark_of(fold_width(line.text)))

    def _indented(self, line: _Line) -> bool:
        return line.x0 > self._edges[line.column][0] + 0.8 * line.size


def _column_edges(lines: Sequence[_Line], column: int) -> tuple[float, float]:
    """Left and right edge of a column over all pages, single outliers left aside."""
    lefts = sorted(line.x0 for line in lines if line.column == column)
    rights = sorted(line.x1 for line in lines if line.column == column)
    return lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]


def _first_word(line: _Line) -> float:
    """Width in ems of what cannot be parted at the beginning of a line."""
    match = _WORD.match(line.text)
    return 1.0 if match is None else 0.55 * len(match[0])


def _text(pages: Sequence[_Page]) -> str:
    lines = [line for page in pages for line in page.lines]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[_rounded(line.size)] += len(line.text)
    body_size = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if size >= body_size * 1.12), reverse=True)[:6]
    gaps = sorted(
        a.y - b.y
        for page in pages
        for a, b in zip(page.lines, page.lines[1:], strict=False)
        if 0 < a.y - b.y < 4 * body_size and _rounded(a.size) == _rounded(b.size) == body_size
    )
    # Of lines, not of paragraphs, also where most paragraphs have but one.
    pitch = gaps[len(gaps) // 4] if gaps else body_size * 1.5
    writer = _Writer(lines, {size: level for level, size in enumerate(larger, start=1)}, pitch)
    for page in pages:
        for run in _runs(page.lines):
            if len(run) > 1:
                writer.table(run)
            else:
                writer.line(run[0])
        writer.end_page()
    return writer.text().rstrip("\f\n") + "\n"


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Single lines, and tables: two or more lines in a row of several pieces that stand below each other."""
    run: list[_Line] = []
    for line in lines:
        if len(line.pieces) > 1 and (not run or len(line.pieces) <= len(run[0].pieces)):
            run.append(line)
            continue
        yield from _as_run(run)
        run = [line] if len(line.pieces) > 1 else []
        if not run:
            yield [line]
    yield from _as_run(run)


def _as_run(run: list[_Line]) -> Iterator[list[_Line]]:
    if len(run) > 1:
        yield run
    else:
        yield from ([line] for line in run)


def _cells(lines: Sequence[_Line]) -> list[list[str]]:
    """Pieces under the piece of the first line they overlap most, or are nearest to."""
    columns = lines[0].pieces
    rows = []
    for line in lines:
        row = [""] * len(columns)
        for piece in line.pieces:
            nearest = max(
                range(len(columns)),
                key=lambda i: (
                    min(piece.x1, columns[i].x1) - max(piece.x0, columns[i].x0),
                    -abs(piece.x0 - columns[i].x0),
                ),
            )
            row[nearest] = one_line(f"{row[nearest]} {piece.text}")
        rows.append(row)
    return rows


def _join(before: str, after: str) -> str:
    if before.endswith("-") and len(before) > 1 and before[-2].isalpha() and after[0].islower():
        return before[:-1] + after
    if before[-1] < "\u2e80" and after[0] < "\u2e80" and before[-1] not in "\u201c\u2018(":
        return f"{before} {after}"
    return before + after

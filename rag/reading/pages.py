"""Pages of a PDF as pictures, and where on them the words of a quote stand."""

import ctypes
import io
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import DamagedFile
from rag.reading.pdf import ONE_AT_A_TIME, characters

WIDTH = 1400  # pixels of a picture
_MOST_PIXELS = 6_000_000
_LOOK_AHEAD = 3  # pages: a paragraph may go on over the next
_SHORTEST = 4  # characters of a quote that are looked for by themselves, where it is parted by a page's foot
_MOST_PARTS = 6
_GRID = 100_000  # PDFium gives places on a page in whole units of what it is told the page measures
_LEFT_OUT = re.compile(r"[\s\u00ad\ufffe-]+")  # what reading may change: white space, hyphens at the ends of lines
_BETWEEN_CELLS = re.compile(r"[\s:;,。、()\uff1a\uff1b\uff0c\uff08\uff09]+")


class Box(NamedTuple):
    """A part of a page, in shares (0 to 1) of its width and height from the top left corner."""

    x: float
    y: float
    width: float
    height: float


class Leaf(NamedTuple):
    """One page of how many, its width by its height, and the boxes around what was looked for."""

    page: int
    pages: int
    ratio: float
    boxes: tuple[Box, ...]


class _Glyph(NamedTuple):
    """A character and where it stands; `page` counts from 0."""

    char: str
    page: int
    left: float
    right: float
    base: float
    size: float


def leaf(file: Path, *, page: int) -> Leaf:
    """A page, counted from 1 and brought within the file, without boxes. Raises DamagedFile."""
    with ONE_AT_A_TIME, _Opened(file) as pdf:
        number = min(max(page, 1), len(pdf))
        return Leaf(number, len(pdf), _ratio(pdf[number - 1]), ())


def find(file: Path, quote: str, *, paragraph: str, page: int, before: int = 0) -> list[Leaf]:
    """The pages on which `quote` stands, with its lines boxed; empty when it is not found there.

    `page`, from 1, is where its `paragraph` begins; `before` is how often the same words stand on that page before
    them. The row of a table, whose cells the reading named by their columns, is found by its cells. Raises
    DamagedFile.
    """
    with ONE_AT_A_TIME, _Opened(file) as pdf:
        first = min(max(page, 1), len(pdf)) - 1
        opened = {number: pdf[number] for number in range(first, min(first + _LOOK_AHEAD, len(pdf)))}
        glyphs = [glyph for number, one in opened.items() for glyph in _glyphs(one, number)]
        found = _spelled(glyphs, quote, before) or _row(glyphs, quote, paragraph)
        leaves = []
        for number, of_page in groupby(found, key=lambda glyph: glyph.page):
            boxes = tuple(_box(opened[number], line) for line in _lines(list(of_page)))
            leaves.append(Leaf(number + 1, len(pdf), _ratio(opened[number]), boxes))
        return leaves


def picture(file: Path, *, page: int, width: int = WIDTH) -> bytes:
    """A page, counted from 1, as PNG, `width` pixels wide or, where that would be too many, less.

    Raises IndexError when there is no such page, DamagedFile.
    """
    with ONE_AT_A_TIME, _Opened(file) as pdf:
        if not 1 <= page <= len(pdf):
            raise IndexError(f"page {page} of {len(pdf)}")
        wide, high = pdf[page - 1].get_size()
        scale = min(width / wide, (_MOST_PIXELS / (wide * high)) ** 0.5)
        image = pdf[page - 1].render(scale=scale).to_pil()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class _Opened:
    """A PDF that is closed again; PDFium's complaints come as DamagedFile."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Any:
        import pypdfium2 as pdfium

        try:
            self._pdf = pdfium.PdfDocument(self._file)
        except (pdfium.PdfiumError, FileNotFoundError) as error:
            raise DamagedFile(f"{self._file.name} cannot be opened as a PDF ({error}).") from error
        return self._pdf

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import pypdfium2 as pdfium

        self._pdf.close()
        if isinstance(error, pdfium.PdfiumError):
            raise DamagedFile(f"{self._file.name} has a page that cannot be read ({error}).") from error


def _ratio(page: Any) -> float:
    width, height = page.get_size()
    return float(width / height) if height else 1.0


def _glyphs(page: Any, number: int) -> Iterator[_Glyph]:
    textpage = page.get_textpage()
    for char, left, right, base, size in characters(textpage):
        if not _LEFT_OUT.fullmatch(char):
            yield _Glyph(char, number, left, right, base, size)
    textpage.close()


def _spelled(glyphs: Sequence[_Glyph], quote: str, before: int) -> list[_Glyph]:
    """The characters of the quote, in one piece or parted by what stands at the foot and head of pages."""
    wanted, text = _LEFT_OUT.sub("", quote), "".join(glyph.char for glyph in glyphs)
    if not wanted:
        return []
    at = text.find(wanted)
    for _ in range(before):
        later = text.find(wanted, at + 1)
        at = later if later >= 0 else at
    if at >= 0:
        return list(glyphs[at : at + len(wanted)])
    found: list[_Glyph] = []
    start = done = 0
    for _ in range(_MOST_PARTS):
        rest = wanted[done:]
        shared = bisect_right(range(1, len(rest) + 1), 0, key=lambda k: 0 if rest[:k] in text[start:] else 1)
        if shared < min(_SHORTEST, len(rest)):
            return []
        at = text.find(rest[:shared], start)
        found += glyphs[at : at + shared]
        start, done = at + shared, done + shared
        if done == len(wanted):
            return found
    return []


def _row(glyphs: Sequence[_Glyph], quote: str, paragraph: str) -> list[_Glyph]:
    """The cells of the quote, in the line that holds most of those of the paragraph."""
    cells = {cell for cell in _BETWEEN_CELLS.split(paragraph) if cell}
    in_lines = sorted(glyphs, key=lambda glyph: (*_line_key(glyph), glyph.left))
    lines = [list(line) for _, line in groupby(in_lines, key=_line_key)]
    texts = ["".join(glyph.char for glyph in line) for line in lines]
    scores = [sum(len(cell) for cell in cells if _LEFT_OUT.sub("", cell) in text) for text in texts]
    if not scores or max(scores) * 3 < len(_BETWEEN_CELLS.sub("", paragraph)):
        return []
    best = scores.index(max(scores))
    line, text = lines[best], texts[best]
    found: set[int] = set()
    for cell in _BETWEEN_CELLS.split(quote):
        at = text.find(_LEFT_OUT.sub("", cell)) if cell else -1
        if at >= 0:
            found |= set(range(at, at + len(_LEFT_OUT.sub("", cell))))
    return [line[i] for i in sorted(found)] or line


def _line_key(glyph: _Glyph) -> tuple[int, float]:
    return (glyph.page, -round(glyph.base))


def _lines(glyphs: Sequence[_Glyph]) -> Iterator[list[_Glyph]]:
    """Characters beside each other, without a gap of more than three."""
    line: list[_Glyph] = []
    for glyph in glyphs:
        if line:
            last = line[-1]
            wide = max(glyph.size, last.size)
            if abs(last.base - glyph.base) > 0.4 * wide or not -wide < glyph.left - last.right < 3 * wide:
                yield line
                line = []
        line.append(glyph)
    if line:
        yield line


def _box(page: Any, line: Sequence[_Glyph]) -> Box:
    """Around a line, as the page is shown: turned and cropped like its picture."""
    import pypdfium2.raw as raw

    size = max(glyph.size for glyph in line)
    left, right = min(glyph.left for glyph in line), max(glyph.right for glyph in line)
    base = line[0].base
    xs, ys = [], []
    for x, y in ((left, base - 0.24 * size), (right, base + 0.92 * size)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
        xs.append(min(max(across.value / _GRID, 0.0), 1.0))
        ys.append(min(max(down.value / _GRID, 0.0), 1.0))
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

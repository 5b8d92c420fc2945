"""Word: paragraphs in order, heading styles as Markdown, tables with the names of their columns, notes at the end."""

import io
import re
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from rag.errors import DamagedFile, EmptyDocument
from rag.reading.files import Content
from rag.reading.lines import letters, one_line
from rag.reading.packages import check_package
from rag.reading.tables import row_lines, unit_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr"}) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title|标题", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)(?:\s*\d|\s*heading|\s*标题)", re.IGNORECASE)


def read_word(data: bytes, name: str) -> Content:
    """Raises DamagedFile on a broken file, ReadError on a locked one, EmptyDocument when no text is in it."""
    check_package(data, name, kind="a Word document", holds="word/document.xml")
    # Imported here: python-docx takes a fifth of a second.
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        file = Document(io.BytesIO(data))
        reader = _Reader(file)
        blocks = [block for block in reader.blocks() if block.strip("\f \n")]
    except (PackageNotFoundError, XMLSyntaxError, BadZipFile, KeyError, ValueError, EOFError) as error:
        raise DamagedFile(
            f"{name} cannot be opened as a Word document ({error}). Open it in Word and save it anew."
        ) from error
    if not blocks:
        raise EmptyDocument(f"{name} is empty: no text is in it; pictures are not read.")
    properties = file.core_properties
    title = one_line(properties.title or "")
    shown = [letters(block) for block in blocks[:20]]
    return Content(
        "\n\n".join(blocks) + "\n",
        markdown=True,
        # A property nobody looks at is often left over from another document.
        title=title if title and letters(title) in shown else None,
    )


class _Reader:
    """Walks the body; `w:p` and `w:tbl` at any depth of content controls, text boxes behind their paragraph."""

    def __init__(self, file: Any) -> None:
        self._body = file.element.body
        self._levels = {style.style_id: _level_of(style) for style in file.styles if style.type == 1}
        self._notes = [
            part for part in file.part.package.iter_parts() if re.search(r"/(?:foot|end)notes\.xml$", part.partname)
        ]
        self._numbers = _Numbers(file)

    def blocks(self) -> Iterator[str]:
        unit: str | None = None
        for element in _flow(self._body):
            if element.tag == f"{_W}tbl":
                yield from row_lines(list(_cells(element)), unit=unit)
                unit = None
                continue
            text = _text(element)
            before, after = _breaks(element)
            prefix = self._prefix(element, text)
            if prefix is not None and text:
                unit = unit_of(text) or unit
                yield f"{before}{prefix}{text}{after}"
            elif before or after:
                yield before + after
            for box in element.iter(f"{_W}txbxContent"):
                if not any(parent.tag.endswith("}Fallback") for parent in box.iterancestors()):
                    yield from filter(None, (_text(inner) for inner in box.iter(f"{_W}p")))
        for part in self._notes:
            yield from self._footnotes(part)

    def _prefix(self, paragraph: Any, text: str) -> str | None:
        """Markdown before the text, None for a line of the table of contents."""
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        level = self._levels.get(style.get(f"{_W}val")) if style is not None else None
        if level == -1:
            return None
        outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if level is None and outline is not None and int(outline.get(f"{_W}val")) < 6:
            level = int(outline.get(f"{_W}val")) + 1
        number = self._numbers.next(paragraph, style.get(f"{_W}val") if style is not None else None) if text else ""
        if level is not None and len(text) <= 80:
            return "#" * max(level, 1) + " " + number
        return number

    @staticmethod
    def _footnotes(part: Any) -> Iterator[str]:
        from lxml import etree

        root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False))
        for note in root:
            if note.get(f"{_W}type") is None:
                text = " ".join(filter(None, (_text(p) for p in note.iter(f"{_W}p"))))
                if text:
                    yield f"[{note.get(f'{_W}id')}] {text}"


def _level_of(style: Any) -> int | None:
    """1 to 6 for a heading, -1 for a line of the table of contents, None for text."""
    name = style.name or ""
    if _CONTENTS_STYLE.match(name):
        return -1
    heading = _HEADING_STYLE.match(name)
    if heading:
        return min(int(heading[1]), 6)
    if _TITLE_STYLE.fullmatch(name):
        return 1
    outline = style.element.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and int(outline.get(f"{_W}val")) < 6:
        return int(outline.get(f"{_W}val")) + 1
    return None


def _flow(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
            yield from _flow(child)


def _text(element: Any) -> str:
    """What is shown of a paragraph: insertions in, deletions out."""
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag in _SKIPPED:
            continue
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            parts.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        stack.extend(reversed(node))
    return one_line("".join(parts))


def _breaks(paragraph: Any) -> tuple[str, str]:
    """Form feeds for the page breaks Word last saw, before or behind the paragraph they stand in."""
    before = after = ""
    seen = False
    for node in paragraph.iter(f"{_W}t", f"{_W}lastRenderedPageBreak", f"{_W}br"):
        if node.tag == f"{_W}t":
            seen = seen or bool((node.text or "").strip())
        elif node.tag == f"{_W}lastRenderedPageBreak":
            before, after = (before, "\n\f") if seen else ("\f", after)
    return before, after


def _cells(table: Any) -> Iterator[list[str]]:
    """Rows of a table, merged cells repeated; a table in a cell is text of the cell."""
    above: list[str] = []
    for row in table.iterchildren(f"{_W}tr"):
        cells: list[str] = []
        for cell in _row_cells(row):
            text = one_line(" ".join(filter(None, (_text(p) for p in cell.iter(f"{_W}p")))))
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and len(cells) < len(above):
                text = above[len(cells)]
            cells.extend([text] * (int(span.get(f"{_W}val")) if span is not None else 1))
        above = cells
        yield cells


def _row_cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _row_cells(child)


class _Numbers:
    """The numbers Word writes by itself before headings and items (一、 (一) 1.), which stand nowhere in the text."""

    def __init__(self, file: Any) -> None:
        self._formats: dict[tuple[str, int], tuple[str, str]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        for style in file.styles:
            found = _number_of(style.element.find(f"{_W}pPr"))
            if found:
                self._styles[style.style_id] = found
        numbering = next((p for p in file.part.package.iter_parts() if p.partname.endswith("/numbering.xml")), None)
        if numbering is None:
            return
        from lxml import etree

        root = etree.fromstring(numbering.blob, etree.XMLParser(resolve_entities=False))
        for abstract in root.iter(f"{_W}abstractNum"):
            for level in abstract.iter(f"{_W}lvl"):
                kind, text = level.find(f"{_W}numFmt"), level.find(f"{_W}lvlText")
                if kind is not None and text is not None:
                    key = (abstract.get(f"{_W}abstractNumId"), int(level.get(f"{_W}ilvl")))
                    self._formats[key] = (kind.get(f"{_W}val"), text.get(f"{_W}val") or "")
        for num in root.iter(f"{_W}num"):
            target = num.find(f"{_W}abstractNumId")
            if target is not None:
                self._abstract[num.get(f"{_W}numId")] = target.get(f"{_W}val")

    def next(self, paragraph: Any, style: str | None) -> str:
        """The number of this paragraph, "" if Word gives it none, "- " for a bullet."""
        own = _number_of(paragraph.find(f"{_W}pPr")) or (self._styles.get(style) if style else None)
        if own is None or own[0] not in self._abstract:
            return ""
        abstract, level = self._abstract[own[0]], own[1]
        counts = self._counts.setdefault(abstract, {})
        counts[level] = counts.get(level, 0) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        kind, pattern = self._formats.get((abstract, level), ("none", ""))
        if kind == "bullet":
            return "- "
        if kind == "none":
            return ""
        shown = re.sub(
            r"%(\d)",
            lambda m: _counted(
                self._formats.get((abstract, int(m[1]) - 1), ("decimal", ""))[0], counts.get(int(m[1]) - 1, 1)
            ),
            pattern,
        )
        return shown if shown.endswith(("、", ")", "\uff09")) or not shown else shown + " "


def _number_of(properties: Any) -> tuple[str, int] | None:
    number = properties.find(f"{_W}numPr") if properties is not None else None
    if number is None:
        return None
    identity, level = number.find(f"{_W}numId"), number.find(f"{_W}ilvl")
    if identity is None:
        return None
    return identity.get(f"{_W}val"), int(level.get(f"{_W}val")) if level is not None else 0


def _counted(kind: str, number: int) -> str:
    if "chinese" in kind.lower() or kind in ("japaneseCounting", "ideographDigital", "taiwaneseCountingThousand"):
        digits = "零一二三四五六七八九"
        if number < 10:
            return digits[number]
        tens, ones = divmod(number, 10)
        return (
            ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "") if number < 100 else str(number)
        )
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind == "decimalEnclosedCircle" and number <= 20:
        return chr(ord("①") + number - 1)
    return str(number)

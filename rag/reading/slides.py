"""PowerPoint: a slide is a page, its title a heading; text boxes from top to bottom, tables row by row, then notes."""

import io
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from rag.errors import DamagedFile, EmptyDocument
from rag.reading.files import Content
from rag.reading.lines import one_line
from rag.reading.packages import check_package
from rag.reading.tables import row_lines


def read_slides(data: bytes, name: str) -> Content:
    """Raises DamagedFile on a broken file, ReadError on a locked one, EmptyDocument when no text is in it."""
    check_package(data, name, kind="a PowerPoint presentation", holds="ppt/presentation.xml")
    # Imported here: python-pptx takes half a second.
    from lxml.etree import XMLSyntaxError
    from pptx import Presentation
    from pptx.exc import PackageNotFoundError

    try:
        slides = [list(_blocks(slide)) for slide in Presentation(io.BytesIO(data)).slides]
    except (PackageNotFoundError, XMLSyntaxError, BadZipFile, KeyError, ValueError, EOFError) as error:
        raise DamagedFile(
            f"{name} cannot be opened as a PowerPoint presentation ({error}). Open it in PowerPoint and save it anew."
        ) from error
    if not any(slides):
        raise EmptyDocument(f"{name} is empty: no text is on its slides; pictures are not read.")
    # The first slide's title is the document's; the others lie below it.
    pages = ["\n\n".join(_below(block) if i else block for block in blocks) for i, blocks in enumerate(slides)]
    return Content("\n\f".join(pages) + "\n", markdown=True)


def _below(block: str) -> str:
    return f"#{block}" if block.startswith("# ") else block


def _blocks(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    heading = one_line(title.text_frame.text) if title is not None and title.has_text_frame else ""
    if heading:
        yield f"# {heading}"
    for shape in _in_order(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False):
            yield from row_lines([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif shape.has_text_frame and not _is_number_or_date(shape):
            yield from filter(None, (one_line(paragraph.text) for paragraph in shape.text_frame.paragraphs))
    if slide.has_notes_slide:
        notes = slide.notes_slide.notes_text_frame
        if notes is not None:
            yield from filter(None, (one_line(paragraph.text) for paragraph in notes.paragraphs))


def _in_order(shapes: Any) -> list[Any]:
    """Shapes as they are read: groups opened, from top to bottom, then from left to right."""
    flat: list[Any] = []
    for shape in shapes:
        flat.extend(_in_order(shape.shapes) if hasattr(shape, "shapes") else [shape])
    return sorted(flat, key=lambda shape: (shape.top or 0, shape.left or 0))


def _is_number_or_date(shape: Any) -> bool:
    return bool(shape.is_placeholder) and str(shape.placeholder_format.type).split(" ")[0] in (
        "SLIDE_NUMBER",
        "DATE",
        "FOOTER",
    )

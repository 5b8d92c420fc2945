"""The page of a PDF beside its text in the viewer, with the cited span boxed."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from rag.errors import DamagedFile
from rag.reading.pages import Leaf, find, leaf, picture
from rag.types import Document, Paragraph
from ui.marking import Span
from ui.messages import Language, message

KEPT = 48 * 2**20  # bytes of pictures

_log = logging.getLogger(__name__)


class Pictures:
    """Pages drawn when they are asked for; those shown last are kept, up to `limit` bytes."""

    def __init__(self, *, limit: int = KEPT) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self.bytes = 0
        self._lock = threading.Lock()

    def png(self, file: Path, digest: str, page: int) -> bytes:
        """`digest` is that of the file. Raises IndexError when there is no such page, DamagedFile."""
        with self._lock:
            if kept := self._kept.get((digest, page)):
                self._kept.move_to_end((digest, page))
                return kept
        drawn = picture(file, page=page)
        with self._lock:
            if (digest, page) not in self._kept:
                self._kept[digest, page] = drawn
                self.bytes += len(drawn)
            while self.bytes > self._limit:
                self.bytes -= len(self._kept.popitem(last=False)[1])
        return drawn


def leaf_of(
    file: Path, document: Document, paragraphs: Sequence[Paragraph], span: Span | None, page: int | None
) -> Leaf | None:
    """Page `page`, else the first that holds the span, else the one that should; None when the file cannot be read."""
    text = document.text
    try:
        if span is None:
            return leaf(file, page=page or 1)
        start, end = span
        around = next((p for p in paragraphs if p.start <= start < p.end), None)
        begins = around.start if around else start
        number = 1 + text.count("\f", 0, begins)
        leaves = find(
            file,
            text[start:end],
            paragraph=around.text if around else text[start:end],
            page=number,
            before=text.count(text[start:end], text.rfind("\f", 0, begins) + 1, start),
        )
        return next((one for one in leaves if page in (None, one.page)), None) or leaf(file, page=page or number)
    except DamagedFile as error:
        _log.warning("%s", error)
        return None


def render_leaf(document: Document, shown: Leaf | None, wanted: str | None, *, root: str, language: Language) -> str:
    """A section of the viewer: the page with its boxes and the way to its neighbours, or that there is none."""
    name = escape(message(language, "original"))
    if shown is None:
        missing = _words(language, "no_original")
        return f'<section id="original" aria-label="{name}"><p class="facts">{missing}</p></section>'
    where = message(language, "page_of", page=shown.page, pages=shown.pages)
    boxes = "".join(
        f'<rect x="{1000 * x:.1f}" y="{1000 * y:.1f}" width="{1000 * w:.1f}" height="{1000 * h:.1f}"/>'
        for x, y, w, h in shown.boxes
    )
    note = f'<p class="facts">{_words(language, "not_boxed")}</p>' if wanted and not shown.boxes else ""
    source = escape(f"{root}view-page/{shown.page}/{quote(document.id)}")
    return (
        f'<section id="original" aria-label="{name}"><details open><summary>{name} · {escape(where)}</summary>'
        f'<p class="pages">{_step(shown, -1, wanted, language)}{_step(shown, 1, wanted, language)}</p>{note}'
        f'<div class="sheet"><img src="{source}" width="1000" height="{round(1000 / shown.ratio)}" loading="lazy" '
        f'alt="{escape(where)}"><svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">'
        f"{boxes}</svg></div></details></section>"
    )


def _step(shown: Leaf, by: int, wanted: str | None, language: Language) -> str:
    number = shown.page + by
    if not 1 <= number <= shown.pages:
        return ""
    span = f"s={quote(wanted)}&" if wanted else ""
    name = _words(language, "previous_page" if by < 0 else "next_page")
    return f'<a href="{escape(f"?{span}p={number}#original")}">{name}</a>'


def _words(language: Language, key: str) -> str:
    return escape(message(language, key))

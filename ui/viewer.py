"""The viewer: a whole document as it was read, with an outline, a search box, and one span marked to the character.

Beside the text of a PDF stands its page, with the span boxed.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Cookie, Header, Query
from fastapi.responses import HTMLResponse, Response

from rag.errors import DamagedFile, UnknownDocument
from rag.types import Document, Paragraph
from ui.knowledge import Library
from ui.leaves import Pictures, leaf_of, render_leaf
from ui.marking import Span, marked
from ui.messages import Language, language_of, message
from ui.originals import Originals

# Text of a document can do nothing here even if escaping failed: only our own script and style files run.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_ASSETS = {"viewer.css": "text/css", "viewer.js": "text/javascript"}
_HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def viewer(library: Library, originals: Originals | None = None) -> APIRouter:
    """Routes `/view/{document_id}?s=start-end`, `/view-page/{page}/{document_id}` and the two files they need."""
    router = APIRouter(include_in_schema=False)
    originals = originals or Originals(None)
    pictures = Pictures()

    @router.get("/view-assets/{name}")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            return Response(status_code=404)
        body = (files("ui") / "static" / name).read_bytes()
        return Response(body, media_type=_ASSETS[name], headers={"Cache-Control": "max-age=3600"})

    @router.get("/view/{document_id:path}")
    def view(
        document_id: str,
        s: Annotated[str | None, Query(max_length=40)] = None,
        p: Annotated[int | None, Query(ge=1, le=100_000)] = None,
        youju_language: Annotated[str | None, Cookie()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> HTMLResponse:
        tongue = language_of(youju_language, accept_language)
        root = "../" * (document_id.count("/") + 1)
        try:
            document = library.document(document_id)
            paragraphs = library.paragraphs(document_id)
        except UnknownDocument:
            page = _notice(message(tongue, "no_such_document", id=document_id), root, tongue)
            return HTMLResponse(page, status_code=404, headers=_HEADERS)
        beside = ""
        if document.attributes.get("file_type") == "pdf":
            file = originals.find(document)
            shown = leaf_of(file, document, paragraphs, span_of(s, len(document.text)), p) if file else None
            beside = render_leaf(document, shown, s, root=root, language=tongue)
        return HTMLResponse(
            render(document, paragraphs, s, root=root, language=tongue, beside=beside), headers=_HEADERS
        )

    @router.get("/view-page/{page}/{document_id:path}")
    def page_picture(page: int, document_id: str) -> Response:
        try:
            document = library.document(document_id)
            file = originals.find(document)
            if file is None:
                return Response(status_code=404)
            drawn = pictures.png(file, document.attributes["sha256"], page)
        except (UnknownDocument, DamagedFile, IndexError):
            return Response(status_code=404)
        return Response(drawn, media_type="image/png", headers={**_HEADERS, "Cache-Control": "private, max-age=3600"})

    return router


def span_of(wanted: str | None, length: int) -> Span | None:
    """`"120-163"` as offsets; None when it is not a span of a text of this length."""
    found = re.fullmatch(r"(\d+)-(\d+)", wanted or "")
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    return (start, end) if start < end <= length else None


def render(
    document: Document,
    paragraphs: Sequence[Paragraph],
    wanted: str | None,
    *,
    root: str,
    language: Language,
    beside: str = "",
) -> str:
    """The page. The texts of its blocks, run together, are the document's text; those of its marks are the span's.

    `beside` is a section that stands next to the text.
    """
    span = span_of(wanted, len(document.text))
    headings = list(_headings(document.text, paragraphs))
    title = escape(document.title or document.id)
    facts = " · ".join(
        escape(fact) for fact in (document.attributes.get("issuer", ""), document.date or "", document.source) if fact
    )
    lost = escape(message(language, "span_outside")) if wanted and span is None else ""
    back = f'<a class="back" href="#span">{escape(message(language, "to_passage"))}</a>' if span is not None else ""
    outline = "".join(
        f'<li class="level-{level}"><a href="#h-{start}">{escape(text)}</a></li>' for start, _, level, text in headings
    )
    find, previous, following = (escape(message(language, k)) for k in ("find", "find_previous", "find_next"))
    return (
        f"{_head(title, root, language)}<body><header>"
        f'<a class="home" href="{root}">{escape(message(language, "home"))}</a>'
        f'<form id="find" role="search"><input type="search" id="words" placeholder="{find}" aria-label="{find}" '
        f'autocomplete="off"><span id="count" role="status"></span>'
        f'<button type="button" id="previous" aria-label="{previous}">↑</button>'
        f'<button type="submit" id="next" aria-label="{following}">↓</button></form>{back}'
        f'<button type="button" id="print">{escape(message(language, "print"))}</button></header>'
        f'<div class="columns{" three" if beside else ""}">'
        f'<nav aria-label="{escape(message(language, "outline"))}"><details open>'
        f"<summary>{escape(message(language, 'outline'))}</summary><ol>{outline}</ol></details></nav>"
        f'<main><h1>{title}</h1><p class="facts">{facts}</p>'
        f"{f'<p class=notice role=alert>{lost}</p>' if lost else ''}"
        f'<article id="text">{_body(document, headings, span, language)}</article></main>{beside}</div></body></html>'
    )


Heading = tuple[int, int, int, str]
"""Start and end offset, level from 1, text."""


def _headings(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Heading]:
    """Where each new part of a section path stands: on a line of its own before the paragraph, else at its start."""
    path: tuple[str, ...] = ()
    end = 0
    for paragraph in paragraphs:
        if paragraph.section != path:
            common = next(
                (i for i, (a, b) in enumerate(zip(path, paragraph.section, strict=False)) if a != b),
                min(len(path), len(paragraph.section)),
            )
            at = end
            for level, name in enumerate(paragraph.section[common:], common + 1):
                found = text.find(name, at, paragraph.start)
                if found >= 0:
                    line_start = text.rfind("\n", 0, found) + 1
                    line_end = text.find("\n", found)
                    at = len(text) if line_end < 0 else line_end
                    yield (line_start, at, level, name)
                else:
                    yield (paragraph.start, paragraph.start, level, name)
            path = paragraph.section
        end = paragraph.end


def _body(document: Document, headings: Sequence[Heading], span: Span | None, language: Language) -> str:
    """A block for each line with its line break, so that nothing of the text is lost; a form feed begins a page."""
    at_line = {start: (end, level) for start, end, level, _ in headings if end > start}
    anchors = {start for start, _, _, _ in headings}
    out: list[str] = []
    offset, page, marking = 0, 1, False
    for line in re.split(r"(?<=\n)", document.text):
        if not line:
            continue
        start, end = offset, offset + len(line)
        offset = end
        for _ in range(line.count("\f")):
            page += 1
            name = escape(message(language, "page", page=page))
            out.append(f'<p class="page" id="page-{page}" aria-hidden="true">{name}</p>')
        hashes = _hashes(line) if document.attributes.get("format") == "markdown" else 0
        body = marked(line[hashes:], at=start + hashes, span=span)
        if hashes:
            body = f'<span class="hash">{marked(line[:hashes], at=start, span=span)}</span>{body}'
        if not marking and "<mark>" in body:
            body = body.replace("<mark>", '<mark id="span" tabindex="-1">', 1)
            marking = True
        inside = [a for a in anchors if start <= a < end]
        names = "".join(f'<a id="h-{a}"></a>' for a in sorted(inside))
        level = next((at_line[a][1] for a in inside if a in at_line), None)
        if level is None:
            blank = "" if line.strip() else " blank"
            out.append(f'<p class="line{blank}">{names}{body}</p>')
        else:
            out.append(f'<h{min(level, 5) + 1} class="line">{names}{body}</h{min(level, 5) + 1}>')
    return "".join(out)


def _hashes(line: str) -> int:
    """How many characters at its beginning only say that a line is a heading."""
    found = re.match(r"\f*#{1,6} +", line)
    return found.end() if found else 0


def _head(title: str, root: str, language: Language) -> str:
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f'<link rel="stylesheet" href="{root}view-assets/viewer.css">'
        f'<script src="{root}view-assets/viewer.js" defer></script></head>'
    )


def _notice(text: str, root: str, language: Language) -> str:
    return (
        f'{_head(escape(text), root, language)}<body><main><p class="notice" role="alert">{escape(text)}</p>'
        f'<p><a href="{root}">{escape(message(language, "home"))}</a></p></main></body></html>'
    )

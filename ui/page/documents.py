"""The documents: what there is, adding and removing some, and how one was read.

Changes are made by page.js through the service's `/api/documents`, with the administrator's token, one request a file:
so each has its own progress, its own reason when it fails, and can be called off.
"""

from html import escape
from itertools import groupby
from typing import Any

import gradio as gr

from rag.errors import UnknownDocument
from rag.types import Document
from ui.knowledge import Library
from ui.marking import view_url
from ui.messages import Language, message
from ui.page.html import QUIET, html
from ui.page.language import Words, language
from ui.reasons import error_words

SHOWN = 200  # documents listed at once; the rest are found by their title
UPLOAD_LIMIT = 100 * 2**20  # bytes of one file

_COLUMNS = ("column_title", "column_issuer", "column_date", "column_paragraphs", "column_state", "column_actions")


def documents_tab(page: gr.Blocks, bridge: Any, library: Library, words: Words, *, upload_limit: int) -> None:
    """Lays out the tab inside `page`. `upload_limit` is in bytes; larger files are refused before they are sent."""
    upload = html("yj-upload")
    wanted = gr.Textbox(
        placeholder=words("documents_find"),
        label=words("documents_find"),
        show_label=False,
        elem_id="yj-documents-find",
        elem_classes="yj-line",
    )
    listed = html("yj-documents")
    reading = html("yj-reading")

    def draw(wanted: str | None, request: gr.Request) -> str:
        return render_documents(library, wanted or "", language(request))

    def show_reading(event: gr.EventData, request: gr.Request) -> str:
        document_id = str((event._data or {}).get("id", ""))
        return render_reading(library, document_id, language(request))

    def invite(request: gr.Request) -> str:
        return render_upload(language(request), upload_limit)

    page.load(invite, None, upload, **QUIET)
    page.load(draw, [wanted], listed, **QUIET)
    wanted.change(draw, [wanted], listed, trigger_mode="always_last", **QUIET)
    bridge.list_documents(draw, [wanted], listed, trigger_mode="always_last", **QUIET)
    bridge.show_reading(show_reading, None, reading, **QUIET)


def render_upload(tongue: Language, upload_limit: int) -> str:
    """Where files are dropped or chosen, the token that changes need, and room for each file's progress."""
    drop, token, cancel = (escape(message(tongue, key)) for key in ("upload", "token", "upload_cancel"))
    return (
        f'<section class="yj-upload"><label class="yj-drop" for="yj-files"><span>{drop}</span>'
        f'<input type="file" id="yj-files" multiple data-limit="{upload_limit}"></label>'
        f'<p class="yj-upload-row"><label for="yj-token">{token}</label>'
        f'<input type="password" id="yj-token" class="yj-more yj-token" autocomplete="off">'
        f'<button type="button" class="yj-button" id="yj-upload-cancel" disabled>{cancel}</button></p>'
        f'<div id="yj-progress-here"></div></section>'
    )


def render_documents(library: Library, wanted: str, tongue: Language) -> str:
    """Documents whose title or id holds `wanted`, in the order added."""
    documents = library.documents()
    shown = [d for d in documents if wanted.strip().lower() in f"{d.title} {d.id}".lower()][:SHOWN]
    count = escape(message(tongue, "documents_count", documents=len(documents)))
    head = "".join(f'<th scope="col">{escape(message(tongue, column))}</th>' for column in _COLUMNS)
    rows = "".join(_row(d, len(library.paragraphs(d.id)), tongue) for d in shown)
    return (
        f'<table class="yj-table"><caption class="yj-note">{count}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def render_reading(library: Library, document_id: str, tongue: Language) -> str:
    """A document's sections, each with its paragraphs, as the search sees them."""
    try:
        document = library.document(document_id)
        paragraphs = library.paragraphs(document_id)
    except UnknownDocument as error:
        return f'<p class="yj-failure">{escape(error_words(error, tongue))}</p>'
    title = message(tongue, "how_read_title", title=document.title or document.id, paragraphs=len(paragraphs))
    sections = []
    for section, group in groupby(paragraphs, key=lambda p: p.section):
        rows = list(group)
        name = " › ".join(section) or message(tongue, "no_section")
        items = "".join(
            f'<li><a href="{escape(view_url(document.id, p.start, p.end))}" target="_blank" rel="noopener">'
            f"{escape(p.text)}</a></li>"
            for p in rows
        )
        sections.append(
            f"<details><summary>{escape(name)} <span>{len(rows)}</span></summary><ol>{items}</ol></details>"
        )
    return f'<section class="yj-how"><h2>{escape(title)}</h2>{"".join(sections)}</section>'


def _row(document: Document, paragraphs: int, tongue: Language) -> str:
    title = document.title or document.id
    state = message(tongue, "state_searchable" if paragraphs else "state_empty")
    sure = escape(message(tongue, "remove_confirm", title=title))
    named = escape(document.id)
    cells = (
        f'<div><a href="{escape(view_url(document.id))}" target="_blank" rel="noopener">{escape(title)}</a>'
        f'<div class="yj-facts">{named}</div></div>',
        escape(document.attributes.get("issuer", "")),
        f'<span class="yj-fixed">{escape(document.date or "")}</span>',
        f'<span class="yj-fixed">{paragraphs}</span>',
        f'<span class="yj-badge {"yj-verified" if paragraphs else "yj-unverified"}">{escape(state)}</span>',
        f'<div class="yj-fixed"><button type="button" class="yj-link" data-send="show_reading" data-id="{named}">'
        f"{escape(message(tongue, 'how_read'))}</button>"
        f'<button type="button" class="yj-link" data-remove="{named}" data-confirm="{sure}">'
        f"{escape(message(tongue, 'remove'))}</button></div>",
    )
    return (
        "<tr>"
        + "".join(
            f'<td data-name="{escape(message(tongue, name))}">{cell}</td>'
            for name, cell in zip(_COLUMNS, cells, strict=True)
        )
        + "</tr>"
    )

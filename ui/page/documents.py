"""The documents: what there is, adding files with each one's progress and reason, removing, and how one was read."""

import threading
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import UnknownDocument, YoujuError
from rag.types import Document
from ui.knowledge import Knowledge
from ui.marking import view_url
from ui.messages import Language, message
from ui.page.html import QUIET, html
from ui.page.language import Words, language
from ui.page.uploads import Uploads, render_progress

SHOWN = 200  # documents listed at once; the rest are found by their title
IsAdmin = Callable[[str], bool]
_COLUMNS = ("column_title", "column_issuer", "column_date", "column_paragraphs", "column_state", "column_actions")


def documents_tab(page: gr.Blocks, bridge: Any, kb: Knowledge, words: Words, *, is_admin: IsAdmin | None) -> None:
    """Lays out the tab inside `page`. With `is_admin`, changes ask for the administrator's token."""
    handlers = DocumentHandlers(kb, is_admin=is_admin)
    with gr.Row(elem_id="yj-upload-row", equal_height=False):
        upload = gr.File(
            label=words("upload"), file_count="multiple", height=150, elem_id="yj-upload", scale=3, min_width=280
        )
        with gr.Column(scale=1, min_width=180):
            token = gr.Textbox(
                label=words("token"), type="password", visible=is_admin is not None, elem_id="yj-token", max_lines=1
            )
            cancel = gr.Button(words("upload_cancel"), size="sm", elem_id="yj-upload-cancel")
    progress = html("yj-progress")
    wanted = gr.Textbox(
        placeholder=words("documents_find"),
        label=words("documents_find"),
        show_label=False,
        elem_id="yj-documents-find",
    )
    listed = html("yj-documents")
    reading = html("yj-reading")

    upload.upload(handlers.add, [upload, token, wanted], [progress, listed, upload], concurrency_limit=4, **QUIET)
    cancel.click(handlers.cancel, None, None, queue=False, **QUIET)
    wanted.change(handlers.listing, [wanted], listed, trigger_mode="always_last", **QUIET)
    bridge.show_reading(handlers.show_reading, None, reading, **QUIET)
    bridge.remove_document(handlers.remove, [token, wanted], [listed, reading], **QUIET)
    page.load(handlers.listing, [wanted], listed, **QUIET)


class DocumentHandlers:
    """The handlers of the tab. Uploads of one reader can be cancelled while others' go on."""

    def __init__(self, kb: Knowledge, *, is_admin: IsAdmin | None) -> None:
        self._kb = kb
        self._is_admin = is_admin
        self._uploads = Uploads(kb)
        self._cancelled: dict[str, threading.Event] = {}

    def listing(self, wanted: str | None, request: gr.Request) -> str:
        return self._listing(wanted, language(request))

    def cancel(self, request: gr.Request) -> None:
        event = self._cancelled.get(str(request.session_hash))
        if event is not None:
            event.set()

    def add(
        self, files: Sequence[str] | None, token: str | None, wanted: str | None, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Draws [progress, list, upload box] as the files are read and indexed."""
        tongue = language(request)
        paths = [Path(file) for file in files or ()]
        if not self._may_change(token, tongue):
            yield ["", gr.skip(), None]
            return
        cancelled = self._cancelled[str(request.session_hash)] = threading.Event()
        try:
            for incoming in self._uploads.take_in(paths, tongue, cancelled):
                yield [render_progress(incoming, tongue), gr.skip(), gr.skip()]
            yield [gr.skip(), self._listing(wanted, tongue), None]
        finally:
            del self._cancelled[str(request.session_hash)]
            for path in paths:
                path.unlink(missing_ok=True)

    def remove(self, event: gr.EventData, token: str | None, wanted: str | None, request: gr.Request) -> list[Any]:
        tongue = language(request)
        document_id = str((event._data or {}).get("id", ""))
        if not self._may_change(token, tongue):
            return [gr.skip(), gr.skip()]
        try:
            title = self._kb.document(document_id).title or document_id
            self._kb.remove([document_id])
        except YoujuError as error:
            gr.Warning(escape(str(error)))
        else:
            gr.Info(escape(message(tongue, "removed", title=title)), duration=3)
        return [self._listing(wanted, tongue), ""]

    def show_reading(self, event: gr.EventData, request: gr.Request) -> str:
        """A document's sections, each with its paragraphs, as the search sees them."""
        tongue = language(request)
        document_id = str((event._data or {}).get("id", ""))
        try:
            document = self._kb.document(document_id)
            paragraphs = self._kb.paragraphs(document_id)
        except UnknownDocument as error:
            return f'<p class="yj-failure">{escape(str(error))}</p>'
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
        return f'<section class="yj-how"><h2 tabindex="-1">{escape(title)}</h2>{"".join(sections)}</section>'

    def _may_change(self, token: str | None, tongue: Language) -> bool:
        if self._is_admin is None or self._is_admin((token or "").strip()):
            return True
        gr.Warning(message(tongue, "token_wrong"))
        return False

    def _listing(self, wanted: str | None, tongue: Language) -> str:
        documents = self._kb.documents()
        total = sum(len(self._kb.paragraphs(d.id)) for d in documents[:SHOWN]) if len(documents) <= SHOWN else None
        shown = [d for d in documents if (wanted or "").strip().lower() in f"{d.title} {d.id}".lower()][:SHOWN]
        count = message(tongue, "documents_count", documents=len(documents))
        if total is not None:
            count += message(tongue, "paragraphs_count", paragraphs=total)
        head = "".join(f'<th scope="col">{escape(message(tongue, column))}</th>' for column in _COLUMNS)
        rows = "".join(self._row(d, tongue) for d in shown)
        caption = f'<caption class="yj-note">{escape(count)}</caption>'
        return f'<table class="yj-table">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

    def _row(self, document: Document, tongue: Language) -> str:
        count = len(self._kb.paragraphs(document.id))
        title = document.title or document.id
        state = message(tongue, "state_searchable" if count else "state_empty")
        sure = escape(message(tongue, "remove_confirm", title=title))
        named = escape(document.id)
        cells = (
            f'<div><a href="{escape(view_url(document.id))}" target="_blank" rel="noopener">{escape(title)}</a>'
            f'<div class="yj-facts">{named}</div></div>',
            escape(document.attributes.get("issuer", "")),
            f'<span class="yj-fixed">{escape(document.date or "")}</span>',
            f'<span class="yj-fixed">{count}</span>',
            f'<span class="yj-badge {"yj-verified" if count else "yj-unverified"}">{escape(state)}</span>',
            f'<button type="button" class="yj-link" data-send="show_reading" data-id="{named}">'
            f"{escape(message(tongue, 'how_read'))}</button>"
            f'<button type="button" class="yj-link" data-send="remove_document" data-id="{named}" '
            f'data-confirm="{sure}">{escape(message(tongue, "remove"))}</button>',
        )
        return (
            "<tr>"
            + "".join(
                f'<td data-name="{escape(message(tongue, name))}">{cell}</td>'
                for name, cell in zip(_COLUMNS, cells, strict=True)
            )
            + "</tr>"
        )

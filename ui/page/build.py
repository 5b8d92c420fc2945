"""Puts the page together and mounts it."""

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.themes import Base
from starlette.routing import Mount

from ui.knowledge import Knowledge
from ui.messages import MESSAGES
from ui.page.chat import chat_tab
from ui.page.documents import UPLOAD_LIMIT, documents_tab
from ui.page.evaluation import evaluation_tab
from ui.page.figures import figures_tab
from ui.page.front import FrontPage
from ui.page.handlers import FeedbackSink
from ui.page.header import header
from ui.page.html import html
from ui.page.language import translations
from ui.page.search import search_tab

if TYPE_CHECKING:
    from fastapi import FastAPI

QUEUE_LOOKS_S = 0.01
"""How long an event of the page may wait before it is seen."""

FONTS = (
    "system-ui",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)


# The names that page.js may send, quoted for gr.HTML to offer them as events.
_BRIDGE = """
const names = ['ask_question', 'ask_again', 'open_turns', 'give_feedback', 'show_reading', 'list_documents'];
window.youjuSend = (name, data) => { if (names.includes(name)) trigger(name, data); };
window.dispatchEvent(new Event('youju-ready'));
"""


def build_page(kb: Knowledge, *, feedback: FeedbackSink | None = None, upload_limit: int = UPLOAD_LIMIT) -> gr.Blocks:
    """The page over `kb`; mount it with `mount_page`, which brings its style, script and words.

    Changes to the documents go through the service's `/api/documents`; `upload_limit` is what it takes, in bytes.
    """
    words = translations()
    page = gr.Blocks(analytics_enabled=False, title="有据 Youju", fill_width=True)
    with page:
        bridge: Any = html("yj-bridge", script=_BRIDGE)
        header(words)
        with gr.Tabs(elem_id="yj-tabs"):
            with gr.Tab(words("tab_ask"), id="ask"):
                chat_tab(page, bridge, kb, words, feedback=feedback)
            with gr.Tab(words("tab_search"), id="search"):
                search_tab(page, kb, words)
            with gr.Tab(words("tab_figures"), id="figures"):
                figures_tab(page, kb, words)
            with gr.Tab(words("tab_documents"), id="documents"):
                documents_tab(page, bridge, kb, words, upload_limit=upload_limit)
            with gr.Tab(words("tab_evaluation"), id="evaluation"):
                evaluation_tab(page)
    page.queue(default_concurrency_limit=16, api_open=False)
    # Gradio looks for something to do a thousand times a second: a tenth of a core while nobody asks.
    page._queue.sleep_when_free = QUEUE_LOOKS_S
    page._queue.progress_update_sleep_when_free = 0.1
    return page


def mount_page(app: "FastAPI", page: gr.Blocks, *, path: str = "/") -> "FastAPI":
    """Serves `page` under `path` of `app`, asking no third party for anything. Other routes go in first."""
    static = files("ui") / "static"
    style = (static / "page.css").read_text(encoding="utf-8")
    script = (static / "page.js").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        app,
        page,
        path=path,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        max_file_size="1kb",  # nothing is uploaded through Gradio
        i18n=translations(),
        theme=theme(),
    )
    mount = next(route for route in reversed(app.routes) if isinstance(route, Mount))
    script = f"<script>window.youjuWords = {_script_words()};</script><script>{script}</script>"
    mount.app = FrontPage(mount.app, f"<style>{style}</style>{script}")
    return app


def _script_words() -> str:
    """The words that page.js shows, as a JavaScript literal that cannot end its script element."""
    words = {"zh": {k: both[0] for k, both in MESSAGES.items()}, "en": {k: both[1] for k, both in MESSAGES.items()}}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def theme() -> Base:
    """Gradio's plain theme in the reader's own fonts: none is fetched, and each system shows Chinese."""
    return Base(primary_hue="blue", neutral_hue="slate", font=list(FONTS), font_mono=["ui-monospace", "monospace"])

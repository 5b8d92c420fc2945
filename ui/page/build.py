"""Puts the page together and mounts it."""

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import gradio as gr
from gradio.themes import Base

from ui.knowledge import Knowledge
from ui.messages import MESSAGES
from ui.page.chat import chat_tab
from ui.page.handlers import FeedbackSink
from ui.page.header import header
from ui.page.language import translations

if TYPE_CHECKING:
    from fastapi import FastAPI

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


def build_page(kb: Knowledge, *, feedback: FeedbackSink | None = None) -> gr.Blocks:
    """The page over `kb`; mount it with `mount_page`, which brings its style, script and words."""
    words = translations()
    page = gr.Blocks(analytics_enabled=False, title="有据 Youju", fill_width=True)
    with page:
        header(words)
        with gr.Tabs(elem_id="yj-tabs"), gr.Tab(words("tab_ask"), id="ask"):
            chat_tab(page, kb, words, feedback=feedback)
    page.queue(default_concurrency_limit=16, api_open=False)
    return page


def mount_page(app: "FastAPI", page: gr.Blocks, *, path: str = "/", max_file_size: str = "200mb") -> "FastAPI":
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
        max_file_size=max_file_size,
        i18n=translations(),
        theme=theme(),
        # Not `css=`: Gradio scopes that to its container, and the hover card and the drawer live outside it.
        head=f"<style>{style}</style><script>window.youjuWords = {_script_words()};</script><script>{script}</script>",
    )
    return app


def _script_words() -> str:
    """The words that page.js shows, as a JavaScript literal that cannot end its script element."""
    words = {"zh": {k: both[0] for k, both in MESSAGES.items()}, "en": {k: both[1] for k, both in MESSAGES.items()}}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def theme() -> Base:
    """Gradio's plain theme in the reader's own fonts: none is fetched, and each system shows Chinese."""
    return Base(primary_hue="blue", neutral_hue="slate", font=list(FONTS), font_mono=["ui-monospace", "monospace"])

"""Which language a reader is spoken to in: labels in the browser, answers on the server, both by one cookie."""

from collections.abc import Callable
from typing import Any, TypeAlias

import gradio as gr

from ui.messages import COOKIE, MESSAGES, Language, language_of

Words: TypeAlias = Callable[[str], Any]
"""A label of the page by its key, put into words in the browser."""


def translations() -> gr.I18n:
    zh = {key: both[0] for key, both in MESSAGES.items()}
    en = {key: both[1] for key, both in MESSAGES.items()}
    return gr.I18n(**{"zh": zh, "zh-CN": zh, "zh-TW": zh, "en": en})


def language(request: gr.Request) -> Language:
    cookies: dict[str, str] = dict(request.cookies or {})
    headers: Any = request.headers or {}
    return language_of(cookies.get(COOKIE), headers.get("accept-language"))

"""Our own HTML as a component: no default style, no script but the one given."""

from typing import Any

import gradio as gr

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""For every event: the page shows its own progress, and the API is the service's, not Gradio's."""


def html(elem_id: str, value: str = "", *, script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=script, apply_default_css=False)

"""Our own HTML as a component: no default style, no script but the one given."""

import gradio as gr


def html(elem_id: str, value: str = "", *, script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=script, apply_default_css=False)

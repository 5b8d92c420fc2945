"""The line above the tabs: name, conversations, language, light or dark."""

import gradio as gr

from ui.page.html import html
from ui.page.language import Words


def header(words: Words) -> None:
    with gr.Row(elem_id="yj-header"):
        html("yj-name", '<h1 class="yj-brand">有据 <span>Youju</span></h1>')
        history = gr.Button(words("conversations"), size="sm", scale=0, min_width=72, elem_id="yj-history")
        new = gr.Button(words("new_conversation"), size="sm", scale=0, min_width=72, elem_id="yj-new")
        language = gr.Button(words("switch_language"), size="sm", scale=0, min_width=56, elem_id="yj-language")
        light = gr.Button(words("theme"), size="sm", scale=0, min_width=56, elem_id="yj-theme")
    for button, act in ((history, "history"), (new, "fresh"), (language, "language"), (light, "theme")):
        button.click(None, None, None, js=f"() => window.youju.{act}()")

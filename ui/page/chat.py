"""The chat's layout and wiring: a question goes in, the answer streams out beside its sources, turn after turn."""

from typing import Any

import gradio as gr

from ui.knowledge import Knowledge
from ui.page.export import download
from ui.page.filters import filters
from ui.page.handlers import ChatHandlers, FeedbackSink
from ui.page.html import QUIET, html
from ui.page.language import Words, language
from ui.page.suggestions import Suggestions


def chat_tab(page: gr.Blocks, bridge: Any, kb: Knowledge, words: Words, *, feedback: FeedbackSink | None) -> None:
    """Lays out the chat inside `page` and wires it."""
    suggestions = Suggestions(kb)
    handlers = ChatHandlers(kb, feedback)
    with gr.Row(elem_id="yj-chat", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_id="yj-main"):
            welcome = html("yj-welcome")
            log = html("yj-log")
            live = html("yj-live")
            with gr.Column(elem_id="yj-foot"):
                with gr.Row(elem_id="yj-ask", equal_height=True):
                    box = gr.Textbox(
                        label=words("question"),
                        placeholder=words("question_placeholder"),
                        show_label=False,
                        lines=1,
                        max_lines=6,
                        max_length=2000,
                        scale=6,
                        elem_id="yj-box",
                        elem_classes="yj-line",
                        autofocus=True,
                    )
                    ask = gr.Button(words("ask"), variant="primary", scale=0, min_width=88, elem_id="yj-ask-button")
                    stop = gr.Button(words("stop"), variant="stop", scale=0, min_width=88, elem_id="yj-stop")
                with gr.Row(elem_id="yj-under"):
                    narrowed = filters(page, kb, words)
                    with gr.Row(elem_id="yj-tools"):
                        markdown, word = (
                            gr.Button(words(f"export_{kind}"), size="sm", scale=0, min_width=96)
                            for kind in ("markdown", "word")
                        )
        with gr.Column(scale=4, min_width=320, elem_id="yj-side"):
            html("yj-panel-holder", '<div id="yj-panel-here"></div>')
    payload = gr.JSON(visible=False)
    turns = gr.State(())
    shown = [log, live, box, turns]

    # Gradio would drop an Enter that comes between an answer's last word and its own note that the event is over.
    running: dict[str, Any] = {**QUIET, "concurrency_limit": None, "trigger_mode": "multiple"}
    asked = gr.on([box.submit, ask.click], handlers.ask, [box, turns, *narrowed], shown, **running)
    linked = bridge.ask_question(handlers.ask_question, [turns, *narrowed], shown, **running)
    again = bridge.ask_again(handlers.ask_again, [turns], shown, **running)
    for event in (asked, linked, again):
        event.failure(handlers.failed, [turns], shown, **QUIET)
    stop.click(handlers.stop, None, None, queue=False, **QUIET)
    bridge.open_turns(handlers.open_turns, None, shown, **running)
    bridge.give_feedback(handlers.give_feedback, [turns], None, **QUIET)
    for button, export in ((markdown, download(kb, "md")), (word, download(kb, "docx"))):
        button.click(export, [turns], payload, **QUIET).success(
            None, [payload], None, js="(file) => window.youju.save(file)"
        )

    def greet(request: gr.Request) -> str:
        return suggestions.html(language(request))

    page.load(greet, None, welcome, **QUIET)

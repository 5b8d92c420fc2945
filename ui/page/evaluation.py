"""The evaluation tab: a question set run over the documents that are served.

page.js starts and follows the run through the service's `/api/evaluation`, with the administrator's token.
"""

from html import escape

import gradio as gr

from ui.messages import Language, message
from ui.page.html import QUIET, html
from ui.page.language import language


def evaluation_tab(page: gr.Blocks) -> None:
    """Lays out the tab inside `page`."""
    shown = html("yj-evaluation")

    def invite(request: gr.Request) -> str:
        return render_evaluation(language(request))

    page.load(invite, None, shown, **QUIET)


def render_evaluation(tongue: Language) -> str:
    """Where a file of questions is chosen, the token that a run needs, and room for what comes of it."""

    def say(key: str) -> str:
        return escape(message(tongue, key))

    return (
        f'<section class="yj-upload"><p class="yj-note">{say("evaluation_what")}</p>'
        f'<label class="yj-drop" for="yj-questions"><span>{say("evaluation_choose")}</span>'
        '<input type="file" id="yj-questions" accept=".jsonl,.csv,.tsv,.xlsx"></label>'
        f'<p class="yj-upload-row"><label for="yj-token-evaluation">{say("token")}</label>'
        '<input type="password" id="yj-token-evaluation" class="yj-more yj-token" autocomplete="off">'
        f'<button type="button" class="yj-button" id="yj-evaluate-sample">{say("evaluation_sample")}</button>'
        f'<button type="button" class="yj-button" id="yj-evaluate-cancel" disabled>{say("evaluation_cancel")}</button>'
        '</p><div id="yj-evaluation-here"></div></section>'
    )

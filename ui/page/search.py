"""The search tab: what each leg finds, with its score and the terms that match, so that a miss can be understood."""

import re
from html import escape

import gradio as gr

from embeddings.folding import fold_with_offsets
from embeddings.terms import words as search_words
from rag.errors import YoujuError
from rag.types import Hit, Leg
from ui.knowledge import Knowledge
from ui.marking import view_url
from ui.messages import Language, message
from ui.page.html import QUIET, html
from ui.page.language import Words, language
from ui.reasons import error_words

SHOWN = 10


def search_tab(page: gr.Blocks, kb: Knowledge, words: Words) -> None:
    """Lays out the tab inside `page`."""
    with gr.Row(equal_height=True, elem_id="yj-search-row"):
        query = gr.Textbox(
            label=words("search_query"), placeholder=words("search_query"), show_label=False, scale=6, max_length=2000,
            elem_id="yj-query", elem_classes="yj-line",
        )  # fmt: skip
        go = gr.Button(words("search_go"), variant="primary", scale=0, min_width=88, elem_id="yj-search-go")
    found = html("yj-found")

    def search(query: str | None, request: gr.Request) -> str:
        return render_search(kb, query, language(request)) if query and query.strip() else ""

    def invite(request: gr.Request) -> str:
        return f'<p class="yj-note">{escape(message(language(request), "search_what"))}</p>'

    page.load(invite, None, found, **QUIET)
    gr.on([query.submit, go.click], search, [query], found, **QUIET)


def render_search(kb: Knowledge, query: str, tongue: Language) -> str:
    """A column for each leg, best first."""
    terms = list(dict.fromkeys(search_words(query)))
    columns = []
    try:
        for leg in (Leg.HYBRID, Leg.LEXICAL, Leg.DENSE):
            hits = kb.search(query, k=SHOWN, leg=leg)
            rows = "".join(_hit(hit, kb, terms, tongue) for hit in hits)
            body = f"<ol>{rows}</ol>" if rows else f'<p class="yj-note">{escape(message(tongue, "no_hits"))}</p>'
            name = escape(message(tongue, f"leg_{leg.value}"))
            columns.append(f'<section class="yj-leg" data-leg="{leg.value}"><h2>{name}</h2>{body}</section>')
    except YoujuError as error:
        said = message(tongue, "failed", reason=error_words(error, tongue))
        return f'<p class="yj-failure" role="alert">{escape(said)}</p>'
    return f'<div class="yj-legs">{"".join(columns)}</div>'


def highlight(text: str, terms: list[str]) -> tuple[str, list[str]]:
    """`text` escaped with the terms marked wherever their folded form stands, and those that were found."""
    folded = fold_with_offsets(text)
    found, spans = [], []
    for term in terms:
        # A word in Latin letters or a number stands whole, with the plural s that it was searched without.
        whole = rf"(?<![a-z\d]){re.escape(term)}(?:e?s)?(?![a-z\d])" if term.isascii() else re.escape(term)
        places = [(folded.offsets[m.start()], folded.offsets[m.end()]) for m in re.finditer(whole, folded.text)]
        if places:
            found.append(term)
        spans += places
    out, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            out.append(f"{escape(text[done:start])}<mark>{escape(text[start:end])}</mark>")
            done = end
        elif end > done:
            out.append(f"<mark>{escape(text[done:end])}</mark>")
            done = end
    return "".join(out) + escape(text[done:]), found


def _hit(hit: Hit, kb: Knowledge, terms: list[str], tongue: Language) -> str:
    p = hit.paragraph
    title = kb.document(p.document_id).title or p.document_id
    body, matched = highlight(p.text, terms)
    section = escape(" › ".join(p.section))
    score = escape(message(tongue, "score", score=f"{hit.score:.3f}"))
    said = f'<p class="yj-facts">{escape(message(tongue, "matched", terms=" · ".join(matched)))}</p>' if matched else ""
    features = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{value:.3f}</td></tr>" for name, value in hit.features.items()
    )
    why = (
        f"<details><summary>{escape(message(tongue, 'why_found'))}</summary><table>{features}</table></details>"
        if features
        else ""
    )
    link = escape(view_url(p.document_id, p.start, p.end))
    return (
        f'<li class="yj-passage"><h3><a href="{link}" target="_blank" rel="noopener">{escape(title)}</a></h3>'
        f'<p class="yj-section">{section}</p><p class="yj-paragraph">{body}</p>'
        f'<p class="yj-facts">{score}</p>{said}{why}</li>'
    )

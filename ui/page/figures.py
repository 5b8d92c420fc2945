"""The figures tab: one measure across documents and years, each value with the place it stands on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

import gradio as gr

from embeddings.folding import fold, fold_with_offsets
from embeddings.terms import words as search_words
from rag.errors import YoujuError
from rag.text.facts import quantities
from rag.text.facts import years as years_in
from rag.types import Citation, Document
from ui.knowledge import Knowledge
from ui.marking import view_url
from ui.messages import Language, message
from ui.page.filters import years
from ui.page.html import QUIET, html
from ui.page.language import Words, language
from ui.reasons import error_words

DOCUMENTS = 24  # asked at most, the likeliest first
YEARS = 6  # asked of one document at most, the latest first


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of the measure as one document gives it, at `span` of its text. `value` has its scale applied."""

    document: Document
    year: str
    said: str
    value: Decimal
    unit: str
    span: tuple[int, int]
    citation: Citation


def figures_tab(page: gr.Blocks, kb: Knowledge, words: Words) -> None:
    """Lays out the tab inside `page`."""
    with gr.Row(equal_height=True, elem_id="yj-figures-row"):
        measure = gr.Textbox(
            label=words("measure"), placeholder=words("measure_placeholder"), show_label=False, scale=6,
            max_length=100, elem_id="yj-measure", elem_classes="yj-line",
        )  # fmt: skip
        go = gr.Button(words("measure_go"), variant="primary", scale=0, min_width=140, elem_id="yj-figures-go")
    shown = html("yj-figures")

    def show(measure: str | None, request: gr.Request) -> str:
        tongue = language(request)
        try:
            return render_figures(measure, figures(kb, measure, tongue), tongue) if measure and measure.strip() else ""
        except YoujuError as error:
            said = message(tongue, "failed", reason=error_words(error, tongue))
            return f'<p class="yj-failure" role="alert">{escape(said)}</p>'

    def invite(request: gr.Request) -> str:
        return f'<p class="yj-note">{escape(message(language(request), "figures_what"))}</p>'

    page.load(invite, None, shown, **QUIET)
    gr.on([measure.submit, go.click], show, [measure], shown, **QUIET)


def figures(kb: Knowledge, measure: str, tongue: Language) -> list[Figure]:
    """Each document that speaks of `measure` is asked for it, year by year; only verified answers count."""
    likely = dict.fromkeys(hit.paragraph.document_id for hit in kb.search(measure, k=10 * DOCUMENTS))
    found: dict[tuple[str, int, int], Figure] = {}
    for document_id in list(likely)[:DOCUMENTS]:
        document = kb.document(document_id)
        for year in [*years(document)[-YEARS:][::-1], ""]:
            key = "measure_question_year" if year else "measure_question"
            answer = kb.ask(message(tongue, key, measure=measure.strip(), year=year), only=[document_id])
            for citation in () if answer.abstained else answer.citations:
                figure = _figure(document, citation, measure, year)
                if figure is not None:
                    found.setdefault((document_id, *figure.span), figure)
    return sorted(found.values(), key=lambda f: (f.year, f.document.title, f.citation.start))


def _figure(document: Document, citation: Citation, measure: str, asked: str) -> Figure | None:
    quote = fold(citation.quote)
    if not citation.verified or not all(word in quote for word in search_words(measure)):
        return None
    span = citation.key or _after(citation, measure)
    if span is None:
        return None
    said = document.text[slice(*span)]
    quantity = next(iter(quantities(fold(said))), None)
    if quantity is None:
        return None
    named = years_in(quote)
    year = str(next(iter(named))) if len(named) == 1 else asked or "–".join(years(document)[:1])
    return Figure(document, year, said, quantity.value, quantity.unit, span, citation)


def _after(citation: Citation, measure: str) -> tuple[int, int] | None:
    """The first number with a unit after the measure in the quote, as offsets in the document."""
    folded = fold_with_offsets(citation.quote)
    at = folded.text.find(fold(measure.strip()))
    for quantity in quantities(folded.text) if at >= 0 else ():
        if quantity.start >= at and quantity.unit not in ("", "年", "月", "日"):
            start, end = folded.offsets[quantity.start], folded.offsets[quantity.end]
            return citation.start + start, citation.start + end
    return None


def render_figures(measure: str, rows: Sequence[Figure], tongue: Language) -> str:
    if not rows:
        return f'<p class="yj-note">{escape(message(tongue, "figures_none", measure=measure))}</p>'
    caption = escape(message(tongue, "figures_caption", measure=measure))
    columns = ("column_year", "column_document", "column_value", "column_source")
    head = "".join(f'<th scope="col">{escape(message(tongue, column))}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-name="{escape(message(tongue, name))}">{cell}</td>'
            for name, cell in zip(columns, _cells(row), strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="yj-table"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{_plot(measure, rows, tongue)}"
    )


def _cells(row: Figure) -> tuple[str, str, str, str]:
    c = row.citation
    link = escape(view_url(c.document_id, c.start, c.end))
    return (
        f'<span class="yj-fixed">{escape(row.year)}</span>',
        escape(row.document.title or row.document.id),
        f'<strong class="yj-fixed">{escape(row.said)}</strong>',
        f'<a href="{link}" target="_blank" rel="noopener">{escape(c.quote)}</a>',
    )


def _plot(measure: str, rows: Sequence[Figure], tongue: Language) -> str:
    """Bars from zero, one a value, of the unit most values have; each bar leads to its place."""
    unit = Counter(row.unit for row in rows).most_common(1)[0][0]
    drawn = [row for row in rows if row.unit == unit and row.value >= 0]
    top = max((row.value for row in drawn), default=Decimal(0))
    if len(drawn) < 2 or top == 0:
        return ""
    bars = []
    for row in drawn:
        c = row.citation
        title = row.document.title or row.document.id
        name = f"{row.year} {title}" if row.year and row.year not in title else title
        bars.append(
            f'<li><a href="{escape(view_url(c.document_id, c.start, c.end))}" target="_blank" rel="noopener" '
            f'style="--share:{float(row.value / top):.4f}">'
            f'<span class="yj-bar-name">{escape(name)}</span>'
            f'<span class="yj-bar"></span>'
            f'<span class="yj-bar-value">{escape(row.said)}</span></a></li>'
        )
    label = escape(message(tongue, "figures_caption", measure=measure))
    others = len(drawn) < len(rows)
    note = f'<p class="yj-note">{escape(message(tongue, "figures_other_units", unit=unit))}</p>' if others else ""
    return f'<figure class="yj-plot" aria-label="{label}"><ul>{"".join(bars)}</ul>{note}</figure>'

"""Narrowing a question down to documents, issuers and years."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.types import Document
from ui.knowledge import Library
from ui.messages import message
from ui.page.html import QUIET
from ui.page.language import Words, language


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen; nothing chosen of a kind leaves that kind open."""

    documents: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[str, ...] = ()

    @classmethod
    def of(cls, documents: Any, issuers: Any, years: Any) -> "Filters":
        return cls(*(tuple(str(one) for one in chosen or ()) for chosen in (documents, issuers, years)))

    def ids(self, library: Library) -> tuple[str, ...] | None:
        """Ids of the documents that fit; None when nothing was chosen, () when nothing fits."""
        if not (self.documents or self.issuers or self.years):
            return None
        return tuple(d.id for d in library.documents() if self._fits(d))

    def _fits(self, document: Document) -> bool:
        return (
            (not self.documents or document.id in self.documents)
            and (not self.issuers or document.attributes.get("issuer", "") in self.issuers)
            and (not self.years or bool(set(years(document)) & set(self.years)))
        )


def years(document: Document) -> list[str]:
    """The years a document speaks of, by its period, else the year of its date."""
    period = document.attributes.get("period", "")
    bounds = [int(part[:4]) for part in period.split("-") if part[:4].isdigit()] if period else []
    if bounds and max(bounds) - min(bounds) < 30:
        return [str(year) for year in range(min(bounds), max(bounds) + 1)]
    return [document.date[:4]] if document.date and document.date[:4].isdigit() else []


def filters(page: gr.Blocks, library: Library, words: Words) -> list[gr.Dropdown]:
    """Three dropdowns, their choices read anew whenever the page is opened."""
    with gr.Accordion(words("filter"), open=False, elem_id="yj-filter") as folded, gr.Row():
        boxes = [
            gr.Dropdown(
                [], label=words(key), multiselect=True, filterable=True, elem_id=f"yj-{key}", min_width=160, value=[]
            )
            for key in ("filter_documents", "filter_issuers", "filter_years")
        ]

    def choices() -> list[Any]:
        documents = library.documents()
        offered: list[Iterable[Any]] = [
            [(d.title or d.id, d.id) for d in documents],
            sorted({d.attributes["issuer"] for d in documents if d.attributes.get("issuer")}),
            sorted({year for d in documents for year in years(d)}, reverse=True),
        ]
        return [gr.update(choices=list(rows), visible=bool(list(rows))) for rows in offered]

    def named(documents: Any, issuers: Any, years: Any, request: gr.Request) -> Any:
        chosen = sum(len(rows or ()) for rows in (documents, issuers, years))
        return gr.update(label=message(language(request), "filter_set" if chosen else "filter", count=chosen))

    page.load(choices, None, boxes, **QUIET)
    gr.on([box.change for box in boxes], named, boxes, folded, **QUIET)
    return boxes

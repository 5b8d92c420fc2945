"""The source panel's cards: what a citation stands on, and the passages found beside it."""

from collections.abc import Collection, Sequence
from html import escape

from rag.errors import UnknownDocument
from rag.types import Citation, Document, Hit, Paragraph
from ui.knowledge import Library
from ui.marking import circled, marked, view_url
from ui.messages import Language, message

PEEK = 36  # characters of context on each side of the quote in the hover card: about a line


def cards(
    citations: Sequence[Citation],
    related: Sequence[Hit],
    *,
    library: Library,
    language: Language,
    gone: Collection[int] = (),
    abstained: bool = False,
    neighbours: bool = True,
) -> str:
    """What the panel shows for one answer: a card per citation, then, folded, the passages that are not cited."""
    out = [card(c, library=library, language=language, gone=c.number in gone, neighbours=neighbours) for c in citations]
    if related and not abstained:
        summary = message(language, "other_passages", count=len(related))
        rows = "".join(passage(hit, library=library, language=language) for hit in related)
        out.append(f'<details class="yj-others"><summary>{escape(summary)}</summary>{rows}</details>')
    return "".join(out)


def card(
    citation: Citation, *, library: Library, language: Language, gone: bool = False, neighbours: bool = True
) -> str:
    """One citation: where it is, the paragraph with the quote marked, its neighbours one step away.

    Without `neighbours`, as while an answer grows, the document's paragraphs are not looked at.
    """
    c = citation
    try:
        document: Document | None = library.document(c.document_id)
        paragraphs = library.paragraphs(c.document_id) if neighbours else []
    except UnknownDocument:
        document, paragraphs = None, []
    where = next((i for i, p in enumerate(paragraphs) if p.start <= c.start and c.end <= p.end), None)
    if document is None or (neighbours and where is None) or document.text[c.start : c.end] != c.quote:
        gone = True
    at = c.start - max(c.paragraph.find(c.quote), 0) if where is None else paragraphs[where].start
    badge = "verified" if c.verified else "unverified"
    hint = "" if c.verified else f' title="{escape(message(language, "unverified_hint"))}"'
    copy = escape(reference(c, document, language))
    label = escape(message(language, "cite", number=c.number, title=c.title))
    parts = [
        f'<article class="yj-card" data-card="{c.number}" tabindex="-1" aria-label="{label}">',
        f'<header><span class="yj-number" aria-hidden="true">{circled(c.number)}</span>'
        f'<div class="yj-where"><h3>{escape(c.title)}</h3>{_facts(c, document, language)}</div>'
        f'<span class="yj-badge yj-{badge}"{hint}>{escape(message(language, badge))}</span></header>',
    ]
    if gone:
        parts.append(f'<p class="yj-gone">{escape(message(language, "gone"))}</p>')
        parts.append(
            f'<blockquote class="yj-paragraph">{marked(c.quote, at=c.start, span=(c.start, c.end))}</blockquote>'
        )
    else:
        parts.append(_neighbour(paragraphs, where, -1, language))
        body = marked(c.paragraph, at=at, span=(c.start, c.end), key=c.key)
        parts.append(f'<blockquote class="yj-paragraph">{body}</blockquote>')
        parts.append(_neighbour(paragraphs, where, 1, language))
        link = escape(message(language, "open_document"))
        parts.append(
            f'<footer><a class="yj-link" href="{escape(view_url(c.document_id, c.start, c.end))}" target="_blank" '
            f'rel="noopener">{link}</a><button type="button" class="yj-link" data-copy="{copy}">'
            f"{escape(message(language, 'copy_citation'))}</button></footer>"
        )
    parts.append(f'<div class="yj-peek" hidden>{_peek(c, at)}</div></article>')
    return "".join(parts)


def passage(hit: Hit, *, library: Library, language: Language) -> str:
    """A passage that was found but is not cited."""
    p = hit.paragraph
    document = _lookup(library, p.document_id)
    title = document.title if document else p.document_id
    section = f'<p class="yj-section">{escape(" › ".join(p.section))}</p>' if p.section else ""
    link = escape(message(language, "open_document"))
    return (
        f'<article class="yj-passage"><h3>{escape(title)}</h3>{section}<blockquote class="yj-paragraph">'
        f'{escape(p.text)}</blockquote><footer><a class="yj-link" target="_blank" rel="noopener" '
        f'href="{escape(view_url(p.document_id, p.start, p.end))}">{link}</a></footer></article>'
    )


def reference(citation: Citation, document: Document | None, language: Language) -> str:
    """题名、发布单位、日期、章节/页, then the quote: what "copy citation" gives."""
    c = citation
    issuer = document.attributes.get("issuer", "") if document else ""
    date = (document.date or "") if document else ""
    page = message(language, "page", page=c.page) if c.page else ""
    if language == "zh":
        where = "，".join(part for part in (issuer, date, " › ".join(c.section), page) if part)
        return f"《{c.title}》{'，' + where if where else ''}：“{c.quote}”"
    where = ", ".join(part for part in (issuer, date, " › ".join(c.section), page) if part)
    return f"“{c.quote}” {c.title}{', ' + where if where else ''}."


def _facts(c: Citation, document: Document | None, language: Language) -> str:
    issuer = document.attributes.get("issuer", "") if document else ""
    date = (document.date or "") if document else ""
    page = message(language, "page", page=c.page) if c.page else ""
    facts = " · ".join(escape(part) for part in (issuer, date, page) if part)
    section = escape(" › ".join(c.section))
    return (f'<p class="yj-facts">{facts}</p>' if facts else "") + (
        f'<p class="yj-section">{section}</p>' if section else ""
    )


def _neighbour(paragraphs: Sequence[Paragraph], where: int | None, step: int, language: Language) -> str:
    if where is None or not 0 <= where + step < len(paragraphs):
        return ""
    name = message(language, "previous_paragraph" if step < 0 else "next_paragraph")
    text = escape(paragraphs[where + step].text)
    return f'<details class="yj-neighbour"><summary>{escape(name)}</summary><p>{text}</p></details>'


def _peek(c: Citation, at: int) -> str:
    low = max(c.start - at - PEEK, 0)
    high = min(c.end - at + PEEK, len(c.paragraph))
    before, after = "…" if low > 0 else "", "…" if high < len(c.paragraph) else ""
    return before + marked(c.paragraph[low:high], at=at + low, span=(c.start, c.end), key=c.key) + after


def _lookup(library: Library, document_id: str) -> Document | None:
    try:
        return library.document(document_id)
    except UnknownDocument:
        return None

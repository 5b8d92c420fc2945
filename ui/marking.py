"""Text with a span marked and a figure made bold, as HTML that holds nothing of the text but text."""

from html import escape
from itertools import pairwise
from urllib.parse import quote

Span = tuple[int, int]


def marked(text: str, *, at: int, span: Span | None, key: Span | None = None) -> str:
    """`text`, which begins at offset `at` of its document, escaped, with <mark> over `span` and <strong> over `key`.

    Spans count characters of the document; what lies outside `text` is cut off.
    """
    edges = {0, len(text)}
    local = [_within(s, at, len(text)) for s in (span, key)]
    for start, end in local:
        edges |= {start, end}
    cuts = sorted(edges)
    (span_start, span_end), (key_start, key_end) = local
    out, open_mark = [], False
    for start, end in pairwise(cuts):
        in_mark = span_start <= start and end <= span_end
        if in_mark != open_mark:
            out.append("<mark>" if in_mark else "</mark>")
            open_mark = in_mark
        piece = escape(text[start:end])
        out.append(f"<strong>{piece}</strong>" if key_start <= start and end <= key_end else piece)
    return "".join(out) + ("</mark>" if open_mark else "")


def view_url(document_id: str, start: int | None = None, end: int | None = None) -> str:
    """The stable address of a document in the viewer, or of a span in it."""
    url = f"view/{quote(document_id, safe='/')}"
    return url if start is None else f"{url}?s={start}-{end}#span"


def circled(number: int) -> str:
    """①, ②, … ㊿; above fifty the number in brackets."""
    if 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if 21 <= number <= 35:
        return chr(0x3251 + number - 21)
    if 36 <= number <= 50:
        return chr(0x32B1 + number - 36)
    return f"({number})"


def _within(span: Span | None, at: int, length: int) -> Span:
    if span is None:
        return (0, 0)
    start = min(max(span[0] - at, 0), length)
    return (start, min(max(span[1] - at, start), length))

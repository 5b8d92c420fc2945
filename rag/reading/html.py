"""Web pages: the part that is the document, headings and tables kept, everything that runs or navigates left out."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.errors import DamagedFile, EmptyDocument
from rag.reading.decoding import decode
from rag.reading.files import Content
from rag.reading.lines import fold_width, letters, lines_of, one_line
from rag.reading.metadata import clean_title, find_title, iso_date
from rag.reading.tables import row_lines, unit_of

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        """
    script style noscript template svg math head nav aside footer button input select option textarea label iframe
    object embed canvas video audio map dialog menu
        """,
    )
)
_INLINE = frozenset(
    re.findall(
        r"\S+",
        """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark o:p q rp rt ruby s samp small span
    strike strong sub sup time tt u var wbr
        """,
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADING = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BODY = re.compile(r"(?:政府|局|委|办|办公室|院|部|厅|会|处|署|中心|公司|银行|大学)$")
_SITE = re.compile(r"\s*[_|\u2014\u2013]\s*|\s+-\s+")
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|table|font|b|i|em|strong|center|blockquote|ul|ol|a)\b", re.IGNORECASE
)
_MAX_DEPTH = 2000
_MAIN_SHARE = 0.85  # of the page's text outside links; what holds it all is the document
_DEEPEST = 400


def read_html(data: bytes, name: str) -> Content:
    """Headings as Markdown, each table row a line with the names of its columns. Raises EmptyDocument."""
    declared = _CHARSET.search(data[:4096])
    html = decode(data, name=name, hint=declared[1].decode("ascii", "replace") if declared else None)
    if _depth(html) > _MAX_DEPTH:  # parsing takes the square of it
        raise DamagedFile(f"{name} nests its elements more than {_MAX_DEPTH} deep: it is not a page made to be read.")
    page = LexborHTMLParser(html)
    body = page.body
    blocks = list(_blocks(_main(body))) if body is not None else []
    if not blocks:
        raise EmptyDocument(f"{name} is a web page without text: only markup, scripts or pictures are in it.")
    meta = _meta(page)
    title = _title(page, meta, blocks)
    at = next((i for i, block in enumerate(blocks[:20]) if title and letters(title) == letters(block)), None)
    if at is not None and not blocks[at].startswith("#"):
        blocks[at] = f"# {blocks[at]}"
    elif at is None and title:
        blocks.insert(0, f"# {title}")
    source = meta.get("contentsource", "")
    return Content(
        "\n\n".join(blocks) + "\n",
        markdown=True,
        title=title,
        date=iso_date(meta.get("pubdate", "") or meta.get("article:published_time", "") or meta.get("date", "")),
        issuer=source if _BODY.search(source) else None,
    )


def _depth(html: str) -> int:
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _meta(page: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in page.css("meta"):
        key = (node.attributes.get("name") or node.attributes.get("property") or "").lower()
        found.setdefault(key, one_line(node.attributes.get("content") or ""))
    return {key: value for key, value in found.items() if value}


def _title(page: LexborHTMLParser, meta: dict[str, str], blocks: list[str]) -> str | None:
    """What the page names as its title, else the part of the window's title, or the line, that looks like one."""
    heads = page.css("h1")
    own = page.css_first("title")
    window = _cleaned(own.text()) if own is not None else ""
    named = _cleaned(meta.get("articletitle") or meta.get("og:title") or "")
    if not named and len(heads) == 1:
        named = _cleaned(heads[0].text())
    if named:
        return named
    shown = {letters(block) for block in blocks[:40]}
    parts = [window, *(part.strip() for part in _SITE.split(window))]
    lines = list(lines_of(fold_width("\n".join(blocks[:40]))))
    return (
        next((part for part in parts if letters(part) in shown), None)
        or find_title(lines, markdown=True, sure=4)
        or parts[1]
        or None
    )


def _cleaned(title: str) -> str:
    return clean_title(re.sub(r"<[^>]*>?", "", title))


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.is_text_node or (child.is_element_node and child.tag not in _DROPPED and not _hidden(child)):
            yield child
        child = child.next


def _main(body: LexborNode) -> LexborNode:
    """The innermost element that still holds nearly all text outside links."""
    node, weights = body, _weights(body)
    for _ in range(_DEEPEST):
        heaviest = max(
            (child for child in _children(node) if child.is_element_node and child.tag not in ("table", "tbody", "tr")),
            key=lambda child: weights.get(child.mem_id, 0),
            default=None,
        )
        if heaviest is None or weights.get(heaviest.mem_id, 0) < _MAIN_SHARE * weights[body.mem_id]:
            return node
        if heaviest.tag in ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6") or heaviest.tag in _INLINE:
            return node
        node = heaviest
    return node


def _weights(body: LexborNode) -> dict[int, int]:
    """Characters of text outside links under each element."""
    weights: dict[int, int] = {}
    stack: list[tuple[LexborNode, bool]] = [(body, False)]
    while stack:
        node, done = stack.pop()
        if done:
            weights[node.mem_id] = sum(weights.get(child.mem_id, 0) for child in _children(node))
        elif node.is_text_node:
            weights[node.mem_id] = len((node.text_content or "").strip())
        elif node.tag != "a":
            stack.append((node, True))
            stack.extend((child, False) for child in _children(node))
    return weights


def _blocks(root: LexborNode) -> Iterator[str]:
    """Paragraphs, headings, list items and table rows in order, white space collapsed."""
    buffer: list[str] = []
    prefix = ""
    unit: str | None = None
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, closing = stack.pop()
        if node.is_text_node:
            buffer.append(node.text_content or "")
            continue
        tag = node.tag or ""
        if tag in _INLINE and not closing:
            stack.extend((child, False) for child in reversed(list(_children(node))))
            continue
        text = one_line("".join(buffer))
        buffer.clear()
        if text:
            unit = unit_of(text)
            yield prefix + text
            prefix = ""
        if closing:
            prefix = ""
            continue
        rows = _data_table(node) if tag == "table" else None
        if rows is not None:
            yield from row_lines(rows, unit=unit)
            continue
        prefix = _HEADING.get(tag, "- " if tag == "li" else prefix)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(list(_children(node))))


def _texts(cell: LexborNode) -> Iterator[str]:
    """The blocks of a cell."""
    parts: list[str] = []
    for node in cell.traverse(include_text=True):
        if node.is_text_node:
            parts.append(node.text_content or "")
        elif node.tag not in _INLINE:
            yield from filter(None, [one_line("".join(parts))])
            parts.clear()
    yield from filter(None, [one_line("".join(parts))])


def _data_table(table: LexborNode) -> list[list[str]] | None:
    """Its cells, merged ones repeated; None for a table that only lays out the page."""
    if table.css_first("table table, h1, h2, h3") is not None and table.css_first("td table, h1, h2, h3") is not None:
        return None
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for tr in table.css("tr"):
        row: list[str] = []
        for cell in (child for child in _children(tr) if child.tag in ("td", "th")):
            _fill(row, below)
            text = " ".join(_texts(cell))
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for _ in range(across):
                if down > 1:
                    below[len(row)] = (down - 1, text)
                row.append(text)
        _fill(row, below)
        rows.append(row)
    cells = [cell for row in rows for cell in row if cell]
    if max((len(row) for row in rows), default=0) < 2 or not cells or sum(map(len, cells)) / len(cells) > 120:
        return None
    return rows


def _fill(row: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(row) in below:
        left, text = below.pop(len(row))
        if left > 1:
            below[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or ""
    return min(int(value), 100) if value.isdigit() and int(value) > 0 else 1

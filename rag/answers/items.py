"""The items that a paragraph ending in a colon announces: numbered paragraphs after it, or the numbered headings of the
sections after it."""

import re
from bisect import bisect_right

from embeddings.folding import fold
from rag.answers.tightening import Piece
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot

_NUMBERED = re.compile(r"\(?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[).、]")
_DIGITS = re.compile(r"[一二三四五六七八九十\d]")
AHEAD, ITEMS = 12, 4
"""Paragraphs after an announcement that are looked through for its items, and items that are told."""
SECTIONS = 200
"""Paragraphs after it that are looked through for headings."""


def items_after(snapshot: Snapshot, piece: Piece, *, limit: int) -> list[Piece]:
    """The items that a paragraph ending in a colon announces, each the first sentence of one of the paragraphs after
    it, numbered alike; as many as fit."""
    paragraph = piece.passage.paragraph
    if fold(piece.text).rstrip()[-1:] != ":" or paragraph.text[piece.end :].strip():
        return []
    rows = snapshot.rows_of(paragraph.document_id)
    here = bisect_right(rows.tolist(), paragraph.start, key=lambda row: snapshot.paragraphs[row].start)
    items: list[Piece] = []
    style, room = "", limit - len(piece.text)
    for passage in snapshot.passages(rows[here : here + AHEAD]):
        marked = _NUMBERED.match(passage.text.folded)
        if marked is None or (style and _DIGITS.sub("", marked[0]) != style):
            continue
        style = style or _DIGITS.sub("", marked[0])
        item = Piece(passage, passage.spans[0].start, passage.spans[0].end)
        room -= len(item.text)
        if room < 0 or len(items) == ITEMS:
            break
        items.append(item)
    return items


def headings_after(snapshot: Snapshot, piece: Piece, *, limit: int) -> list[Piece]:
    """The numbered headings right under that of a paragraph which announces them, each with the first sentence under
    it; none unless all fit."""
    paragraph = piece.passage.paragraph
    if fold(piece.text).rstrip()[-1:] != ":" or paragraph.text[piece.end :].strip():
        return []
    rows = snapshot.rows_of(paragraph.document_id)
    here = bisect_right(rows.tolist(), paragraph.start, key=lambda row: snapshot.paragraphs[row].start)
    depth = len(paragraph.section)
    found: dict[str, Passage] = {}
    for passage in snapshot.passages(rows[here : here + SECTIONS]):
        section = passage.paragraph.section
        if section[:depth] != paragraph.section or len(section) == depth:
            break
        if len(section) > depth and _NUMBERED.match(passage.levels[depth]):
            found.setdefault(section[depth], passage)
    if len(found) < 2 or sum(map(len, found)) > limit - len(piece.text):
        return []
    return [Piece(passage, *passage.sentences[0][:2], said=heading) for heading, passage in found.items()]

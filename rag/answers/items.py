"""The items that a paragraph ending in a colon announces: numbered paragraphs after it, or the numbered headings of the
sections after it."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from embeddings.folding import fold
from rag.answers.tightening import Piece
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot

_NUMBERED = re.compile(r"\(?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[).、]")
_DIGITS = re.compile(r"[一二三四五六七八九十\d]")
AHEAD, ITEMS = 12, 4
"""Paragraphs after an announcement that are looked through for its items, and items that are told."""
_ENDS = (";", "。")
SECTIONS = 200
"""Paragraphs after it that are looked through for headings."""


def items_after(snapshot: Snapshot, piece: Piece, *, limit: int) -> list[Piece]:
    """The items that a paragraph ending in a colon announces, each the first sentence of one of the paragraphs after
    it, numbered alike; as many as fit."""
    items: list[Piece] = []
    style, room = "", limit - len(piece.text)
    for passage in _after(snapshot, piece, AHEAD):
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


def clauses_after(snapshot: Snapshot, piece: Piece, *, limit: int) -> list[Piece]:
    """The paragraphs right after one that announces them which make up one sentence, each but the last ending in a
    semicolon; as many as fit, none where there is but one."""
    found: list[Piece] = []
    room = limit - len(piece.text)
    for passage in _after(snapshot, piece, AHEAD):
        text = passage.text.folded.rstrip()
        room -= len(passage.paragraph.text)
        if passage.paragraph.section != piece.passage.paragraph.section or room < 0 or text[-1:] not in _ENDS:
            break
        found.append(Piece(passage, 0, len(passage.paragraph.text)))
        if text[-1:] != ";":
            break
    return found if len(found) > 1 else []


def _after(snapshot: Snapshot, piece: Piece, count: int) -> Sequence[Passage]:
    """The paragraphs after one that ends in a colon, which the piece ends as well; none after any other."""
    paragraph = piece.passage.paragraph
    if fold(piece.text).rstrip()[-1:] != ":" or paragraph.text[piece.end :].strip():
        return []
    rows = snapshot.rows_of(paragraph.document_id)
    here = bisect_right(rows.tolist(), paragraph.start, key=lambda row: snapshot.paragraphs[row].start)
    return snapshot.passages(rows[here : here + count])


def headings_after(snapshot: Snapshot, piece: Piece, *, limit: int) -> list[Piece]:
    """The numbered headings right under that of a paragraph which announces them, each with the first sentence under
    it; none unless all fit."""
    paragraph = piece.passage.paragraph
    depth = len(paragraph.section)
    found: dict[str, Passage] = {}
    for passage in _after(snapshot, piece, SECTIONS):
        section = passage.paragraph.section
        if section[:depth] != paragraph.section or len(section) == depth:
            break
        if len(section) > depth and _NUMBERED.match(passage.heading.levels[depth]):
            found.setdefault(section[depth], passage)
    if len(found) < 2 or sum(map(len, found)) > limit - len(piece.text):
        return []
    return [Piece(passage, *passage.sentences[0][:2], said=heading) for heading, passage in found.items()]

"""What a table as a whole answers: the row that has most, those that missed their goal, or all of them."""

from collections.abc import Sequence

from rag.answers.columns import best_column
from rag.answers.extremes import foremost_rows, says_which
from rag.answers.finding import Candidate
from rag.answers.goals import against_goals
from rag.answers.rows import Cell, Row, announced_by, found_table, named_rows, row_of, rows_with, table_of
from rag.answers.tightening import Piece
from rag.index.snapshot import Snapshot
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.types import Hit

_COMPARING = (Kind.COMPARISON, Kind.LIST, Kind.ENTITY, Kind.NUMERIC)
_SEVERAL = 3
"""Rows that make a list."""


def compared_rows(
    snapshot: Snapshot, asking: Asking, hits: Sequence[Hit], candidates: Sequence[Candidate]
) -> tuple[Sequence[Row], Sequence[Candidate]]:
    """The rows that a question asks for by comparing all of a table or naming several, and the sentences found in it or
    right before it, best first; neither where it asks so of none, or no sentence of the table is among those found."""
    question = asking.question
    if question.language != "zh" or question.kind not in _COMPARING:
        return [], []
    table = found_table(snapshot, hits)
    named = named_rows(table, question.folded)
    rows = against_goals(question, table) or (named if len(named) > 1 else [])
    if not rows and not named:
        rows = foremost_rows(asking, table)
        rows = rows or (rows_with(table, question.folded) if question.kind is Kind.LIST else [])
    within = {row.place for row in table}
    best = candidates[0] if candidates else None
    if best is not None and best.place not in within and says_which(best.passage.told[best.index].folded):
        return [], []
    found = [c for c in candidates if c.place in within or _announces(snapshot, c, table)] if rows else []
    return (rows, found) if found else ([], [])


def listed_rows(snapshot: Snapshot, asking: Asking, candidates: Sequence[Candidate]) -> Sequence[Row]:
    """All rows of the table that the best sentence is of, or announces, where a list is asked for and none of them is
    named."""
    if asking.question.kind is not Kind.LIST or not candidates:
        return []
    best = candidates[0]
    row = row_of(best.passage, best.index)
    table = table_of(snapshot, row) if row is not None else announced_by(snapshot, best.passage)
    return table if len(table) >= _SEVERAL and not named_rows(table, asking.question.folded) else []


def told_rows(asking: Asking, rows: Sequence[Row], *, limit: int) -> list[Piece]:
    """Rows as they are told: whole, or where they do not all fit as far as the cell that is asked for, or no more than
    their name; as many as fit."""
    whole = [Piece(row.passage, *row.passage.sentences[row.index][:2]) for row in rows]
    name = best_column(asking, rows[0].columns)
    as_far_as = [row.column(name) if name else None for row in rows]
    cut = [_as_far_as(row, cell or row.cells[0]) for row, cell in zip(rows, as_far_as, strict=True)]
    named = [_as_far_as(row, row.cells[0]) for row in rows]
    fitting = next((way for way in (whole, cut) if sum(len(piece.text) for piece in way) <= limit), named)
    told: list[Piece] = []
    for piece in fitting:
        limit -= len(piece.text)
        if told and limit < 0:
            break
        told.append(piece)
    return told


def _as_far_as(row: Row, cell: Cell) -> Piece:
    return Piece(row.passage, row.cells[0].begins, cell.end)


def _announces(snapshot: Snapshot, candidate: Candidate, table: Sequence[Row]) -> bool:
    announced = announced_by(snapshot, candidate.passage)
    return bool(announced) and announced[0].place == table[0].place

"""Rows of tables as they stand in paragraphs, "列：值，列：值。": their cells, and the rows of the same table."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from embeddings.folding import fold
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.text.facts import OF_DATES, quantities
from rag.types import Hit

_COLON, _BETWEEN = "：", "，"
_NAME = re.compile("[^：。；！？]{1,24}")
_NO_MEASURE = re.compile(r"^(?:序号|编号|代码|年份|年度|电话|(?:19|20)\d\d年?$)")
_AND_MORE = re.compile("(?:及其?|或者?)?以[上下内外]$")
_MINUS = "-−–"
_FEW = 3
"""Rows without a name of their first column that make a table: prose may have two that look alike."""
_SEVERAL = 2
_THIRD = 3
_AROUND = 40
"""Paragraphs before and after a row among which the rest of its table is looked for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`name` of the column, folded, "" for a first one without. `begins` is where that stands in the paragraph's text,
    `start` and `end` where the value does."""

    name: str
    begins: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    passage: Passage
    index: int
    """Of its sentence."""
    cells: Sequence[Cell]

    def value(self, cell: Cell) -> str:
        """Folded."""
        return fold(self.passage.paragraph.text[cell.start : cell.end])

    def number(self, cell: Cell) -> Decimal | None:
        """What a cell counts; None where it begins with no figure."""
        value = self.value(cell)
        found = next(iter(quantities(value)), None)
        if found is None or found.start > 1 or found.unit in OF_DATES:
            return None
        return -found.value if value[0] in _MINUS else found.value

    def column(self, name: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.name == name), None)

    @property
    def name(self) -> str:
        """The first cell that is no number, folded: what the row is of."""
        return next((self.value(cell) for cell in self.cells if self.number(cell) is None), "")

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.paragraph.id, self.index

    @property
    def columns(self) -> Sequence[str]:
        return [cell.name for cell in self.cells]


def row_of(passage: Passage, index: int) -> Row | None:
    """A sentence as a row; None where it is none. Prose may look like one: only rows beside it tell."""
    start, end, _ = passage.sentences[index]
    text = passage.paragraph.text
    end = start + len(text[start:end].rstrip("。 \n"))
    if _COLON not in text[start : end - 1] or text[end - 1] == _COLON:
        return None
    cells: list[Cell] = []
    at = start
    for piece in text[start:end].split(_BETWEEN):
        name, colon, _ = piece.partition(_COLON)
        if colon and _NAME.fullmatch(name):
            cells.append(Cell(fold(name), at, at + len(name) + 1, at + len(piece)))
        elif cells:  # a comma within a value
            cells[-1] = replace(cells[-1], end=at + len(piece))
        else:
            cells.append(Cell("", at, at, at + len(piece)))
        at += len(piece) + 1
    return Row(passage, index, cells) if len(cells) > 1 else None


def table_of(snapshot: Snapshot, row: Row) -> Sequence[Row]:
    """The rows of the table that a row is of, in order; none where no other stands beside it."""
    found: list[list[Row]] = [[], []]
    before, after = _beside(snapshot, row.passage)
    own = _rows(row.passage)
    here = next(i for i, other in enumerate(own) if other is None or other.index == row.index)
    for rows, side in (([*reversed(own[:here]), *_reversed(before)], 0), ([*own[here + 1 :], *_forward(after)], 1)):
        for other in rows:
            if other is None or not _same_table(row, other):
                break
            found[side].append(other)
    table = [*reversed(found[0]), row, *found[1]]
    return table if len(table) >= (2 if row.cells[0].name else _FEW) else []


def announced_by(snapshot: Snapshot, passage: Passage) -> Sequence[Row]:
    """The rows of the table right after a paragraph that ends in a colon; none where there is none."""
    if not _announces(passage):
        return []
    _, after = _beside(snapshot, passage)
    first = next(iter(_forward(after)), None)
    return table_of(snapshot, first) if first is not None else []


def _announces(passage: Passage) -> bool:
    return passage.text.folded.rstrip()[-1:] == ":"


def found_table(snapshot: Snapshot, hits: Sequence[Hit]) -> Sequence[Row]:
    """The table that most hits are rows of, or announce, if several are; of two alike the one found first."""
    tables: dict[tuple[str, int], Sequence[Row]] = {}
    table_at: dict[tuple[str, int], tuple[str, int]] = {}
    found: Counter[tuple[str, int]] = Counter()
    passages = [snapshot.passage_of(hit.paragraph) for hit in hits]
    firsts = [next((row for row in _rows(passage) if row is not None), None) for passage in passages]
    if sum(row is not None or _announces(p) for row, p in zip(firsts, passages, strict=True)) < _SEVERAL:
        return []
    for row, passage in zip(firsts, passages, strict=True):
        if row is None or row.place not in table_at:
            table = table_of(snapshot, row) if row is not None else announced_by(snapshot, passage)
            if not table:
                continue
            tables[table[0].place] = table
            table_at |= {other.place: table[0].place for other in table}
        found[table_at[row.place] if row is not None else table[0].place] += 1
    (place, count), *_ = [*found.most_common(1), (("", 0), 0)]
    return tables[place] if count >= _SEVERAL else []


def named_rows(table: Sequence[Row], folded: str) -> Sequence[Row]:
    """The rows whose name stands in a folded text, as a whole; 六层 names that of 六层及以上."""
    names = [_AND_MORE.sub("", row.name) for row in table]
    return [row for row, name in zip(table, names, strict=True) if len(name) > 1 and name in folded]


def rows_with(table: Sequence[Row], folded: str) -> Sequence[Row]:
    """The rows that have in a column beside their name what a folded text says: 免费, 市公交集团; none where all do."""
    found = [
        row
        for row in table
        if any(
            len(value := row.value(cell)) > 1 and value != row.name and row.number(cell) is None and value in folded
            for cell in row.cells
        )
    ]
    return found if len(found) < len(table) else []


def numbered(table: Sequence[Row]) -> Sequence[str]:
    """Names of the columns that count or measure, of a third of the rows at least: others say 免费. Years are none."""
    names = dict.fromkeys(name for row in table for name in row.columns if name and not _NO_MEASURE.match(name))
    counting = {
        name: sum((cell := row.column(name)) is not None and row.number(cell) is not None for row in table)
        for name in names
    }
    return [name for name, count in counting.items() if count > 1 and _THIRD * count >= len(table)]


def ordered(table: Sequence[Row], name: str, *, most: bool) -> Sequence[Row]:
    """Rows by the figure in a column, the highest (lowest) first; those without one are left out."""
    figures = [
        (number, row)
        for row in table
        if (cell := row.column(name)) is not None and (number := row.number(cell)) is not None
    ]
    return [row for _, row in sorted(figures, key=lambda each: -each[0] if most else each[0])]


def _same_table(row: Row, other: Row) -> bool:
    """Whether two rows have the same columns; an empty cell is left out of its row."""
    mine, theirs = row.columns, other.columns
    return (
        mine[0] == theirs[0]
        and row.passage.heading.levels == other.passage.heading.levels
        and 2 * len(set(mine) & set(theirs)) > max(len(mine), len(theirs))
    )


def _rows(passage: Passage) -> list[Row | None]:
    return [row_of(passage, index) for index in range(len(passage.sentences))]


def _forward(passages: Sequence[Passage]) -> list[Row | None]:
    return [row for passage in passages for row in _rows(passage)]


def _reversed(passages: Sequence[Passage]) -> list[Row | None]:
    return list(reversed(_forward(passages)))


def _beside(snapshot: Snapshot, passage: Passage) -> tuple[Sequence[Passage], Sequence[Passage]]:
    """The paragraphs before and after one, in order."""
    paragraph = passage.paragraph
    rows = snapshot.rows_of(paragraph.document_id)
    here = bisect_left(rows.tolist(), paragraph.start, key=lambda row: snapshot.paragraphs[row].start)
    around = rows[max(here - _AROUND, 0) : here], rows[here + 1 : here + 1 + _AROUND]
    return snapshot.passages(around[0]), snapshot.passages(around[1])

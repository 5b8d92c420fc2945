"""Which of several things has most, or least, of what is asked for: the sentence, or the row of a table, of the highest
figure comes first."""

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.folding import fold
from embeddings.terms import words
from rag.answers.columns import FELL, measured_column
from rag.answers.finding import Candidate
from rag.answers.rows import Row, numbered, ordered
from rag.answers.tightening import Piece, key_of
from rag.answers.wanted import tail_of
from rag.index.passages import Passage
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.text.facts import Quantity, quantities

_MOST = re.compile(r"最[高多大快长贵强]|\b(?:most|highest|largest|biggest|fastest|longest)\b")
_LEAST = re.compile(r"最(?:[低少小慢短弱]|便宜)|\b(?:least|fewest|lowest|smallest|slowest|shortest)\b")
_WHICH = re.compile("哪一?[个家项条所座种类款位场名](?![最更多少])([㐀-鿿]{2,5}?)(?=[的里中最花有,?]|$)")
_OF_ALL = re.compile("最(?:[高低多少大小快慢长短贵]|便宜)的")
"""Where a number is asked for, 最多 by itself means no more than."""
_FIRST = re.compile(r"前([两三四五六七八九十]|\d{1,2})(?:名|位|个|家|大|项)?(?!年|月|日|季|个月|期)")
_NUMERALS = {"两": 2, **{digit: i for i, digit in enumerate("一二三四五六七八九十", 1)}}
ALIKE = 4.0
"""How far below the best a sentence may score and still tell of what is measured."""


def foremost(asking: Asking, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Candidates, best first, where one thing of several is asked for by a superlative: of the sentences of a paragraph
    that tell of what is measured, in the unit of the best of them, that of the highest (lowest) figure comes first."""
    most, least = (bool(pattern.search(asking.question.folded)) for pattern in (_MOST, _LEAST))
    measured = tail_of(asking.head)
    if asking.question.kind is not Kind.COMPARISON or most == least or not measured:
        return candidates
    alike = [c for c in candidates if candidates[0].score - c.score <= ALIKE and _tells(c.passage, c.index, measured)]
    figure = _figure(asking, alike[0].passage, alike[0].index) if alike else None
    if figure is None:
        return candidates
    passage = alike[0].passage
    rows = [
        (found.value, index)
        for index in range(len(passage.spans))
        if _tells(passage, index, measured) and (found := _figure(asking, passage, index)) and found.unit == figure.unit
    ]
    if len(rows) == 1:
        return candidates
    _, index = max(rows, key=lambda row: (row[0] if most else -row[0], -row[1]))
    first = next((c for c in candidates if c.place == (passage.paragraph.id, index)), replace(alike[0], index=index))
    return [first, *(c for c in candidates if c.place != first.place)]


def says_which(folded: str) -> bool:
    """Whether a text says of something that it is the most or the least."""
    return bool(_MOST.search(folded) or _LEAST.search(folded))


def foremost_rows(asking: Asking, table: Sequence[Row]) -> Sequence[Row]:
    """The row of a table that has most (least) in the column asked for, the first three where three are asked for, the
    highest and the lowest where both are; none where no superlative is asked, or no column is what it is of."""
    asked = asking.question.folded
    first = _FIRST.search(asked)
    most, least = (bool(pattern.search(asked)) for pattern in (_MOST, _LEAST))
    at_most = asking.question.kind is Kind.NUMERIC and not _OF_ALL.search(asked)
    if not table or at_most or not (most or least or first) or not _of_such(asked, table):
        return []
    name = measured_column(asking, numbered(table))
    if name is None:
        return []
    ranked = ordered(table, name, most=bool(FELL.search(asked)) == (least and not most))
    if most and least:
        return [*ranked[:1], *ranked[-1:]]
    return ranked[: 1 if first is None else _NUMERALS.get(first[1]) or int(first[1])]


def _of_such(asked: str, table: Sequence[Row]) -> bool:
    """Whether a table is of what a question chooses among by name: its columns, its rows or the headings over it say
    学院 where 哪个学院 is asked."""
    found = _WHICH.search(asked)
    if found is None:
        return True
    kind = [word for word in words(found[1]) if len(word) > 1] or [found[1]]
    said = " ".join([*table[0].columns, *(row.name for row in table), table[0].passage.section.folded])
    return any(word in said for word in kind)


def _tells(passage: Passage, index: int, measured: Sequence[str]) -> bool:
    return any(word in passage.spans[index].text.folded for word in measured)


def _figure(asking: Asking, passage: Passage, index: int) -> Quantity | None:
    """The figure asked for in a sentence."""
    span = passage.spans[index]
    key = key_of(asking, Piece(passage, span.start, span.end))
    return next(iter(quantities(fold(passage.paragraph.text[slice(*key)]))), None) if key else None

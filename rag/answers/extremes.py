"""Which of several things has most, or least, of what is asked for: the sentence of the highest figure comes first."""

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.folding import fold
from rag.answers.finding import Candidate
from rag.answers.tightening import Piece, key_of
from rag.answers.wanted import tail_of
from rag.index.passages import Passage
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.text.facts import Quantity, quantities

_MOST = re.compile(r"最[高多大快长]|\b(?:most|highest|largest|biggest|fastest|longest)\b")
_LEAST = re.compile(r"最[低少小慢短]|\b(?:least|fewest|lowest|smallest|slowest|shortest)\b")
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


def _tells(passage: Passage, index: int, measured: Sequence[str]) -> bool:
    return any(word in passage.spans[index].text.folded for word in measured)


def _figure(asking: Asking, passage: Passage, index: int) -> Quantity | None:
    """The figure asked for in a sentence."""
    span = passage.spans[index]
    key = key_of(asking, Piece(passage, span.start, span.end))
    return next(iter(quantities(fold(passage.paragraph.text[slice(*key)]))), None) if key else None

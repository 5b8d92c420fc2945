"""Tables of goals and outcomes: what fell short, what went beyond, and a row that tells both."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answers.finding import Finding
from rag.answers.rows import Row, row_of
from rag.index.passages import Passage
from rag.questions.question import Kind, Question

_MISSED = re.compile("(?:没有?|未)(?:能)?(?:够)?(?:完成|达到|达标|实现|做到|兑现)|不达标|差一点|欠账|落空")
_PASSED = re.compile("超额|超过(?:了)?(?:目标|计划)|超出(?:目标|计划)?|提前完成")
_GOAL = re.compile("目标|计划|任务|指标值")
_NEARLY = 4.0
"""How far below the best such a row may score."""
_DONE = re.compile("完成|实际|达成")


def against_goals(question: Question, table: Sequence[Row]) -> Sequence[Row]:
    """The rows of a table whose outcome is below (above) their goal, where those are asked for; none where that is not
    asked, or the table has no goals."""
    missed, passed = bool(_MISSED.search(question.folded)), bool(_PASSED.search(question.folded))
    if not table or missed == passed or question.kind not in (Kind.LIST, Kind.COMPARISON, Kind.ENTITY):
        return []
    columns = _columns(table[0])
    if columns is None:
        return []
    goal, done = columns
    found = []
    for row in table:
        meant, told = row.column(goal), row.column(done)
        numbers = [row.number(cell) for cell in (meant, told) if cell is not None]
        if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
            short, beyond = numbers[1] < numbers[0], numbers[1] > numbers[0]
            found += [row] if (short if missed else beyond) else []
    return found


def told_in_one_row(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Findings of a plan and its outcome with the row of a table that has both first, where one is nearly the best of
    each."""
    if len(findings) != 2 or not all(f.part.against for f in findings):
        return findings
    nearly = [
        {
            c.place: c
            for c in f.candidates
            if f.candidates[0].score - c.score <= _NEARLY and _has_both(c.passage, c.index)
        }
        for f in findings
    ]
    place = next((place for place in nearly[0] if place in nearly[1]), None)
    if place is None:
        return findings
    return [
        replace(f, candidates=[own[place], *(c for c in f.candidates if c.place != place)])
        for f, own in zip(findings, nearly, strict=True)
    ]


def _has_both(passage: Passage, index: int) -> bool:
    row = row_of(passage, index)
    return row is not None and _columns(row) is not None


def _columns(row: Row) -> tuple[str, str] | None:
    """The column of the goal and that of the outcome."""
    goal, done = (next((n for n in row.columns if named.search(n)), None) for named in (_GOAL, _DONE))
    return None if goal is None or done is None or goal == done else (goal, done)

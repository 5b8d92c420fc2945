"""Which things of a table fell short of their goal, and which went beyond it."""

import re
from collections.abc import Sequence

from rag.answers.rows import Row
from rag.questions.question import Kind, Question

_MISSED = re.compile("(?:没有?|未)(?:能)?(?:够)?(?:完成|达到|达标|实现|做到|兑现)|不达标|差一点|欠账|落空")
_PASSED = re.compile("超额|超过(?:了)?(?:目标|计划)|超出(?:目标|计划)?|提前完成")
_GOAL = re.compile("目标|计划|任务|指标值")
_DONE = re.compile("完成|实际|达成")


def against_goals(question: Question, table: Sequence[Row]) -> Sequence[Row]:
    """The rows of a table whose outcome is below (above) their goal, where those are asked for; none where that is not
    asked, or the table has no goals."""
    missed, passed = bool(_MISSED.search(question.folded)), bool(_PASSED.search(question.folded))
    if not table or missed == passed or question.kind not in (Kind.LIST, Kind.COMPARISON, Kind.ENTITY):
        return []
    goal, done = (next((n for n in table[0].columns if named.search(n)), None) for named in (_GOAL, _DONE))
    if goal is None or done is None or goal == done:
        return []
    found = []
    for row in table:
        meant, told = row.column(goal), row.column(done)
        numbers = [row.number(cell) for cell in (meant, told) if cell is not None]
        if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
            short, beyond = numbers[1] < numbers[0], numbers[1] > numbers[0]
            found += [row] if (short if missed else beyond) else []
    return found

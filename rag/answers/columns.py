"""Which column of a table measures what a question asks for."""

import re
from collections.abc import Sequence

from rag.answers.rows import Cell, Row
from rag.search.asking import Asking

_MEASURES = tuple(
    (re.compile(asked), re.compile(named))
    for asked, named in (
        ("钱|花了|花在|费|投[入资]|资[金助]|经费|拨款|捐|贵|便宜|收入|支出", "元"),
        ("贵|便宜|价", "价|费"),
        ("[的多少]人|观众|游客|客流|参观|学生|职工|人[最更]", "人(?!均)"),
        ("面积|占地|[最更]大", "平方|公顷|亩"),
        ("[最更]长|里程|多长", "公里|(?<!平方)米"),
        ("[最更]快|增速|增幅|涨", "增长|增速|增幅|同比"),
        ("占比|比例|比重|份额", "%"),
    )
)
FELL = re.compile(r"(?:下降|减少|下滑|回落|[降跌])(?:得|幅度?)?最")
"""What is asked of that which fell most."""
_GROWTH = re.compile("增长|增速|增幅|同比|[比较]上年")
_SUPERLATIVE = re.compile("最[高低多少大小快慢长短]")
_LIMIT = re.compile("限值|标准|目标|计划|上年|合计|总计")
_MEASURED = 2.0
"""What it is worth that a column is in the unit of what is asked for."""

_IN_UNIT = 4.0
"""The same of the very unit asked for."""


def worth(asking: Asking, name: str) -> float:
    """How surely the column of this name, folded, is the one asked for: the question's words that stand in it, and
    whether it is in the unit that is asked for or that such things are told in."""
    told = 0.0
    for word, weight in asking.asked.words.items():
        others = asking.asked.alike.get(word, {}).items()
        sure = 1.0 if word in name else max((credit for other, credit in others if other in name), default=0.0)
        told += weight * sure
    measured = any(by.search(asking.question.folded) and unit.search(name) for by, unit in _MEASURES)
    unit = asking.question.unit
    return told + _MEASURED * measured + _IN_UNIT * (bool(unit) and unit in name)


def best_column(asking: Asking, names: Sequence[str]) -> str | None:
    """The first of those worth most; None where none is worth anything."""
    best = max(names, key=lambda name: worth(asking, name), default="")
    return best if best and worth(asking, best) > 0 else None


def measured_column(asking: Asking, names: Sequence[str]) -> str | None:
    """Of columns that count something the one asked for: of what fell most, that which tells how it grew."""
    grown = [name for name in names if _GROWTH.search(name)] if FELL.search(asking.question.folded) else []
    return grown[0] if grown else best_column(asking, names)


def asked_cell(asking: Asking, row: Row) -> Cell | None:
    """The cell of the year asked for, else of the column asked for that counts something; where the columns are what a
    superlative chooses among, that of the highest or lowest."""
    years = [str(year) for year in asking.question.years]
    dated = next((cell for cell in row.cells if any(year in cell.name for year in years)), None)
    counting = [cell for cell in row.cells[1:] if row.number(cell) is not None]
    name = measured_column(asking, [cell.name for cell in counting])
    if dated is not None or name is not None:
        return dated or row.column(name or "")
    superlative = _SUPERLATIVE.search(asking.question.folded)
    among = [cell for cell in counting if not _LIMIT.search(cell.name)]
    if superlative is None or len(among) < 2:
        return None
    choose = min if superlative.group()[1] in "低少小慢短" else max
    return choose(among, key=lambda cell: row.number(cell) or 0)

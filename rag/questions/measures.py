"""Whether a figure is of the measure that is asked for: revenue and not GDP, a rate and not another nor its rise,
growth and not a sum. Rules over the wording of folded text."""

import re
from itertools import pairwise

_MEASURES = (
    "生产总值|gdp|增加值|营业?收入?|收入|利润|税收|产值|交易额|销售额|零售额|零售总额|社零|进出口|外贸|固投|投资额?"
)
_SUM_ASKED = re.compile(
    rf"({_MEASURES})[^,?]{{0,8}}(?:多少|几)[千百十]?[万亿]?[元亿]|(?:多少|几)[千百十]?[万亿]?元?的?({_MEASURES})(?!增[长幅速])"
)
_GROWTH_ASKED = re.compile(rf"({_MEASURES})(?:总[额量])?[的,]?(?:同比|可比|年均|实际|名义)?(?:增[长幅速]|涨幅|降幅)")
_MEASURED = tuple(
    re.compile(measure)
    for measure in (
        "营收|营业收入", "预算收入|财政收入", "利润", "税收|税额|纳税", "产值", "增加值|gdp|生产总值",
        "交易额|成交额|成交金额|交易量", "销售|零售|消费|社零", "投资|固投", "进出口|外贸",
    )
)  # fmt: skip
"""Measures of which none is another."""
_SUM_TOLD = re.compile(r"\d[万亿千百]*[美欧日港]?[元亿]")
_SHARE_OF = re.compile("占[^,;。]{1,16}(?:比重|比例)")
"""What names a measure as the whole of which something is a share."""
_GOES_ON = re.compile(r"^(?:达到?|为|至|总[额量计]|实现|完成|约|共|突破|超过?|接近|合计)")
"""How a clause begins that goes on with the figures of the one before."""
_RATE_ASKED = re.compile(
    r"([一-龥]{2}率)(?:[^,。]{0,3}[是为有达]|[^?]{0,12}(?:达到|是|为)|有?)(?:多少|百分之|几)(?!.*[提升降增涨跌变幅速比高低])"
)
_RATE_OF = re.compile(r"([一-龥]{2})率(?:是|为|有|达到?)?(?:多少|百分之|几|多高)")
_RATE = re.compile(r"[一-龥]率")
_RATE_CHANGED = re.compile(r"(?:提[高升]|上升|下降|增[加长]|降低|减少|回落)了?约?[\d.]+(?:个?百分点|%)")


def of_another_measure(asked: str, sentence: str, around: str) -> bool:
    """Whether a sentence cannot answer a question about a measure, as what it tells, `around` it too, is another."""
    return (
        _only_changed(asked, sentence)
        or _rate_of_another(asked, sentence, around)
        or _sum_of_another(asked, sentence, around)
        or _growth_of_another(asked, sentence, around)
    )


def measure_asked(asked: str) -> re.Pattern[str] | None:
    """The names of the measure of which the sum or the growth is asked for."""
    growth, total = _GROWTH_ASKED.search(asked), _SUM_ASKED.search(asked)
    return _names_of(growth[1] if growth else (total[1] or total[2]) if total else "")


def _names_of(measure: str) -> re.Pattern[str] | None:
    """What a measure is called as well; None for one that is none of those told apart."""
    return next((names for names in _MEASURED if names.search(measure)), None)


def _sum_of_another(asked: str, sentence: str, around: str) -> bool:
    """Whether a sum is asked for, and the clauses that name its measure tell shares alone, 营收增长7.3%; or none does
    and what is told is another measure."""
    found = _SUM_ASKED.search(asked)
    measure = found and (found[1] or found[2])
    if not measure:
        return False
    same = _names_of(measure)
    if same and not same.search(around) and any(names.search(sentence) for names in _MEASURED):
        return True
    told = clauses_on(measure, sentence)
    return bool(told) and all("%" in each and not _SUM_TOLD.search(each) for each in told)


def _rate_of_another(asked: str, sentence: str, around: str) -> bool:
    """Whether a rate is asked for that nothing near names, and a sentence tells another."""
    rate = _RATE_OF.search(asked)
    if rate is None or rate[1] in around:
        return False
    return bool(_RATE.search(sentence)) and f"{rate[1][-1]}率" not in sentence


def _growth_of_another(asked: str, sentence: str, around: str) -> bool:
    """Whether it is asked by how much a measure grew that nothing near names, or that the sentence does not name but
    another."""
    measure = _GROWTH_ASKED.search(asked)
    same = _names_of(measure[1]) if measure else None
    if same is None or same.search(_SHARE_OF.sub(" ", sentence)):
        return False
    return not same.search(around) or any(names.search(sentence) for names in _MEASURED)


def clauses_on(name: str, sentence: str) -> list[str]:
    """The clauses of a sentence that have a name, each with the one after it that goes on with its figures."""
    clauses = [*re.split("[,;。]", sentence), ""]
    return [
        clause + (following if _GOES_ON.match(following) else "")
        for clause, following in pairwise(clauses)
        if name in clause
    ]


def _only_changed(asked: str, sentence: str) -> bool:
    """Whether a rate is asked for and its clause tells by how much it rose or fell, not what it is."""
    rate = _RATE_ASKED.search(asked)
    if rate is None or re.search("[提升降增涨跌变幅速比高低]", asked[: rate.start()]):
        return False
    clause = re.search(rf"{rate[1]}[^,;。]*", sentence)
    return clause is not None and bool(_RATE_CHANGED.search(clause[0])) and "%" not in _RATE_CHANGED.sub("", clause[0])

"""The checkable facts of a text: numbers with their unit, years, dates, document numbers, names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from embeddings.folding import fold

_NUMBER = re.compile(
    r"(?<![\d.])(?P<number>\d+(?:\.\d+)?)\s?"
    r"(?P<scale>万亿|十万|百万|千万|百亿|千亿|[十百千万亿](?!分点)|trillion\b|billion\b|million\b|thousand\b|hundred\b)?"
    r"\s?(?P<unit>个?百分点|percentage points?|percent\b|per cent\b|%|‰|℃|°c"
    r"|(?:平方|立方)?(?:公里|千米|米|厘米|毫米)|公顷|亩|(?:万)?千瓦时?|人次|人民币|[美欧日港]元|元|吨(?:标准煤)?"
    r"|square (?:kilomet|met)(?:re|er)s?\b|met(?:re|er)s?\b"
    r"|hectares?\b|kilomet(?:re|er)s?\b|tonn?es?\b|yuan\b|rmb\b|年|月|日"
    r"|[一-龥])?"
)
_SCALES = {
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
    "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_UNITS = {
    "percent": "%", "per cent": "%", "百分点": "百分点", "个百分点": "百分点", "percentage point": "百分点",
    "percentage points": "百分点", "°c": "℃", "千米": "公里", "kilometres": "公里", "kilometers": "公里",
    "kilometre": "公里", "kilometer": "公里", "hectares": "公顷", "hectare": "公顷", "人民币": "元", "yuan": "元",
    "rmb": "元", "tonnes": "吨", "tonne": "吨", "tons": "吨", "ton": "吨", "square metres": "平方米",
    "square meters": "平方米", "square kilometres": "平方公里", "square kilometers": "平方公里", "名": "人", "位": "人",
    "metres": "米", "meters": "米", "metre": "米", "meter": "米",
}  # fmt: skip
# What may follow a number without being what it counts: "增长8.3%以上", "完成5个、", "约120左右".
_NO_UNIT = frozenset("以之左上下内中的和与及或至到等是为在有比占并均共了多余来来将已不其")
_LARGE = 10**4
"""From here on Chinese and English do not write a number alike."""
_SMALL_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: i for i, word in enumerate(_SMALL_WORDS.split(), 2)}
_TENS = {word: 10 * i for i, word in enumerate(_TENS_WORDS.split(), 2)}
_ONES = {"one": 1} | {word: i for word, i in _SMALL.items() if i < _SMALL["ten"]}
SPELLED = re.compile(
    rf"(?<![\w-])(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<ones>{'|'.join(_ONES)}))?|(?P<small>{'|'.join(_SMALL)}))"
    r"(?: (?P<scale>hundred|thousand|million))?(?![\w-])(?: (?P<unit>percent\b|per cent\b))?"
)
"""A number from two on in English words."""
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAY_MONTH = re.compile(
    r"\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<month>[a-z]{3,9})|(?P<month2>[a-z]{3,9})\.? (?P<day2>\d{1,2}))"
    r"(?:st|nd|rd|th)?\b"
)
# What stands before is looked at second: a set of characters is quickly searched for.
_YEAR = re.compile(r"(?:19|20)(?<!\d\d\d)\d\d(?=[年届]|$|\.(?!\d)|[^\d.%％万亿\w]|[-—–~至])")
_SPAN_OF_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)年?\s?(?:[-—–~至到]|to\b)\s?((?:19|20)\d\d)(?!\d)")
_QUOTED = re.compile(r"[“「『《〈\"]([^”」』》〉\"]{2,40})[”」』》〉\"]")
_BODY = re.compile(
    r"[一-龥]{2}(?:[省市区县镇乡]|街道|集团|公司|医院|大学|学院|学校|小学|中学|委员会|管委会|银行|博物馆|图书馆|法院|检察院)"
)
# What stands before the suffix where it ends no name: "建成了社区", "新建医院", "街道和社区", "各区".
_NO_NAME = re.compile(
    r"[了的是在把被等个各该这那每某几及]|^(?:新建|改建|扩建|建成|建设|开办|引进|推进|支持|服务|所有|全部|各类|部分|多家)"
    r"|^[和与或对向从到由为将以并兼至使让给入进达办建设有][社小城园街地片辖景校厂库矿灾郊林本全我外内]区"
)
_LATIN = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9]*(?:[-&.+][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the text means it: value with its scale applied, and what it counts ("" when that is not said)."""

    value: Decimal
    unit: str
    start: int
    end: int


def quantities(folded: str) -> Iterator[Quantity]:
    """Numbers of a folded text, in order, years and days included."""
    for match in _NUMBER.finditer(folded):
        unit = match["unit"] or ""
        unit = _UNITS.get(unit, unit)
        scale = match["scale"]
        value = Decimal(match["number"]) * _SCALES.get(scale or "", 1)
        yield Quantity(value, "" if unit in _NO_UNIT else unit, *match.span())


def values(text: str) -> frozenset[Decimal]:
    """How much the numbers of a text come to, whatever they count and however they are written."""
    return frozenset(quantity.value for quantity in quantities(fold(text)))


def rewritten(folded: str, language: str) -> dict[str, list[str]]:
    """Numbers of a folded text as one in this language may write them: "31" (亿) for "3.1 billion", "27000" for 2.7 of
    2.7万; those alone that are written otherwise."""
    found = {}
    for match in _NUMBER.finditer(folded):
        value = Decimal(match["number"]) * _SCALES.get(match["scale"] or "", 1)
        scales, most = ((10**4, 10**8), 10**4) if language == "zh" else ((1, 10**6, 10**9, 10**12), 10**6)
        if value < _LARGE:
            continue
        ways = [_plain(value / scale) for scale in scales if scale <= value < scale * most]
        if others := [way for way in ways if way != match["number"]]:
            found[match["number"]] = others
    return found


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spelled(folded: str) -> Iterator[Quantity]:
    """Numbers from two on that a folded English text has in words, in order: "ninety-one percent", "twelve pages"."""
    for match in SPELLED.finditer(folded):
        value = _SMALL.get(match["small"]) or _TENS[match["tens"]] + _ONES.get(match["ones"], 0)
        unit = "%" if match["unit"] else ""
        yield Quantity(Decimal(value) * _SCALES.get(match["scale"] or "", 1), unit, *match.span())


_YEAR_ALONE = re.compile(r"(?:(?<=^)|(?<=[a-z] ))(?:19|20)\d\d(?= [a-z]|[.,;]? |[.,;]?$)")
_OF_A_LIST = re.compile(r"(?<![^ ,;.。；])\d{1,2}[.、)](?!\d)")
_ADDRESS = frozenset("弄号街")
_OF_A_ROW = re.compile(r"\d+(?:[、,和及与]\d+)+(?:号|弄|街)")
_IN_A_NAME = re.compile(r"\d[\d.]*[agd](?![a-z])")  # 4A级景区, 5G, 3D
_OF_MONTHS = re.compile(r"\d{1,2}[-—–~至到]\d{1,2}月")


def counts(folded: str, quantity: Quantity) -> bool:
    """Whether a quantity of a folded text says how many or how much: not a calendar year (2024年, "the 2024 list"), an
    address (211弄, 19号线, 19、20号线), the first of some months (1-11月), part of a name (4A, 5G) or the number of an
    item ("3.")."""
    if quantity.unit in _ADDRESS or any(
        form.match(folded, quantity.start) for form in (_OF_A_LIST, _OF_A_ROW, _OF_MONTHS, _IN_A_NAME)
    ):
        return False
    if not 1900 <= quantity.value < 2100:
        return True
    return quantity.unit != "年" and (bool(quantity.unit) or not _YEAR_ALONE.match(folded, quantity.start))


OF_DATES = frozenset("年月日")
"""Units of what tells when, and does not count."""
CALENDAR = re.compile(r"(?:19|20)\d\d年|\d{1,2}[-—–~至到]\d{1,2}月|\d{1,2}月份?(?:\d{1,2}[日号])?")
"""Years, months and days as Chinese has them."""


def without_dates(folded: str) -> str:
    """A folded text without its years, months and days, which are no number of anything."""
    return CALENDAR.sub(" ", folded)


def dates(folded: str) -> Iterator[tuple[int, int]]:
    """(month, day) of the dates written out: 6月29日, June 29."""
    for match in re.finditer(r"(\d{1,2})月(\d{1,2})日", folded):
        yield int(match[1]), int(match[2])
    for match in _DAY_MONTH.finditer(folded):
        month = _MONTHS.get(match["month"] or match["month2"])
        if month:
            yield month, int(match["day"] or match["day2"])


def years(folded: str) -> set[int]:
    """Calendar years named in a folded text, those within "2019至2023年" included."""
    found = {int(match.group()) for match in _YEAR.finditer(folded)}
    for first, last in _SPAN_OF_YEARS.findall(folded) if len(found) > 1 else ():
        found.update(range(int(first), int(last) + 1))
    return found


_OF_ANOTHER = re.compile(
    r"[较比](?:20|19)\d\d年(?!度?以?来)|《[^》]*》|\b(?:than|compared (?:with|to)) (?:in )?(?:20|19)\d\d\b"
)
"""A year that a figure is held against, or that stands in the title of another paper: the sentence tells of another."""


def years_told(folded: str) -> set[int]:
    """Calendar years a folded sentence tells of: not that of another paper's title, nor one held against, if it names
    any besides."""
    if "19" not in folded and "20" not in folded:
        return set()
    named = years(folded)
    if not named or not _OF_ANOTHER.search(folded):
        return named
    return years(_OF_ANOTHER.sub(" ", folded)) or named


def names(folded: str) -> set[str]:
    """What is quoted, titled or written in Latin letters, and bodies by their suffix with two characters."""
    found = {match.group(1).strip() for match in _QUOTED.finditer(folded)}
    found |= {match.group() for match in _BODY.finditer(folded) if not _NO_NAME.search(match.group())}
    return found


def latin_words(folded: str) -> set[str]:
    """Words in Latin letters, in lower case."""
    return {match.group() for match in _LATIN.finditer(folded)}


__all__ = ["Quantity", "dates", "fold", "latin_words", "names", "quantities", "rewritten", "years", "years_told"]

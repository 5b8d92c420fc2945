"""Whether a sentence has nothing of what the very word that asks wants: a stretch of time for 几天, a place for
在哪里, a country for 哪个国家, the founding for 哪年建的, its place in a row for 第几届, a figure of that year. Rules
over the wording of folded text."""

import re
from collections.abc import Sequence

from rag.questions.question import Kind, Question
from rag.text import places
from rag.text.facts import CALENDAR, OF_DATES, counts, quantities, without_dates
from rag.text.measure import in_unit

_DAYS_ASKED = re.compile(
    r"(?<![哪这近头前后十第上下好元国于在到从])(?:几|多少)(?:个?工作日|个半?月|个?小时|天(?!然)|周|个星期|年(?![级代度末底初])|分钟)"
)
_DAYS_TOLD = re.compile(
    r"[\d一二两三四五六七八九十百半几数整多]+[多余]?个?[多余半]?(?:法定)?(?:工作日|天|日|周|星期|月|年|小时|分钟|学年|季度)|"
    r"[当即次翌][天日]|隔[天日]|[全整]年|终[身生]|[至到]今"
)
_WHERE_ASKED = re.compile(
    r"(?:设立?|开|建|位于|坐落|办|搬|放|选址|举办|举行|落户?)[^,?]{0,2}在?(?:哪里|哪儿|什么地方|何处|哪条?路)|哪个?场[馆所]"
)
_WHERE_TOLD = re.compile(
    r"[在于至到向赴](?![内此年全册前其这那])[^,。;]{1,20}|位[于在]|地处|坐落|选址|地址|落[地址成]|入驻|东至|[旧原]址|"
    r"(?:路|街|弄|大厦|广场|大道|街坊)(?!线)|:"
)
_COUNTRY_ASKED = re.compile(
    r"哪(?:些|几个|一?个)国家(?!有|标|资|企|内|产|级|[规战政法])|(?:来自|出海|海外|去了?|赴|访问了?)[^,?]{0,6}哪一?个?国家?(?!有|标|资|企|内|产|级)|"
    r"\b(?:which|what) countries"
)
_ABROAD = re.compile("[海国境]外|出[海国]|外[国资商]|国门")
_NO_COUNTRY = re.compile("我国|全国|外国|各国|中国|本国|两国|国际|国家|建国|爱国|多国|跨国|大国|强国|海归")
_COUNTRY = re.compile(r"[一-龥]国(?!家|际|内|企|资|产|有|标|债|门|庆)")
_FOUNDED_ASKED = re.compile(
    r"(?:哪一?年|何时|什么时候|什么时间|几几年|几年)(?:正式|开始)?(?:建|成立|创|设立)(?!议)|"
    r"\b(?:when|(?:what|which) (?:year|month|date)) .{1,80}\b(?:founded|established|set up)\b"
)
_FOUNDED = re.compile("建|成立|创|设立|始[于建]|奠基|落成|成为")
_OPENED_ASKED = re.compile(
    r"(?:哪一?年|何时|什么时候|什么时间)(?:正式|开始)?(?:开[业馆园通张]|投[用产]|启用|通车|竣工|完工)|"
    r"\b(?:when|(?:what|which) (?:year|month|date)) .{1,80}\b(?:opens?|opened|start(?:s|ed)? (?:running|operating)|"
    r"(?:enter|go|went) (?:into )?service|finished|completed)\b"
)
_OPENED = re.compile("开[业馆园通张放]|投[用产入]|启用|通车|竣工|完工|完成|建成|落成|运营|使用")
_WHICH_OF = re.compile("第几([届期批轮季])")
_YEAR = re.compile(r"(?<!\d)(?<![比较自从])((?:19|20)\d\d)年?(?!\d|度?(?:同期)?相比|以来)")
_RANGE = re.compile(r"(?:19|20)\d\d年?[-—–~至到](?:19|20)\d\d")


def lacking(question: Question, sentence: str) -> bool:
    """Whether a folded Chinese sentence has nothing of the kind that the word of a question that asks wants."""
    asked = question.folded
    if _DAYS_ASKED.search(asked) and not _tells_how_long(sentence):
        return True
    if _WHERE_ASKED.search(asked) and not _WHERE_TOLD.search(sentence):
        return True
    if _COUNTRY_ASKED.search(asked) and not _names_country(sentence, asked):
        return True
    for asked_for, told in ((_FOUNDED_ASKED, _FOUNDED), (_OPENED_ASKED, _OPENED)):
        if asked_for.search(asked) and not told.search(sentence):
            return True
    if _not_which(asked, sentence):
        return True
    return question.kind is Kind.NUMERIC and question.says_when and _of_another_year(question, sentence)


def _tells_how_long(sentence: str) -> bool:
    return bool(_DAYS_TOLD.search(without_dates(sentence))) or len(CALENDAR.findall(sentence)) > 1


def _names_country(sentence: str, asked: str) -> bool:
    if "中国" in sentence and not _ABROAD.search(asked):
        return True
    named: Sequence[str] = places.places_in(sentence)
    return any(name not in asked for name in named) or bool(_COUNTRY.search(_NO_COUNTRY.sub(" ", sentence)))


def _of_another_year(question: Question, sentence: str) -> bool:
    """Whether a sentence speaks of the year asked about, and each of its figures that may be meant comes after another:
    "2022年完成改造的目标要求,计划2021年征收1.5万户" of 2022. What a year is held against, 较2020年, tells of none."""
    told = [(found.start(), int(found[1])) for found in _YEAR.finditer(sentence)]
    if (
        len({year for _, year in told}) < 2
        or not question.years & {year for _, year in told}
        or _RANGE.search(sentence)
    ):
        return False
    figures = [
        quantity.start
        for quantity in quantities(sentence)
        if quantity.unit not in OF_DATES
        and counts(sentence, quantity)
        and (not question.unit or in_unit(question.unit, sentence, quantity.start, quantity.end))
    ]
    of = [next((year for start, year in reversed(told) if start < figure), None) for figure in figures]
    return bool(of) and not any(year is None or year in question.years for year in of)


def _not_which(asked: str, sentence: str) -> bool:
    """Whether it is asked which of a row something is, 第几届, and a sentence has no place in such a row."""
    row = _WHICH_OF.search(asked)
    return row is not None and not re.search(rf"第[一二三四五六七八九十百\d]+{row[1]}", sentence)

"""What a document says about itself: title, date, issuer, the years it covers, its language."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rag.reading.furniture import HEAD, body_start, is_control, is_page_number, is_salutation
from rag.reading.lines import Line, letters, one_line
from rag.reading.marks import chinese_number

_KEYS = {
    "title": ("title", "标题", "题名", "名称"),
    "date": ("date", "日期", "发布日期", "成文日期", "发布时间", "时间", "published"),
    "issuer": ("issuer", "发布单位", "发文机关", "发文单位", "单位", "机构", "organisation", "organization", "author"),
    "period": ("period", "时期", "年度", "年份", "covers"),
    "language": ("language", "lang", "语言"),
}
_KEY_OF = {alias: key for key, aliases in _KEYS.items() for alias in aliases}
_FRONT_LINE = re.compile(r"\s*([^\s:#-][^:]{0,30}?)\s*[:]\s*(.*?)\s*")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*[日号]|(?!\d))")
_CHINESE_DATE = re.compile(
    r"([二一][〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_ENGLISH_DATE = re.compile(
    r"(?:(\d{1,2})\s+)?(January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?:\s+(\d{1,2}),)?\s+((?:19|20)\d{2})"
)
_MONTHS = tuple(
    re.findall(
        r"\S+",
        """
    January February March April May June July August September October November December
        """,
    )
)
_TITLE_DATE = re.compile(
    r"[\s,]*(?:发布(?:日期|时间)[:])?\s*(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?:\d{2})?)?$"
)
_TITLE_TAG = re.compile(r"^\s*(?:\[[^\]]{1,12}\]|【[^】]{1,12}】)\s*")
_DOCUMENT_WORD = re.compile(
    r"报告|规划|计划|纲要|要点|重点工作|意见|通知|公报|办法|条例|规定|方案|决定|决议|汇编|总结|白皮书|蓝皮书|年鉴|讲话|公告|通告|批复"
    r"|细则|指南|标准|简报|说明|章程|制度|情况|預算|预算|决算|報告|規劃|計劃"
    r"|\b(?:report|plan|strategy|act|regulations?|notice|guidelines?|review|summary|minutes|policy|statement)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_YEAR_HEADING = re.compile(
    r"^[^。;\n]{0,12}(?<!\d)((?:19|20)\d{2})\s*年?[^。;\n]{0,12}(?:回顾|总结|工作|安排|计划|任务|目标|打算|情况|review|plan)",
    re.IGNORECASE | re.MULTILINE,
)
_YEAR_SPAN = re.compile(r"((?:19|20)\d{2})\s*年?\s*[—–~至到-]+\s*((?:19|20)\d{2})")
_YEAR_SPAN_LINE = re.compile(
    r"^\s*[(\uff08]?((?:19|20)\d{2})\s*年?\s*[—–至到-]+\s*((?:19|20)\d{2})\s*年?[)\uff09]?\s*$", re.MULTILINE
)
_PLACE = r"(?:[\u4e00-\u9fff]{2,8}?(?:自治区|自治州|自治县|省|市|区|县|州|旗|镇|乡|街道))"
_SPEAKER = re.compile(r"代表((?:[\u4e00-\u9fff]{2,12}?)(?:省|市|区|县|州|旗|镇|乡))人民政府")
_CONGRESS = re.compile(r"在([\u4e00-\u9fff]{2,16}?(?:省|市|区|县|州|旗|镇|乡))第[一二三四五六七八九十\d]+届")
_NOT_PLACE = re.compile(
    r"(?:地|城|社|园|景|灾|市|郊|小|校|院|厂|矿|库|片|专|特|街|全|本|各|我|该|示范|试点|试验|先导|功能|开发|合作|自贸|保税|集聚|改造|住宅|居民)区$"
    r"|(?:城|全|本|各|我|该|超|股|楼|都|上|夜|门|入|集|开|创)市$|(?:全|本|各|我|该|外|本)[省县州镇乡]$"
)
_NAMED = re.compile(r"(?:(?<=[《“(市省])|^)[\u4e00-\u9fff]{2,3}[区县](?![域县])", re.MULTILINE)
_LAST_PLACE = re.compile(r"(?:.*(?:省|自治区|市))?(.+)")
_NOT_NAME = frozenset("的了在是和与及为对从到由把被等有并将向以于中年月日")


class FrontMatter(NamedTuple):
    """The lines between two `---` at the top. `end` is where the text after them begins, 0 when there are none."""

    values: Mapping[str, str]
    end: int


class Facts(NamedTuple):
    title: str | None
    date: str | None
    attributes: dict[str, str]


_NOTHING: Mapping[str, str] = MappingProxyType({})


def front_matter(text: str) -> FrontMatter:
    """Keys in lower case, Chinese ones under their English name; values without quotes. Nested values are left out."""
    if not text.startswith("---\n"):
        return FrontMatter(_NOTHING, 0)
    end = text.find("\n---", 3)
    if end < 0 or end > 10_000:
        return FrontMatter(_NOTHING, 0)
    values: dict[str, str] = {}
    for line in text[4:end].split("\n"):
        match = _FRONT_LINE.fullmatch(line)
        if match and match[2] and not line.startswith((" ", "\t")):
            key = match[1].lower()
            values.setdefault(_KEY_OF.get(key, key), match[2].strip("\"'"))
    after = text.find("\n", end + 1)
    return FrontMatter(values, len(text) if after < 0 else after + 1)


def facts(text: str, lines: Sequence[Line], *, markdown: bool, title: str | None = None) -> Facts:
    """What can be told from the text. `lines` are its lines after the front matter, at least the first of them.

    `title` is one known from outside (a file's own property); front matter outranks it.
    """
    front = front_matter(text).values
    head = _head(lines)
    own_title = front.get("title") or title or find_title(lines, markdown=markdown)
    first_lines = "\n".join(line.text for line in head[:HEAD])
    date = iso_date(front.get("date", "")) or _delivery_date(lines, own_title)
    attributes = {
        "issuer": front.get("issuer") or _issuer(own_title or "", first_lines, text),
        "period": _years(front.get("period", "")) or _period(own_title or "", text),
        "language": front.get("language") or language(text),
    }
    attributes.update({k: v for k, v in front.items() if k not in _KEYS})
    return Facts(own_title, date, {k: v for k, v in attributes.items() if v})


def _head(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines before the text proper and the first of it, a Markdown title on top or not."""
    titled = next((i + 1 for i, line in enumerate(lines[:HEAD]) if line.text.startswith("# ")), 0)
    return lines[: titled + body_start(lines[titled:]) + 1]


def language(text: str) -> str:
    """ "zh" or "en", by which script there is more of; two Chinese characters weigh like an English word."""
    sample = text[:20_000]
    chinese = sum(map(len, re.findall("[\u4e00-\u9fff]+", sample)))
    latin = sum(map(len, re.findall("[A-Za-z]+", sample)))
    return "zh" if chinese * 3 >= latin else "en"


def iso_date(text: str) -> str | None:
    """The first date in `text` as YYYY-MM-DD."""
    match = _DATE.search(text)
    if match:
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    chinese = _CHINESE_DATE.search(text)
    if chinese:
        year, month, day = (chinese_number(g.replace("○", "〇")) for g in chinese.groups())
        return _iso(year, month, day)
    english = _ENGLISH_DATE.search(text)
    if english and (english[1] or english[3]):
        return _iso(int(english[4]), _MONTHS.index(str(english[2])) + 1, int(english[1] or english[3]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def find_title(lines: Sequence[Line], *, markdown: bool, sure: float = 2) -> str | None:
    """The title as its own line says it, None if no line at the top looks like one; `sure` is 2 to 6."""
    if markdown:
        for line in lines[:HEAD]:
            if line.text.startswith("# "):
                return one_line(line.text[2:])
    end = body_start(lines)
    candidates = [line.text for line in lines[:end] if _may_be_title(line.text)]
    if not candidates:
        return None
    cleaned = [clean_title(text) for text in candidates]
    counts = Counter(letters(text) for text in cleaned)
    scored = [
        (_title_score(text, counts[letters(text)]) + (1 if i == 0 else 0), -i, text) for i, text in enumerate(cleaned)
    ]
    best = max(scored)
    return best[2] if best[0] >= sure else None


def _may_be_title(text: str) -> bool:
    return (
        4 <= len(text) <= 100
        and text[-1] not in "。;,、:."
        and not text.startswith(("——", "--", "(", "(", "|", "- ", "•"))
        and not is_control(text)
        and not is_page_number(text)
        and not is_salutation(text)
    )


def clean_title(text: str) -> str:
    """A title line without the date or the tag that a web page put beside it."""
    return one_line(_TITLE_DATE.sub("", _TITLE_TAG.sub("", text.strip("# "))))


def _title_score(text: str, count: int) -> float:
    score = 3.0 if _DOCUMENT_WORD.search(text) else 0.0
    score += 1.0 if _YEAR.search(text) else 0.0
    score += 2.0 if count > 1 else 0.0
    score += 1.0 if 6 <= len(text) <= 60 else 0.0
    score -= 2.0 if re.search(r"[|:]|\d{1,2}:\d{2}|会议上$", text) else 0.0
    return score


def _delivery_date(lines: Sequence[Line], title: str | None) -> str | None:
    """The day a report was given outranks the day a page was put online."""
    head = [line.text for line in _head(lines) if len(line.text) <= 120]
    given = [t for t in head if re.search(r"[日号].{0,6}(?:在|于|上海|北京|第)?.{0,40}(?:会议|大会|全会|通过|印发)", t)]
    titled = [t for t in head if title and letters(title)[:12] in letters(t)]
    bare = [t for t in head if len(t) <= 30 and not re.search(r"发表于|回复|查看", t)]
    signed = [line.text for line in (*lines[:HEAD], *lines[-HEAD:]) if len(line.text) <= 16 and line.text[-1] in "日号"]
    return next((date for text in (*given, *titled, *bare, *signed) if (date := iso_date(text))), None)


def _years(text: str) -> str | None:
    years = [int(year) for year in _YEAR.findall(text)]
    return _span(years) if years else text or None


def _span(years: Collection[int]) -> str:
    return str(min(years)) if min(years) == max(years) else f"{min(years)}-{max(years)}"


def _period(title: str, text: str) -> str | None:
    span = _YEAR_SPAN.search(title) or _YEAR_SPAN_LINE.search(text[:5_000])
    years = {int(y) for y in _YEAR_HEADING.findall(text[:400_000])} if len(text) < 2_000_000 else set()
    titled = {int(y) for y in _YEAR.findall(re.sub(r"[(].*?[)]", "", title))}
    if span:
        years |= {int(span[1]), int(span[2])}
    if titled:
        years = {y for y in years if min(titled) - 1 <= y <= max(titled) + 1} | titled
    elif len(years) > 3:
        return None
    return _span(years) if years else None


def _issuer(title: str, head: str, text: str) -> str | None:
    """The place or body whose document it is, as short as people say it: 杨浦区, not 上海市杨浦区."""
    start = text[:20_000]
    for pattern, where in ((_SPEAKER, start), (_CONGRESS, f"{title}\n{head}")):
        match = pattern.search(where)
        if match:
            return _short_place(match[1])
    named = re.search(_PLACE + "(?=(?:人民)?政府|区委|第|20|19|政|人|年|关)", title) or re.search(_PLACE, title)
    if named and _is_place(_short_place(named[0])):
        return _short_place(named[0])
    start = text[:200_000]
    places = {name for name in _NAMED.findall(start) if _is_place(name)}
    common: list[tuple[str, int]] = Counter({name: start.count(name[:-1]) for name in places}).most_common(2)
    if common and common[0][1] >= 3 and (len(common) == 1 or common[0][1] >= 2 * common[1][1]):
        return common[0][0]
    return None


def _short_place(name: str) -> str:
    match = _LAST_PLACE.fullmatch(name)
    return match[1] if match else name


def _is_place(name: str) -> bool:
    return len(name) >= 2 and not _NOT_PLACE.search(name) and not any(c in _NOT_NAME for c in name)

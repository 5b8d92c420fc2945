"""How much a question asks for, and whether a sentence tells as much: the year or part of it, the sum so far or one
year's, a count or a share, all members of a group, the very session or phase. Rules over the wording of folded text."""

import re
from collections.abc import Mapping

from rag.questions.question import Kind, Question
from rag.text import literal
from rag.text.facts import OF_DATES, rewritten
from rag.text.matching import Matchable

_WHOLE_YEAR = re.compile(
    r"全年|整年|年度|年底|年末|最终|最后|"
    r"\bfull[- ]year\b|\b(?:whole|entire) year\b|\b(?:whole|all|end) of\b|\bthroughout\b"
)
_PART_OF_YEAR = re.compile(
    r"前三季度|[一二三四1-4]季度|上半年|下半年|1[-至—到]\d{1,2}月|前\d+个?月|"
    r"\bfirst (?:half|three quarters|\w+ months)\b"
)
_STRETCHES = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (r"上半年", r"上半年|1[-至—到~]6月|前(?:6|六)个?月|半年"),
        (r"下半年", r"下半年|7[-至—到~]12月|后半年"),
        (r"(?<![上下])(?:第?[一1]|首个?)季度", r"(?<!前)(?:第?[一1]|首个?)季度|1[-至—到~]3月"),
        (r"第?[二2]季度", r"第?[二2]季度|4[-至—到~]6月"),
        (r"(?<!前)第?[三3]季度", r"(?<!前)第?[三3]季度|7[-至—到~]9月"),
        (r"第?[四4]季度", r"第?[四4]季度|10[-至—到~]12月"),
        (r"前三季度|前3季度", r"前三个?季度|前3季度|1[-至—到~]9月"),
    )
)
"""Parts of a year as they are asked for and as they are told."""
_ONE_OF = re.compile(r"光是?(?!20\d\d|\d)|单是|单独|单单|单就|只算|仅仅?(?=[一-龥])")
_TOGETHER = re.compile(r"等[\d一二两三四五六七八九十多]*[处个项家所条座地幅块片]|、[^。;]{0,40}(?:合计|总共|一共)")
"""Several told in one: 水电路261弄等处, 合计."""
_ALONE = re.compile(r"单看|单是|光是?(?=\d|20)|仅(?=20\d\d年)|只算|这一年|当年新|\balone\b")
_NOW = "(?:现在|目前|如今|眼下)"
_ALTOGETHER = re.compile(
    rf"历年|算上|累计|至今|迄今|{_NOW}[^,?]{{0,16}}有(?:几|多少)|有(?:几|多少)[^,?]{{0,12}}{_NOW}|"
    rf"{_NOW}[^,?]{{0,20}}(?:总共|一共)|\bcumulative|\bto date\b|"
    r"\bhow many .{1,80}\b(?:does|do) [\w' ]{1,40}\bhave\b(?! (?:to|been)\b)"
)
_SO_FAR = re.compile(
    r"累计|历年|至今|迄今|到现在|目前|现有|算上|总数|总量|共有|总共有|一共有|"
    r"\bcumulative|\bso far\b|\bto date\b|\bin total\b|\ball told\b|\baltogether\b"
)
_ANEW = re.compile(
    r"新增|新设|新建|新认定|新引进|新签|新开|新落户|新筹|净增|增加了?(?!值)|单看|单是|光是?(?=\d|20)|只算|这一年|当年|年内|"
    r"\bnew(?:ly)?\b|\badded\b|\balone\b|\bin that year\b"
)
_ANEW_ASKED = re.compile(r"新(?:增|设|建|认定|引进|签|开|落户|办|评上|获评|招|注册)[^,?]{0,12}(?:多少|几)|净增")
_ALL_TOLD = re.compile(
    r"(?:累计[一-龥]{0,14}|(?:突破|达到?|现有|共有|总数|总量)[一-龥]{0,4})[\d一二两三四五六七八九十百]"
)
_COMES = re.compile("(?<![高创更革刷])新|[增添招签引建]|落户|年内|当年|认定|设立|注册|成立|开[业办张]")
_CLAUSES, _DIGIT = re.compile("[,;。]"), re.compile(r"\d")
_BUSINESS_USE = re.compile("(?:商业|工业|商用|经营性?|非居民)(?:的)?(?:用)?[水电气]")
_HOME_USE = re.compile("居民(?:阶梯)?(?:生活)?(?:用)?[水电气]|家庭用[水电气]")
"""Whose water, power or gas: prices differ."""
_ORDINAL = re.compile(r"第[一二三四五六七八九十百]+[届期批轮次号代季]|[一二三四五六七八九十]+期(?![间限望待])")
_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?![\d.]))\d+(?:\.\d+)?")
_LATER = re.compile(
    r"第(?!一[届期批轮次号代季])(?:[一二三四五六七八九十百]+|\d+)(?:[届期批轮号代季]|次(?!数)|人民医院|医院|中学|小学|幼儿园|实验)|"
    r"(?<!第)[二三四五六七八九]期(?=工程|项目|建设|[一-龥]{0,6}(?:多少|几|什么|哪))"
)
"""Which of a row is meant, beyond the first, which may be called otherwise; with a name, the first as well."""
_MEETING = re.compile(
    r"(第(?:[一二三四五六七八九十百]+|\d+)[次届])([一-龥]{0,6}?)"
    r"(普查|会议|大会|全会|论坛|调查|代表|运动会|运会|艺术节|文化节|大赛|锦标赛|比赛|展览会)"
)
"""Which of a row of meetings, censuses and the like."""
_NUMBERED = re.compile(
    r"(?<![\d.])(\d+)(?:号线|街坊|弄|号楼|路(?=公交|车|的|[一-龥]*线)|号(?=[一-龥])(?!之?[前后起]|[去来到在召开举上下早晚]))"
)
_CURRENCIES = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (r"美[元金]|\bus dollars?\b|\busd\b", r"美[元金]|\$|\busd\b|dollar"),
        (r"欧元|\beuros?\b", r"欧元|€|\beuros?\b"),
        (r"人民币|\b(?:yuan|rmb)\b", r"元|[万亿]|\b(?:yuan|rmb)\b|¥"),
    )
)
"""What a sum is asked for in, and how it is told."""
_SHARES = frozenset(("%", "百分点", "倍", "成"))
_MEMBERS = re.compile(
    r"分别(?:[是指叫为有])|各(?:叫|是|代表)|哪(?:[两二三四五六七八九十]|\d+)|逐[个条项一]|一一|一[个条项]一?[个条项]|名单|都有[哪谁]|"
    r"都?(?:是|叫)(?:啥|哪些)|叫什么|"
    r"\bwhich (?:two|three|four|five|six|\d+)\b|\brespectively\b|\bname (?:them|all|the)\b|\blist (?:them|all|the)\b"
)
_HOW_MANY = re.compile(r"(?:哪|这|那|另外?|的|其余)([两二三四五六七八九十]|\d{1,2})(?![\d年月日亿万])")
_GROUP = re.compile(
    r"(?<!第)([两三四五六七八九十]|(?<![\d.])\d{1,2})(?:个|大|项|条|类|位|力|所|家|处|种|块|座)(?!月|百分点)"
)
_WHICH = re.compile(r"哪([两三四五六七八九十]|\d{1,2})(?:个|大|项|条|类|位|力|所|家|处|种|块|座|方)")
_PART = re.compile(r"([一-龥]{2})(街道|镇|县)(?![域级城长委政办])")
_BODY = re.compile(r"([一-龥]{2})(大学|学院|医院|公司|集团|银行|中学|(?<!中)小学|幼儿园)")
_NO_PART = re.compile(
    "[个各些有困扶口点色城乡小古名全本该这那哪多少几两三四五六七八九十贫试家什么的街在从给到]|债务|辖区|所属|区内"
)
"""What stands before 街道 or 县 and names none: 各街道, 哪个镇, 贫困县."""
_NO_BODY = re.compile(
    "[里内被某由向与和把将于因经对及等至以是了们贵母子分总其各去大小新老好在到从的个家所些这那哪几多少什么本该全两三四五六七八九十]|维保|物业|施工|建[设筑]|保险|投资|科技|上市|贸易|国[有企]|民营|外资|[区市县省]级|[区市省]属|三[甲级]|定点|公立|私立|"
    "重点|高等|地铁|港口|轨道|初创|联网|[上过开求]$|公办|民办|[一二三]级|示范|优质|普通|特色|社区|高品|品质|高质|质量|所有|部分|周边|附近|相关|下属|附属|供[水电气]|燃气|水务|公交|房产|开发|软件|信息|老年|党校|专科|综合|平安|示范|物流|出租"
)
"""What stands before 公司 or 医院 and names none."""
_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
_CLAUSE_ENDS = re.compile("[一-龥]{0,8}[,。;]")
_ENUMERATED = re.compile(r"[、;；]|[①②③④⑤⑥]|[一二三四五六七八九]是|\d[.)]")
_LAST_OF_THEM = re.compile("、[^,。;、]+[和与及]")
_SEVERAL = re.compile(r"(?P<members>[^,。;:()]+、[^,。;:()]+)等(?:\d+|[两三四五六七八九十]+)[个处家所条座地幅块片]")
_ALL_OF_THEM = re.compile(r"等|[那这](?:[几些]|[\d两三四五六七八九十]+[个所家处条座项])|各|总[计共]|一共")
_ENDING = 2
"""Characters of a name's end by which it is known again."""
_PAIR = 2
_ROOM = 500
"""Characters within which the members of a group are told."""
_PARTING = re.compile(r"[、;；]|和|及|与|\d是|\d为|, | and ")
_NUMERALS = {"两": 2, **{digit: i for i, digit in enumerate("一二三四五六七八九十", 1)}}


def features(question: Question, sentence: Matchable, text: str) -> Mapping[str, float]:
    """Of a sentence, and the folded `text` of it and what stands around it.

    `stretch`, `so_far`: 1 where the whole year (what there is by now) is asked for and a part of the year (what came
    anew) is told, or the other way round; -1 where they agree. `numbers_missing`: share of the question's numbers and
    ordinals that do not stand in the text. `share_for_count`: 1 where a number of things is asked for and the sentence
    has shares and factors alone. `members_missing`: of the members of a group asked for, the share the sentence has no
    room for. All but the first two 0 to 1.
    """
    asked = question.folded
    counts = question.kind is Kind.NUMERIC and question.unit != "%"
    written = rewritten(asked, "zh" if question.language == "en" else "en")
    numbers = [(number, *written.get(number, ())) for number in _NUMBER.findall(asked)]
    numbers += [(ordinal,) for ordinal in _ORDINAL.findall(asked)]
    return {
        "stretch": _opposed(_WHOLE_YEAR, _PART_OF_YEAR, asked, sentence.folded),
        "so_far": _opposed(_SO_FAR, _ANEW, asked, sentence.folded),
        "numbers_missing": sum(not any(_stands(way, text) for way in ways) for ways in numbers) / max(len(numbers), 1),
        "share_for_count": float(counts and _only_shares(asked, sentence)),
        "members_missing": _members_missing(asked, sentence.folded),
    }


def contradicted(question: Question, sentence: Matchable, text: str, rest: str) -> bool:
    """Whether a sentence tells of another extent than is asked for, beyond doubt: of a part of the year for the whole,
    of the sum so far for one year alone or the other way round, of another session or phase, of shares for a number, of
    a sum in another currency, of what homes pay for what shops do; or whether all members of a group are asked for and
    neither it nor the `rest` of its paragraph after it has room for as many. `text` is as in `features`."""
    asked, told = question.folded, sentence.folded
    if _opposed(_WHOLE_YEAR, _PART_OF_YEAR, asked, told) == 1.0 or _of_another_sum(asked, told):
        return True
    if question.unit == "元" and any(want.search(asked) and not has.search(text) for want, has in _CURRENCIES):
        return True
    if "how many " in asked and question.unit != "%" and _only_shares(asked, sentence):
        return True
    if _opposed(_BUSINESS_USE, _HOME_USE, asked, text) == 1.0:
        return True
    numbered = [_stands(which, text) for which in _NUMBERED.findall(asked)]
    several = len(numbered) > 1 and question.kind in (Kind.COMPARISON, Kind.LIST)
    if numbered and not (any(numbered) if several else all(numbered)):
        return True
    if _another_of_a_row(asked, text):
        return True
    if _on_other_days(asked, told) or any(want.search(asked) and not has.search(text) for want, has in _STRETCHES):
        return True
    if _ONE_OF.search(asked) and _TOGETHER.search(told) and not _ONE_OF.search(told):
        return True
    if question.kind is Kind.NUMERIC and _of_several(asked, told):
        return True
    return question.kind not in (Kind.NUMERIC, Kind.COMPARISON) and _too_few(asked, f"{told} {rest}"[:_ROOM])


def _another_of_a_row(asked: str, text: str) -> bool:
    """Whether a session, phase, census and the like is asked about by its place in a row, and a text has none of it."""
    if any(not _stands(which, text) for which in _LATER.findall(asked)):
        return True
    return any(
        not re.search(f"{which}[^,。;]{{0,8}}{what}", text) and (which.endswith("次") or which in text)
        for which, _, what in _MEETING.findall(asked)
    )


def _too_few(asked: str, told: str) -> bool:
    """Whether the members of a group of so many, three or more, are asked for and cannot all stand in a text."""
    group, which = _GROUP.search(asked), _WHICH.search(asked)
    if which is not None and (group is None or _number(group) != _number(which)):
        group = which
    if group is None or not _MEMBERS.search(asked) or told.rstrip().endswith(":"):
        return False
    many = _number(group)
    if many > _PAIR and _passes_over(group, told, many):
        return True
    return many > _PAIR and 1 + len(_PARTING.findall(told)) + len(re.findall("[,:]", told)) < many


def _number(group: re.Match[str]) -> int:
    return _NUMERALS.get(group[1]) or int(group[1])


def of_another_part(question: Question, near: str, passage: str) -> bool:
    """Whether a question is about a subdistrict, a county, a university and the like that a passage does not speak of,
    nor anything folded that stands `near` the sentence found, or that speaks of another near: what holds of the whole
    is no answer."""
    parts = [*_named(_PART, question.folded), *_named(_BODY, question.folded)]
    return bool(parts) and not any(
        name in near or (name + kind in passage and not _another(kind, near)) for name, kind in parts
    )


def _named(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """The ends of names and their kinds, 角场 and 街道 of 五角场街道, without what names none: 各街道, 物业公司."""
    nameless = _NO_PART if pattern is _PART else _NO_BODY
    return [(name, kind) for name, kind in pattern.findall(text) if not nameless.search(name)]


def _another(kind: str, near: str) -> bool:
    """Whether a text names one of a kind: 宁蒗县."""
    return any(kind == other for pattern in (_PART, _BODY) for _, other in _named(pattern, near))


def _of_several(asked: str, told: str) -> bool:
    """Whether a number is asked of one thing and told of several together: 桥头里等9个小区."""
    group = None if _ALL_OF_THEM.search(asked) else _SEVERAL.search(told)
    if group is None or not re.search(r"\d", told[group.end() :]):
        return False
    members = [member[-_ENDING:] for member in group["members"].split("、")]
    named = [member in asked for member in members if len(member) == _ENDING]
    return len(members) > 1 and any(named) and not all(named)


def _passes_over(group: re.Match[str], told: str, many: int) -> bool:
    """Whether a text names a group of so many among other things and goes on: "聚焦6大重点领域,突出…"."""
    named = literal.stands(group.group().removeprefix("哪"), told, behind=_CLAUSE_ENDS)
    return named and len(_ENUMERATED.findall(told)) + bool(_LAST_OF_THEM.search(told)) < many - 1


def _on_other_days(asked: str, told: str) -> bool:
    """Whether a text tells of days, and of none that is asked about."""
    wanted, days = set(_DAY.findall(asked)), set(_DAY.findall(told))
    return bool(wanted and days) and not wanted & days


def _of_another_sum(asked: str, told: str) -> bool:
    """Whether what there is in all is told for what came, or the other way round."""
    if _ALONE.search(asked) and _SO_FAR.search(told) and not _ANEW.search(told):
        return True
    if _ANEW_ASKED.search(asked) and _tells_but_all(told):
        return True
    return bool(_ALTOGETHER.search(asked)) and tells_anew(told)


def _tells_but_all(told: str) -> bool:
    """Whether of a text's clauses that have figures one tells what there is in all, and none what came."""
    clauses = [clause for clause in _CLAUSES.split(told) if _DIGIT.search(clause)]
    return any(map(_ALL_TOLD.search, clauses)) and not any(map(_COMES.search, clauses))


def tells_anew(folded: str) -> bool:
    """Whether a text tells of what came anew, not of what there is in all."""
    return bool(_ANEW.search(folded)) and not _SO_FAR.search(folded)


def _stands(number: str, text: str) -> bool:
    """Whether a number stands in a text as a whole, an ordinal anywhere."""
    if not number[0].isdigit():
        return number in text or (number[-1] == "期" and number.removeprefix("第") in text)
    return literal.number_stands(number, text)


def _opposed(one: re.Pattern[str], other: re.Pattern[str], asked: str, sentence: str) -> float:
    wants, told = ((bool(one.search(text)), bool(other.search(text))) for text in (asked, sentence))
    if not any(wants) or not any(told):
        return 0.0
    return -1.0 if any(w and t for w, t in zip(wants, told, strict=True)) else 1.0


def _only_shares(asked: str, sentence: Matchable) -> bool:
    figures = [
        figure
        for figure in sentence.figures
        if figure.unit not in OF_DATES and sentence.folded[figure.start : figure.end] not in asked
    ]
    return bool(figures) and all(figure.unit in _SHARES for figure in figures)


def _members_missing(asked: str, sentence: str) -> float:
    if not _MEMBERS.search(asked):
        return 0.0
    said = _HOW_MANY.search(asked)
    wanted = max(_NUMERALS.get(said[1]) or int(said[1]), 2) if said else 2
    return max(1 - (len(_PARTING.findall(sentence)) + 1) / wanted, 0.0)

"""Chinese names of the kind an English question asks for, in Latin letters: "Huanghe Road, Jinxian Road" for the roads
of a quote. What stands in the quote is only spelled otherwise, as names of roads, towns and hospitals are in English.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from embeddings.folding import fold
from embeddings.romanising import romanise
from embeddings.terms import words
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.text.matching import Matchable
from rag.text.places import places_in

ROOM = 36
"""Characters of names before a short quote; more would take its place in an answer read at a glance."""
MOST = 5
"""Names that are given at most; the quote has the others."""
_BETWEEN = (
    r"\b(?:which|what|whose|name|list)(?: the| of the)?"
    r"(?: (?!of\b|in\b|did\b|does\b|was\b|were\b|is\b|are\b)[\w'-]+){0,3}? "
)
_ASKING = frozenset((Kind.ENTITY, Kind.LIST, Kind.PLACE, Kind.OTHER))
_BREAKS = re.compile(r"[、,;。:()“”\"《》\s和与及]")
_CLAUSES = re.compile("[,;。:]")
_READ = {
    "西藏": "xizang", "重庆": "chongqing", "厦门": "xiamen", "闵行": "minhang", "都江": "dujiang",
    "番禺": "panyu", "六安": "luan", "长": "chang",
}  # fmt: skip
"""Names that are not read as their characters mostly are."""
_COUNTRIES = {
    "法国": "France", "德国": "Germany", "意大利": "Italy", "西班牙": "Spain", "英国": "Britain",
    "美国": "the United States", "日本": "Japan", "韩国": "South Korea", "俄罗斯": "Russia", "加拿大": "Canada",
    "澳大利亚": "Australia", "印度": "India", "新加坡": "Singapore", "马来西亚": "Malaysia", "泰国": "Thailand",
    "越南": "Vietnam", "老挝": "Laos", "柬埔寨": "Cambodia", "印度尼西亚": "Indonesia", "菲律宾": "the Philippines",
    "以色列": "Israel", "阿联酋": "the United Arab Emirates", "沙特": "Saudi Arabia", "土耳其": "Turkey",
    "埃及": "Egypt", "南非": "South Africa", "巴西": "Brazil", "墨西哥": "Mexico", "荷兰": "the Netherlands",
    "比利时": "Belgium", "瑞士": "Switzerland", "瑞典": "Sweden", "挪威": "Norway", "芬兰": "Finland",
    "丹麦": "Denmark", "奥地利": "Austria", "波兰": "Poland", "葡萄牙": "Portugal", "希腊": "Greece",
    "爱尔兰": "Ireland", "新西兰": "New Zealand", "哈萨克斯坦": "Kazakhstan", "巴基斯坦": "Pakistan",
    "匈牙利": "Hungary", "捷克": "Czechia",
}  # fmt: skip
_SIDES = {"东": "East", "西": "West", "南": "South", "北": "North", "中": "Middle"}
_WORDS = {
    "中心": "Central", "市中心": "Central", "人民": "People's", "儿童": "Children's", "中医": "TCM",
    "口腔": "Dental", "肺科": "Pulmonary", "康复": "Rehabilitation", "第一": "First", "第二": "Second",
    "第三": "Third", "第四": "Fourth", "第五": "Fifth", "第六": "Sixth", "第十": "Tenth",
}  # fmt: skip
"""What words of names are called in English, and in the names of what (`_CALLED`)."""
_CALLED = frozenset(("Hospital", "Park"))
_SHORTEST = 2
_NO_NAME = re.compile(
    "(?<!第)[一二三四五六七八九十\\d各该本这那每某全多哪个大小老新旧高中低郊山社园校城片街城辖地]$|"
    "^(?:建设|推进|开展|医疗|综合|公立|三级|社区|互联网|定点|专科|公办)"
)


def named(asking: Asking, quote: str) -> Sequence[str]:
    """The names of the kind asked for in a Chinese quote, in its order, without those the question names itself. Where
    but one is asked for, those of the clause that has most of the question."""
    asked = asking.question.folded
    if asking.question.language != "en" or asking.question.kind not in _ASKING:
        return ()
    folded = fold(quote)
    for wanted, find in _FINDING:
        if wanted_here := wanted.search(asked):
            one = not wanted_here.group().endswith("s")
            found = find(_best_clause(asking, folded) if one else folded)
            names = [name for name in dict.fromkeys(found) if name.split()[0].lower() not in asked]
            return names[:MOST] if asking.question.long or sum(map(len, names)) <= ROOM else ()
    return ()


def _best_clause(asking: Asking, folded: str) -> str:
    return max(
        _CLAUSES.split(folded),
        key=lambda clause: asking.asked.group_coverage(asking.asked.matched(Matchable(clause))),
    )


def _places(folded: str) -> Iterator[str]:
    return (_letters(place) for place in places_in(folded))


def _countries(folded: str) -> Iterator[str]:
    return (
        english for _, english in sorted((folded.find(name), _COUNTRIES[name]) for name in _COUNTRIES if name in folded)
    )


def _of_kind(ending: re.Pattern[str], english: str, folded: str) -> Iterator[str]:
    meant = english in _CALLED
    return (f"{_spelled(stem, meant=meant)} {english}" for stem in _stems(folded, ending))


def _stems(folded: str, ending: re.Pattern[str]) -> Iterator[str]:
    """What stands before the ending of each name: 黄河 of "开展黄河路"."""
    for piece in _BREAKS.split(folded):
        told = words(piece)
        for place, word in enumerate(told):
            end = ending.search(word)
            if end is None:
                continue
            stem, before = word[: end.start()], place
            bare = end.start() == 0 or stem in _SIDES
            while before and ((bare and len(stem) < _SHORTEST) or told[before - 1].startswith("第")):
                before -= 1
                stem = told[before] + stem
            if len(stem) >= _SHORTEST and stem.isalpha() and not _NO_NAME.search(stem) and stem + end[0] in piece:
                yield stem


def _spelled(stem: str, *, meant: bool) -> str:
    """淮海东 as "Huaihai East"; where words of such names are called in English (`meant`), 第四人民 as "Fourth
    People's"."""
    if meant and stem in _WORDS:
        return _WORDS[stem]
    for part, english in _WORDS.items() if meant else ():
        if stem.startswith(part):
            return f"{english} {_spelled(stem.removeprefix(part), meant=True)}"
        if stem.endswith(part) and len(stem) > len(part) + 1:
            return f"{_spelled(stem.removesuffix(part), meant=True)} {english}"
    if len(stem) > _SHORTEST and stem[-1] in _SIDES:
        return f"{_letters(stem[:-1])} {_SIDES[stem[-1]]}"
    return _letters(stem)


def _letters(name: str) -> str:
    for read, latin in _READ.items():
        name = name.replace(read, latin)
    return romanise(name).capitalize()


_FINDING: Sequence[tuple[re.Pattern[str], Callable[[str], Iterator[str]]]] = (
    (re.compile(rf"{_BETWEEN}(?:cit(?:y|ies)|provinces?|places?)\b"), _places),
    (re.compile(rf"{_BETWEEN}(?:countries|country)\b"), _countries),
    *(
        (re.compile(rf"{_BETWEEN}(?:{asked})\b"), partial(_of_kind, re.compile(rf"(?:{ending})$"), english))
        for asked, ending, english in (
            ("roads?|avenues?", "路|大道", "Road"),
            ("streets?", "路|大道|大街", "Road"),
            ("sub-?districts?", "街道", "Subdistrict"),
            ("hospitals?", "医院", "Hospital"),
            ("counties|county", "县", "County"),
            ("towns?", "镇", "Town"),
            ("villages?", "村", "Village"),
            ("parks?", "公园", "Park"),
            ("universit(?:y|ies)", "大学", "University"),
            ("districts?", "区", "District"),
        )
    ),
)
"""How what is asked for is found."""

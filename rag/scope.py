"""How much a question asks for, and whether a sentence tells as much: the year or part of it, the sum so far or one
year's, a count or a share, all members of a group, the very session or phase. Rules over the wording of folded text."""

import re
from collections.abc import Mapping

from rag.matching import Matchable
from rag.question import Kind, Question

_WHOLE_YEAR = re.compile(r"全年|年度|年底|年末|最终|最后|\bfull[- ]year\b|\bwhole year\b|\bend of\b")
_PART_OF_YEAR = re.compile(
    r"前三季度|[一二三四1-4]季度|上半年|下半年|1[-至—到]\d{1,2}月|前\d+个?月|"
    r"\bfirst (?:half|three quarters|\w+ months)\b"
)
_SO_FAR = re.compile(
    r"累计|历年|至今|迄今|到现在|目前|现有|算上|总数|总量|共有|总共有|一共有|"
    r"\bcumulative|\bso far\b|\bto date\b|\bin total\b|\ball told\b|\baltogether\b"
)
_ANEW = re.compile(
    r"新增|新设|新建|新认定|新引进|新签|新开|新落户|新筹|净增|增加了?|单看|单是|光是?(?=\d|20)|只算|这一年|当年|年内|"
    r"\bnew(?:ly)?\b|\badded\b|\balone\b|\bin that year\b"
)
_ORDINAL = re.compile(r"第[一二三四五六七八九十百]+[届期批轮次号代季]|[一二三四五六七八九十]+期(?![间限望待])")
_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?![\d.]))\d+(?:\.\d+)?")
_SHARES = frozenset(("%", "百分点", "倍", "成"))
_MEMBERS = re.compile(
    r"分别(?:[是指叫为有])|各(?:叫|是)|哪(?:[两二三四五六七八九十]|\d+)|逐个|一一|名单|都有[哪谁]|"
    r"\bwhich (?:two|three|four|five|six|\d+)\b|\brespectively\b|\bname (?:them|all|the)\b|\blist (?:them|all|the)\b"
)
_HOW_MANY = re.compile(r"(?:哪|这|那|另外?|的|其余)([两二三四五六七八九十]|\d{1,2})(?![\d年月日亿万])")
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
    numbers = [*_NUMBER.findall(asked), *_ORDINAL.findall(asked)]
    return {
        "stretch": _opposed(_WHOLE_YEAR, _PART_OF_YEAR, asked, sentence.folded),
        "so_far": _opposed(_SO_FAR, _ANEW, asked, sentence.folded),
        "numbers_missing": sum(number not in text for number in numbers) / len(numbers) if numbers else 0.0,
        "share_for_count": float(counts and _only_shares(asked, sentence)),
        "members_missing": _members_missing(asked, sentence.folded),
    }


def tells_anew(folded: str) -> bool:
    """Whether a text tells of what came anew, not of what there is in all."""
    return bool(_ANEW.search(folded)) and not _SO_FAR.search(folded)


def _opposed(one: re.Pattern[str], other: re.Pattern[str], asked: str, sentence: str) -> float:
    wants, told = ((bool(one.search(text)), bool(other.search(text))) for text in (asked, sentence))
    if not any(wants) or not any(told):
        return 0.0
    return -1.0 if any(w and t for w, t in zip(wants, told, strict=True)) else 1.0


def _only_shares(asked: str, sentence: Matchable) -> bool:
    figures = [figure for figure in sentence.figures if sentence.folded[figure.start : figure.end] not in asked]
    return bool(figures) and all(figure.unit in _SHARES for figure in figures)


def _members_missing(asked: str, sentence: str) -> float:
    if not _MEMBERS.search(asked):
        return 0.0
    said = _HOW_MANY.search(asked)
    wanted = max(_NUMERALS.get(said[1]) or int(said[1]), 2) if said else 2
    return max(1 - (len(_PARTING.findall(sentence)) + 1) / wanted, 0.0)

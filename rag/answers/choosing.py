"""Named features of a sentence for a question: does it hold what is asked?"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial

import numpy as np

from rag.index.passages import Passage, Span
from rag.questions.question import Aspect, Kind, Question
from rag.questions.quoting import told_share
from rag.questions.sorts import one_of_the_sort
from rag.search.asking import Asking
from rag.search.coverage import Coverage, Values
from rag.search.ranking import Column, Features, aspect_agreement
from rag.text import literal
from rag.text.facts import quantities
from rag.text.matching import Matchable, Terms
from rag.text.measure import MEASURED, in_unit, spelled_in_unit
from rag.text.spotting import Held

DATE = re.compile(
    r"\d{4}年|年[初中底末内]|月[初底末]|[上中下]旬|[一二三四上下]半年|[一二三四]季度|\d{1,2}月|\d{1,2}日|\d世纪|年代|\b(?:1[0-9]|20)\d\d\b|周[一二三四五六日末]|星期|\d号(?![线楼街院门房])|[初廿][一二三四五六七八九十]|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年|[一两二三四五六七八九十半几数]+个?(?:[年月天周](?!一贯)|小时|分钟)|凌晨|上午|下午|晚上|\d+[年月天周]|"
    r"\d+个月|\d+个工作日|小时|分钟|\d分\d+秒|\d秒|春|夏|秋|冬|\bjan|\bfeb|\bmarch|\bapril|\bmay\b|\bjune|\bjuly|\baug|\bsept|\boct|\bnov|\bdec|初期|末期|时期|朝|"
    r"\b(?:seconds|minutes|hours|days|weeks|months|years|(?:an?|one|half an) (?:minute|hour|day|week|month|year))\b"
)
_EXACT = (
    (re.compile(r"几号(?![线楼街院门房地])|几日|哪一?天|具体日期|\bwhat (?:date|day)|\bwhich day"), (re.compile(r"\d日|\d号(?![线楼院门房])|工作日|周[一二三四五六日末]|星期|[当次即][日天]|[五七八]一(?=前|当|期|假|起)|国庆|[元除]旦|除夕|春节|[初廿][一二三四五六七八九十]|(?<=[a-z] )(?:[12]?\d|3[01])\b|\b(?:[12]?\d|3[01])(?:st|nd|rd|th)?(?= (?:of )?[a-z])"),)),
    (re.compile(r"几月|哪个?月|\bwhat month|\bwhich month"), (re.compile(r"\d月|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"),)),
    (re.compile(r"哪一?年|几几年|\bwhat year|\bwhich year"), (re.compile(r"\d{4}|民国\d|[西公]元前?\d|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"),)),
)  # fmt: skip
_PLACE = re.compile(
    r"[省市县区镇村国州岛路街湾山河江海洋港城]|位于|地处|在.{1,10}(?:举行|召开|举办)|\b(?:in|at|near|from) "
)
_PERSON = re.compile(
    r"[·‧]|先生|女士|主席|总统|总理|部长|市长|区长|书记|主任|教授|博士|院长|会长|皇帝|国王|将军|记者|作家|[创设]始人|由|者|\bmr|\bpresident"
)
_MEANS = re.compile(
    r"是指|指的?是|[”\"]指|即[“\"]|[”\"]即|意为|意思|称为|又称|简称|简言之|[:：]|是一[种个项座]|定义|\brefers? to|\bmeans?\b|\bis (?:a|an|the)\b|“?\d+”?指"
)
_REASON = re.compile(
    r"因为|由于|因此|因而|所以|为了|导致|使得?|原因|以便|从而|造成|受.{1,12}影响|缘于|出于|鉴于|\bbecause|\bdue to|\bsince\b|, (?:as|for) (?!well|a\b|the\b|which\b|example)|\bso that|\bin order|\bput down to\b|\bfor want of\b"
)
_MANNER = re.compile(
    r"通过|采取|采用|利用|借助|以.{1,20}方式|按照|依托|推进|建立|实施|开展|探索|完善|加强|推动|打造|\bby [a-z]+ing|\bthrough\b"
)
_NEGATION = re.compile(r"[不没未无非]|\bnot?\b")
_NAME = re.compile(r"[“《「『\"]")
_EACH = re.compile(r"[、/]|,? and |和|以及|及|[①②③④⑤]|一是|二是|\d\)")

_HOW_LONG = re.compile(
    r"多久|多长|几[天周年]|几个月|多少[天年]|\bhow (?:long|soon|fast|quickly|often)\b|\bhow many (?:days|weeks|months)"
)
_STRETCH = re.compile(
    r"\d{1,3}[天周年]|\d+个月|[一两二三四五六七八九十半几数]+(?:个月|[年天周]|个?(?:小时|分钟))|小时|分钟|seconds|minutes|hours|days|weeks|months|years"
)
_HOW_OFTEN = re.compile(r"多[久长][^,?。]{0,10}一[次回趟轮]|多长时间[^,?。]{0,8}一[次回趟轮]|\bhow often\b")
_OFTEN = re.compile(
    r"每隔?[一二两三四五六半\d]*个?[年月周天日季旬](?:度|末|底|初)?|[一二两三半]个?[年月周天季]度?(?:一|\d)[次回]|"
    r"\bevery (?:\w+ )?(?:day|week|month|quarter|year)s?\b|\beach (?:day|week|month|quarter|year)\b|"
    r"\b(?:dai|week|month|quarter|year)ly\b|\bannual(?:ly)?\b|\ba (?:day|week|month|quarter|year)\b"
)
_YEAR_ASKED = re.compile(r"哪一?年|几几年|\b(?:what|which) year")
_DATED = re.compile(r"\d{4}(?![\d.])|\d月|\d日|\b(?:jan|feb|mar|apr|may|june|july|aug|sept|oct|nov|dec)")
ABOVE = 0.6
"""How exact a date is that only the heading gives."""

KEPT = 8192
"""Sentences of which it is kept what they are worded like: those of a few hundred paragraphs are asked for again."""

Looked = Callable[[], Terms]

LOOSE = frozenset(["", *"个 块 枚 次 人次 种 类 位 所 座 批 届 级 层级 倍 年 月 天 日".split()])
"""Units whose figure may be written in many ways, or in words; in any other a figure must be to answer."""


def features(asking: Asking, passages: Sequence[Passage], scores: Sequence[float]) -> Sequence[Features]:
    """Of the sentences of passages, numbered through one passage after the other, the best passage first. `scores` are
    the passages' distances to the best one's score, at or below 0. Passages in another language have features of their
    own ("across:…")."""
    bounds = np.concatenate([[0], np.cumsum([len(passage.spans) for passage in passages])]).tolist()
    found = []
    for own in (True, False):
        ranks = [
            rank
            for rank, passage in enumerate(passages)
            if passage.spans and (passage.language == asking.question.language) is own
        ]
        if ranks:
            rows = np.concatenate([np.arange(bounds[rank], bounds[rank + 1]) for rank in ranks])
            chosen = [passages[rank] for rank in ranks]
            columns = _columns(asking, chosen, ranks, [scores[rank] for rank in ranks], own=own)
            found.append(Features.of(rows, columns))
    return found


def _columns(
    asking: Asking, passages: Sequence[Passage], ranks: Sequence[int], scores: Sequence[float], *, own: bool
) -> Mapping[str, Column]:
    question = asking.question
    sizes = [len(passage.spans) for passage in passages]
    sentences = [(passage, index, span) for passage in passages for index, span in enumerate(passage.spans)]
    first, length, short, heading = np.concatenate([passage.shape for passage in passages], axis=1)
    plain: Mapping[str, Column] = {
        "passage": np.array(scores).repeat(sizes),
        "first_passage": (np.array(ranks) == 0).repeat(sizes),
        "first": first,
        "length": length,
        "short": short,
        "heading": heading,
        "year": [_year(question.years, span, passage) for passage, _, span in sentences],
        "aspect": [_agreement(question, span, passage, own=own) for passage, _, span in sentences],
        "quoted": told_share(question, [span.text.folded for _, _, span in sentences]),
    }
    sights = [asking.sight(passage) for passage in passages]
    held, near, after = (
        np.concatenate(rows) for rows in zip(*((s.spans, s.near, s.after) for s in sights), strict=True)
    )
    each = [
        _evidence(asking, passage, index, partial(sight.held, index), across=not own)
        for passage, sight in zip(passages, sights, strict=True)
        for index in range(len(passage.spans))
    ]
    evidence: Mapping[str, Column] = {name: [row[name] for row in each] for name in each[0]}
    if not own:
        covered = _covered_across(asking.coverage, held, near, after)
        return {f"across:{name}": values for name, values in {**covered, **plain, **evidence}.items()}
    above = held | np.array([s.above for s in sights]).repeat(sizes, axis=0)
    covered = _covered(asking.coverage, held, above, near, after)
    return {**covered, **plain, **{f"{question.kind}:{name}": values for name, values in evidence.items()}}


def _covered(coverage: Coverage, held: Held, above: Held, near: Held, after: Held) -> Mapping[str, Values]:
    words, bigrams, head = (
        values.reshape(4, -1) for values in coverage.of_terms(np.concatenate([held, above, near, after]))
    )
    missing, missing_near = coverage.rarest_missing(np.concatenate([above, near | after])).reshape(2, -1)
    return {
        "words": words[0],
        "bigrams": bigrams[0],
        "words_above": words[1],
        "words_near": words[2],
        "bigrams_near": bigrams[2],
        "after": bigrams[3],
        "rarest_missing": missing,
        "rarest_missing_near": missing_near,
        "head": head[2],
    }


def _covered_across(coverage: Coverage, held: Held, near: Held, after: Held) -> Mapping[str, Values]:
    return {
        "words": coverage.of_groups(near),
        "held": coverage.of_groups(held),
        "rarest_missing": coverage.group_missing(near | after),
        "head": coverage.head_of_groups(near),
    }


def _evidence(asking: Asking, passage: Passage, index: int, held: Looked, *, across: bool) -> Mapping[str, float]:
    evidence = kind_evidence(asking, passage.told[index], held, across=across)
    return {**evidence, "exact": ABOVE} if year_above(asking.question, passage, index) else evidence


def _agreement(question: Question, span: Span, passage: Passage, *, own: bool) -> float:
    """As ranking.aspect_agreement, of the sentence; in the question's language else half as much of what stands over
    it."""
    if question.aspect is None:
        return 0.0
    agreed = aspect_agreement(question.aspect, _aspect(span, passage))
    return agreed if agreed or not own else 0.5 * aspect_agreement(question.aspect, passage.aspect)


def year_above(question: Question, passage: Passage, index: int) -> int | None:
    """The year a heading gives a sentence that names no date, where a year is asked for."""
    if question.kind is not Kind.DATE or len(passage.years) != 1 or not _YEAR_ASKED.search(question.folded):
        return None
    return None if _DATED.search(passage.spans[index].text.folded) else next(iter(passage.years))


def other_year(question: Question, passage: Passage, index: int) -> int | None:
    """The year a heading gives a sentence that names none, where others are asked for: a follow-up's year, kept from
    the question before, is one the next document may not be of."""
    if not question.years or passage.spans[index].years or len(passage.years) != 1:
        return None
    return None if passage.years & question.years else next(iter(passage.years))


def _aspect(span: Span, passage: Passage) -> Aspect | None:
    """A sentence's own; None where it only seems to tell of what was done, under a heading that tells of plans."""
    seems = span.aspect is Aspect.DONE and passage.aspect is Aspect.PLAN and not span.says_itself
    return None if seems else span.aspect


def aspect_of(span: Span, passage: Passage) -> Aspect | None:
    """A sentence's own; in Chinese, whose verbs do not tell, else that of the headings it stands under."""
    return _aspect(span, passage) or (passage.aspect if passage.language == "zh" else span.aspect)


def lack_of(question: Question, *, across: bool) -> tuple[str, float] | None:
    """The feature, and its value, by which a sentence has nothing of the kind asked for; None where that is never free
    of doubt."""
    name = "across" if across else question.kind
    if question.kind is Kind.DATE:
        return f"{name}:exact", 0.0
    measured = question.kind in (Kind.NUMERIC, Kind.COMPARISON) and question.unit not in LOOSE
    if measured and (across or not _bare(question)):
        return f"{name}:unit_missing", 1.0
    return None


def _bare(question: Question, *, across: bool = False) -> bool:
    """Whether a sentence, English or the question's `across` from it, tells what is asked for without the unit: 129
    companies, not 129家."""
    return (question.language == "en") != across and question.unit not in MEASURED


def lacks(question: Question, features: Mapping[str, float]) -> bool:
    """Whether a sentence has nothing of the kind asked for, where that leaves no doubt."""
    across = "across:words" in features
    lack = lack_of(question, across=across)
    if lack is None or (question.kind is not Kind.DATE and _bare(question, across=across)):
        return False
    return features.get(lack[0], 0.0) == lack[1]


def kind_evidence(asking: Asking, text: Matchable, held: Looked, *, across: bool = False) -> Mapping[str, float]:
    """What a sentence that answers this kind of question has: figures for "how many", a date for "when". `held` looks
    up the question's terms that stand in it."""
    question, folded = asking.question, text.folded
    match question.kind:
        case Kind.NUMERIC | Kind.COMPARISON:
            return _figures(asking, text, held, across=across)
        case Kind.DATE:
            found = [(start, end) for start, end in dates(question, folded) if folded[start:end] not in question.folded]
            exactly = _exactness(question.folded)
            fine = any(form.search(folded) for form in exactly) if exactly else bool(dates(question, folded))
            return {
                "date": float(bool(found)),
                "exact": float(fine),
                "beside": _beside(folded, held(), found) if found else 0.0,
            }
        case Kind.DEFINITION | Kind.LIST:
            return {
                **_wording(question.kind, folded),
                "told_of": float(_told_of(asking.head, folded)),
                "sort": 0.0 if across else one_of_the_sort(question.folded, folded),
            }
        case Kind.ENTITY | Kind.PLACE | Kind.OTHER:
            sort = 0.0 if across else one_of_the_sort(question.folded, folded)
            return {**_wording(question.kind, folded), "sort": sort}
        case kind:
            return _wording(kind, folded)


def _figures(asking: Asking, text: Matchable, held: Looked, *, across: bool) -> Mapping[str, float]:
    folded, unit = text.folded, asking.question.unit
    counts = "how many " in asking.question.folded and unit != "%"
    fresh = [
        (q.start, q.end)
        for q in text.figures
        if folded[q.start : q.end] not in asking.question.folded
        and not (counts and q.unit == "%")
        and not (across and q.value in _values(asking.question.folded))
    ]
    fitting = [(start, end) for start, end in fresh if unit and in_unit(unit, folded, start, end)]
    chinese = (asking.question.language == "zh") is not across
    spelled = _spelled(asking.question, folded) if chinese and not fitting else ()
    beside = head_beside = 0.0
    if fresh or spelled:
        places, terms = fitting or spelled or fresh, held()
        coverage = asking.asked.head_group_coverage if across else asking.asked.head_coverage
        beside = _beside(folded, terms, places)
        head_beside = max(coverage(_around(folded, terms, *place)) for place in places)
    return {
        "figure": float(bool(fresh or spelled)),
        "unit": float(bool(fitting or spelled)),
        "unit_missing": float(bool(unit) and not (fitting or spelled) and (across or not _bare(asking.question))),
        "beside": beside,
        "head_beside": head_beside,
    }


def _spelled(question: Question, folded: str) -> Sequence[tuple[int, int]]:
    """Where a sentence tells so many in Chinese words of what is asked for, and the question does not itself."""
    if not question.unit:
        return ()
    return [
        (start, end)
        for start, end in spelled_in_unit(question.unit, folded)
        if folded[start : end + 1] not in question.folded
    ]


@lru_cache(maxsize=256)
def _values(folded: str) -> frozenset[Decimal]:
    """What a question names itself, however it is written in the other language."""
    return frozenset(quantity.value for quantity in quantities(folded))


@lru_cache(maxsize=KEPT)
def _dates(folded: str) -> Sequence[tuple[int, int]]:
    return [match.span() for match in DATE.finditer(folded)]


def dates(question: Question, folded: str) -> Sequence[tuple[int, int]]:
    """Where a text tells when, and not how long, unless that is asked; or how often, where that is."""
    if _HOW_OFTEN.search(question.folded):
        return [match.span() for match in _OFTEN.finditer(folded)]
    found = _dates(folded)
    if _HOW_LONG.search(question.folded):
        return found
    return [(start, end) for start, end in found if not _STRETCH.fullmatch(folded[start:end])]


@lru_cache(maxsize=KEPT)
def _wording(kind: Kind, folded: str) -> Mapping[str, float]:
    """What of a sentence is the same whatever is asked of this kind."""
    match kind:
        case Kind.PLACE:
            return {"place": float(bool(_PLACE.search(folded)))}
        case Kind.PERSON:
            return {"person": float(bool(_PERSON.search(folded)))}
        case Kind.DEFINITION:
            return {"means": float(bool(_MEANS.search(folded)))}
        case Kind.REASON:
            return {"reason": float(bool(_REASON.search(folded)))}
        case Kind.MANNER:
            return {"manner": min(len(_MANNER.findall(folded)), 3) / 3}
        case Kind.LIST:
            return {"each": min(len(_EACH.findall(folded)), 5) / 5}
        case Kind.YES_NO:
            return {"negation": float(bool(_NEGATION.search(folded)))}
        case _:
            return {"name": float(bool(_NAME.search(folded)))}


_IS = re.compile('[”"’)]*(?:即|就?是|指|为|:|包括|包含|意为|分为|由)')


def _told_of(name: str, folded: str) -> bool:
    """Whether a sentence says what the thing that is asked about is: “四库”即师资库、课程库…"""
    return literal.stands(name, folded, behind=_IS)


@lru_cache(maxsize=256)
def _exactness(asked: str) -> Sequence[re.Pattern[str]]:
    """What a date must have to be as exact as asked: a day, a month, or a year; nothing where any will do."""
    return next((forms for question, forms in _EXACT if question.search(asked)), ())


def _around(folded: str, held: Terms, start: int, end: int) -> Terms:
    """The terms that stand within some 20 characters of a place."""
    window = folded[max(start - 24, 0) : end + 14]
    return frozenset(term for term in held if term in window)


def _beside(folded: str, held: Terms, spans: Sequence[tuple[int, int]]) -> float:
    """How much of what was matched stands within 20 characters of such a place, best place, 0 to 1."""
    if not held or not spans:
        return 0.0
    places = [folded.find(term) for term in held]
    places = [p for p in places if p >= 0]
    if not places:
        return 0.0
    return max(sum(start - 22 <= p <= end + 10 for p in places) for start, end in spans) / len(held)


def _year(asked: frozenset[int], span: Span, passage: Passage) -> float:
    """As ranking.year_agreement, the sentence's own years first; a document speaks of the years beside its own too."""
    if not asked:
        return 0.0
    if span.years & asked:
        return 1.0
    if span.years:
        return 0.3 if passage.years & asked else -1.0
    if passage.years:
        return 1.0 if passage.years & asked else -1.0
    if passage.title_years:
        if passage.title_years & asked:
            return 0.5
        return -0.5 if any(abs(year - own) <= 1 for year in asked for own in passage.title_years) else -1.0
    return 0.0

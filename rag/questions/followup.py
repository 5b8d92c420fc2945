"""A follow-up made whole from the turns before it, without a language model.

What it leaves out is carried over: the subject, the period, the thing measured. What it does say replaces what stood in
its place: "那虹口呢?" keeps the question before and puts 虹口 for 杨浦. A question that says all of it is left alone.
Where its words may be all it needs or may lean on the topic before, both readings are given, and what the documents say
decides (`rag.answers.readings`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.folding import fold
from rag.questions import periods
from rag.questions.pointing import (
    at_the_thing,
    elliptic,
    generic,
    in_place_of_pronouns,
    narrowing,
    of_a_subject,
    of_one,
    of_the_topic,
    of_two,
    that_place,
    the_others,
    without_pointer,
    without_which,
)
from rag.questions.question import Kind, Question, bare, understand
from rag.questions.said import PLACE_EN, Said, broader, corrected, tidy, without_ends
from rag.questions.subjects import Catalog
from rag.questions.swapping import narrowed, once_one, swapped, swapped_head, swapped_ordinal, switched
from rag.text.facts import values

Turn = tuple[str, str]

_TURNS = 6
"""Latest turns that are looked at."""
_ENOUGH_ZH, _ENOUGH_EN = 9, 2
"""Characters or words of its own from which a question needs no topic from the one before, only subject and period."""
_WHOLE_ZH, _WHOLE_EN = 18, 8
"""Those from which it is whole, though it names no subject."""
_NAMES = 3
"""Characters or words from which what a short one says may be all it is about."""

_WHICH_SUBJECT = re.compile(
    r"(?:哪一?|[各两三四五六七八九十几\d])个?[省市区县镇]|\b(?:which|what) (?:city|district|town|county|province)\b|"
    r"\b(?:two|three|four|five|all|each)(?: of)?(?: the)? (?:cities|districts?|towns|counties|provinces)\b"
)
_DEFINING = re.compile(r"^什么[是叫]|是什么意思|指的?是什么|^what does .+ mean|^define ")
_OF_ANOTHER = re.compile(r"^[一-龥]{2,8}的(?![一-龥]*(?:[数量额率幅速]|目标|情况|比例|金额|面积|规模))[一-龥]{2,8}$")
"""Something of a thing that it names itself: the population of Paris."""
_COUNTED_EN = re.compile(
    r"\bhow (?:many|much) (?!for|of|in|on|at|were|was|are|is|did|do|does|has|have|had|more)[a-z]{3,}"
)
_ASKED = re.compile(
    r"(?:位于|坐落于|坐落在|设在|在)?(?:什么地方|哪里|哪儿|何处)|(?:一共|总共|分别)?(?:[是有为在叫](?=多少|几|哪|什么|怎|谁|如何))?(?:多少|几(?=[个家户套人名位条项张件次台所座处种部场])|百分之几|哪[一些里儿个家]?|什么|怎么样?|如何|谁)"
    r"(?:平方米|公里|公顷|万?亿?元|人次|人(?![才口大民])|[个家户套名位条项张件次台所座处种场吨部](?=$|[^一-龥]|[一-龥]{2}))?|[呢吗吧]|[?？。]"
)
_ASKS_EN = re.compile(
    r"\b(?:what|which|who|whose|where|when|why|how|is|are|was|were|did|does|do|has|have|will|can)\b(?! about)"
)
_EXISTS = re.compile(r"\b(?:is|are|was|were|be|been) there$")


@dataclass(frozen=True, slots=True)
class _Turn:
    """A question made whole, and the topic that a question after it may lean on: its own, or that of the turn before
    which it leans on itself."""

    whole: Question
    topic: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text that says all of a question, another that may be meant, "" for none, and as `_Turn` the topic."""

    text: str
    topic: str
    otherwise: str = ""


def resolve(question: str, history: Sequence[Turn], catalog: Catalog) -> Question:
    """The question as it stands when it is whole, else completed from the turns before."""
    before: _Turn | None = None
    heard = ""
    for asked, answered in history[-_TURNS:]:
        turn = _completed(asked, before, heard, catalog)
        before = turn if Said.of(turn.whole.text, catalog).size else before
        heard = Said.of(answered, catalog).subject or heard
    whole = _completed(question, before, heard, catalog).whole
    told = values(history[-1][1]) if history else frozenset()
    otherwise = replace(whole.otherwise, told=told) if whole.otherwise else None
    return replace(whole, told=told, otherwise=otherwise) if whole.completed or otherwise else whole


def of_the_same(question: str, before: str, catalog: Catalog) -> Question:
    """A question that names what it asks for, of the subject and the period of the whole question before it."""
    said, earlier = Said.of(question, catalog), Said.of(before, catalog)
    text = question if said.named else _with_subject(said, swapped(earlier, said, ""), catalog)
    return understand(_asking(tidy(text), question), asked=question)


def _completed(question: str, before: _Turn | None, heard: str, catalog: Catalog) -> _Turn:
    """Understood once it is whole, with the other reading it has."""
    if before is None:
        return _Turn(understand(question), question)
    reading = _complete(corrected(question), before, heard, catalog)
    whole = _understood(reading.text, question, before.whole, catalog)
    if reading.otherwise and reading.otherwise != reading.text:
        whole = replace(whole, otherwise=_understood(reading.otherwise, question, before.whole, catalog))
    return _Turn(whole, reading.topic)


def _understood(text: str, question: str, before: Question, catalog: Catalog) -> Question:
    """The kind of answer stays what was asked for before unless it asks for another."""
    whole = understand(text, asked=question)
    if text == question:
        return whole
    own = understand(Said.of(question, catalog).own or "?")
    given = before if own.kind is Kind.OTHER else own
    if given.kind is Kind.COMPARISON and whole.kind is Kind.NUMERIC:
        return whole
    unit = given.unit if given is own or given.kind is whole.kind else whole.unit
    return replace(whole, kind=given.kind, unit=own.unit or unit)


def _complete(question: str, before: _Turn, heard: str, catalog: Catalog) -> _Reading:
    """The question with what it leaves out put in from the turn before, or from the subject heard since."""
    said, earlier = Said.of(question, catalog), Said.of(before.whole.text, catalog)
    if _is_whole(said):
        leans = not said.named and not _WHICH_SUBJECT.search(fold(question)) and not _DEFINING.search(fold(question))
        laden = _after_topic(_first_topic(before.topic), said)
        return _Reading(question, question, _finished(laden, said, heard, catalog) if leans else "")
    if said.size and broader(said.named, earlier.named):
        said = replace(said, named=(), subjects=())
    topic = Said.of(_first_topic(before.topic), catalog)
    if not said.subjects and (one := of_one(said, earlier, heard, catalog)):
        said, earlier = without_which(said, catalog), Said.of(once_one(one), catalog)
        topic = earlier
    base, topic_now = (_with_its_own(each, said, catalog) for each in (earlier, topic))
    if said.chinese and the_others(said):
        return _Reading(_of_all(before.whole, topic_now), topic_now)
    if not said.size and base == before.whole.text and understand(question).kind is Kind.OTHER:
        return _Reading(question, before.topic)
    if not said.size and base != before.whole.text:
        return _Reading(_finished(base, said, heard, catalog), topic_now)
    reading = _read(question, said, earlier, base, topic_now, catalog)
    text, otherwise = (_finished(t, said, heard, catalog) if t else "" for t in (reading.text, reading.otherwise))
    return _Reading(text, reading.topic, otherwise)


def _of_all(before: Question, topic: str) -> str:
    """The question before, which was for all of something, or one for all of what it was about."""
    if before.kind is Kind.NUMERIC and before.language == "zh":
        return f"{tidy(_ASKED.sub(' ', topic)).strip('，, ')}，有哪些?"
    return before.text


def _with_its_own(earlier: Said, said: Said, catalog: Catalog) -> str:
    """A question before with the subject and the year of this one."""
    told = _year_told(said, earlier)
    if not told and not said.years and not earlier.years and (spoken := periods.told(said.text, periods.SAID)):
        earlier = replace(earlier, years=periods.told(earlier.text, periods.SAID))
        told = said.text[slice(*spoken[0])]
    base = swapped(earlier.of_another(catalog) if said.subjects else earlier, said, told)
    return once_one(base) if of_two(earlier) and not of_two(Said.of(base, catalog)) else base


def _read(question: str, said: Said, earlier: Said, base: str, topic: str, catalog: Catalog) -> _Reading:
    """As `_complete`, of a question that says something, before what was heard is put in and the mark at the end."""
    if ordinal := swapped_ordinal(base, said.own):
        return _Reading(ordinal, ordinal)
    if other := switched(base, said.own):
        return _Reading(other, other)
    if said.subjects and said.size >= _enough(said):
        text = without_ends(question) + ("" if said.years else _year_told(said, earlier))
        return _Reading(text, text)
    laden, plain = _after_topic(base if of_the_topic(said) else topic, said), _with_subject(said, base, catalog)
    if base == _first_topic(base) and (part := narrowed(topic, narrowing(said), catalog)):
        return _Reading(part, topic)
    if instead := swapped_head(topic, said, catalog):
        return _Reading(instead, topic, laden)
    if not _needs_topic(said):
        return _Reading(plain, topic if elliptic(said) else plain, "" if that_place(said) else laden)
    stands = (
        said.size >= _NAMES
        and not generic(said)
        and (not of_the_topic(said) or of_a_subject(said) or said.size >= _enough(said))
    )
    return _Reading(laden, topic, plain if (stands and not said.subjects) or at_the_thing(said) else "")


def _finished(text: str, said: Said, heard: str, catalog: Catalog) -> str:
    """About the subject heard since, where it names none; with a question mark at its end."""
    if heard and not catalog.named_in(fold(text)) and not _WHICH_SUBJECT.search(fold(text)):
        text = f"{heard}{text}" if said.chinese else f"{without_ends(text)} ({heard})"
    return _asking(tidy(text), said.text)


def _asking(text: str, question: str) -> str:
    """With a question mark at its end, of the width that the question's has."""
    return text if text[-1:] in "?？)" else f"{text}{'？' if '？' in question else '?'}"


def _is_whole(said: Said) -> bool:
    if elliptic(said) or not said.size:
        return False
    if _DEFINING.search(fold(said.text)):
        return True
    if said.named or (PLACE_EN.search(said.text) and said.size >= _ENOUGH_EN):
        return not generic(said)
    if _WHICH_SUBJECT.search(fold(said.text)):
        return said.size >= _enough(said)
    return said.size >= (_WHOLE_ZH if said.chinese else _WHOLE_EN)


def _enough(said: Said) -> int:
    return _ENOUGH_ZH if said.chinese else _ENOUGH_EN


def _needs_topic(said: Said) -> bool:
    folded = fold(said.text)
    if that_place(said):
        return False
    if of_the_topic(said) or at_the_thing(said) or periods.HELD_AGAINST.search(folded) or said.subjects:
        return True
    kind = understand(said.own).kind
    if _OF_ANOTHER.search(bare(fold(said.own))) and kind is not Kind.OTHER:
        return False
    if not said.chinese and not _ASKS_EN.search(folded):
        return True
    return said.size < _enough(said) and not _COUNTED_EN.search(folded)


def _year_told(said: Said, earlier: Said) -> str:
    """The year that "the year before", "the next year" come to."""
    planned = periods.plans(earlier.text)
    return periods.year_told(said.text, earlier.year, alone=not said.size, planned=planned, chinese=earlier.chinese)


def _after_topic(topic: str, said: Said) -> str:
    """The topic of a question before, then what is asked of it now."""
    own = said.own
    if said.chinese:
        own = without_pointer(own).strip("，, ")
        return f"{_without_overlap(tidy(_ASKED.sub(' ', topic)).strip('，, '), own)}，{own}"
    return f"{own[:1].upper()}{own[1:]}? ({topic.strip()})"


def _first_topic(base: str) -> str:
    """Without what a follow-up before this one asked of it, which this one stands beside."""
    inner = re.search(r"\((.+)\)$", base)
    return inner[1] if inner else base.rpartition("，")[0] or base


def _without_overlap(topic: str, own: str) -> str:
    """The topic without words at its end that the question begins with again."""
    doubled = next((n for n in range(min(len(topic), len(own)), 1, -1) if topic.endswith(own[:n])), 0)
    return topic[: len(topic) - doubled].rstrip("，, ") or topic


def _with_subject(said: Said, base: str, catalog: Catalog) -> str:
    """What is asked now, of the subject and the period of the question before."""
    now = Said.of(base, catalog)
    own, subject, year = said.own, now.subject, now.year
    if said.chinese:
        start = f"{subject}{year}" + ("年" if year and "年" not in year else "")
        return that_place(said, of=start) or start + without_pointer(own)
    own = own if _EXISTS.search(fold(own)) else own.removesuffix(" there")
    if subject and (told := in_place_of_pronouns(own, subject)) != own:
        own, subject = told, ""
    of = f" in {subject}" if subject else ""
    when = f" in {year.rstrip('年')}" if year else ""
    return f"{own[:1].upper()}{own[1:]}{of}{when}?"

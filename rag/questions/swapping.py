"""The question before with something of a follow-up in its place: subject and year, an ordinal, the thing counted."""

import re

from embeddings.folding import fold, fold_with_offsets
from rag.questions.pointing import generic, of_the_topic
from rag.questions.question import Kind, understand
from rag.questions.said import Said, mention, without_ends
from rag.questions.subjects import Catalog
from rag.text.measure import head_of

_ORDINAL = re.compile(r"^第?[\d一二三四五六七八九十/、.]+(?P<of>[一-龥]{0,3})$")
_OUTCOME = re.compile(
    "(?:实际|最后|最终|结果)(?:上|的?(?:完成)?情况|完成|结果)?了?|完成了?|(?:实际)?完成(?:多少|了多少)?"
)
_PLANNED = re.compile("(?:原来?的?|年初的?|当初的?)?(?:计划|目标|安排)(?:数|值|是|的)?(?:多少)?")
_PLAN = re.compile("(?:原定)?(?:计划|打算|准备|预计|预期)(?:要)?|目标(?:是|为)|安排(?=[完建做新竣])")
_DONE = re.compile("实际(?:上)?|最终|最后")
_ASKED_LAST = re.compile(r"(?:一共|总共|分别)?[是有为]?(?:多少|几|什么|怎么样?|如何)?[呢吗吧?？。]*$")
_WHICH = re.compile(r"(?:哪一?[个家]?(?:[区市省县镇]|街道|公司)?|谁)(?:的)?")
_MORE = re.compile(r"(?:更|最)?[多少高低大小快慢](?:一?[些点])?(?=[?？。]*$)")
_PREPOSITION = "in|on|at|for|by|from|among|with|of|during|under|since|until|as|per|to"
_COUNTABLE = re.compile(
    rf"(?!(?:{_PREPOSITION})\b)(?:[\w'-]+ ){{0,4}}?(?:\w+(?<!s)s|people|children)(?= (?:{_PREPOSITION}|who|that)\b|$)"
)
"""Several of something: "smaller dining rooms", "beds for people with dementia"."""
_HOW_MANY = re.compile(r"\bhow many\b")


def swapped(earlier: Said, said: Said, told: str) -> str:
    """With the subject and the years of this one, or the year that it told by another, in place of its own."""
    text = earlier.text
    year = said.year or told
    edits = [(span, "" if i else said.subject) for i, span in enumerate(earlier.subjects) if said.subjects]
    edits += [(span, "" if i else _alike(year, text[slice(*span)])) for i, span in enumerate(earlier.years) if year]
    for (start, end), new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    if said.subjects and not earlier.subjects:
        text = f"{said.subject}{text}" if earlier.chinese else f"{without_ends(text)} ({said.subject})"
    if year and not earlier.years:
        text = _with_year(text, year, said.subject or earlier.subject, chinese=earlier.chinese)
    return text


def _alike(year: str, old: str) -> str:
    """ "2021" written as the old one was: 2021年 for 2020年."""
    return year + "年" if "年" in old and "年" not in year else year


def _with_year(text: str, year: str, subject: str, *, chinese: bool) -> str:
    if not chinese:
        return f"{without_ends(text)} {'in ' if year[0].isdigit() else ''}{year.rstrip('年')}?"
    at = text.find(subject) + len(subject) if subject else 0
    return f"{text[:at]}{year}{text[at:]}"


def once_one(text: str) -> str:
    """A Chinese question that held several subjects against each other, once it is about one: it asks how much."""
    if not _WHICH.search(text):
        return text
    return _MORE.sub("多少", _WHICH.sub("", text))


def swapped_ordinal(base: str, own: str) -> str:
    """ "二期" for the "一期" of the question before; "" when it has nothing of the kind."""
    for name in (own, _ASKED_LAST.sub("", own).removesuffix("的")):
        match = _ORDINAL.match(name)
        if match is None:
            continue
        of = re.escape(match["of"]) or "(?=[是指为])"
        like = re.compile(rf"(?<![\d+])第?[\d一二三四五六七八九十/、.]+{of}")
        if like.search(base):
            return like.sub(name, base, count=1)
    return ""


def switched(base: str, own: str) -> str:
    """A Chinese question for a plan as one for its outcome, where a follow-up but says 实际, or the other way round; ""
    where it says something else, or the question before is not for the other."""
    for says, other, instead in ((_OUTCOME, _PLAN, "实际"), (_PLANNED, _DONE, "计划")):
        if says.fullmatch(own.strip("的呢?？ ")) and other.search(base) and instead not in base:
            return other.sub("", other.sub(instead, base, count=1)).replace(f"{instead}{instead}", instead)
    return ""


def narrowed(base: str, to: str, catalog: Catalog) -> str:
    """With what is counted narrowed `to` some of it: "多少张专门给失智老人的养老床位"; "" where that is not found, or
    something else has been asked of it since."""
    place = _place_of_head(base, catalog) if to and "，" not in base else None
    return f"{base[: place[0]]}{to}的{base[place[0] :]}" if place else ""


def swapped_head(base: str, said: Said, catalog: Catalog) -> str:
    """With what an English "And canteens?" names counted in place of what was; "" where that is nothing to count."""
    own = said.own.removeprefix("the ")
    if said.chinese or said.subjects or of_the_topic(said) or generic(said) or not _HOW_MANY.search(fold(base)):
        return ""
    if understand(own).kind is not Kind.OTHER or not _COUNTABLE.match(fold(own)) or base.endswith(")"):
        return ""
    place = _place_of_head(base, catalog)
    own = own[:1].lower() + own[1:] if own[1:2].islower() else own
    return f"{base[: place[0]]}{own}{base[place[1] :]}" if place else ""


def _place_of_head(base: str, catalog: Catalog) -> tuple[int, int] | None:
    """Where the words that name what is asked for stand."""
    folded = fold_with_offsets(base)
    said = Said.of(base, catalog)
    names = mention(said.named, catalog) if said.named else None
    head = head_of(folded.text, "zh" if said.chinese else "en", names)
    start = folded.text.find(head) if head else -1
    return (folded.offsets[start], folded.offsets[start + len(head)]) if start >= 0 else None

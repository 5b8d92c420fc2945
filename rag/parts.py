"""A question that asks about several subjects or periods, taken apart into questions that each ask about one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.facts import years
from rag.question import Aspect, Kind, Question, understand
from rag.subjects import Catalog, Subject

_JOINERS = re.compile(r"[和与跟、及]|以及|还有|\band\b|\bversus\b|\bvs\b|相比|比(?!例|重|率|赛)|分别")
_ALL = re.compile(
    r"各[个]?(区|市|省|县|镇|街道|公司|部门)|[两三四五六七八九十\d]+个?(区|市|省|县|镇|街道|公司|部门)|哪个?(区|市|省|县|镇|公司)"
)
_PLANNED = re.compile(r"目标|计划|原定|预期|打算|安排|\bplanned\b|\btargets?\b")
_ACTUAL = re.compile(r"实际|最后|完成|达到|结果|办成|收了|\bactual|\bachieved|\breached|\bin the end")
_MOST = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked: the question for it, and what tells it from its siblings ("" when there is but one)."""

    question: Question
    label: str
    documents: frozenset[str] | None = None


def parts(question: Question, catalog: Catalog) -> Sequence[Part]:
    """One part for a plain question; several when it names several subjects, years, or both plan and outcome."""
    subjects = _apart(catalog.named_in(question.folded)) or _of_kind(question, catalog)
    asked_years = (
        sorted(question.years, key=lambda year: question.folded.find(str(year))) if len(question.years) > 1 else []
    )
    if len(subjects) > 1:
        paired = _pair(question, subjects, asked_years)
        return [
            Part(_only(question, subject, subjects, year, asked_years), _label(subject, year), subject.documents)
            for subject, year in paired[:_MOST]
        ]
    if len(asked_years) > 1:
        return [Part(_only(question, None, (), year, asked_years), str(year)) for year in asked_years[:_MOST]]
    if _PLANNED.search(question.folded) and _ACTUAL.search(question.folded):
        plan, done = (replace(question, aspect=aspect) for aspect in (Aspect.PLAN, Aspect.DONE))
        return [Part(plan, "plan"), Part(done, "done")]
    return [Part(question, "")]


def _apart(subjects: Sequence[Subject]) -> list[Subject]:
    """Those that share no document with one before: 上海 of the same report as 虹口 is no second subject."""
    kept: list[Subject] = []
    for subject in sorted(subjects, key=lambda s: len(s.documents)):
        if not any(subject.documents & other.documents for other in kept):
            kept.append(subject)
    return sorted(kept, key=subjects.index)


def _of_kind(question: Question, catalog: Catalog) -> list[Subject]:
    """Every subject of a kind when the question compares all of it: "三个区", "哪个区…最高"."""
    match = _ALL.search(question.folded)
    if match is None or question.kind is not Kind.COMPARISON:
        return []
    suffix = next(group for group in match.groups() if group)
    return _apart(sorted({s for s in catalog.forms.values() if s.suffix == suffix}, key=lambda s: s.name))


def _pair(question: Question, subjects: Sequence[Subject], asked: Sequence[int]) -> list[tuple[Subject, int | None]]:
    """Each subject with its year: in turn when there are as many of both ("虹口2023年和黄浦2024年"), else every one."""
    if len(asked) == len(subjects):
        return list(zip(subjects, asked, strict=True))
    if not asked:
        return [(subject, None) for subject in subjects]
    return [(subject, year) for subject in subjects for year in asked]


def _only(
    question: Question, subject: Subject | None, subjects: Sequence[Subject], year: int | None, asked: Sequence[int]
) -> Question:
    """The question with the other subjects and years struck out."""
    text = question.folded
    for other in subjects:
        if other is not subject:
            text = re.sub(rf"{re.escape(other.name)}{other.suffix}?", " ", text)
    for other_year in asked:
        if other_year != year:
            text = re.sub(rf"{other_year}年?", " ", text)
    if subject is not None and subject.name not in text:
        text = f"{subject.name}{subject.suffix} {text}"
    part = understand(_JOINERS.sub(" ", text))
    return replace(part, asked=question.asked, kind=question.kind, unit=question.unit, language=question.language)


def _label(subject: Subject, year: int | None) -> str:
    return f"{subject.name}{subject.suffix}" + (f" {year}" if year else "")


__all__ = ["Part", "parts", "years"]

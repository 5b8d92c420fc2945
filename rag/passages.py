"""Paragraphs made ready to be matched: their sentences, what stands over them, which years they speak of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embeddings.folding import fold
from rag.facts import years
from rag.matching import Matchable
from rag.question import Aspect, language_of
from rag.sentences import sentences
from rag.spotting import Units, units_of
from rag.types import Document, DocumentHead, Paragraph

_PLAN_HEADING = re.compile(
    r"计划|安排|思路|目标|打算|下一步|任务|展望|规划|重点工作|主要工作|举措|\bplan|\bpriorit|\boutlook|\bgoal|\btarget"
)
_DONE_HEADING = re.compile(r"回顾|总结|情况|成效|成绩|完成|\breview|\bachievement|\bresults?\b")
_PLAN_SENTENCE = re.compile(
    r"将|力争|确保|计划|拟|预期|目标|争取|力求|年内|到20\d\d年底?|\bwill\b|\bplan|\baim|\btarget|\bto be\b"
)
_DONE_SENTENCE = re.compile(
    r"完成|实现|达到?|累计|共有?|同比|获评?|建成|新增|\bwas\b|\bwere\b|\brose\b|\bgrew\b|\bcompleted\b|\breached\b"
)

_COMPARED = re.compile(r"[较比](?:20|19)\d\d年(?!度?以?来)|\b(?:than|compared (?:with|to)) (?:in )?(?:20|19)\d\d\b")
"""A year that a figure is held against: the sentence tells of another."""


@dataclass(frozen=True)
class Span:
    """A sentence of a paragraph; offsets count in the paragraph's text."""

    start: int
    end: int
    text: Matchable

    @cached_property
    def years(self) -> frozenset[int]:
        """Those it tells of."""
        folded = self.text.folded
        return frozenset(years(_COMPARED.sub(" ", folded)) or years(folded))

    @cached_property
    def aspect(self) -> Aspect | None:
        return _aspect(self.text.folded, _PLAN_SENTENCE, _DONE_SENTENCE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph and what is known of it. `years` are those the innermost heading that names any gives. `units` are
    those of its text and of each sentence, `lengths` how many each has (`rag.spotting`)."""

    paragraph: Paragraph
    title: Matchable
    section: Matchable
    text: Matchable
    years: frozenset[int]
    title_years: frozenset[int]
    aspect: Aspect | None
    language: str
    spans: Sequence[Span]
    units: Units
    lengths: Sequence[int]

    def sentence(self, index: int) -> str:
        """As it is written."""
        span = self.spans[index]
        return self.paragraph.text[span.start : span.end]

    @classmethod
    def from_paragraph(cls, paragraph: Paragraph, document: Document | DocumentHead) -> "Passage":
        levels = [fold(level) for level in paragraph.section]
        title = fold(document.title)
        spans = [
            Span(start, end, Matchable(fold(paragraph.text[start:end]))) for start, end in sentences(paragraph.text)
        ]
        text = fold(paragraph.text)
        units = [units_of(text), *(units_of(span.text.folded) for span in spans)]
        return cls(
            paragraph,
            Matchable(title),
            Matchable(" ".join(levels)),
            Matchable(text),
            next((frozenset(found) for level in reversed(levels) if (found := years(level))), frozenset()),
            frozenset(years(title))
            | frozenset({int(document.date[:4])} if document.date and document.date[:4].isdigit() else ()),
            next(
                (a for level in [*reversed(levels), title] if (a := _aspect(level, _PLAN_HEADING, _DONE_HEADING))), None
            ),
            language_of(text),
            spans,
            np.concatenate(units),
            tuple(map(len, units)),
        )


def _aspect(folded: str, plan: re.Pattern[str], done: re.Pattern[str]) -> Aspect | None:
    planned, was = bool(plan.search(folded)), bool(done.search(folded))
    if planned == was:
        return None
    return Aspect.PLAN if planned else Aspect.DONE

"""Paragraphs made ready to be matched: their sentences, what stands over them, which years they speak of."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from embeddings.folding import fold, fold_pieces
from rag.questions.question import Aspect, language_of
from rag.text.facts import years
from rag.text.matching import Matchable
from rag.text.sentences import sentences
from rag.text.spotting import Units, units_of
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

_TOLD = re.compile(
    r"同比|累计|[^未]已[经完建实达有被]|[较比]上年|获评?|了(?=[一-龥\d“])|\b(?:was|were|rose|grew|had)\b"
)
_INTENDED = re.compile(r"力争|争取|力求|拟|建议|将(?![近军领])|预计|预期|到20\d\d年底?|\bwill\b|\bto be\b")
"""What leaves no doubt: 完成, 建成 and the like stand in plans as well as in reports."""

_TITLE = re.compile("《[^》]*》")
"""Of another paper, whose year is its own."""

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
        if "19" not in folded and "20" not in folded:
            return frozenset()
        return frozenset(years(_COMPARED.sub(" ", _TITLE.sub(" ", folded))) or years(folded))

    @cached_property
    def aspect(self) -> Aspect | None:
        folded = self.text.folded
        return _aspect(folded, _INTENDED, _TOLD) or _aspect(folded, _PLAN_SENTENCE, _DONE_SENTENCE)

    @cached_property
    def heads(self) -> bool:
        """Whether it is a heading run into its paragraph: short, and without an end."""
        return self.end - self.start < 30 and self.text.folded.rstrip()[-1:] not in '。!?;:；：！？.”"）)'

    @cached_property
    def says_itself(self) -> bool:
        """Whether it leaves no doubt of its aspect, whatever it stands under."""
        return _aspect(self.text.folded, _INTENDED, _TOLD) is not None


@dataclass(frozen=True)
class Passage:
    """A paragraph and what is known of it; what few questions ask for is found out when it is asked for.

    `levels` are the headings above, outermost first, folded; `dated` the year of the document's date.
    """

    paragraph: Paragraph
    title: Matchable
    levels: Sequence[str]
    text: Matchable
    dated: frozenset[int]
    sentences: Sequence[tuple[int, int, str]]
    """Where each begins and ends in the paragraph's text, and its folded form."""

    @classmethod
    def from_paragraph(cls, paragraph: Paragraph, document: Document | DocumentHead) -> "Passage":
        bounds = list(sentences(paragraph.text))
        cuts = [0, *chain.from_iterable(bounds), len(paragraph.text)]
        # A figure never goes on from one sentence into the next: folded by themselves they make up the whole.
        pieces = fold_pieces([paragraph.text[start:end] for start, end in pairwise(cuts)])
        return cls(
            paragraph,
            Matchable(fold(document.title)),
            tuple(map(fold, paragraph.section)),
            Matchable("".join(pieces)),
            frozenset({int(document.date[:4])} if document.date and document.date[:4].isdigit() else ()),
            [(*bound, piece) for bound, piece in zip(bounds, pieces[1::2], strict=True)],
        )

    @cached_property
    def spans(self) -> Sequence[Span]:
        """Its sentences."""
        return [Span(start, end, Matchable(folded)) for start, end, folded in self.sentences]

    def sentence(self, index: int) -> str:
        """As it is written."""
        start, end, _ = self.sentences[index]
        return self.paragraph.text[start:end]

    @cached_property
    def told(self) -> Sequence[Matchable]:
        """What each sentence says: a heading says what it is of as well."""
        following = [*self.spans[1:], None]
        return [
            Matchable(f"{span.text.folded} {after.text.folded}") if after is not None and span.heads else span.text
            for span, after in zip(self.spans, following, strict=True)
        ]

    @cached_property
    def shape(self) -> NDArray[np.float64]:
        """Of its sentences, a column each: whether it is the first, its length, 1 for some 150 characters, whether it
        is shorter than any that says much, and whether it heads what follows."""
        lengths = [span.end - span.start for span in self.spans]
        rows = (
            [index == 0 for index in range(len(lengths))],
            [math.log1p(length) / 5 for length in lengths],
            [length < 12 for length in lengths],
            [span.heads for span in self.spans],
        )
        return np.array(rows, np.float64)

    @cached_property
    def section(self) -> Matchable:
        return Matchable(" ".join(self.levels))

    @cached_property
    def language(self) -> str:
        return language_of(self.text.folded)

    @cached_property
    def years(self) -> frozenset[int]:
        """Those the innermost heading that names any gives."""
        return next((frozenset(found) for level in reversed(self.levels) if (found := years(level))), frozenset())

    @cached_property
    def told_years(self) -> frozenset[int]:
        """Those its sentences tell of."""
        folded = self.text.folded
        if "19" not in folded and "20" not in folded:
            return frozenset()
        return frozenset[int]().union(*(span.years for span in self.spans))

    @cached_property
    def title_years(self) -> frozenset[int]:
        """Those of the title; that of the document's date where the title names none."""
        return frozenset(years(self.title.folded)) or self.dated

    @cached_property
    def aspect(self) -> Aspect | None:
        """Of the innermost heading that tells one, else of the title."""
        above = [*reversed(self.levels), self.title.folded]
        return next((a for level in above if (a := _aspect(level, _PLAN_HEADING, _DONE_HEADING))), None)

    @cached_property
    def units(self) -> tuple[Units, Sequence[int]]:
        """Its text and each sentence of it as `rag.text.spotting` looks into them, and how many units each has."""
        return units_of([self.text.folded, *(folded for _, _, folded in self.sentences)])


def _aspect(folded: str, plan: re.Pattern[str], done: re.Pattern[str]) -> Aspect | None:
    planned, was = bool(plan.search(folded)), bool(done.search(folded))
    if planned == was:
        return None
    return Aspect.PLAN if planned else Aspect.DONE

"""Paragraphs ready to be matched: their sentences, what stands over them, which years they speak of."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.terms import words
from rag.index.headings import Heading, aspect_of, heading_of
from rag.index.imprint import Imprint
from rag.questions.question import Aspect
from rag.text.facts import years_told
from rag.text.matching import Matchable
from rag.text.sentences import sentences
from rag.types import Document, DocumentHead, Paragraph

_PLAN_SENTENCE = re.compile(
    r"将|力争|确保|计划|拟|预期|目标|争取|力求|年内|到20\d\d年底?|\bwill\b|\bplan|\baim|\btarget|\bto be\b"
)
_DONE_SENTENCE = re.compile(
    r"完成|实现|达到?|累计|共有?|同比|获评?|建成|新增|\bwas\b|\bwere\b|\brose\b|\bgrew\b|\bcompleted\b|\breached\b"
)

_TOLD = re.compile(
    r"同比|累计|[^未]已[经完建实达有被]|[较比]上年|获评?|了(?=[一-龥\d“])|\b(?:was|were|rose|grew|had)\b"
)
_INTENDED = re.compile(
    r"力争|争取|力求|拟|建议|将(?![近军领])|预计|预期|(?<![重主需必纲概摘])要(?=完成|建成|新增|新建|实现|达到)|"
    r"到20\d\d年底?|\bwill\b|\bto be\b"
)
"""What leaves no doubt: 完成, 建成 and the like stand in plans as well as in reports."""

MOST_WORDS = 60
"""Of a sentence that are compared with a question's."""


@dataclass(frozen=True)
class Span:
    """A sentence of a paragraph; offsets count in the paragraph's text."""

    start: int
    end: int
    text: Matchable

    @cached_property
    def years(self) -> frozenset[int]:
        """Those it tells of."""
        return frozenset(years_told(self.text.folded))

    @cached_property
    def words(self) -> Sequence[str]:
        """Each once, no more than MOST_WORDS."""
        return list(dict.fromkeys(words(self.text.folded)))[:MOST_WORDS]

    @cached_property
    def aspect(self) -> Aspect | None:
        folded = self.text.folded
        return aspect_of(folded, _INTENDED, _TOLD) or aspect_of(folded, _PLAN_SENTENCE, _DONE_SENTENCE)

    @cached_property
    def heads(self) -> bool:
        """Whether it is a heading run into its paragraph: short, and without an end."""
        return self.end - self.start < 30 and self.text.folded.rstrip()[-1:] not in '。!?;:；：！？.”"）)'

    @cached_property
    def says_itself(self) -> bool:
        """Whether it leaves no doubt of its aspect, whatever it stands under."""
        return aspect_of(self.text.folded, _INTENDED, _TOLD) is not None


@dataclass(frozen=True)
class Passage:
    """A paragraph, what stands over it, and what a search sees of it; what few questions ask for is found out when it
    is asked for."""

    paragraph: Paragraph
    heading: Heading
    imprint: Imprint

    @classmethod
    def from_paragraph(cls, paragraph: Paragraph, document: Document | DocumentHead) -> "Passage":
        return cls.of(paragraph, document, Imprint.of(paragraph.text))

    @classmethod
    def of(cls, paragraph: Paragraph, document: Document | DocumentHead, imprint: Imprint) -> "Passage":
        return cls(paragraph, heading_of(document.title, paragraph.section, document.date), imprint)

    @cached_property
    def text(self) -> Matchable:
        return Matchable(self.imprint.sheet.text)

    @cached_property
    def sentences(self) -> Sequence[tuple[int, int, str]]:
        """Where each begins and ends in the paragraph's text, and its folded form."""
        bounds = sentences(self.paragraph.text)
        return [(*bound, folded) for bound, folded in zip(bounds, self.imprint.sheet.sentences, strict=True)]

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

    @property
    def title(self) -> Matchable:
        return self.heading.title

    @property
    def section(self) -> Matchable:
        return self.heading.section

    @property
    def language(self) -> str:
        return self.imprint.language

    @property
    def years(self) -> frozenset[int]:
        """Those the innermost heading that names any gives."""
        return self.heading.years

    @property
    def told_years(self) -> frozenset[int]:
        """Those its sentences tell of."""
        return self.imprint.years

    @property
    def title_years(self) -> frozenset[int]:
        """Those of the title; that of the document's date where the title names none."""
        return self.heading.title_years

    @property
    def aspect(self) -> Aspect | None:
        """Of the innermost heading that tells one, else of the title."""
        return self.heading.aspect

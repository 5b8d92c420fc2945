"""A sentence of a model held to the passages: which span says what it says, or none does.

`rag.answers.evidence.verify` checks what is exact: figures, units, years, names. A model's sentence also has to be
about the same thing as its span, clause by clause, and not turn it round; that is checked here by the words they share.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from embeddings.folding import fold
from embeddings.terms import words
from rag.answers.evidence import verify
from rag.llm.sources import Source
from rag.text.facts import Quantity, latin_words, quantities, years
from rag.text.sentences import sentences

WHOLE_COVERAGE = 0.6
"""Share of a sentence's terms that its span has to hold."""
CLAUSE_COVERAGE = 0.45
"""The same for each of its clauses, so that nothing is added to what a span does say."""
QUOTE_COVERAGE = 0.4
"""Share from which a sentence that fails is taken to be about a span, and the span shown in its place."""
WIDEST = 3
"""Sentences a span may run over, short of the whole passage."""

_CLAUSE = re.compile(r"[^,，、;；:：。!?！？()（）\n]+")
_PART = re.compile(r"[,，;；](?!\d)")
_TERM_RUN = re.compile(r"[一-鿿]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
# Words that carry a report's sentences without saying anything of their own.
_EMPTY = re.compile(
    r"达到了?|实现了?|完成了?|分别|其中|此外|同时|另外|总计|合计|共计|累计|一共|以及|并且|而且|有关|相关|方面|情况|根据|按照|"
    r"报告|指出|显示|提到|表示|资料|全年|当年|去年|今年|同比|上年|比上|较上|达|为|是|了|的|和|与|及|在|于|有|也|均|都|并|共|其|该|本|这|那|等|"
    r"约|近|超过?|多|余|个|年|月|日"
)
_EMPTY_WORDS = frozenset(
    (
        *("report", "state", "said", "say", "according", "year", "total", "also", "reach", "reached", "rise", "rose"),
        *("grow", "grew", "up", "over", "more", "about", "than", "compare", "compared", "amount", "come", "came"),
        *("stand", "stood", "number", "figure", "respectively", "including", "include"),
    )
)
# Claims of rank, scope and finality, each to be found in the span as it stands.
_STRICT = re.compile(
    r"(?:全国|全球|全市|全省|世界)(?:第[一二三四五六七八九十\d]+|首[个家次创批]|领先|前列|最)|全国|全球|全市|全省|全区|世界|国际|"
    r"唯一|首[个家次创批]|第[一二三四五六七八九十\d]+|最[大小高低多少快好强早]|领先|翻番|翻[一两]番|"
    r"减半|所有|全部|一律|必须|禁止|不得|取消|停止|暂停|失败|辞去|任命|违法|处罚|"
    r"\bonly\b|\bfirst\b|\blargest\b|\bhighest\b|\blowest\b|\bmost\b|\bleast\b|\bnational(?:ly)?\b|\bworld\b|\bglobal(?:ly)?\b|"
    r"\bdoubled?\b|\bhalved?\b|\bcancel\w*|\bbann?ed\b"
)
_RANGE = re.compile(r"(\d[\d.]*)[年月日%]?\s?(?:至|到|[-–—~]|to)\s?(\d[\d.]*)")
_MONTH = re.compile(r"(\d{4})年(\d{1,2}月)")
_SMALL = dict(zip("零二三四五六七八九十", (0, *range(2, 11)), strict=True)) | {
    **dict(zip(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), range(2, 11), strict=True)),
    "两": 2,
    "zero": 0,
    "none": 0,
    "nobody": 0,
}
_SMALL_NUMBER = re.compile(
    r"(?<![第一二三四五六七八九十百千万、])[零二两三四五六七八九十](?=[个家户座项条名位处所次件套栋间人倍成届类种批期区])"
    r"|\b(?:zero|none|nobody|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_NEGATION = re.compile(
    r"没有|并未|尚未|未能|未曾|未完成|未实现|未达|不再|不予|不能|不会|不是|并不|从未|没能|无法|不足|不到|低于|"
    r"\bnot\b|\bno\b|\bnever\b|n't\b|\bfail(?:ed|s)?\b|\bwithout\b|\bbelow\b|\bless than\b"
)
_UP = re.compile(
    r"增长|上升|提高|增加|上涨|增幅|增速|提升|扩大|新增|升至|\bup\b|\brose\b|\bgrew\b|\bincreas\w+|\bgrowth\b|\brise\b|\bhigher\b|\bfaster\b"
)
_DOWN = re.compile(
    r"下降|减少|降低|下跌|降幅|缩小|回落|下滑|压减|负增长|降至|\bdown\b|\bfell\b|\bdrop\w*|\bdecreas\w+|\bdeclin\w+|\breduc\w+|\blower\b|\bslower\b"
)
_BESIDE = 14
"""Characters before a figure that say what it is a figure of."""


class Verdict(StrEnum):
    """What became of a sentence."""

    VERIFIED = "verified"  # it stands on a source it named
    FOUND = "found"  # it named none, or the wrong one, and stands on another
    REPLACED = "replaced"  # it does not stand; the sentence of the source it is about is shown instead
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Span:
    """A run of whole sentences of a source; offsets count in its paragraph's text."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def around(self) -> str:
        """The span and what stands over it."""
        return fold("\n".join((*self.source.context, self.text)))

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(words(self.around))


@dataclass(frozen=True, slots=True)
class Held:
    """A sentence as it may be shown, and the spans it stands on; one as a rule, more where its clauses need them."""

    text: str
    verdict: Verdict
    spans: tuple[Span, ...] = ()

    @property
    def verified(self) -> bool:
        return bool(self.spans)


class Evidence:
    """The sources of one answer, cut into the spans that a sentence may stand on."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._spans = {source.number: list(_spans(source)) for source in sources}
        everything = fold("\n".join("\n".join((*source.context, source.text)) for source in sources))
        self._figures = {(q.value, q.unit) for q in quantities(everything)}
        self._figures |= {(value, "") for value, _ in self._figures}
        self._years = years(everything)

    def holds_figures(self, text: str) -> bool:
        """Does every figure of a text stand in some source, with its unit? What it is a figure of is not asked."""
        folded = fold(text)
        return all(
            (q.value, q.unit) in self._figures or (q.unit in ("年", "") and q.value in self._years)
            for q in quantities(folded)
        )

    def hold(self, text: str, ids: Collection[int]) -> Held:
        """The sentence with the tightest span that says it, those of the sources it names first."""
        said = _Said(text)
        named = [span for id in ids for span in self._spans[id]]
        others = [span for id, spans in self._spans.items() if id not in ids for span in spans]
        for spans, verdict in ((named, Verdict.VERIFIED), (others, Verdict.FOUND)):
            if span := said.best_support(spans):
                return Held(text, verdict, (span,))
        if len(ids) > 1 and (together := self._clause_by_clause(said, named)):
            return Held(text, Verdict.VERIFIED, together)
        for spans in (named, others):
            if span := said.nearest(spans):
                return Held(span.text, Verdict.REPLACED, (span,))
        return Held(text, Verdict.UNVERIFIED)

    def _clause_by_clause(self, said: "_Said", named: Sequence[Span]) -> tuple[Span, ...]:
        """Where a sentence names several sources: a span for each of its clauses; () when one has none.

        A comparison that no source makes is not borne out by the figures compared.
        """
        about = [span for span in named if said.coverage(span) >= QUOTE_COVERAGE]
        found: dict[tuple[int, int, int], Span] = {}
        for clause in _PART.split(said.text):
            if len(clause.strip()) < 5 and not any(ch.isdigit() for ch in clause):
                continue
            span = _Said(clause.strip()).best_support(about)
            if span is None:
                return ()
            found[span.source.number, span.start, span.end] = span
        return tuple(found.values())


def _spans(source: Source) -> Iterator[Span]:
    """Sentences, runs of two and three, and the whole passage, shortest runs first."""
    bounds = list(sentences(source.text))
    for width in range(1, min(WIDEST, len(bounds)) + 1):
        for i in range(len(bounds) - width + 1):
            yield Span(source, bounds[i][0], bounds[i + width - 1][1])
    if len(bounds) > WIDEST:
        yield Span(source, bounds[0][0], bounds[-1][1])


class _Said:
    """What a sentence says, ready to be compared with spans."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.chinese = _is_chinese(self.folded)
        self.clauses = [_terms(clause, self.chinese) for clause in _CLAUSE.findall(self.folded)]
        self.terms = frozenset().union(*self.clauses) if self.clauses else frozenset[str]()
        self.figures = list(quantities(self.folded))

    def best_support(self, spans: Sequence[Span]) -> Span | None:
        """The shortest run of sentences that says this, among those the one that shares most."""
        scored = [(self.coverage(span), span) for span in spans]
        scored = [(share, span) for share, span in scored if share >= self._needed(span)]
        scored.sort(
            key=lambda pair: (pair[1].end - pair[1].start > 400, -round(pair[0], 2), pair[1].end - pair[1].start)
        )
        return next((span for _, span in scored if self.stands_on(span)), None)

    def stands_on(self, span: Span) -> bool:
        return (
            verify(self.text, span.text, context=span.source.context).verified
            and self._every_clause_stands(span)
            and set(_STRICT.findall(self.folded)) <= set(_STRICT.findall(span.around))
            and set(_RANGE.findall(self.folded)) <= set(_RANGE.findall(span.around))
            and _small_numbers(self.folded) <= _small_numbers(span.around)
            and not self._denied(span)
            and not self._dated_otherwise(span)
            and not self._turned_round(span)
            and not self._said_in_place_of_another(span)
            and not any(self._better_said_of_another(q, span) for q in self.figures)
        )

    def nearest(self, spans: Sequence[Span]) -> Span | None:
        """The single sentence this is most about."""
        single = [span for span in spans if sum(1 for _ in sentences(span.text)) == 1]
        scored = [(self.coverage(span), span) for span in single if self._same_language(span)]
        share, span = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        return span if share >= QUOTE_COVERAGE else None

    def coverage(self, span: Span) -> float:
        """Share of the terms that the span or what stands over it holds, 0 to 1; 0 when there are none."""
        return _share(self.terms, span, self.chinese)

    def _needed(self, span: Span) -> float:
        return WHOLE_COVERAGE if self._same_language(span) else 0.0

    def _same_language(self, span: Span) -> bool:
        return self.chinese == _is_chinese(span.folded)

    def _every_clause_stands(self, span: Span) -> bool:
        if not self._same_language(span):  # figures and names are all that can be compared
            clauses = [_checkable(clause) for clause in _CLAUSE.findall(self.folded) if len(clause.strip()) > 5]
            return bool(clauses) and all(clauses)
        return bool(self.terms) and all(
            _share(clause, span, self.chinese) >= CLAUSE_COVERAGE for clause in self.clauses if len(clause) > 1
        )

    def _denied(self, span: Span) -> bool:
        """Does one say "not" where the other does not?"""
        if _NEGATION.search(self.folded):
            return not _NEGATION.search(span.folded)
        denying = [_terms(clause, self.chinese) for clause in _CLAUSE.findall(span.folded) if _NEGATION.search(clause)]
        return any(sum(term in self.folded for term in terms) > 0.6 * len(terms) for terms in denying if terms)

    def _dated_otherwise(self, span: Span) -> bool:
        """A month of another year than the span gives it."""
        said, held = set(_MONTH.findall(self.folded)), set(_MONTH.findall(span.folded))
        return any(month in {m for _, m in held} for _, month in said - held)

    def _turned_round(self, span: Span) -> bool:
        """Up where the span says down of the same figure, or down where it says up."""
        for said in self.figures:
            here = _clause_at(self.folded, said)
            there = [_clause_at(span.folded, q) for q in quantities(span.folded) if _same(said, q)]
            for ours, theirs in ((_UP, _DOWN), (_DOWN, _UP)):
                one_way = ours.search(here) and not theirs.search(here)
                if one_way and there and all(theirs.search(clause) and not ours.search(clause) for clause in there):
                    return True
        return False

    def _said_in_place_of_another(self, span: Span) -> bool:
        """Does a figure stand oftener here than in the span, and one of its unit that stands there is left out?"""
        said = Counter((q.value, q.unit) for q in self.figures)
        held = Counter((q.value, q.unit) for q in quantities(span.folded))
        more = {unit for (value, unit), _ in (said - held).items() if (value, unit) in held}
        return any(unit in more for (_, unit), _ in (held - said).items())

    def _better_said_of_another(self, said: Quantity, span: Span) -> bool:
        """Does what stands before this figure stand, in the span, before another figure of the same unit instead?"""
        if not self._same_language(span):
            return False
        ours = _terms(_before(self.folded, said), self.chinese)
        if not ours:
            return False
        own, rival = 0.0, 0.0
        for other in quantities(span.folded):
            text = _before(span.folded, other)
            share = sum(term in text for term in ours) / len(ours)
            if _same(said, other):
                own = max(own, share)
            elif other.unit == said.unit and other.value != said.value:
                rival = max(rival, share)
        return rival >= own + 0.3 and rival >= 0.5


def _checkable(clause: str) -> bool:
    """Does it hold a figure that is no year, or a Latin name among Chinese?"""
    return (
        any(q.unit != "年" and not 1900 <= q.value < 2100 for q in quantities(clause))
        or bool(_small_numbers(clause))
        or (_is_chinese(clause) and bool(latin_words(clause)))
    )


def _small_numbers(folded: str) -> set[int]:
    """Numbers below eleven, written in words or figures. One is left out: it is often no number ("一个", "one of")."""
    written = {_SMALL[match[0]] for match in _SMALL_NUMBER.finditer(folded)}
    return written | ({int(q.value) for q in quantities(folded) if q.value < 11 and q.value == int(q.value)} - {1})


def _is_chinese(folded: str) -> bool:
    chinese = sum(map(len, _TERM_RUN.findall(folded)))
    return chinese * 3 >= sum("a" <= ch <= "z" for ch in folded)


def _terms(folded: str, chinese: bool) -> frozenset[str]:
    """Neighbouring characters of Chinese, words of English; figures and words that say nothing left out."""
    bare = _NUMBER.sub(" ", folded)
    if not chinese:
        return frozenset(word for word in words(bare) if word not in _EMPTY_WORDS and not word[0].isdigit())
    found = {run[i : i + 2] for run in _TERM_RUN.findall(_EMPTY.sub(" ", bare)) for i in range(len(run) - 1)}
    return frozenset(found | {word for word in latin_words(bare) if len(word) > 1})


def _share(terms: frozenset[str], span: Span, chinese: bool) -> float:
    if not terms:
        return 0.0
    held = sum(term in span.around for term in terms) if chinese else len(terms & span.words)
    return held / len(terms)


def _same(said: Quantity, held: Quantity) -> bool:
    return said.value == held.value and (not said.unit or not held.unit or said.unit == held.unit)


def _before(folded: str, quantity: Quantity) -> str:
    return folded[max(0, quantity.start - _BESIDE) : quantity.start]


def _clause_at(folded: str, quantity: Quantity) -> str:
    """The clause a figure stands in."""
    start = max(folded.rfind(mark, 0, quantity.start) for mark in ",，;；。!?") + 1
    ends = [at for mark in ",，;；。!?" if (at := folded.find(mark, quantity.end)) >= 0]
    return folded[start : min(ends, default=len(folded))]

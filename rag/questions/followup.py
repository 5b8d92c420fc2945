"""A follow-up made whole from the turns before it, without a language model.

What it leaves out is carried over: the subject, the period, the thing measured. What it does say replaces what stood in
its place: "那虹口呢?" keeps the question before and puts 虹口 for 杨浦. A question that says all of it is left alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from embeddings.folding import fold, fold_with_offsets
from rag.questions.question import Kind, Question, bare, language_of, understand
from rag.questions.subjects import Catalog, Subject

Turn = tuple[str, str]
Span = tuple[int, int]

_TURNS = 6
"""Latest turns that are looked at."""
_ENOUGH_ZH, _ENOUGH_EN = 9, 2
"""Characters or words of its own from which a question needs no topic from the one before, only subject and period."""
_WHOLE_ZH, _WHOLE_EN = 18, 8
"""Those from which it is whole, though it names no subject."""

_LEAD = re.compile(
    r"^(?:(?:那么?|而(?!且)|还有|另外|再问一?下|换[成作做到]|改成|要是|如果是|若是|至于|再看看?|and|what about|how about|what of|then|also)(?![a-z])[\s,，]*)+"
)
_TAIL = re.compile(r"(?:的?呢|的(?=[?？]*$))?[\s?？。]*$")
_ELLIPTIC = re.compile(
    r"呢[?。]?$|^(?:它|他们?|她们?|其(?![他它余])|这(?!么)|该|此|前者|后者|同期|同比|环比)|它们?|该[区市省县镇乡校院局厂司企项]|"
    r"(?<![一-龥])这[个些项里家]|上述|刚才|前面[提说]|\b(?:it|its|they|their|them|those|these)\b"
)
_BEFORE = re.compile(
    r"(?:再|更|又)?(?:前一年|上一?年)(?:度)?的?|\b(?:in |for )?(?:the )?(?:year before(?: that)?|previous year)\b"
)
_HELD_AGAINST = re.compile(
    r"[比较](?:19|20)\d\d年|[与和跟同](?:19|20)\d\d年(?:度|同期)?相?比|[比较](?:上一?|前一|去)年|[与和跟同](?:上一?|前一|去)年(?:度|同期)?相?比|"
    r"\b(?:than|over|from|on|with|against|to) (?:in )?the (?:year before|previous year)\b"
)
"""The year before as what a figure is compared with: the question stays with its own year."""
_AFTER = re.compile(
    r"(?:再)?(?:后一年|下一?年|第2年|第二年|次年)(?:度)?的?|\b(?:in |for )?the (?:next|following) year\b|\b(?:in )?the year after\b"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)年?")
_WHICH_SUBJECT = re.compile(
    r"(?:哪一?|[各两三四五六七八九十几\d])个?[省市区县镇]|\b(?:which|what) (?:city|district|town|county|province)\b|"
    r"\b(?:two|three|four|five|all|each)(?: of)?(?: the)? (?:cities|districts?|towns|counties|provinces)\b"
)
_DEFINING = re.compile(r"^什么[是叫]|是什么意思|指的?是什么|^what does .+ mean|^define ")
_PLACE_EN = re.compile(
    r"\b(?:[Ii]n|[Oo]f|[Ff]or|[Aa]bout) "
    r"(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)([A-Z][\w']+(?: (?:District|City|County|Province|New Area))?)(?=[?.,]|$| in \d{4})"
)
"""A place, or whatever has a name of its own, that an English question is about: "the population of Paris"."""
_THAT_PLACE = re.compile(r"该[区市省县镇乡]")
_PRONOUN_ZH = re.compile(r"^它们?的?|^(?:这里|那里|其(?![中他它余]))的?")
_PRONOUN_EN = re.compile(r"\b(?:it|they|the district|the city)\b(?!')")
_OF_THE_TOPIC = re.compile(r"^它|^其|^这|^同比|^环比|其中|里面?有|当中|\b(?:them|they|those|these|their|its|of it)\b")
_OF_ANOTHER = re.compile(r"^[一-龥]{2,8}的(?![一-龥]*(?:[数量额率幅速]|目标|情况|比例|金额|面积|规模))[一-龥]{2,8}$")
"""Something of a thing that it names itself: the population of Paris."""
_COUNTED_EN = re.compile(
    r"\bhow (?:many|much) (?!for|of|in|on|at|were|was|are|is|did|do|does|has|have|had|more)[a-z]{3,}"
)
_ASKED = re.compile(
    r"(?:一共|总共|分别)?(?:[是有为在叫](?=多少|几|哪|什么|怎|谁|如何))?(?:多少|几(?=[个家户套人名位条项张件次台所座处种])|百分之几|哪[一些里儿]?|什么|怎么样?|如何|谁)"
    r"(?:平方米|公里|公顷|万?亿?元|人次|人(?![才口大民])|[个家户套名位条项张件次台所座处种场吨](?=$|[^一-龥]|[一-龥]{2}))?|[呢吗吧]|[?？。]"
)
_JOINER = re.compile(r"\s*(?:[和与跟及到至、,~-]|以及|and)?\s*")
_ORDINAL = re.compile(r"^第?[\d一二三四五六七八九十/、.]+(?P<of>[一-龥]{0,3})$")
_FILLERS = re.compile(r"[\s的有是为了里要和与、,，/?？。]")


def resolve(question: str, history: Sequence[Turn], catalog: Catalog) -> Question:
    """The question as it stands when it is whole, else completed from the turns before."""
    before: Question | None = None
    heard = ""
    for asked, answered in history[-_TURNS:]:
        turn = _completed(asked, before, heard, catalog)
        before = turn if _Said.of(turn.text, catalog).size else before
        heard = _Said.of(answered, catalog).subject or heard
    return _completed(question, before, heard, catalog)


def of_the_same(question: str, before: str, catalog: Catalog) -> Question:
    """A question that names what it asks for, of the subject and the period of the whole question before it."""
    said, earlier = _Said.of(question, catalog), _Said.of(before, catalog)
    text = question if said.named else _with_subject(said, earlier, _swapped(earlier, said), catalog)
    return understand(_asking(_tidy(text), question), asked=question)


def _completed(question: str, before: Question | None, heard: str, catalog: Catalog) -> Question:
    """Understood once it is whole; the kind of answer stays what was asked for before unless it asks for another."""
    text = _complete(question, before.text, heard, catalog) if before is not None else question
    whole = understand(text, asked=question)
    if before is None or text == question:
        return whole
    own = understand(_Said.of(question, catalog).own or "?")
    given = before if own.kind is Kind.OTHER else own
    return replace(whole, kind=given.kind, unit=given.unit if given is own or given.kind is whole.kind else whole.unit)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says: the places in it where subjects and years stand."""

    text: str
    named: Sequence[Subject]
    subjects: Sequence[Span]
    years: Sequence[Span]

    @classmethod
    def of(cls, text: str, catalog: Catalog) -> "_Said":
        named = catalog.named_in(fold(text))
        subjects = _spans(text, _mention(named, catalog)) if named else []
        telling = _spans(text, _mention(_narrowest(named), catalog)) if named else []
        subjects = [(a, b) for a, b in subjects if any(a <= start < b for start, _ in telling)]
        said = cls(text, named, _joined(text, subjects), _joined(text, _periods_told(text, _YEAR)))
        return said if named else said._naming([*catalog.foreign(fold(text)), *map(fold, _PLACE_EN.findall(text))])

    def _naming(self, foreign: Sequence[str]) -> "_Said":
        """With a place that no document is about as its subject, where it says nothing beside: "那静安区呢?"."""
        spans = [span for place in foreign for span in _spans(self.text, re.compile(re.escape(place)))]
        other = replace(self, subjects=_joined(self.text, sorted(spans)))
        return other if spans and not other.size else self

    @property
    def chinese(self) -> bool:
        return language_of(fold(self.text)) == "zh"

    @property
    def subject(self) -> str:
        """The subjects as written here; "" when none is named."""
        return ("和" if self.chinese else " and ").join(self.text[start:end] for start, end in self.subjects)

    @property
    def year(self) -> str:
        """The years as written, side by side."""
        return "、".join(self.text[start:end] for start, end in self.years)

    @property
    def own(self) -> str:
        """What it says beside subject, years, opening words and periods told by the one before."""
        text = _cut(self.text, [*self.subjects, *self.years])
        for pattern in (_BEFORE, _AFTER):
            text = _cut(text, _periods_told(text, pattern))
        return _without_ends(text).lstrip(" 的呢?？,，")

    @property
    def size(self) -> int:
        """Of its own words, asking ones left out: characters in Chinese, words in English."""
        content = bare(fold(self.own))
        return len(_FILLERS.sub("", content)) if self.chinese else len(re.findall(r"[a-z0-9][a-z0-9.'-]*", content))

    @property
    def elliptic(self) -> bool:
        folded = fold(self.text).strip()
        return any(pattern.search(folded) for pattern in (_LEAD, _ELLIPTIC, _HELD_AGAINST, _BEFORE, _AFTER))


def _complete(question: str, before: str, heard: str, catalog: Catalog) -> str:
    """The question with what it leaves out put in from the whole question before, or from the subject heard since."""
    said, earlier = _Said.of(question, catalog), _Said.of(before, catalog)
    if _is_whole(said):
        return question
    if said.size and _broader(said.named, earlier.named):
        said = replace(said, named=(), subjects=())
    base = _swapped(earlier, said)
    if not said.size and base != before:
        text = base
    elif not said.size and understand(question).kind is Kind.OTHER:
        return question
    elif ordinal := _swapped_ordinal(base, said.own):
        text = ordinal
    elif said.subjects and said.size >= _enough(said):
        text = _without_ends(question) + ("" if said.years else _year_told(said, earlier))
    elif _needs_topic(said):
        text = _after_topic(base, said, catalog)
    else:
        text = _with_subject(said, earlier, base, catalog)
    if heard and not catalog.named_in(fold(text)) and not _WHICH_SUBJECT.search(fold(text)):
        text = f"{heard}{text}" if said.chinese else f"{_without_ends(text)} ({heard})"
    return _asking(_tidy(text), question)


def _asking(text: str, question: str) -> str:
    """With a question mark at its end, of the width that the question's has."""
    return text if text[-1:] in "?？)" else f"{text}{'？' if '？' in question else '?'}"


def _is_whole(said: _Said) -> bool:
    if said.elliptic or not said.size:
        return False
    if _DEFINING.search(fold(said.text)):
        return True
    if said.named or (_PLACE_EN.search(said.text) and said.size >= _ENOUGH_EN):
        return True
    if _WHICH_SUBJECT.search(fold(said.text)):
        return said.size >= _enough(said)
    return said.size >= (_WHOLE_ZH if said.chinese else _WHOLE_EN)


def _broader(named: Sequence[Subject], before: Sequence[Subject]) -> bool:
    """Whether they are but names that stand beside one named before: 上海 in the titles of its districts."""
    return bool(named) and all(
        any(subject != other and subject.documents & other.documents for other in before) for subject in named
    )


def _narrowest(named: Sequence[Subject]) -> list[Subject]:
    """Those that share no document with one of fewer documents."""
    kept: list[Subject] = []
    for subject in sorted(named, key=lambda s: len(s.documents)):
        if not any(subject.documents & other.documents for other in kept):
            kept.append(subject)
    return kept


def _enough(said: _Said) -> int:
    return _ENOUGH_ZH if said.chinese else _ENOUGH_EN


def _needs_topic(said: _Said) -> bool:
    folded = fold(said.text)
    if _THAT_PLACE.search(folded):
        return False
    if _OF_THE_TOPIC.search(folded) or _HELD_AGAINST.search(folded) or said.subjects:
        return True
    if _OF_ANOTHER.search(bare(fold(said.own))) and understand(said.own).kind is not Kind.OTHER:
        return False
    return said.size < _enough(said) and not _COUNTED_EN.search(folded)


def _swapped(earlier: _Said, said: _Said) -> str:
    """The question before with the subject and the years of this one in place of its own."""
    text = earlier.text
    year = said.year or _year_told(said, earlier)
    edits = [(span, "" if i else said.subject) for i, span in enumerate(earlier.subjects) if said.subjects]
    edits += [(span, "" if i else _alike(year, text[slice(*span)])) for i, span in enumerate(earlier.years) if year]
    for (start, end), new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    if said.subjects and not earlier.subjects:
        text = f"{said.subject}{text}" if earlier.chinese else f"{_without_ends(text)} ({said.subject})"
    if year and not earlier.years:
        text = _with_year(text, year, said.subject or earlier.subject, chinese=earlier.chinese)
    return text


def _alike(year: str, old: str) -> str:
    """ "2021" written as the old one was: 2021年 for 2020年."""
    return year + "年" if old.endswith("年") and not year.endswith("年") else year


def _with_year(text: str, year: str, subject: str, *, chinese: bool) -> str:
    if not chinese:
        return f"{_without_ends(text)} in {year.rstrip('年')}?"
    at = text.find(subject) + len(subject) if subject else 0
    return f"{text[:at]}{year}{text[at:]}"


def _year_told(said: _Said, earlier: _Said) -> str:
    """The year that "the year before", "the next year" come to."""
    folded = fold(said.text)
    known = [int(year) for year in re.findall(r"\d{4}", fold(earlier.year))]
    step = -1 if _periods_told(folded, _BEFORE) else 1 if _AFTER.search(folded) else 0
    if not known or not step:
        return ""
    return f"{min(known) - 1 if step < 0 else max(known) + 1}" + ("年" if earlier.chinese else "")


def _swapped_ordinal(base: str, own: str) -> str:
    """ "二期" for the "一期" of the question before; "" when it has nothing of the kind."""
    for name in (own, _ASKED.sub("", own).removesuffix("的")):
        match = _ORDINAL.match(name)
        if match is None:
            continue
        of = re.escape(match["of"]) or "(?=[是指为])"
        like = re.compile(rf"(?<![\d+])第?[\d一二三四五六七八九十/、.]+{of}")
        if like.search(base):
            return like.sub(name, base, count=1)
    return ""


def _after_topic(base: str, said: _Said, catalog: Catalog) -> str:
    """The topic of the question before, then what is asked of it now."""
    own = said.own
    base = base if _OF_THE_TOPIC.search(fold(said.text)) else _first_topic(base)
    if said.chinese:
        own = _PRONOUN_ZH.sub("", own).strip("，, ")
        topic = _without_overlap(_tidy(_ASKED.sub(" ", base)).strip("，, "), own)
        return f"{topic}，{own}"
    subject = _Said.of(base, catalog).subject
    if subject and re.search(r"\bit\b", own):
        own = _PRONOUN_EN.sub(subject, own)
    return f"{own[:1].upper()}{own[1:]}? ({base.strip()})"


def _first_topic(base: str) -> str:
    """Without what a follow-up before this one asked of it, which this one stands beside."""
    inner = re.search(r"\((.+)\)$", base)
    return inner[1] if inner else base.rpartition("，")[0] or base


def _without_overlap(topic: str, own: str) -> str:
    """The topic without words at its end that the question begins with again."""
    doubled = next((n for n in range(min(len(topic), len(own)), 1, -1) if topic.endswith(own[:n])), 0)
    return topic[: len(topic) - doubled].rstrip("，, ") or topic


def _with_subject(said: _Said, earlier: _Said, base: str, catalog: Catalog) -> str:
    """What is asked now, of the subject and the period of the question before."""
    now = _Said.of(base, catalog)
    own, subject, year = said.own, now.subject, now.year
    if said.chinese:
        start = f"{subject}{_alike(year, '年') if year else ''}"
        return _THAT_PLACE.sub(start, own) if _THAT_PLACE.search(own) else start + _PRONOUN_ZH.sub("", own)
    own = own.removesuffix(" there")
    if subject and _PRONOUN_EN.search(own):
        own, subject = _PRONOUN_EN.sub(subject, own), ""
    of = f" in {subject}" if subject else ""
    when = f" in {year.rstrip('年')}" if year else ""
    return f"{own[:1].upper()}{own[1:]}{of}{when}?"


def _mention(named: Sequence[Subject], catalog: Catalog) -> re.Pattern[str]:
    """Any of these subjects in folded text, suffix included; those that stand side by side (上海市虹口区) are one place."""
    forms = sorted((form for form, subject in catalog.forms.items() if subject in named), key=len, reverse=True)
    chinese = "|".join(re.escape(form) for form in forms if form[0] >= "㐀")
    latin = "|".join(re.escape(form) for form in forms if form[0] < "㐀")
    suffixes = "|".join(sorted({s.suffix for s in named if s.suffix}, key=len, reverse=True))
    options = [rf"(?:(?:{chinese})(?:{suffixes})?)+"] if chinese else []
    return re.compile("|".join([*options, *([rf"\b(?:{latin})\b(?: district| city)?"] if latin else [])]))


def _spans(text: str, pattern: re.Pattern[str]) -> list[Span]:
    """Where a pattern over folded text stands in the text itself."""
    folded = fold_with_offsets(text)
    return [(folded.offsets[m.start()], folded.offsets[m.end()]) for m in pattern.finditer(folded.text)]


def _periods_told(text: str, pattern: re.Pattern[str]) -> list[Span]:
    """Where a period is told by the one before, not merely held against."""
    held = _spans(text, _HELD_AGAINST)
    return [(a, b) for a, b in _spans(text, pattern) if not any(start < b and a < end for start, end in held)]


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans with nothing but a joining word between them as one: 2020年和2021年."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and _JOINER.fullmatch(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: Iterable[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return _tidy(text)


def _without_ends(text: str) -> str:
    """Without the words it opens and the marks it ends with."""
    for pattern in (_LEAD, _TAIL):
        text = _cut(text, [span for span in _spans(text.strip(), pattern)[:1] if span[0] < span[1]])
    return text.strip(" ,，")


def _tidy(text: str) -> str:
    return re.sub(r"(?<=[一-龥0-9”“]) (?=[一-龥0-9”“])", "", re.sub(r"\s+", " ", text)).strip()

"""What a question says beside whom and when it is about, and where in it those stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from embeddings.folding import fold
from embeddings.terms import words
from rag.questions import periods
from rag.questions.periods import Span, spans
from rag.questions.question import bare, language_of
from rag.questions.subjects import Catalog, Subject

_CORRECTS = re.compile(
    r"^(?:(?:不(?:对|是)[^,，。!！]{0,12}|错了|不)[,，。!！]\s*(?:我(?:要|问|想问|想知道|想看|说|指)的?是)?|我(?:要|问|想问|想知道)的是|"
    r"(?:[Nn]o[,.] )?(?:I|i) (?:mean|meant|asked (?:about|for))\b)\s*"
)
"""How one says that something else was meant: "不是总数,我问的是…"."""
LEAD = re.compile(
    r"^(?:(?:那么?|而(?!且)|还有(?![吗呢别其])|另外|再问一?下|换[成作做到]|改成|要是|如果是|若是|至于|再看看?|"
    r"and|what about|how about|what of|then|also)(?![a-z])[\s,，]*)+"
)
_TAIL = re.compile(r"(?:的?呢|的(?=[?？]*$))?[\s?？。]*$")
_POINTERS = "那里 那儿 那边 那天 那年 那种 那类 那次 那些 那批 那位 那家 那个 那块"
_POINTED_AT = frozenset(_POINTERS.split())
"""What 那 opens that points back, and does not merely go on: "那里有什么?" beside "那虹口呢?"."""
PLACE_EN = re.compile(
    r"\b(?:[Ii]n|[Oo]f|[Ff]or|[Aa]bout) "
    r"(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)"
    r"([A-Z][\w']+(?: (?:District|City|County|Province|New Area))?)(?=[?.,]|$| in \d{4})"
)
"""A place, or whatever has a name of its own, that an English question is about: "the population of Paris"."""
_JOINER = re.compile(r"\s*(?:[和与跟及到至、,~-]|以及|and|or)?\s*")
_LEFT_OVER = re.compile(r" (?:in|for|by|of|at)$")
"""What stood before a year."""
_FILLERS = re.compile(r"[\s的有是为了里要和与、,，/?？。]")


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: the places in it where subjects and years stand."""

    text: str
    named: Sequence[Subject]
    subjects: Sequence[Span]
    years: Sequence[Span]

    @classmethod
    def of(cls, text: str, catalog: Catalog) -> "Said":
        named = catalog.named_in(fold(text))
        subjects = spans(text, mention(named, catalog)) if named else []
        telling = spans(text, mention(narrowest(named), catalog)) if named else []
        subjects = [(a, b) for a, b in subjects if any(a <= start < b for start, _ in telling)]
        said = cls(text, named, _joined(text, subjects), _joined(text, periods.told(text, periods.YEAR)))
        return said if named else said._naming(_foreign(text, catalog))

    def _naming(self, foreign: Sequence[str]) -> "Said":
        """With a place that no document is about as its subject, where it says nothing beside: "那静安区呢?"."""
        other = self.about(foreign)
        return other if other.subjects and not other.size else self

    def about(self, names: Sequence[str]) -> "Said":
        """With these names as its subjects, wherever they stand."""
        found = [span for name in names for span in spans(self.text, re.compile(re.escape(name)))]
        return replace(self, subjects=_joined(self.text, sorted(found)))

    def of_another(self, catalog: Catalog) -> "Said":
        """With a place that no document is about as its subject, if it names no other: what another takes the place
        of."""
        return self if self.subjects else self.about(_foreign(self.text, catalog))

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
        """What it says beside subject, years, opening words and periods told by another one."""
        text = without_ends(cut(self.text, [*self.subjects, *self.years]))
        return _LEFT_OVER.sub("", without_ends(cut(text, periods.without(text))).lstrip(" 的呢?？,，"))

    @property
    def size(self) -> int:
        """Of its own words, asking ones left out: characters in Chinese, words in English."""
        content = bare(fold(self.own))
        return len(_FILLERS.sub("", content)) if self.chinese else len(re.findall(r"[a-z0-9][a-z0-9.'-]*", content))


def corrected(text: str) -> str:
    """Without what a follow-up opens with to say that something else was meant."""
    return _CORRECTS.sub("", text.strip()) or text


def _foreign(text: str, catalog: Catalog) -> list[str]:
    return [*catalog.foreign(fold(text)), *map(fold, PLACE_EN.findall(text))]


def narrowest(named: Sequence[Subject]) -> list[Subject]:
    """Those that share no document with one of fewer documents."""
    kept: list[Subject] = []
    for subject in sorted(named, key=lambda s: len(s.documents)):
        if not any(subject.documents & other.documents for other in kept):
            kept.append(subject)
    return kept


def broader(named: Sequence[Subject], before: Sequence[Subject]) -> bool:
    """Whether they are but names that stand beside one named before: 上海 in the titles of its districts."""
    return bool(named) and all(
        any(subject != other and subject.documents & other.documents for other in before) for subject in named
    )


def mention(named: Sequence[Subject], catalog: Catalog) -> re.Pattern[str]:
    """Any of these subjects in folded text, suffix included; those side by side (上海市虹口区) are one place."""
    forms = sorted((form for form, subject in catalog.forms.items() if subject in named), key=len, reverse=True)
    chinese = "|".join(re.escape(form) for form in forms if form[0] >= "㐀")
    latin = "|".join(re.escape(form) for form in forms if form[0] < "㐀")
    suffixes = "|".join(sorted({s.suffix for s in named if s.suffix}, key=len, reverse=True))
    options = [rf"(?:(?:{chinese})(?:(?:{suffixes})(?!级))?)+"] if chinese else []
    return re.compile("|".join([*options, *([rf"\b(?:{latin})\b(?: district| city)?"] if latin else [])]))


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans with nothing but a joining word between them as one: 2020年和2021年."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and _JOINER.fullmatch(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def points_back(folded: str) -> bool:
    """Whether a text opens with 那 as in 那里, not as in "那虹口呢?"."""
    return folded.startswith("那") and next(iter(words(folded)), "") in _POINTED_AT


def cut(text: str, spans: Iterable[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return tidy(text)


def without_ends(text: str) -> str:
    """Without the words it opens and the marks it ends with."""
    opening = [] if points_back(fold(text.strip())) else [LEAD]
    for pattern in (*opening, _TAIL):
        text = cut(text, [span for span in spans(text.strip(), pattern)[:1] if span[0] < span[1]])
    return text.strip(" ,，")


def tidy(text: str) -> str:
    return re.sub(r"(?<=[一-龥0-9”“]) (?=[一-龥0-9”“])", "", re.sub(r"\s+", " ", text)).strip()

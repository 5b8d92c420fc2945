"""Whom or what each document is about, and which of those a question names. Drawn from the documents alone.

A subject is a name in a title or an issuer: "杨浦区" in 上海市杨浦区2020年…汇编. A document without one of its own
takes the one it speaks of most.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import compress, islice
from typing import Any

from embeddings.folding import fold
from embeddings.romanising import romanise
from embeddings.terms import stem, words
from rag.text.background import background
from rag.text.places import places_in
from rag.text.spotting import Spotter, units_of_text
from rag.text.translating import lexicon
from rag.turns import unhurried
from rag.types import Document, DocumentHead

_BODY = "街道|集团|公司|大学|学院|医院|银行|委员会|协会|基金会|局|厅"
_NAMED = re.compile(rf"^(?P<base>(?!有限|股份|责任)[一-龥]{{2,6}}?)(?P<suffix>{_BODY})$")
_ISSUED_BY = re.compile(
    rf"^(?P<base>(?:(?!关于|[的和与及暨等对在年]|有限|股份)[一-龥]){{2,12}}?)(?P<suffix>(?:股份|责任)?有限(?:责任)?公司|{_BODY})"
)
"""A body at the beginning of a title, whatever its name is made of: 恒途物流股份有限公司关于…."""
_PLACE = re.compile(r"(?P<base>[一-龥]{2,5}?)(?P<suffix>自治区|开发区|新区|自治州|[省市区县镇乡州])")
_NO_PLACE = re.compile(
    r"[哪几]个?些?[省市区县镇乡州]|[届委社小城园街地片辖景校厂库矿灾郊林本全我该各外内里个哪几两三]区$|[城和与里]乡$|[城上超股都夜门楼菜本全我该各个]市$|[个各全本外]县$|[外各][省市]$|省市$"
)
_NO_END = re.compile(r"[级域间份]|(?<=市)(?:[场民容面属]|政(?!府))")
"""What goes on after 市, 区 and the like where they end no name: 市级, 市场, 区域."""
_COMMON_AREA = re.compile(
    r"(?:示范|保税|风景|生态|工业|开发|试验|合作|自贸|商务|管理|保护|服务|经济|度假|文化|产业|聚集|集聚|功能|核心|中心|老|主|建成|沿海|"
    r"沿江|贫困|革命|受灾|疫)(?:城区|区|城市)$"
)
_LONGEST_BASE = 4
_SUFFIX = re.compile(r"自治区|开发区|新区|自治州|[省市区县镇乡州]")
_RUN = re.compile("[一-龥]+")
_BEFORE = re.compile("^(?:关于|中共|请问|今年|去年|那么?|[在和与跟对比去从到往想让把被给由年月日的])+")
_LATIN_NAME = re.compile(r"\b[A-Z][A-Za-z]{2,}\b")
_NOT_NAMES = frozenset(
    "district government report work plan annual summary key priorities main tasks compilation review the and for "
    "of city council people year first second third session".split()
)
_SHORT_TITLE = 12
READ_AT_MOST = 2_000
"""Documents up to which whole titles count as names, and texts are read for the name a title lacks."""
Names = Mapping[str, str]
_CLEARLY_MORE = 3
_FEW_NAMES = 20
_COMMON = 5e-4
"""Share of ordinary passages from which a word is no name."""
_MEANT = 0.2
"""How surely a translation stands for a word that is no name, either: few are translated."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A name and the documents about it. `name` is folded, without its suffix ("杨浦")."""

    name: str
    suffix: str
    documents: frozenset[str]


@dataclass(frozen=True)
class Spoken:
    """How often a text holds each of `names`; those it does not hold are left out of `counts`."""

    names: frozenset[str]
    counts: Mapping[str, int]

    @cached_property
    def most(self) -> Sequence[str]:
        """The one name the text holds clearly more often than any other, or none."""
        ranked = [*Counter(self.counts).most_common(2), ("", 0), ("", 0)]
        (first, most), (_, second) = ranked[:2]
        return [first] if most >= _CLEARLY_MORE and most >= _CLEARLY_MORE * second else []


@dataclass(frozen=True)
class Catalog:
    """The subjects of a body of documents, by each form a question may name them in.

    `names` are all names in titles with their suffix, those that stand in every title included.
    """

    forms: Mapping[str, Subject]
    names: Mapping[str, str]

    @classmethod
    def from_documents(cls, documents: Sequence[Document]) -> "Catalog":
        return cls.from_names(
            {document.id: names_of(document) for document in documents},
            {document.id: document.text for document in documents}.__getitem__,
        )

    @classmethod
    def from_names(
        cls, named: Mapping[str, Names], text_of: Callable[[str], str], spoken: dict[str, Spoken] | None = None
    ) -> "Catalog":
        """`named` are the names each document's title and issuer give it; `text_of` reads one that is given none.

        `spoken` is what was counted in those read before, by document; what is counted now is added.
        """
        spoken = {} if spoken is None else spoken
        known = {id: _places_only(names) for id, names in named.items()} if len(named) > READ_AT_MOST else named
        spread = Counter(name for names in unhurried(known.values()) for name in names)
        telling = {name for name, count in spread.items() if count < len(known)}
        chinese = frozenset(name for name in telling if name[0] >= "㐀")
        # The very set counted before, if it is the same: two of a thousand names are compared a name at a time.
        chinese = next((counted.names for counted in spoken.values() if counted.names == chinese), chinese)
        owners: dict[str, set[str]] = {name: set() for name in telling}
        suffix_of: dict[str, str] = {}
        for id, names in unhurried(known.items()):
            own = {name: suffix for name, suffix in names.items() if name in telling}
            for name in own:
                owners[name].add(id)
            if not any(own.values()) and len(known) <= READ_AT_MOST:
                spoken[id] = _count(chinese, partial(text_of, id), spoken.get(id))
                for name in spoken[id].most:
                    owners[name].add(id)
            suffix_of |= own
        for name in unhurried(owners):
            for place in (name[:size] for size in range(2, min(len(name), _LONGEST_BASE + 1))):
                if place in owners and _SUFFIX.fullmatch(suffix_of.get(place, "")):
                    owners[place] |= owners[name]  # 榕湾水务集团 is of 榕湾市
        owned = unhurried(sorted(owners.items()))
        subjects = [Subject(name, suffix_of.get(name, ""), frozenset(ids)) for name, ids in owned]
        everywhere = {name: suffix for names in unhurried(known.values()) for name, suffix in names.items()}
        return cls(_forms(subjects), everywhere)

    def named_in(self, folded: str) -> list[Subject]:
        """Subjects a folded question names, in the order named, the longest form where several overlap."""
        latin = set(re.findall(r"[a-z]+", folded))
        found: dict[str, int] = {}
        for form in _said(self.forms, self._sizes, folded):
            if form[0] >= "㐀" or " " in form or form in latin:
                name, place = self.forms[form].name, folded.find(form)
                found[name] = min(place, found.get(name, place))
        names = [n for n in found if not any(n != other and n in other for other in found)]
        return [self._by_name[name] for name in sorted(names, key=lambda n: (found[n], n))]

    @cached_property
    def _sizes(self) -> Sequence[int]:
        return _lengths(self.forms)

    @cached_property
    def _by_name(self) -> Mapping[str, Subject]:
        return {subject.name: subject for subject in self.forms.values()}

    def foreign(self, folded: str) -> list[str]:
        """Places a question names that are none of those catalogued: 静安 and 静安区 beside 杨浦区. What one of those
        may lie in, 上海市 of 上海市杨浦区, says only which is meant."""
        said = list(_places_said(folded))
        said += [(name, "") for name in places_in(folded) if not any(name == base for base, _ in said)]
        strange = [place for place in said if not self._is_known(place[0])]
        if not strange:
            return []
        named = max((_size(self.names[name]) for name in _said(self._placed, self._placed_sizes, folded)), default=0)
        return [base + suffix for base, suffix in strange if _size(suffix) >= named]

    def _is_known(self, base: str) -> bool:
        """Whether a name is part of one in a title, or the other way round."""
        size = len(base)
        return base in self._run_together or any(
            base[start:end] in self.names for start in range(size) for end in range(start + 1, size + 1)
        )

    @cached_property
    def _run_together(self) -> str:
        """The names, a line each: one long text is looked through sooner than a thousand short ones."""
        return "\n".join(self.names)

    @cached_property
    def _placed(self) -> Names:
        return _places_only(self.names)

    @cached_property
    def _placed_sizes(self) -> Sequence[int]:
        return _lengths(self._placed)


def _said(names: Mapping[str, Any], lengths: Sequence[int], folded: str) -> Set[str]:
    """Those of the names, that have these lengths, that stand in a text."""
    if len(names) > len(folded):
        return names.keys() & {folded[i : i + size] for size in lengths for i in range(len(folded) - size + 1)}
    return {name for name in names if name in folded}


def _lengths(names: Iterable[str]) -> Sequence[int]:
    return sorted(set(map(len, names)))


def _size(suffix: str) -> int:
    """Of a kind of place: 0 a province, 1 a city, 2 what lies in one."""
    return 0 if suffix in ("省", "自治区") else 1 if suffix in ("市", "自治州", "州") else 2


def _places(folded: str) -> Iterator[tuple[str, str]]:
    """(name, suffix) of what is called a place; "社区" and "全市" are none."""
    for match in _PLACE.finditer(folded):
        base = _BEFORE.sub("", match["base"])
        if len(base) >= 2 and not _NO_PLACE.search(base + match["suffix"]):
            yield base, match["suffix"]


def _places_said(folded: str) -> Iterator[tuple[str, str]]:
    """As `_places`, in a question, where anything may stand before a name: whole words only, 静安区, or 江川 and 区; at
    the beginning of a run of Chinese characters a name may be of no known words."""
    ended = [_ending_at(folded, *match.span()) for match in _SUFFIX.finditer(folded)]
    begun = [
        (run.group(), place)
        for run in _RUN.finditer(folded)
        for place in islice(_places(run.group()[:_LONGEST_BASE]), 1)
    ]
    if not any(ended) and not begun:
        return  # most name nothing like a place, and to cut them into words is most of the work
    known = set(words(folded))
    for ways in ended:
        for base, suffix in ways:
            if base + suffix in known or (base in known and base[0] >= "㐀" and not background().share([base])[0]):
                yield base, suffix
                break
    for run, place in begun:
        name = "".join(place)
        if name not in known and not _NO_END.match(run, run.find(name) + len(name)):
            yield place


def _ending_at(folded: str, start: int, end: int) -> Sequence[tuple[str, str]]:
    """What may be a place whose suffix stands there, the longest name first."""
    suffix = folded[start:end]
    bases = [folded[start - size : start] for size in range(min(_LONGEST_BASE, start), 1, -1)]
    return [
        (base, suffix)
        for base in bases
        if not _NO_PLACE.search(base + suffix) and not _COMMON_AREA.search(base + suffix)
    ]


def _forms(subjects: Sequence[Subject]) -> dict[str, Subject]:
    """Each name, and a Chinese one also in Latin letters; one that is written both ways is one subject."""
    by_name = {subject.name: subject for subject in subjects}
    forms: dict[str, Subject] = {}
    for subject in unhurried(subjects):
        latin = romanise(subject.name)
        twin = by_name.get(latin) if latin != subject.name else None
        if twin is not None:
            subject = Subject(subject.name, subject.suffix, subject.documents | twin.documents)
            forms[latin] = subject
        elif latin != subject.name:
            forms.setdefault(latin, subject)
        if subject.name not in forms:
            forms[subject.name] = subject
    return forms


def _places_only(names: Names) -> Names:
    return {name: suffix for name, suffix in names.items() if suffix}


def names_of(document: Document | DocumentHead) -> Names:
    """Name -> suffix ("" for none) of what the title and the issuer name."""
    title = fold(document.title)
    found: dict[str, str] = {}
    issuer = fold(document.attributes.get("issuer", ""))
    found |= dict([*_places(title), *_places(issuer)])
    bodies = [match for text in (title, issuer) if (match := _ISSUED_BY.match(text))]
    bodies += [
        match
        for word in [*words(title), *words(issuer)]
        if (match := _NAMED.match(word)) and not any(body.group().endswith(word) for body in bodies)
    ]
    found |= {match["base"]: match["suffix"] for match in bodies}
    for name in map(str.lower, _LATIN_NAME.findall(document.title)):
        if name not in _NOT_NAMES and not _is_plain(name):
            found[name] = ""
    if 2 <= len(title) <= _SHORT_TITLE:
        found.setdefault(title, "")
    return found


@lru_cache(maxsize=4096)
def _is_plain(word: str) -> bool:
    """Whether a folded word of a title in Latin letters is of the language, and no name: "Leave" in "Leave policy"."""
    term = stem(word)
    meant = [way for way, worth in lexicon().translations([term])[0].items() if worth >= _MEANT]
    return bool(background().share([term])[0] >= _COMMON or meant) and not any(romanise(way) == word for way in meant)


def _count(names: frozenset[str], read: Callable[[], str], before: Spoken | None) -> Spoken:
    """A text that was counted before is read again only for names that were not looked for then."""
    if before and before.names is names:
        return before
    held = {name: count for name, count in before.counts.items() if name in names} if before else {}
    missing = names - before.names if before else names
    if missing:
        text = read()
        held |= {name: text.count(name) for name in _standing_in(text, missing)}
    return Spoken(names, held)


def _standing_in(text: str, names: frozenset[str]) -> Iterable[str]:
    """Many are looked for all at once: one by one, a thousand names in a thousand texts take eight seconds."""
    if len(names) <= _FEW_NAMES:
        return [name for name in names if name in text]
    ordered, spotter = _spotter(names)
    units = units_of_text(text)
    return compress(ordered, spotter.spot([units], [len(units)])[0].tolist())


@lru_cache(maxsize=4)
def _spotter(names: frozenset[str]) -> tuple[Sequence[str], Spotter]:
    ordered = sorted(names)
    return ordered, Spotter(ordered)

"""Whom or what each document is about, and which of those a question names. Drawn from the documents alone.

A subject is a name in a title or an issuer: "杨浦区" in 上海市杨浦区2020年…汇编. A document without one of its own
takes the one it speaks of most.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embeddings.folding import fold
from embeddings.pinyin import romanise
from embeddings.terms import words
from rag.types import Document

_SUFFIX = (
    "自治区|开发区|新区|自治州|街道|集团|公司|大学|学院|医院|银行|委员会|省|市|区|县|镇|乡|村|州|局|厅|部|院|会|办"
)
_NAMED = re.compile(rf"^(?P<base>[一-龥]{{2,6}}?)(?P<suffix>{_SUFFIX})$")
_PLACE = re.compile(r"(?P<base>[一-龥]{2,4}?)(?P<suffix>自治区|新区|省|市|区|县|镇|乡|州)$")
_LATIN_NAME = re.compile(r"\b[A-Z][A-Za-z]{2,}\b")
_NOT_NAMES = frozenset(
    "district government report work plan annual summary key priorities main tasks compilation review the and for "
    "of city council people year first second third session".split()
)
_SHORT_TITLE = 12
_CLEARLY_MORE = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A name and the documents about it. `name` is folded, without its suffix ("杨浦")."""

    name: str
    suffix: str
    documents: frozenset[str]


@dataclass(frozen=True)
class Catalog:
    """The subjects of a body of documents, by each form a question may name them in.

    `names` are all names in titles with their suffix, those that stand in every title included.
    """

    forms: Mapping[str, Subject]
    names: Mapping[str, str]

    @classmethod
    def from_documents(cls, documents: Sequence[Document]) -> "Catalog":
        named = {document.id: _names(document) for document in documents}
        spread = Counter(name for names in named.values() for name in names)
        telling = {name for name, count in spread.items() if count < len(documents)}
        owners: dict[str, set[str]] = {name: set() for name in telling}
        suffix_of: dict[str, str] = {}
        for document in documents:
            own = {name: suffix for name, suffix in named[document.id].items() if name in telling}
            for name in own or _spoken_of_most(document, telling):
                owners[name].add(document.id)
            suffix_of |= own
        subjects = [Subject(name, suffix_of.get(name, ""), frozenset(ids)) for name, ids in sorted(owners.items())]
        everywhere = {name: suffix for names in named.values() for name, suffix in names.items()}
        return cls(_forms(subjects), everywhere)

    def named_in(self, folded: str) -> list[Subject]:
        """Subjects a folded question names, in the order named, the longest form where several overlap."""
        latin = set(re.findall(r"[a-z]+", folded))
        found: dict[str, int] = {}
        for form, subject in self.forms.items():
            place = (
                folded.find(form) if form[0] >= "㐀" or " " in form else (folded.find(form) if form in latin else -1)
            )
            if place >= 0:
                found[subject.name] = min(place, found.get(subject.name, place))
        names = [n for n in found if not any(n != other and n in other for other in found)]
        by_name = {subject.name: subject for subject in self.forms.values()}
        return [by_name[name] for name in sorted(names, key=lambda n: (found[n], n))]

    def foreign(self, folded: str) -> list[str]:
        """Places a question names that are of the kind catalogued, and are none of them: 静安区 beside 杨浦区."""
        found = []
        kinds = set(self.names.values())
        for word in words(folded):
            match = _PLACE.match(word)
            if match and match["suffix"] in kinds and not any(match["base"] in name for name in self.names):
                found.append(word)
        return found


def _forms(subjects: Sequence[Subject]) -> dict[str, Subject]:
    """Each name, and a Chinese one also in Latin letters; one that is written both ways is one subject."""
    by_name = {subject.name: subject for subject in subjects}
    forms: dict[str, Subject] = {}
    for subject in subjects:
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


def _names(document: Document) -> dict[str, str]:
    """Name -> suffix."""
    title = fold(document.title)
    found: dict[str, str] = {}
    for word in [*words(title), *words(document.attributes.get("issuer", ""))]:
        match = _NAMED.match(word)
        if match:
            found[match["base"]] = match["suffix"]
    for name in _LATIN_NAME.findall(document.title):
        if name.lower() not in _NOT_NAMES:
            found[name.lower()] = ""
    if 2 <= len(title) <= _SHORT_TITLE:
        found.setdefault(title, "")
    return found


def _spoken_of_most(document: Document, names: set[str]) -> list[str]:
    """The one name a text holds clearly more often than any other, or none."""
    counts = Counter({name: document.text.count(name) for name in names if name[0] >= "㐀"})
    ranked = [*counts.most_common(2), ("", 0), ("", 0)]
    (first, most), (_, second) = ranked[:2]
    return [first] if most >= _CLEARLY_MORE and most >= _CLEARLY_MORE * second else []

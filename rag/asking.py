"""A question set against one body of documents: its terms weighed, the subjects and years it names found there."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Vectors
from embeddings.romanising import romanise, spellings
from embeddings.terms import bigrams, words
from rag.background import background
from rag.matching import Asked, Group, Terms
from rag.measure import head_of
from rag.passages import Passage
from rag.question import Question, bare
from rag.sight import Sight
from rag.snapshot import Snapshot
from rag.subjects import Subject
from rag.translating import lexicon

_YEAR = re.compile(r"(?:19|20)\d\d")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]{3,}\b")
SPELLINGS = 2
"""Ways to write a name in Chinese characters that are taken from the documents, commonest first."""

LONGEST_PHRASE = 4
"""Words of a phrase looked up as one."""

SURE = 0.4
"""How surely a translation must stand for its word to count in full."""

_LIGHT_WORDS = (
    "out up off down away back set go going went get getting got take took taken make made come came kind own also "
    "only just one number total among per each within whether after before since against through during around about "
    "according say said tell called name new year people place thing due"
)
_LIGHT = frozenset(_LIGHT_WORDS.split())
"""English words that tell nothing by themselves, only in a phrase that is translated."""

PRIOR = 60
"""Passages of ordinary writing that count beside the documents' own when a term's rarity is told."""


@dataclass(frozen=True)
class Asking:
    """What retrieval and answering look for."""

    question: Question
    asked: Asked
    subjects: Sequence[Subject]
    foreign: Sequence[str]
    encoder: Encoder

    @classmethod
    def from_question(cls, question: Question, snapshot: Snapshot) -> "Asking":
        catalog = snapshot.catalog
        text = question.bare
        subjects = catalog.named_in(question.folded)
        names = names_across(question, subjects, snapshot)
        spelled = [form for ways in names.values() for form in ways]
        head = bare(head_of(without(subjects, question.folded), question.language))
        return cls(
            question,
            Asked(
                _weigh([*words(text), *spelled], snapshot),
                _weigh(bigrams(text), snapshot),
                list(groups_across(without(subjects, text), names, snapshot, frozenset(words(head)))),
                _weigh([*words(head), *bigrams(head)], snapshot),
                _unseen(words(text), snapshot),
            ),
            subjects,
            catalog.foreign(question.folded),
            snapshot.encoder,
        )

    @cached_property
    def vector(self) -> Vectors:
        """Of the question, shape (dimensions,); without the subjects that already say which documents are meant."""
        folded = self.question.folded
        return self.encoder.encode_query((without(self.subjects, folded) if self.bound else folded).strip() or folded)

    @cached_property
    def _sights(self) -> dict[str, Sight]:
        return {}

    def sight(self, passage: Passage) -> Sight:
        """What of the question stands in a passage; looked up once."""
        sight = self._sights.get(passage.paragraph.id)
        if sight is None:
            self._sights[passage.paragraph.id] = sight = Sight.from_passage(self.asked, passage)
        return sight

    @cached_property
    def documents(self) -> frozenset[str] | None:
        """Those the named subjects are of; None when none is named. Names of one document narrow each other down."""
        if not self.subjects:
            return None
        together = frozenset.intersection(*(s.documents for s in self.subjects))
        return together or frozenset().union(*(s.documents for s in self.subjects))

    @property
    def bound(self) -> frozenset[str] | None:
        """The documents the answer must come from: those of a place or body named as such, not of a mere title."""
        return self.documents if any(s.suffix for s in self.subjects) else None


def without(subjects: Sequence[Subject], folded: str) -> str:
    """A folded text with these subjects' names struck out, in either script."""
    for subject in subjects:
        folded = re.sub(
            rf"{re.escape(subject.name)}(?:{subject.suffix})?|\b{re.escape(romanise(subject.name))}\b(?:'s)?",
            " ",
            folded,
        )
    return folded


def names_across(question: Question, subjects: Sequence[Subject], snapshot: Snapshot) -> Mapping[str, list[str]]:
    """Names of the question as the documents spell them in the other script: 杨浦 for "yangpu", "yangpu" for 杨浦."""
    if question.language == "en":
        found = {}
        known = {romanise(subject.name): subject.name for subject in subjects}
        for name in dict.fromkeys(_CAPITALISED.findall(question.text)):
            ways = [known[name.lower()]] if name.lower() in known else spellings(name)
            counts = snapshot.lexical.frequency(ways)
            usual = [ways[i] for i in np.argsort(-counts, kind="stable")[:SPELLINGS].tolist() if counts[i] > 0]
            if usual:
                found[name.lower()] = usual
        return found
    chinese = [word for word in dict.fromkeys(words(question.bare)) if 2 <= len(word) <= 4 and word[0] >= "㐀"]
    ways = [romanise(word) for word in chinese]
    held = snapshot.lexical.frequency(ways)
    return {word: [way] for word, way, count in zip(chinese, ways, held, strict=True) if count > 0}


def groups_across(
    text: str, names: Mapping[str, list[str]], snapshot: Snapshot, head: frozenset[str]
) -> Iterator[Group]:
    """Each word of a folded text with what passages in the other language may have in its place: translations, of the
    word and of the pairs it stands in; the spellings of a name; itself, where it is a number or not translated."""
    asked = [word for word in dict.fromkeys(words(text)) if not _YEAR.fullmatch(word)]
    if not asked:
        return
    phrases = [
        asked[start : start + size]
        for size in range(2, LONGEST_PHRASE + 1)
        for start in range(len(asked) - size + 1)
        if asked[start][0] < "㐀"
    ]
    ways = lexicon().translations([*asked, *(" ".join(phrase) for phrase in phrases)])
    places = {word: {} if word in _LIGHT else dict(found) for word, found in zip(asked, ways, strict=False)}
    for phrase, found in zip(phrases, ways[len(asked) :], strict=True):
        for word in phrase:
            places[word] |= {term: max(worth, places[word].get(term, 0.0)) for term, worth in found.items()}
    for name, forms in names.items():
        for word in (name, name[:-1]):
            if word in places:
                places[word] = dict.fromkeys(forms, 1.0)
    for word in asked:
        if not places[word] and word not in _LIGHT:
            places[word] = {word: 1.0}
    every = list(dict.fromkeys(term for found in places.values() for term in found))
    shares = dict(zip(every, _shares(every, snapshot).tolist(), strict=True))
    seen = dict(zip(every, (snapshot.lexical.frequency(every) > 0).tolist(), strict=True)) if every else {}
    for word, found in places.items():
        if found:
            surest = max(found.values())
            credited = {term: worth / surest for term, worth in sorted(found.items(), key=lambda way: -way[1])}
            share = min(sum(credit * shares[term] for term, credit in credited.items()), 1.0)
            unseen = not any(seen[term] for term in found)
            weight = max(-math.log(share), 0.05) * min(surest / SURE, 1.0) ** 0.5
            yield Group(weight, credited, word in head, unseen)


def _weigh(terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """-ln of a term's share of passages."""
    distinct = list(dict.fromkeys(terms))
    if not distinct:
        return {}
    weights = np.maximum(-np.log(np.minimum(_shares(distinct, snapshot), 1.0)), 0.05)
    return dict(zip(distinct, weights.tolist(), strict=True))


def _shares(distinct: Sequence[str], snapshot: Snapshot) -> NDArray[np.float64]:
    """The share of passages that hold each term, the documents' own and ordinary ones pooled."""
    own = snapshot.lexical.frequency(distinct)
    shares: NDArray[np.float64] = (own + PRIOR * background().share(distinct)) / (len(snapshot.lexical) + PRIOR)
    return shares


def _unseen(asked: Sequence[str], snapshot: Snapshot) -> Terms:
    distinct = list(dict.fromkeys(asked))
    return Terms(word for word, count in zip(distinct, snapshot.lexical.frequency(distinct), strict=True) if not count)

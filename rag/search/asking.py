"""A question set against one body of documents: its terms weighed, the subjects and years it names found there."""

import math
import re
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Vectors
from embeddings.folding import fold
from embeddings.romanising import romanise, spellings, syllables
from embeddings.terms import bigrams, words
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.questions import light
from rag.questions.question import Question, bare
from rag.questions.subjects import Subject
from rag.search.coverage import Coverage
from rag.search.sight import Sight, Sights
from rag.text import inflection
from rag.text.background import background
from rag.text.english_names import well_known
from rag.text.facts import rewritten, years
from rag.text.matching import Asked, Group, Terms
from rag.text.measure import head_of, named_beside
from rag.text.paraphrasing import paraphrases
from rag.text.thesaurus import others_for
from rag.text.translating import SURE, lexicon

_YEAR = re.compile(r"(?:19|20)\d\d")
_TWO_HAN = re.compile("[一-龥]{2}")
_CAPITALISED = re.compile(r"\b(?=[A-Za-z']{4})[A-Z][a-z]+(?:'[a-z]{2,})?\b")
COMPOUNDS = 8
"""Paragraphs looked at for what a name and the characters after it stand for together."""
SPELLINGS = 2
"""Ways to write a name in Chinese characters that are taken from the documents, commonest first."""

LONGEST_PHRASE = 4
"""Words of a phrase looked up as one."""

ALIKE = 0.25
"""How surely a word must mean the same to be looked for in another's place."""

TOPIC = 0.4
"""What a word of the question before counts where a follow-up names something beside its topic."""

FEW = 10
"""Paragraphs that are a handful: few words are rare or common among them, and most are near to any question."""

MANY = 1000
"""Paragraphs beyond which what a passage lacks of the question tells more: the more there are, the more of them are as
near in meaning as the one that is meant."""

PRIOR = 60
"""Passages of ordinary writing that count beside the documents' own when a term's rarity is told."""


UNSEEN = 0.5
"""Passages that a term is taken to stand in where it stands nowhere: it tells little more than one that stands once."""

LITTLE = 0.3
"""How telling a word is at most that speech adds to any question."""


@dataclass(frozen=True)
class Asking:
    """What retrieval and answering look for."""

    question: Question
    asked: Asked
    subjects: Sequence[Subject]
    foreign: Sequence[str]
    encoder: Encoder
    head: str = ""
    """The words that name what is asked for, folded."""
    few: bool = False
    """Whether all there is to find it in is a handful of paragraphs."""
    many: float = 0.0
    """How many there are: 0 up to MANY, 1 for its square, and in between and beyond by their logarithm."""
    beside: str = ""
    """What a follow-up names beside the topic of the question before, folded."""
    reports: frozenset[str] | None = None
    """The reports of the year that the question names one by; None where it does not."""

    @classmethod
    def from_question(cls, question: Question, snapshot: Snapshot) -> "Asking":
        catalog = snapshot.catalog
        reports = reports_of(question.reported, snapshot) if question.reported else frozenset[str]()
        if question.reported and not reports:  # there is none of that year: it is what is told of that year
            question = replace(question, years=question.years | question.reported)
        text = question.bare
        subjects = [s for s in catalog.named_in(question.folded) if not _of_others(s, question.folded, snapshot)]
        own = words(text)
        told = as_told(own, snapshot) if question.language == "en" else {}
        names = names_across(question, own, subjects, snapshot)
        spelled = [form for ways in names.values() for form in ways]
        head = bare(head_of(without(subjects, question.folded), question.language))
        head_words = words(head)
        rest = without(subjects, text)
        alike = (
            others_for(text, [word for word in own if word not in light.CHINESE]) if question.language == "zh" else {}
        )
        own += [phrase for phrase in alike if phrase not in own]
        figures = rewritten(question.folded, "zh" if question.language == "en" else "en")
        places = places_across(own if rest == text else words(rest), names, figures)
        pairs, head_pairs = bigrams(text), bigrams(head)
        here = [told.get(word, word) for word in own]
        head_here = [told.get(word, word) for word in head_words]
        every = [
            *own,
            *here,
            *spelled,
            *pairs,
            *head_words,
            *head_pairs,
            *(term for found in places.values() for term in found),
            *(term for found in alike.values() for term in found),
        ]
        counted = Counted.of(every, snapshot, together={term for found in places.values() for term in found})
        beside = named_beside(question.folded) if question.completed else ""
        here_alike = {
            word: {term: worth for term, worth in found.items() if counted.seen[term]} for word, found in alike.items()
        }
        return cls(
            question,
            Asked(
                _less_of_topic(counted.weights([*here, *spelled]), beside),
                _less_of_topic(counted.weights(pairs), beside),
                list(groups_across(places, counted, frozenset(head_words))),
                counted.weights([*head_here, *head_pairs]),
                Terms(word for word in here if not counted.seen[word] and not here_alike.get(word)),
                here_alike,
            ),
            subjects,
            catalog.foreign(question.folded),
            snapshot.encoder,
            head,
            len(snapshot.paragraphs) <= FEW,
            many(len(snapshot.paragraphs)),
            beside,
            reports or None,
        )

    @cached_property
    def vector(self) -> Vectors:
        """Of the question, shape (dimensions,); without the subjects that already say which documents are meant."""
        folded = self.question.folded
        return self.encoder.encode_query((without(self.subjects, folded) if self.bound else folded).strip() or folded)

    @cached_property
    def _looked(self) -> list[tuple[Sights, Sequence[Passage]]]:
        return []

    @cached_property
    def _sights(self) -> dict[str, Sight]:
        return {}

    def look(self, passages: Sequence[Passage]) -> Sights:
        """What of the question stands in these passages; kept for `sight`."""
        sights = Sights.of(self.asked, passages)
        self._looked.append((sights, passages))
        return sights

    def sight(self, passage: Passage) -> Sight:
        """What of the question stands in a passage; looked up once."""
        id = passage.paragraph.id
        if id not in self._sights:
            self._sights[id] = self._seen(id) or self.look([passage])[0]
        return self._sights[id]

    def _seen(self, id: str) -> Sight | None:
        """In what was looked at last first."""
        for sights, passages in reversed(self._looked):
            for place, passage in enumerate(passages):
                if passage.paragraph.id == id:
                    return sights[place]
        return None

    @cached_property
    def coverage(self) -> Coverage:
        return Coverage(self.asked)

    @cached_property
    def documents(self) -> frozenset[str] | None:
        """Those the named subjects are of; None when none is named. Names of one document narrow each other down."""
        if not self.subjects:
            return None
        together = frozenset.intersection(*(s.documents for s in self.subjects))
        return together or frozenset().union(*(s.documents for s in self.subjects))

    @property
    def bound(self) -> frozenset[str] | None:
        """The documents the answer must come from: those of a place or body named as such, not of a mere title, and of
        the year that a report is named by."""
        named = self.documents if any(s.suffix for s in self.subjects) else None
        if self.reports is None or named is None:
            return named or self.reports
        return named & self.reports or named


def reports_of(years_named: frozenset[int], snapshot: Snapshot) -> frozenset[str]:
    """Documents with one of these years in their title."""
    return frozenset(head.id for head in snapshot.heads() if years_named & years(fold(head.title)))


def many(paragraphs: int) -> float:
    """As `Asking.many`: ln(paragraphs / MANY) / ln(MANY), at least 0."""
    return max(math.log(max(paragraphs, 1) / MANY) / math.log(MANY), 0.0)


def _less_of_topic(weights: dict[str, float], beside: str) -> dict[str, float]:
    """Weights with what a follow-up leaves to be understood counting less than what it names `beside` it."""
    return {term: weight * (1.0 if not beside or term in beside else TOPIC) for term, weight in weights.items()}


def _of_others(subject: Subject, folded: str, snapshot: Snapshot) -> bool:
    """Whether a name is but the beginning of another that only documents not of the subject have: 黄浦码头."""
    if subject.name[0] < "㐀":
        return False
    longer = re.findall(rf"{re.escape(subject.name)}(.{{0,2}})", folded)
    for following in longer:
        by_suffix = bool(subject.suffix) and following.startswith(subject.suffix)
        if by_suffix or not _TWO_HAN.fullmatch(following):
            return False
        pair = subject.name[-1] + following[0]
        if not snapshot.lexical.frequency([pair, following]).all():
            return False
        rows, _ = snapshot.lexical.search({pair: 1.0, following: 1.0}, COMPOUNDS)
        name = subject.name + following
        holding = {p.paragraph.document_id for p in snapshot.passages(rows) if name in p.text.folded}
        if not holding or holding & subject.documents:
            return False
    return bool(longer)


def without(subjects: Sequence[Subject], folded: str) -> str:
    """A folded text with these subjects' names struck out, in either script."""
    for subject in subjects:
        folded = re.sub(
            rf"{re.escape(subject.name)}(?:{subject.suffix})?|\b{re.escape(romanise(subject.name))}\b(?:'s)?",
            " ",
            folded,
        )
    return folded


def as_told(own: Sequence[str], snapshot: Snapshot) -> Mapping[str, str]:
    """What documents have in place of English words that they have nowhere: another form of the word, or what means the
    same ("sidewalk" for "pavement")."""
    asked = [word for word in dict.fromkeys(own) if word[0] < "㐀" and word.isalpha() and word not in light.ENGLISH]
    if not asked:
        return {}
    missing = [word for word, count in zip(asked, snapshot.lexical.frequency(asked), strict=True) if not count]
    ways = [
        {way: worth for way, worth in alike.items() if worth >= ALIKE} | dict.fromkeys(inflection.forms(word), 1.0)
        for word, alike in zip(missing, paraphrases(missing), strict=True)
    ]
    every = list(dict.fromkeys(way for found in ways for way in found))
    counts = dict(zip(every, snapshot.lexical.frequency(every).tolist(), strict=True)) if every else {}
    told = {}
    for word, found in zip(missing, ways, strict=True):
        held = [(worth, counts[way], way) for way, worth in found.items() if counts[way]]
        if held:
            told[word] = max(held)[2]
    return told


def names_across(
    question: Question, own: Sequence[str], subjects: Sequence[Subject], snapshot: Snapshot
) -> Mapping[str, list[str]]:
    """Names of the question as the documents spell them in the other script: 杨浦 for "yangpu", "yangpu" for 杨浦."""
    if question.language == "en":
        found = {}
        known = {romanise(subject.name): subject.name for subject in subjects}
        for name in dict.fromkeys(_CAPITALISED.findall(question.text)):
            letters = name.lower().replace("'", "")
            ways = [known[letters]] if letters in known else spellings(letters)
            counts = snapshot.lexical.frequency(ways)
            usual = [ways[i] for i in np.argsort(-counts, kind="stable")[:SPELLINGS].tolist() if counts[i] > 0]
            usual = usual or _chained(letters, snapshot)
            if usual and letters not in known:
                # Whatever else here may be read like it: 新疆, and not 新江 of 新江湾.
                usual = [way for way in well_known(letters) if romanise(way) == letters] or usual
            if usual:
                found[name.lower()] = usual
        return found
    chinese = [word for word in dict.fromkeys(own) if 2 <= len(word) <= 4 and word[0] >= "㐀"]
    ways = [romanise(word) for word in chinese]
    held = snapshot.lexical.frequency(ways)
    return {word: [way] for word, way, count in zip(chinese, ways, held, strict=True) if count > 0}


def _chained(letters: str, snapshot: Snapshot) -> list[str]:
    """A name of three or four syllables as its pairs of characters stand in the documents: 陆家 and 家浜 for
    "lujiabang"."""
    found: dict[str, int] = {}
    for sets in syllables(letters):
        names = dict.fromkeys(sets[0], sys.maxsize) if len(sets) in (3, 4) else {}
        for following in sets[1:]:
            pairs = [last + other for last in {name[-1] for name in names} for other in following]
            counts = dict(zip(pairs, snapshot.lexical.frequency(pairs).tolist(), strict=True)) if pairs else {}
            names = {
                name + other: min(number, counts[name[-1] + other])
                for name, number in names.items()
                for other in following
                if counts[name[-1] + other]
            }
        found |= names
    return sorted(found, key=lambda name: -found[name])[:SPELLINGS]


def places_across(
    own: Sequence[str], names: Mapping[str, list[str]], figures: Mapping[str, list[str]]
) -> Mapping[str, Mapping[str, float]]:
    """Each word with what passages in the other language may have in its place, and how surely that stands for it:
    translations, of the word and of the phrases it stands in; the spellings of a name; itself, where it is a number or
    not translated; a large number as it is written there. Years are left out."""
    asked = [word for word in dict.fromkeys(own) if not _YEAR.fullmatch(word)]
    if not asked:
        return {}
    phrases = [
        asked[start : start + size]
        for size in range(2, LONGEST_PHRASE + 1)
        for start in range(len(asked) - size + 1)
        if asked[start][0] < "㐀"
    ]
    ways = lexicon().translations([*asked, *(" ".join(phrase) for phrase in phrases)])
    places = {word: {} if word in light.ENGLISH else dict(found) for word, found in zip(asked, ways, strict=False)}
    for phrase, found in zip(phrases, ways[len(asked) :], strict=True):
        for word in phrase if not light.ENGLISH.issuperset(phrase) else ():
            places[word] |= {term: max(worth, places[word].get(term, 0.0)) for term, worth in found.items()}
    for name, forms in names.items():
        for word in (name, name[:-1]):
            if word in places:
                places[word] = dict.fromkeys(forms, 1.0)
    for number, ways_written in figures.items():
        if number in places:
            places[number] = dict.fromkeys([number, *ways_written], 1.0)
    for word in asked:
        if not places[word] and word not in light.ENGLISH:
            places[word] = {word: 1.0}
    return places


def groups_across(
    places: Mapping[str, Mapping[str, float]], counted: "Counted", head: frozenset[str]
) -> Iterator[Group]:
    """What `places_across` found, weighed. A word is as rare as all that may stand for it together."""
    shares, seen, parts = counted.shares, counted.seen, counted.pieces
    for word, found in places.items():
        if found:
            ways = sorted(found.items(), key=_surest_first)
            surest = ways[0][1]
            credited = {term: worth / surest for term, worth in ways}
            share = min(sum([credit * shares[term] for term, credit in credited.items()]), 1.0)
            unseen = not any(seen[term] for term in found)
            weight = max(-math.log(share), 0.05) * min(surest / SURE, 1.0) ** 0.5
            pieces = {
                piece: credit / len(parts[term])
                for term, credit in reversed(credited.items())
                if term in parts
                for piece in parts[term]
            }
            yield Group(weight, credited, word in head, unseen, pieces, word)


def _surest_first(way: tuple[str, float]) -> float:
    return -way[1]


@dataclass(frozen=True, slots=True)
class Counted:
    """Of each term, the share of passages that hold it, the documents' own and ordinary ones pooled; how telling that
    makes it; and whether the documents have it at all. `pieces` are the pairs of characters of those that the lexical
    leg does not have as one word: as many passages hold it as hold the rarest pair."""

    shares: Mapping[str, float]
    telling: Mapping[str, float]
    seen: Mapping[str, bool]
    pieces: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, terms: Iterable[str], snapshot: Snapshot, *, together: Container[str] = ()) -> "Counted":
        """Of terms; Chinese ones of `together` may stand in the documents as several words."""
        distinct = list(dict.fromkeys(terms))
        if not distinct:
            return cls({}, {}, {}, {})
        own = snapshot.lexical.frequency(distinct)
        usual = background().share(distinct)
        pieces = {
            place: bigrams(term)
            for place, term in enumerate(distinct)
            if term in together and len(term) > 2 and term[0] >= "㐀" and not own[place]
        }
        if pieces:
            pairs = list(dict.fromkeys(pair for found in pieces.values() for pair in found))
            number = {pair: i for i, pair in enumerate(pairs)}
            here, ordinarily = snapshot.lexical.frequency(pairs), background().share(pairs)
            for place, found in pieces.items():
                rows = [number[pair] for pair in found]
                own[place], usual[place] = here[rows].min(), ordinarily[rows].min()
        pooled = len(snapshot.lexical) + PRIOR
        least = UNSEEN * len(snapshot.lexical) / pooled  # a handful of passages says little of what there is not
        shares: NDArray[np.float64] = np.maximum(own + PRIOR * usual, least) / pooled
        telling = np.maximum(-np.log(np.minimum(shares, 1.0)), 0.05)
        slight = np.array([term in light.CHINESE for term in distinct])
        telling[slight] = np.minimum(telling[slight], LITTLE)
        columns = [dict(zip(distinct, values.tolist(), strict=True)) for values in (shares, telling, own > 0)]
        return cls(
            columns[0],
            columns[1],
            columns[2],
            {distinct[place]: found for place, found in pieces.items() if own[place]},
        )

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """-ln of each term's share, at least 0.05."""
        return {term: self.telling[term] for term in terms}

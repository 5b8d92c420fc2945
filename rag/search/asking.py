"""A question set against one body of documents: its terms weighed, the subjects and years it names found there."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from embeddings import Encoder, Vectors
from embeddings.folding import fold
from embeddings.romanising import romanise
from embeddings.terms import bigrams, words
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.questions import light
from rag.questions.question import Question, bare
from rag.questions.subjects import Subject
from rag.search.across import groups_across, names_across, places_across
from rag.search.coverage import Coverage
from rag.search.rarity import Counted
from rag.search.sight import Sight, Sights
from rag.text.facts import rewritten, years
from rag.text.matching import Asked, Terms
from rag.text.measure import head_of, named_beside
from rag.text.thesaurus import others_for, others_in_english

_TWO_HAN = re.compile("[一-龥]{2}")
COMPOUNDS = 8
"""Paragraphs looked at for what a name and the characters after it stand for together."""
OTHER, ALONE = 0.3, 1.0
"""What another word for one counts in the lexical leg, beside the word itself, and where that stands nowhere."""

TOPIC = 0.4
"""What a word of the question before counts where a follow-up names something beside its topic."""

FEW = 10
"""Paragraphs that are a handful: few words are rare or common among them, and most are near to any question."""

MANY = 1000
"""Paragraphs beyond which what a passage lacks of the question tells more: the more there are, the more of them are as
near in meaning as the one that is meant."""


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
        names = names_across(question, own, subjects, snapshot)
        spelled = [form for ways in names.values() for form in ways]
        head = bare(head_of(without(subjects, question.folded), question.language))
        head_words = words(head)
        rest = without(subjects, text)
        if question.language == "en":
            alike = others_in_english([word for word in own if word.isalpha() and word not in light.ENGLISH])
        else:
            alike = others_for(text, [word for word in own if word not in light.CHINESE])
            own += [phrase for phrase in alike if phrase not in own]
        figures = rewritten(question.folded, "zh" if question.language == "en" else "en")
        places = places_across(own if rest == text else words(rest), names, figures)
        pairs, head_pairs = bigrams(text), bigrams(head)
        every = [
            *own,
            *spelled,
            *pairs,
            *head_words,
            *head_pairs,
            *(term for found in places.values() for term in found),
            *(term for found in alike.values() for term in found),
        ]
        several = {term for found in (*places.values(), *alike.values()) for term in found}
        counted = Counted.of(every, snapshot, together=several)
        beside = named_beside(question.folded) if question.completed else ""
        here_alike = {
            word: {term: worth for term, worth in found.items() if counted.seen[term]} for word, found in alike.items()
        }
        return cls(
            question,
            Asked(
                _less_of_topic(counted.weights([*own, *spelled]), beside),
                _less_of_topic(counted.weights(pairs), beside),
                list(groups_across(places, counted, frozenset(head_words))),
                counted.weights([*head_words, *head_pairs]),
                Terms(word for word in own if not counted.seen[word] and not here_alike.get(word)),
                here_alike,
                in_place(here_alike, counted),
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
            self._sights[id] = self.seen(id) or self.look([passage])[0]
        return self._sights[id]

    def seen(self, id: str) -> Sight | None:
        """What of the question stands in a passage that was looked at, in what was looked at last first."""
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


def in_place(alike: Mapping[str, Mapping[str, float]], counted: Counted) -> Mapping[str, float]:
    """What the lexical leg looks for in place of words of the question, and what each term counts beside one of its
    own: more where the documents have nothing of the word."""
    found: dict[str, float] = {}
    for word, others in alike.items():
        share = OTHER if counted.seen[word] else ALONE
        for other, worth in others.items():
            for piece in counted.pieces.get(other, (other,)):
                found[piece] = max(found.get(piece, 0.0), share * worth)
    return found

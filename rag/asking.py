"""A question set against one body of documents: its terms weighed, the subjects and years it names found there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embeddings import Encoder, Vectors
from embeddings.romanising import romanise, spellings
from embeddings.terms import bigrams, words
from rag.background import background
from rag.matching import Asked
from rag.passages import Passage
from rag.question import Question
from rag.sight import Sight
from rag.snapshot import Snapshot
from rag.subjects import Subject

_CAPITALISED = re.compile(r"\b[A-Z][a-z]{3,}\b")
SPELLINGS = 2
"""Ways to write a name in Chinese characters that are taken from the documents, commonest first."""

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
        return cls(
            question,
            Asked(_weigh([*words(text), *names_across(question, snapshot)], snapshot), _weigh(bigrams(text), snapshot)),
            catalog.named_in(question.folded),
            catalog.foreign(question.folded),
            snapshot.encoder,
        )

    @cached_property
    def vector(self) -> Vectors:
        """Of the question, shape (dimensions,)."""
        return self.encoder.encode_query(self.question.text)

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


def names_across(question: Question, snapshot: Snapshot) -> list[str]:
    """Names of the question as the documents spell them in the other script: 杨浦 for "Yangpu", "yangpu" for 杨浦."""
    if question.language == "en":
        found = []
        for name in dict.fromkeys(_CAPITALISED.findall(question.text)):
            ways = spellings(name)
            counts = snapshot.lexical.frequency(ways)
            found += [ways[i] for i in np.argsort(-counts, kind="stable")[:SPELLINGS].tolist() if counts[i] > 0]
        return found
    ways = [romanise(word) for word in dict.fromkeys(words(question.bare)) if 2 <= len(word) <= 4 and word[0] >= "㐀"]
    return [way for way, count in zip(ways, snapshot.lexical.frequency(ways), strict=True) if count > 0]


def _weigh(terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """-ln of a term's share of passages, the documents' own and ordinary ones pooled."""
    distinct = list(dict.fromkeys(terms))
    if not distinct:
        return {}
    own = snapshot.lexical.frequency(distinct)
    pooled = (own + PRIOR * background().share(distinct)) / (len(snapshot.lexical) + PRIOR)
    return dict(zip(distinct, np.maximum(-np.log(np.minimum(pooled, 1.0)), 0.05).tolist(), strict=True))

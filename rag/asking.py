"""A question set against one body of documents: its terms weighed, the subjects and years it names found there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embeddings.terms import bigrams, words
from rag.background import background
from rag.matching import Asked
from rag.question import Question
from rag.snapshot import Snapshot
from rag.subjects import Subject

PRIOR = 60
"""Passages of ordinary writing that count beside the documents' own when a term's rarity is told."""


@dataclass(frozen=True)
class Asking:
    """What retrieval and answering look for."""

    question: Question
    asked: Asked
    subjects: Sequence[Subject]
    foreign: Sequence[str]

    @classmethod
    def from_question(cls, question: Question, snapshot: Snapshot) -> "Asking":
        catalog = snapshot.catalog
        text = question.bare
        return cls(
            question,
            Asked(_weigh(words(text), snapshot), _weigh(bigrams(text), snapshot)),
            catalog.named_in(question.folded),
            catalog.foreign(question.folded),
        )

    @cached_property
    def documents(self) -> frozenset[str] | None:
        """Those the named subjects are of; None when none is named. Names of one document narrow each other down."""
        if not self.subjects:
            return None
        together = frozenset.intersection(*(s.documents for s in self.subjects))
        return together or frozenset().union(*(s.documents for s in self.subjects))


def _weigh(terms: Sequence[str], snapshot: Snapshot) -> dict[str, float]:
    """-ln of a term's share of passages, the documents' own and ordinary ones pooled."""
    distinct = list(dict.fromkeys(terms))
    if not distinct:
        return {}
    own = snapshot.lexical.frequency(distinct)
    pooled = (own + PRIOR * background().share(distinct)) / (len(snapshot.lexical) + PRIOR)
    return dict(zip(distinct, np.maximum(-np.log(np.minimum(pooled, 1.0)), 0.05).tolist(), strict=True))

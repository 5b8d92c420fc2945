"""How much of a question stands in a text: weighted coverage of its words and bigrams, blind to form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from embeddings.folding import fold

_TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+(?:['’][a-z]+)*")


@dataclass(frozen=True)
class Matchable:
    """A folded text ready to be looked into: Chinese terms match as pieces, numbers and Latin words as wholes."""

    folded: str

    @classmethod
    def from_text(cls, text: str) -> "Matchable":
        return cls(fold(text))

    @cached_property
    def tokens(self) -> frozenset[str]:
        return frozenset(_TOKEN.findall(self.folded))

    @cached_property
    def latin(self) -> str:
        """Latin words side by side, so that a stem is found at a word's beginning."""
        return " " + " ".join(sorted(self.tokens))

    def holds(self, term: str) -> bool:
        first = term[0]
        if first >= "㐀":
            return term in self.folded
        if first.isdigit():
            return term in self.tokens
        return f" {term}" in self.latin


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms of a question with how telling each is; weights are above 0."""

    words: Mapping[str, float]
    bigrams: Mapping[str, float]

    @property
    def weighted(self) -> Mapping[str, float]:
        """What the lexical leg is asked for: each term once; a word that is also a bigram counts double."""
        return {term: 1.0 + (term in self.words and term in self.bigrams) for term in (*self.words, *self.bigrams)}

    def matched(self, text: Matchable) -> frozenset[str]:
        """The terms the text holds."""
        return frozenset(term for terms in (self.words, self.bigrams) for term in terms if text.holds(term))

    def word_coverage(self, matched: frozenset[str]) -> float:
        """Share of the words' weight that is matched, 0 to 1."""
        return _share(self.words, matched)

    def bigram_coverage(self, matched: frozenset[str]) -> float:
        return _share(self.bigrams, matched)

    def rarest_missing(self, matched: frozenset[str]) -> float:
        """Weight of the most telling word that is not matched, over that of the most telling one; 0 to 1."""
        top = max(self.words.values(), default=0.0)
        return max((w for t, w in self.words.items() if t not in matched), default=0.0) / top if top else 0.0


def _share(weights: Mapping[str, float], matched: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in matched) / total if total else 0.0


def union(parts: Sequence[frozenset[str]]) -> frozenset[str]:
    """Terms that any of the parts matches."""
    return frozenset().union(*parts)

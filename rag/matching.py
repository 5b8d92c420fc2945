"""How much of a question stands in a text: weighted coverage of its words and bigrams, blind to form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from embeddings.folding import fold

_TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+(?:['’][a-z]+)*")
Terms = frozenset[str]


@dataclass(frozen=True)
class Matchable:
    """A folded text ready to be looked into."""

    folded: str

    @classmethod
    def from_text(cls, text: str) -> "Matchable":
        return cls(fold(text))

    @cached_property
    def tokens(self) -> Terms:
        """Numbers and Latin words."""
        return frozenset(_TOKEN.findall(self.folded))

    @cached_property
    def words(self) -> str:
        """Latin words side by side, so that a stem is found at a word's beginning."""
        return " " + " ".join(sorted(self.tokens))


@dataclass(frozen=True)
class Asked:
    """Terms of a question with how telling each is; weights are above 0."""

    words: Mapping[str, float]
    bigrams: Mapping[str, float]

    @property
    def weighted(self) -> Mapping[str, float]:
        """What the lexical leg is asked for: each term once; a word that is also a bigram counts double."""
        return {term: 1.0 + (term in self.words and term in self.bigrams) for term in self.terms}

    @cached_property
    def terms(self) -> Terms:
        return frozenset(self.words) | frozenset(self.bigrams)

    @cached_property
    def word_weight(self) -> float:
        return sum(self.words.values())

    @cached_property
    def bigram_weight(self) -> float:
        return sum(self.bigrams.values())

    @cached_property
    def top(self) -> float:
        """Weight of the most telling word."""
        return max(self.words.values(), default=0.0)

    def matched(self, text: Matchable, among: Terms | None = None) -> Terms:
        """The terms the text holds, of all or of `among`: Chinese ones as pieces, numbers and Latin words as wholes."""
        terms = self.terms if among is None else among
        folded = text.folded
        return frozenset(
            term
            for term in terms
            if (
                term in folded
                if term[0] >= "㐀"
                else term in text.tokens
                if term[0].isdigit()
                else f" {term}" in text.words
            )
        )

    def word_coverage(self, matched: Terms) -> float:
        """Share of the words' weight that is matched, 0 to 1."""
        words = self.words
        return sum([words[t] for t in matched if t in words]) / self.word_weight if words else 0.0

    def bigram_coverage(self, matched: Terms) -> float:
        bigrams = self.bigrams
        return sum([bigrams[t] for t in matched if t in bigrams]) / self.bigram_weight if bigrams else 0.0

    def rarest_missing(self, matched: Terms) -> float:
        """Weight of the most telling word that is not matched, over that of the most telling one; 0 to 1."""
        missing = [weight for term, weight in self.words.items() if term not in matched]
        return max(missing) / self.top if missing else 0.0

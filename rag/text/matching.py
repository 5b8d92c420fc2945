"""How much of a question stands in a text: weighted coverage of its words and bigrams, blind to form."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from embeddings.folding import fold
from rag.text.facts import Quantity, counts, quantities, spelled
from rag.text.spotting import TOKEN, Spotter

Terms = frozenset[str]

TRANSLATED = 0.7
"""What a translation counts in the lexical leg, beside a term of the question itself."""


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
        return frozenset(TOKEN.findall(self.folded))

    @cached_property
    def figures(self) -> Sequence[Quantity]:
        """Its quantities that count something: those in digits, in order, then those in English words."""
        counted = (figure for figure in quantities(self.folded) if counts(self.folded, figure))
        return (*counted, *spelled(self.folded))

    @cached_property
    def words(self) -> str:
        """Latin words side by side, so that a stem is found at a word's beginning."""
        return " " + " ".join(sorted(self.tokens))


@dataclass(frozen=True, slots=True)
class Group:
    """A word of a question and what a passage in the other language may have for it: term -> how well it stands for
    the word, above 0 to 1, the best first. `weight` is how telling the word is, above 0; `head` says whether it names
    what is asked for, `unseen` whether the documents have none of the terms. `pieces` are what the lexical leg has of
    terms that it does not have as one word, 实事 and 项目 of 实事项目, with what each counts. `word` is the
    question's."""

    weight: float
    terms: Mapping[str, float]
    head: bool = False
    unseen: bool = False
    pieces: Mapping[str, float] = field(default_factory=dict)
    word: str = ""

    def credit(self, matched: Terms) -> float:
        """Of the best term that is matched, 0 to 1."""
        return next((math.sqrt(credit) for term, credit in self.terms.items() if term in matched), 0.0)


@dataclass(frozen=True)
class Asked:
    """Terms of a question with how telling each is; weights are above 0. `head` are those that name what is asked for,
    `unseen` the words that the documents have nowhere, `groups` the words as the other language has them, `alike` other
    words for a word and how surely each stands for it, `in_place` what the lexical leg looks for in their place."""

    words: Mapping[str, float]
    bigrams: Mapping[str, float]
    groups: Sequence[Group] = ()
    head: Mapping[str, float] = field(default_factory=dict)
    unseen: Terms = frozenset()
    alike: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    in_place: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def weighted(self) -> Mapping[str, float]:
        """What the lexical leg is asked for: each term once; a word that is also a bigram counts double, a translation
        as much as it stands for its word."""
        beside: dict[str, float] = {}
        for group in self.groups:
            for term, credit in [*group.terms.items(), *group.pieces.items()]:
                beside[term] = max(beside.get(term, 0.0), TRANSLATED * credit)
        for term, credit in self.in_place.items():
            beside[term] = max(beside.get(term, 0.0), credit)
        own = [*self.words, *self.bigrams]
        return beside | {term: 1.0 + (term in self.words and term in self.bigrams) for term in own}

    @cached_property
    def vocabulary(self) -> Sequence[str]:
        """All its terms, each once."""
        across = (term for group in self.groups for term in group.terms)
        alike = (term for found in self.alike.values() for term in found)
        return tuple(dict.fromkeys([*self.words, *self.bigrams, *self.head, *across, *alike]))

    @cached_property
    def places(self) -> Sequence[Group]:
        """Its words, each with what may stand in its place in the same language."""
        return self._with_others(self.words)

    @cached_property
    def heads(self) -> Sequence[Group]:
        """As `places`, of what names the thing asked for."""
        return self._with_others(self.head)

    def _with_others(self, weights: Mapping[str, float]) -> Sequence[Group]:
        return [Group(weight, {term: 1.0, **self.alike.get(term, {})}) for term, weight in weights.items()]

    @cached_property
    def spotter(self) -> Spotter:
        """Looks for the vocabulary in many texts; `matched` is quicker in one."""
        return Spotter(self.vocabulary)

    @cached_property
    def group_weight(self) -> float:
        return sum(group.weight for group in self.groups)

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

    def matched(self, text: Matchable) -> Terms:
        """The terms the text holds: Chinese ones as pieces, numbers as wholes, Latin words by how they begin."""
        folded = text.folded
        return frozenset(
            term
            for term in self.vocabulary
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
        covered = sum([group.weight * group.credit(matched) for group in self.places])
        return covered / self.word_weight if self.words else 0.0

    def bigram_coverage(self, matched: Terms) -> float:
        bigrams = self.bigrams
        return sum([bigrams[t] for t in matched if t in bigrams]) / self.bigram_weight if bigrams else 0.0

    def rarest_missing(self, matched: Terms) -> float:
        """Weight of the most telling word that is not matched, over that of the most telling one; 0 to 1."""
        return max([group.weight * (1 - group.credit(matched)) for group in self.places], default=0.0) / (
            self.top or 1.0
        )

    def group_coverage(self, matched: Terms) -> float:
        """Share of the weight of the words that the other language's terms stand for, 0 to 1."""
        covered = sum([group.weight * group.credit(matched) for group in self.groups])
        return covered / self.group_weight if self.groups else 0.0

    def head_coverage(self, matched: Terms) -> float:
        """Share of the weight of what names the thing asked for, 0 to 1; 1 where nothing names it."""
        covered = sum([group.weight * group.credit(matched) for group in self.heads])
        return covered / sum(self.head.values()) if self.head else 1.0

    def head_group_coverage(self, matched: Terms) -> float:
        """As `head_coverage`, in the other language."""
        heads = [group for group in self.groups if group.head]
        total = sum(group.weight for group in heads)
        return sum([group.weight * group.credit(matched) for group in heads]) / total if heads else 1.0

    def group_missing(self, matched: Terms) -> float:
        """As `rarest_missing`, of the words as the other language has them."""
        top = max([group.weight for group in self.groups], default=1.0)
        return max([group.weight * (1 - group.credit(matched)) for group in self.groups], default=0.0) / top

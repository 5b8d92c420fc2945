"""How much of a question many texts hold, measured of all at once; `rag.text.matching.Asked` says what of one means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.text.matching import Asked, Group
from rag.text.spotting import Held

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Measures of texts given as rows of `Held`, a column a term of `asked.vocabulary`; each gives shape (texts,),
    values 0 to 1."""

    asked: Asked

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {term: column for column, term in enumerate(self.asked.vocabulary)}

    @cached_property
    def _rarity(self) -> Values:
        return np.array(list(self.asked.words.values()), np.float64)

    @cached_property
    def _alike(self) -> tuple[NDArray[np.int64], "Credits"]:
        """The numbers of the words that others may stand for, and those others."""
        others = [self.asked.alike.get(word) for word in self.asked.words]
        places = [place for place, found in enumerate(others) if found]
        return np.array(places, np.int64), Credits.of(self._columns, [Group(1.0, found) for found in others if found])

    def words_held(self, held: Held) -> Values:
        """How far each word is held, itself or another for it; shape (texts, words)."""
        found = held[:, : len(self._rarity)].astype(np.float64)  # they are the first of the vocabulary
        places, others = self._alike
        if len(places):
            found[:, places] = np.maximum(found.take(places, axis=1), others.of_groups(held))
        return found

    @cached_property
    def _bigram_shares(self) -> Values:
        """What each term of the vocabulary adds to the whole of the bigrams."""
        weights = self.asked.bigrams
        return np.array([weights.get(term, 0.0) for term in self.asked.vocabulary]) / (sum(weights.values()) or 1.0)

    @cached_property
    def _heads(self) -> "Credits":
        return Credits.of(self._columns, self.asked.heads)

    @cached_property
    def _word_shares(self) -> Values:
        return np.asarray(self._rarity / (self._rarity.sum() or 1.0))

    @cached_property
    def _credits(self) -> "Credits":
        return Credits.of(self._columns, self.asked.groups)

    @cached_property
    def _head_credits(self) -> "Credits":
        return Credits.of(self._columns, [group for group in self.asked.groups if group.head])

    def of_terms(self, held: Held) -> tuple[Values, Values, Values]:
        """Of words, of bigrams, and of what names the thing asked for (1 where nothing names it)."""
        heads = self._heads.share(self._heads.of_groups(held)) if self.asked.head else np.ones(len(held))
        return self.of_words(self.words_held(held)), self.of_bigrams(held), heads

    def of_words(self, words_held: Values) -> Values:
        return np.asarray(words_held @ self._word_shares)

    def of_bigrams(self, held: Held) -> Values:
        return np.asarray(held @ self._bigram_shares)

    def rarest_missing(self, held: Held) -> Values:
        """Weight of the most telling word that is not held, over that of the most telling one."""
        return self.rarest_of_missing(self.words_held(held))

    def rarest_of_missing(self, words_held: Values) -> Values:
        """As `rarest_missing`."""
        lacking = (1 - words_held) * self._rarity
        return np.asarray(lacking.max(axis=1, initial=0.0) / (self.asked.top or 1.0))

    def groups_held(self, held: Held) -> Values:
        """How far each group is held; shape (texts, groups)."""
        return self._credits.of_groups(held)

    def of_groups(self, held: Held) -> Values:
        return self._credits.share(self.groups_held(held))

    def head_of_groups(self, held: Held) -> Values:
        """As `of_groups`, of those that name what is asked for; 1 where none does."""
        heads = self._head_credits
        return heads.share(heads.of_groups(held)) if len(heads.weights) else np.ones(len(held))

    def group_missing(self, held: Held) -> Values:
        """As `rarest_missing`, of groups."""
        lacking = (1 - self.groups_held(held)) * self._credits.weights
        return np.asarray(lacking.max(axis=1, initial=0.0) / self._credits.weights.max(initial=1e-9))


@dataclass(frozen=True, eq=False)
class Credits:
    """Of groups: `columns` are the numbers of their terms, one group after the other from `starts` on, `values` what
    each is worth for its group, `weights` what each group is."""

    columns: NDArray[np.int64]
    values: Values
    starts: NDArray[np.int64]
    weights: Values

    @classmethod
    def of(cls, number: Mapping[str, int], groups: Sequence[Group]) -> "Credits":
        """`number` gives each term's column."""
        sizes = np.array([len(group.terms) for group in groups], np.int64)
        return cls(
            np.array([number[term] for group in groups for term in group.terms], np.int64),
            np.sqrt(np.array([credit for group in groups for credit in group.terms.values()], np.float64)),
            np.cumsum(sizes) - sizes,
            np.array([group.weight for group in groups], np.float64),
        )

    def of_groups(self, held: Held) -> Values:
        """The credit of each group's best term that is held, shape (texts, groups)."""
        if not len(self.starts):
            return np.zeros((len(held), 0))
        return np.asarray(np.maximum.reduceat(held[:, self.columns] * self.values, self.starts, axis=1))

    def share(self, of_groups: Values) -> Values:
        """Of the groups' weight together, given the credit of each."""
        return np.asarray(of_groups @ (self.weights / max(self.weights.sum(), 1e-9)))

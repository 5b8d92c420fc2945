"""How much of a question many texts hold, measured of all at once; `rag.matching.Asked` says what of one means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.matching import Group
from rag.spotting import Held

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Measures of texts given as rows of `Held`; each gives shape (texts,), values 0 to 1.

    `shares` has columns for words, bigrams and head, each adding up to 1 over what the terms can cover.
    """

    shares: Values
    rarity: Values
    top: float
    headless: bool
    credits: "Credits"
    head_credits: "Credits"

    @classmethod
    def of(
        cls,
        terms: Sequence[str],
        *,
        words: Mapping[str, float],
        bigrams: Mapping[str, float],
        head: Mapping[str, float],
        groups: Sequence[Group],
    ) -> "Coverage":
        columns = [
            np.array([weights.get(term, 0.0) for term in terms]) / (sum(weights.values()) or 1.0)
            for weights in (words, bigrams, head)
        ]
        return cls(
            np.stack(columns, axis=1),
            np.array([words.get(term, 0.0) for term in terms]),
            max(words.values(), default=1.0),
            not head,
            Credits.of(terms, groups),
            Credits.of(terms, [group for group in groups if group.head]),
        )

    def of_terms(self, held: Held) -> tuple[Values, Values, Values]:
        """Of words, of bigrams, and of what names the thing asked for (1 where nothing names it)."""
        words, bigrams, head = (held @ self.shares).T
        return words, bigrams, np.ones_like(head) if self.headless else head

    def rarest_missing(self, held: Held) -> Values:
        """Weight of the most telling word that is not held, over that of the most telling one."""
        return np.asarray(np.where(held, 0.0, self.rarity).max(axis=1, initial=0.0) / self.top)

    def of_groups(self, held: Held) -> Values:
        return self.credits.share(self.credits.of_groups(held))

    def head_of_groups(self, held: Held) -> Values:
        """As `of_groups`, of those that name what is asked for; 1 where none does."""
        heads = self.head_credits
        return heads.share(heads.of_groups(held)) if len(heads.weights) else np.ones(len(held))

    def group_missing(self, held: Held) -> Values:
        """As `rarest_missing`, of groups."""
        lacking = (1 - self.credits.of_groups(held)) * self.credits.weights
        return np.asarray(lacking.max(axis=1, initial=0.0) / self.credits.weights.max(initial=1e-9))


@dataclass(frozen=True, eq=False)
class Credits:
    """Of groups: `columns` are the numbers of their terms, one group after the other from `starts` on, `values` what
    each is worth for its group, `weights` what each group is."""

    columns: NDArray[np.int64]
    values: Values
    starts: NDArray[np.int64]
    weights: Values

    @classmethod
    def of(cls, terms: Sequence[str], groups: Sequence[Group]) -> "Credits":
        number = {term: column for column, term in enumerate(terms)}
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

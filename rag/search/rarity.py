"""How telling terms are among documents: the fewer passages hold one, the more."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.terms import bigrams
from rag.index.snapshot import Snapshot
from rag.questions import light
from rag.text.background import background

PRIOR = 60
"""Passages of ordinary writing that count beside the documents' own when a term's rarity is told."""

UNSEEN = 0.5
"""Passages that a term is taken to stand in where it stands nowhere: it tells little more than one that stands once."""

LITTLE = 0.3
"""How telling a word is at most that speech adds to any question."""


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

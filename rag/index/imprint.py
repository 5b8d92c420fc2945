"""What a search sees of a paragraph: worked out once, when it is indexed, and kept beside its text."""

from dataclasses import dataclass
from itertools import chain, pairwise

from embeddings.folding import fold_pieces
from rag.questions.question import language_of
from rag.text.facts import years_told
from rag.text.sentences import sentences
from rag.text.spotting import Sheet

VERSION = 1
"""Of what is kept. To be raised whenever folding, sentences, tokens or years come out otherwise than they did: kept
imprints of another version are passed over, and worked out from the text again."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """The folded text of a paragraph laid out to be looked into, its language, and the years its sentences tell of."""

    sheet: Sheet
    language: str
    years: frozenset[int]

    @classmethod
    def of(cls, text: str) -> "Imprint":
        bounds = list(sentences(text))
        cuts = [0, *chain.from_iterable(bounds), len(text)]
        # A figure never goes on from one sentence into the next: folded by themselves they make up the whole.
        pieces = fold_pieces([text[start:end] for start, end in pairwise(cuts)])
        told = chain.from_iterable(map(years_told, pieces[1::2]))
        return cls(Sheet.of(pieces), language_of("".join(pieces)), frozenset(told))

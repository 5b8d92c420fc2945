"""What was found for one part of a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.answers.rows import Row
from rag.index.passages import Passage
from rag.questions.parts import Part
from rag.search.asking import Asking
from rag.search.coverage import Values
from rag.text.matching import Terms
from rag.types import Hit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer; a higher score is better. `near` are the question's terms in and around it, `words`
    what `rag.answers.wordwise` knows of each word of the question against it."""

    passage: Passage
    index: int
    score: float
    features: Mapping[str, float]
    near: Terms
    words: Values = field(compare=False)

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.paragraph.id, self.index

    @property
    def values(self) -> frozenset[Decimal]:
        """How much the figures of the sentence come to, however either language writes them."""
        return frozenset(figure.value for figure in self.passage.told[self.index].figures)


@dataclass(frozen=True, slots=True)
class Finding:
    """Hits and candidates, best first; `confidence` is the chance, 0 to 1, that the documents hold the answer. `rows`
    are those of a table that answer together, in place of the best sentence."""

    part: Part
    asking: Asking
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    confidence: float
    threshold: float
    search_ms: float
    rows: Sequence[Row] = ()

    @property
    def answers(self) -> bool:
        return bool(self.candidates) and self.confidence >= self.threshold

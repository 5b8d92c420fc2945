"""What of a question stands in a passage."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.matching import Asked, Terms
from rag.passages import Passage


@dataclass(frozen=True, slots=True)
class Sight:
    """The question's terms in the title, in the headings, in the text, and in each sentence of it."""

    title: Terms
    section: Terms
    text: Terms
    spans: Sequence[Terms]

    @classmethod
    def from_passage(cls, asked: Asked, passage: Passage) -> "Sight":
        text = asked.matched(passage.text)
        return cls(
            asked.matched_above(passage.title),
            asked.matched_above(passage.section),
            text,
            [asked.matched(span.text, text) for span in passage.spans],
        )

    @property
    def above(self) -> Terms:
        return self.title | self.section

    def near(self, index: int) -> Terms:
        """Over the passage, in one of its sentences, or in the one before that."""
        return self.title | self.section | self.spans[index] | (self.spans[index - 1] if index else Terms())

"""How segments come about: of documents, or of other segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings import Encoder
from rag.index.segment import LiveSegment, Segment, Splitter, merge
from rag.types import Document


class Maker(Protocol):
    """Makes segments; what is returned stands where it stays."""

    def build(self, documents: Sequence[Document], positions: Sequence[int]) -> Segment:
        """Of documents with distinct ids; document d is number positions[d] of all ever added."""
        ...

    def merge(self, parts: Sequence[LiveSegment]) -> Segment:
        """One of what is left of several."""
        ...


def as_it_is(segment: Segment) -> Segment:
    """Where a segment in memory stays."""
    return segment


@dataclass(frozen=True, slots=True)
class Here:
    """In this thread. `keep` puts a segment where it stays and returns it from there."""

    encoder: Encoder
    split: Splitter
    keep: Callable[[Segment], Segment] = as_it_is

    def build(self, documents: Sequence[Document], positions: Sequence[int]) -> Segment:
        return self.keep(Segment.from_documents(documents, positions, encoder=self.encoder, split=self.split))

    def merge(self, parts: Sequence[LiveSegment]) -> Segment:
        return self.keep(merge(parts))

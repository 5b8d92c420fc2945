"""Documents that were indexed together, with both their indexes; never changed once made.

What is removed from a segment is said beside it (`LiveSegment.gone`); what is added becomes another segment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder
from embeddings.term_numbers import TermNumbers
from embeddings.terms import terms
from rag.index import blas
from rag.index.imprint import Imprint
from rag.index.passages import Passage
from rag.index.postings import Postings
from rag.index.rows import LiveRows, Rows
from rag.index.vectors import VectorFile
from rag.questions.subjects import Names, names_of
from rag.turns import give_way, unhurried
from rag.types import Document, DocumentHead, Paragraph

MANY = 1_000
"""Paragraphs from which on terms are found for many at once, which takes a sixth of a second to get ready for."""

_CHUNK = 512
_FEW = 8
"""Paragraphs encoded at a time where there are fewer than MANY: a piece of work that nobody minds."""

Splitter = Callable[[Document], Sequence[Paragraph]]


class Texts(Protocol):
    """Documents by their ordinal in the segment, paragraphs by row."""

    def find(self, id: str) -> int | None:
        """Ordinal of the document with this id."""
        ...

    def ids(self) -> Sequence[str]: ...

    def heads(self) -> Sequence[DocumentHead]: ...

    def document(self, ordinal: int) -> Document: ...

    def texts(self, first: int, count: int) -> Sequence[tuple[str, str]]:
        """Id and text of so many documents from an ordinal on, as far as there are any."""
        ...

    def paragraph(self, row: int) -> Paragraph: ...

    def passages(self, rows: Sequence[int]) -> Sequence[Passage]:
        """Paragraphs of these rows, ready to be matched."""
        ...


@dataclass(frozen=True)
class HeldTexts:
    """Texts in memory; imprints[i] is of paragraphs[i]."""

    documents: Sequence[Document]
    paragraphs: Sequence[Paragraph]
    imprints: Sequence[Imprint]

    @classmethod
    def of(cls, documents: Sequence[Document], paragraphs: Sequence[Paragraph]) -> "HeldTexts":
        return cls(documents, paragraphs, [Imprint.of(paragraph.text) for paragraph in unhurried(paragraphs)])

    @cached_property
    def _ordinals(self) -> Mapping[str, int]:
        return {document.id: ordinal for ordinal, document in enumerate(self.documents)}

    def find(self, id: str) -> int | None:
        return self._ordinals.get(id)

    def ids(self) -> Sequence[str]:
        return [document.id for document in self.documents]

    def heads(self) -> Sequence[DocumentHead]:
        return [document.head for document in self.documents]

    def document(self, ordinal: int) -> Document:
        return self.documents[ordinal]

    def texts(self, first: int, count: int) -> Sequence[tuple[str, str]]:
        return [(document.id, document.text) for document in self.documents[first : first + count]]

    def paragraph(self, row: int) -> Paragraph:
        return self.paragraphs[row]

    def passages(self, rows: Sequence[int]) -> Sequence[Passage]:
        return [self._passage(row) for row in rows]

    def _passage(self, row: int) -> Passage:
        paragraph = self.paragraphs[row]
        return Passage.of(paragraph, self.documents[self._ordinals[paragraph.document_id]], self.imprints[row])


@dataclass(frozen=True, eq=False)
class Segment:
    """Document d has the rows first_rows[d]:first_rows[d + 1]; `positions` order documents over all segments.

    `name` is that of its folder, empty in memory.
    """

    texts: Texts
    positions: NDArray[np.int64]
    first_rows: Rows
    postings: Postings
    vectors: VectorFile
    name: str = ""

    @classmethod
    def from_documents(
        cls, documents: Sequence[Document], positions: Sequence[int], *, encoder: Encoder, split: Splitter
    ) -> "Segment":
        """`documents` have distinct ids; document d is number positions[d] of all ever added."""
        owned = [split(document) for document in unhurried(documents)]
        texts = [
            indexed_text(document, paragraph)
            for document, paragraphs in zip(documents, owned, strict=True)
            for paragraph in paragraphs
        ]
        with blas.one_thread():
            indexes = _indexes(texts, encoder)
        return cls(
            HeldTexts.of(documents, [paragraph for paragraphs in owned for paragraph in paragraphs]),
            np.asarray(positions, np.int64),
            _starts([len(paragraphs) for paragraphs in owned]),
            *indexes,
        )

    @cached_property
    def names(self) -> Sequence[Names]:
        """What the title and the issuer of each document name; outlives the snapshots that share the segment."""
        return [names_of(head) for head in unhurried(self.texts.heads())]

    def __len__(self) -> int:
        return len(self.postings)


@dataclass(frozen=True)
class LiveSegment:
    """A segment, the ordinals of its documents that are gone, and the number its first row has in the snapshot."""

    segment: Segment
    gone: frozenset[int] = frozenset()
    first: int = 0

    @cached_property
    def rows(self) -> LiveRows:
        return LiveRows.without(self.gone, self.segment.first_rows, first=self.first)

    def __len__(self) -> int:
        return len(self.rows)

    def is_where(self, other: "LiveSegment") -> bool:
        """Whether the rows of both have the same numbers and paragraphs."""
        return self.segment is other.segment and self.gone == other.gone and self.first == other.first

    @property
    def documents(self) -> int:
        """How many are left."""
        return len(self.segment.positions) - len(self.gone)

    def find(self, id: str) -> int | None:
        """Ordinal of a document that is left."""
        ordinal = self.segment.texts.find(id)
        return None if ordinal in self.gone else ordinal

    def ordinals(self) -> Iterator[int]:
        return (ordinal for ordinal in range(len(self.segment.positions)) if ordinal not in self.gone)

    def rows_of(self, ordinal: int) -> range:
        """Rows of the segment that a document has."""
        return range(int(self.segment.first_rows[ordinal]), int(self.segment.first_rows[ordinal + 1]))


def in_order(parts: Iterable[tuple[Segment, frozenset[int]]]) -> list[LiveSegment]:
    """Segments, each with the ordinals of its documents that are gone, their rows counted through."""
    live: list[LiveSegment] = []
    for segment, gone in parts:
        live.append(LiveSegment(segment, gone, live[-1].first + len(live[-1]) if live else 0))
    return live


def merge(parts: Sequence[LiveSegment]) -> Segment:
    """One segment of what is left of several; nothing is folded, cut into terms or encoded again."""
    documents, positions, paragraphs, imprints, sizes = [], [], list[Paragraph](), list[Imprint](), []
    for part in parts:
        texts = part.segment.texts
        for ordinal in unhurried(part.ordinals()):
            documents.append(texts.document(ordinal))
            positions.append(int(part.segment.positions[ordinal]))
            rows = part.rows_of(ordinal)
            for passage in texts.passages(rows):
                paragraphs.append(passage.paragraph)
                imprints.append(passage.imprint)
            sizes.append(len(rows))
    return Segment(
        HeldTexts(documents, paragraphs, imprints),
        np.asarray(positions, np.int64),
        _starts(sizes),
        Postings.merge([(part.segment.postings, part.rows) for part in parts]),
        VectorFile.merge([(part.segment.vectors, part.rows) for part in parts]),
    )


def _indexes(texts: Sequence[str], encoder: Encoder) -> tuple[Postings, VectorFile]:
    """Both a chunk at a time, so that what the first leg folded is at hand for the second."""
    if len(texts) < MANY:
        postings = Postings.from_terms(terms(text) for text in unhurried(texts))
        few = [texts[start : start + _FEW] for start in range(0, len(texts), _FEW)] or [texts]
        return postings, VectorFile.from_vectors(np.concatenate([encoder.encode_passages(c) for c in unhurried(few)]))
    found, vectors = TermNumbers(), []
    for start in unhurried(range(0, len(texts), _CHUNK)):
        chunk = texts[start : start + _CHUNK]
        found.add(chunk)
        give_way()
        vectors.append(encoder.encode_passages(chunk))
    return (
        Postings.from_numbers(found.vocabulary, found.numbers, found.sizes),
        VectorFile.from_vectors(np.concatenate(vectors)),
    )


def indexed_text(document: Document, paragraph: Paragraph) -> str:
    """What both legs index of a paragraph: title › section › text, so that a district or year in a heading counts."""
    return " › ".join(part for part in (document.title, *paragraph.section, paragraph.text) if part)


def _starts(sizes: Sequence[int]) -> Rows:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

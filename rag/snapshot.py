"""One immutable state of the knowledge base; readers keep the one they started with."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder
from embeddings.terms import terms
from rag.lexical import LexicalIndex
from rag.passages import Passage
from rag.subjects import Catalog
from rag.types import Document, Paragraph
from rag.vectors import VectorIndex

PREPARED = 20_000
"""Passages kept ready; about 4 KB each."""

Splitter = Callable[[Document], Sequence[Paragraph]]


@dataclass(frozen=True)
class Snapshot:
    """Documents in the order added, their paragraphs, and both indexes; row i of each index is paragraphs[i]."""

    documents: Mapping[str, Document]
    paragraphs: Sequence[Paragraph]
    lexical: LexicalIndex
    vectors: VectorIndex
    encoder: Encoder

    @cached_property
    def catalog(self) -> Catalog:
        """The subjects its documents are about."""
        return Catalog.from_documents(list(self.documents.values()))

    @cached_property
    def _passages(self) -> dict[int, Passage]:
        return {}

    def passage(self, row: int) -> Passage:
        """Paragraph of a row, ready to be matched; made once."""
        passage = self._passages.get(row)
        if passage is None:
            paragraph = self.paragraphs[row]
            passage = Passage.from_paragraph(paragraph, self.documents[paragraph.document_id])
            if len(self._passages) >= PREPARED:
                self._passages.clear()
            self._passages[row] = passage
        return passage

    def passage_of(self, paragraph: Paragraph) -> Passage:
        """A paragraph of this snapshot, ready to be matched."""
        return self.passage(self._rows[paragraph.id])

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {paragraph.id: row for row, paragraph in enumerate(self.paragraphs)}

    @classmethod
    def from_documents(cls, documents: Iterable[Document], *, encoder: Encoder, split: Splitter) -> "Snapshot":
        by_id = {document.id: document for document in documents}
        paragraphs = [paragraph for document in by_id.values() for paragraph in split(document)]
        texts = [indexed_text(by_id[p.document_id], p) for p in paragraphs]
        return cls(
            by_id,
            paragraphs,
            LexicalIndex.from_terms(terms(text) for text in texts),
            VectorIndex.from_vectors(encoder.encode_passages(texts)),
            encoder,
        )

    def mask(self, only: Collection[str] | None) -> NDArray[np.bool_] | None:
        """Which rows belong to these documents; None means all."""
        if only is None:
            return None
        return np.fromiter((p.document_id in only for p in self.paragraphs), bool, len(self.paragraphs))


def indexed_text(document: Document, paragraph: Paragraph) -> str:
    """What both legs index of a paragraph: title › section › text, so that a district or year in a heading counts."""
    return " › ".join(part for part in (document.title, *paragraph.section, paragraph.text) if part)

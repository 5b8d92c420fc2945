"""One immutable state of the knowledge base; readers keep the one they started with."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import overload

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Vectors
from rag.index.legs import DenseLeg, LexicalLeg, Mask
from rag.index.lexical import LexicalIndex
from rag.index.passages import Passage
from rag.index.rows import Rows
from rag.index.segment import LiveSegment, Segment, Splitter, in_order
from rag.index.vectors import VectorIndex
from rag.questions.subjects import Catalog, Names, Spoken
from rag.turns import unhurried
from rag.types import Document, DocumentHead, Paragraph

PREPARED = 20_000
"""Passages kept ready; about 1.3 KB each, 3 KB once an answer was looked for in them."""

ENCODED = 4_000
"""Sentences whose vectors are kept; 2 KB each with the bundled encoder."""

HELD_CHARACTERS = 20_000_000
"""Of documents kept in memory once they were asked for."""

AHEAD = 16
"""Documents read at a time where all are."""


class Documents(Mapping[str, Document]):
    """Documents that are left, in the order added. A replaced one keeps its place."""

    def __init__(self, parts: Sequence[LiveSegment]) -> None:
        self._parts = parts
        self._held: dict[str, Document] = {}
        self._characters = 0

    def __getitem__(self, id: str) -> Document:
        document = self._held.get(id)
        if document is None:
            part, ordinal = self.find(id)
            document = part.segment.texts.document(ordinal)
            if self._characters > HELD_CHARACTERS:
                self._held, self._characters = {}, 0
            self._held[id] = document
            self._characters += len(document.text)
        return document

    def __len__(self) -> int:
        return sum(part.documents for part in self._parts)

    def __iter__(self) -> Iterator[str]:
        found: list[tuple[int, str]] = []
        for part in self._parts:
            ids = part.segment.texts.ids()
            found += [(int(part.segment.positions[ordinal]), ids[ordinal]) for ordinal in part.ordinals()]
        return (id for _, id in sorted(found))

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and any(part.find(id) is not None for part in self._parts)

    def find(self, id: str) -> tuple[LiveSegment, int]:
        """Its segment and its ordinal there. Raises KeyError."""
        for part in self._parts:
            ordinal = part.find(id)
            if ordinal is not None:
                return part, ordinal
        raise KeyError(id)


class ReadAhead:
    """The texts of documents asked for one after the other, each read with those that follow it in its segment: every
    look into a store lets go of Python's lock, and while others ask to get it back takes longer than the look."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._read: Mapping[str, str] = {}

    def __call__(self, id: str) -> str:
        if id not in self._read:
            part, ordinal = self._documents.find(id)
            self._read = dict(part.segment.texts.texts(ordinal, AHEAD))
        return self._read[id]


class Paragraphs(Sequence[Paragraph]):
    """Paragraphs that are left; those of a document stand together, in the order of its text."""

    def __init__(self, parts: Sequence[LiveSegment]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    @overload
    def __getitem__(self, row: int) -> Paragraph: ...
    @overload
    def __getitem__(self, row: slice) -> list[Paragraph]: ...
    def __getitem__(self, row: int | slice) -> Paragraph | list[Paragraph]:
        if isinstance(row, slice):
            return [self[r] for r in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        number = int(row) % len(self)
        part = self._parts[int(np.searchsorted(self._ends, number, side="right"))]
        rows = part.rows
        local = number - rows.first if rows.alive is None else int(rows.alive[number - rows.first])
        return part.segment.texts.paragraph(local)


@dataclass(frozen=True)
class Snapshot:
    """What is left of each segment, seen as one: row i of each index is paragraphs[i]."""

    parts: Sequence[LiveSegment]
    encoder: Encoder

    @classmethod
    def of(cls, parts: Iterable[tuple[Segment, frozenset[int]]], encoder: Encoder) -> "Snapshot":
        """Of segments, each with the ordinals of its documents that are gone."""
        return cls(in_order(parts), encoder)

    @classmethod
    def from_documents(cls, documents: Iterable[Document], *, encoder: Encoder, split: Splitter) -> "Snapshot":
        """Of the same id, the last."""
        distinct = list({document.id: document for document in documents}.values())
        segment = Segment.from_documents(distinct, range(len(distinct)), encoder=encoder, split=split)
        return cls.of([(segment, frozenset())], encoder)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """In the order added."""
        return self._documents

    @cached_property
    def _documents(self) -> Documents:
        return Documents(self.parts)

    def heads(self) -> list[DocumentHead]:
        """Of its documents, in the order added."""
        found: list[tuple[int, DocumentHead]] = []
        for part in self.parts:
            heads = part.segment.texts.heads()
            found += [(int(part.segment.positions[ordinal]), heads[ordinal]) for ordinal in part.ordinals()]
        return [head for _, head in sorted(found, key=lambda pair: pair[0])]

    @cached_property
    def paragraphs(self) -> Sequence[Paragraph]:
        return Paragraphs(self.parts)

    @cached_property
    def lexical(self) -> LexicalLeg:
        return self._lexical

    @cached_property
    def _lexical(self) -> LexicalIndex:
        return LexicalIndex([(part.segment.postings, part.rows) for part in self.parts])

    @cached_property
    def vectors(self) -> DenseLeg:
        return VectorIndex([(part.segment.vectors, part.rows) for part in self.parts])

    @cached_property
    def catalog(self) -> Catalog:
        """The subjects its documents are about."""
        named: dict[str, Names] = {}
        for part in unhurried(self.parts):
            ids, names = part.segment.texts.ids(), part.segment.names
            named |= {ids[ordinal]: names[ordinal] for ordinal in part.ordinals()}
        return Catalog.from_names(named, ReadAhead(self._documents), self._spoken)

    @cached_property
    def _spoken(self) -> dict[str, Spoken]:
        return {}

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        return {}

    @cached_property
    def _passages_by_row(self) -> dict[int, Passage]:
        return {}

    def passages(self, rows: Rows) -> list[Passage]:
        """Paragraphs of these rows, ready to be matched; read together and made once."""
        found = {row: self._passages_by_row.get(row) for row in rows.tolist()}
        missing = np.array([row for row, passage in found.items() if passage is None], np.int64)
        if len(self._passages_by_row) + len(missing) > PREPARED:
            self._passages_by_row.clear()
        for part in self.parts if len(missing) else ():
            mine = missing[part.rows.holds(missing)]
            read = part.segment.texts.passages(part.rows.rows(mine).tolist()) if len(mine) else ()
            for row, made in zip(mine.tolist(), read, strict=True):
                found[row] = self._passages_by_row[row] = self._kept(made)
        return [passage for row in rows.tolist() if (passage := found[row]) is not None]

    def passage_of(self, paragraph: Paragraph) -> Passage:
        """A paragraph of this snapshot, ready to be matched; made once."""
        passage = self._passages.get(paragraph.id)
        return passage or self._prepared(paragraph, self.documents[paragraph.document_id])

    def _prepared(self, paragraph: Paragraph, document: Document | DocumentHead) -> Passage:
        return self._passages.get(paragraph.id) or self._kept(Passage.from_paragraph(paragraph, document))

    def _kept(self, passage: Passage) -> Passage:
        """It, or the same one that was made before."""
        if len(self._passages) >= PREPARED:
            self._passages.clear()
        return self._passages.setdefault(passage.paragraph.id, passage)

    @cached_property
    def _sentence_vectors(self) -> dict[tuple[str, int], Vectors]:
        return {}

    def sentence_vectors(self, sentences: Sequence[tuple[Passage, int]]) -> Vectors:
        """Of sentences given as passages and their number there, one at least; shape (len(sentences), dimensions)."""
        held = self._sentence_vectors
        found = {(p.paragraph.id, index): held.get((p.paragraph.id, index)) for p, index in sentences}
        missing = {(p.paragraph.id, i): p.sentence(i) for p, i in sentences if found[p.paragraph.id, i] is None}
        if missing:
            made = self.encoder.encode_passages(list(missing.values()))
            if len(held) + len(missing) > ENCODED:
                held.clear()
            # Copies, or one sentence would keep the vectors of all it was encoded with.
            new = {place: vector.copy() for place, vector in zip(missing, made, strict=True)}
            held.update(new)
            found.update(new)
        return np.array([found[p.paragraph.id, i] for p, i in sentences], np.float32)

    def changed_since(self, before: "Snapshot") -> set[str]:
        """Documents that do not stand where they stood: removed, replaced, or merged into another segment."""
        gone = {id(part.segment): part.gone for part in self.parts}
        changed: set[str] = set()
        for part in before.parts:
            left = gone.get(id(part.segment))
            if left != part.gone:
                ids = part.segment.texts.ids()
                changed.update(ids[ordinal] for ordinal in part.ordinals() if left is None or ordinal in left)
        return changed

    def take_over(self, before: "Snapshot", *, changed: Collection[str]) -> None:
        """Keep what an earlier snapshot had prepared, but for documents changed since; and make ready here, before
        anybody asks, what was in use there."""
        as_before = sum(len(part) for part in _as_before(self.parts, before.parts))
        if as_before == len(before.paragraphs):  # all of it is there, and is prepared for both
            for shared in ("_passages", "_passages_by_row", "_sentence_vectors"):
                vars(self)[shared] = getattr(before, shared)
        else:
            held = dict(before._passages).items()  # in one step: others may be adding to it
            self._passages.update({i: p for i, p in unhurried(held) if p.paragraph.document_id not in changed})
            rows = dict(before._passages_by_row).items()
            self._passages_by_row.update({row: passage for row, passage in unhurried(rows) if row < as_before})
            vectors = dict(before._sentence_vectors).items()
            self._sentence_vectors.update({at: v for at, v in unhurried(vectors) if at[0] in self._passages})
        self._spoken.update({id: spoken for id, spoken in dict(before._spoken).items() if id not in changed})
        if "catalog" in vars(before):
            _ = self.catalog
        if "_lexical" in vars(before):
            self._lexical.make_ready()

    def rows_of(self, id: str) -> Rows:
        """Rows of a document's paragraphs, in order. Raises KeyError."""
        part, ordinal = self._documents.find(id)
        rows = part.rows_of(ordinal)
        return part.rows.numbers(np.arange(rows.start, rows.stop))

    def mask(self, only: Collection[str] | None) -> Mask | None:
        """Which rows belong to these documents, unknown ids passed over; None means all. The legs take it."""
        if only is None:
            return None
        mask: NDArray[np.bool_] = np.zeros(len(self.paragraphs), bool)
        for id in set(only):
            if id in self.documents:
                mask[self.rows_of(id)] = True
        return mask


def _as_before(parts: Sequence[LiveSegment], before: Sequence[LiveSegment]) -> Iterator[LiveSegment]:
    """The first of these parts whose rows have the numbers they had."""
    same = takewhile(lambda pair: pair[0].is_where(pair[1]), zip(parts, before, strict=False))
    return (part for part, _ in same)

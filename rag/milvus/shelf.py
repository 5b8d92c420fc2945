"""Documents kept in Milvus: any number of processes read, and as many write as have documents of their own.

A document's paragraphs are written before it counts as whole, and one that is not whole is written again by the next
call that brings it: a killed writer loses nothing. Somebody who asks meanwhile may see a part of it.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from embeddings import Encoder
from rag.errors import EncoderMismatch, StoreError, StoreNotFound, UnknownDocument
from rag.index.changes import batches
from rag.index.segment import Splitter, indexed_text
from rag.index.snapshot import Snapshot
from rag.milvus.address import MilvusAddress
from rag.milvus.snapshot import Known, MilvusSnapshot
from rag.milvus.tables import FORMAT, HeldHead, Meta, Tables, row_of
from rag.store import StoreStats
from rag.types import Document

LOOK_EVERY = 1.0
"""Seconds between looks at whether another process changed something. What it removed is never found meanwhile."""


class MilvusShelf:
    """`rag.index.shelf.Shelf` over Milvus."""

    def __init__(self, tables: Tables, encoder: Encoder, *, split: Splitter, address: MilvusAddress) -> None:
        self._tables = tables
        self._encoder = encoder
        self._split = split
        self._address = address
        self._known: Known | None = None
        self._writing = threading.Lock()
        self._look_again = 0.0
        self._last_position = 0

    @classmethod
    def open(cls, address: MilvusAddress, encoder: Encoder, *, create: bool, split: Splitter) -> "MilvusShelf":
        """Raises StoreNotFound, EncoderMismatch, StoreFormatError, StoreError."""
        if address.file is not None and not address.file.exists() and not create:
            raise _not_found(address)
        shelf = cls(Tables.open(address), encoder, split=split, address=address)
        if shelf._follow() is None and not create:
            raise _not_found(address)
        return shelf

    @property
    def snapshot(self) -> Snapshot:
        if time.monotonic() >= self._look_again:
            self._follow()
        known = self._known
        return Snapshot.of([], self._encoder) if known is None else MilvusSnapshot.from_known(known, self._encoder)

    def add(self, documents: Iterable[Document]) -> None:
        with self._writing:
            for batch in batches(documents):
                self._begin()
                if self._add({document.id: document for document in batch}):
                    self._tables.settle()
                    self._changed()

    def remove(self, ids: Iterable[str]) -> None:
        gone = list(dict.fromkeys(ids))
        with self._writing:
            held = self._tables.heads_of(gone) if self._known is not None else {}
            for id in gone:
                if id not in held:
                    raise UnknownDocument.of(id)
            self._tables.remove(gone)
            self._changed()

    def compact(self) -> None:
        """Milvus does so itself."""

    def backup(self, file: Path) -> None:
        raise self._left_to_milvus()

    def restore(self, file: Path) -> None:
        raise self._left_to_milvus()

    def verify(self) -> list[str]:
        raise self._left_to_milvus()

    def stats(self) -> StoreStats:
        """Milvus keeps count of its own bytes and segments; here they are 0."""
        known = self._known
        if known is None:
            raise _not_found(self._address)
        return StoreStats(
            FORMAT, known.generation, self._encoder.fingerprint, len(known.heads), known.paragraphs, 0, 0, 0
        )

    def refresh(self) -> None:
        self._follow()

    def _add(self, documents: dict[str, Document]) -> bool:
        """Whether anything of it is new."""
        held = self._tables.heads_of(documents)
        same = [id for id, known in held.items() if known.whole and known.head == documents[id].head]
        texts = self._tables.texts(same)
        fresh = [document for id, document in documents.items() if texts.get(id) != document.text]
        if not fresh:
            return False
        heads = [
            HeldHead(
                document.head, held[document.id].position if document.id in held else self._position(), whole=False
            )
            for document in fresh
        ]
        new_texts = {document.id: document.text for document in fresh}
        owned = [(document, paragraph) for document in fresh for paragraph in self._split(document)]
        vectors = self._encoder.encode_passages([indexed_text(document, paragraph) for document, paragraph in owned])
        before = self._tables.rows_of([document.id for document in fresh if document.id in held])
        self._tables.put_heads(heads, new_texts)
        self._tables.put_paragraphs(owned, vectors)
        self._tables.remove_rows(before - {row_of(paragraph.id) for _, paragraph in owned})
        self._tables.drop_pieces({id: text for id, text in new_texts.items() if id in held})
        self._tables.put_heads([replace(head, whole=True) for head in heads], new_texts)
        return True

    def _position(self) -> int:
        """Rises with time, over all writers about as well as their clocks agree."""
        self._last_position = max(time.time_ns(), self._last_position + 1)
        return self._last_position

    def _begin(self) -> None:
        if self._known is None and self._follow() is None:
            self._tables.create(self._encoder.dimensions)
            self._changed()

    def _changed(self) -> None:
        meta = Meta(FORMAT, self._encoder.fingerprint, time.time_ns())
        self._tables.set_meta(meta)
        self._known = Known(self._tables, meta.generation)

    def _follow(self) -> Known | None:
        """What another process changed. Raises EncoderMismatch."""
        self._look_again = time.monotonic() + LOOK_EVERY
        meta = self._tables.meta() if self._tables.exist() else None
        if meta is None:
            self._known = None
            return None
        if meta.encoder != self._encoder.fingerprint:
            raise EncoderMismatch(
                f"{self._address} was made with encoder {meta.encoder}, this one is {self._encoder.fingerprint}; "
                "open it with that encoder, or index the documents again under another name"
            )
        if self._known is None or self._known.generation != meta.generation:
            self._known = Known(self._tables, meta.generation)
        return self._known

    def _left_to_milvus(self) -> StoreError:
        return StoreError(
            f"{self._address} is looked after by Milvus; use its own tools (milvus-backup), "
            "or copy the file of Milvus Lite while nothing has it open"
        )


def _not_found(address: MilvusAddress) -> StoreNotFound:
    return StoreNotFound(f"no store at {address}; `youju index PATH --store {address}` makes one")

"""Segments of a store: made in this thread or, where that would hold up who asks, in a process of their own."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import rag.reading
from embeddings import Encoder
from embeddings.static import StaticEncoder
from rag.index.making import Here
from rag.index.segment import LiveSegment, Segment, Splitter
from rag.store.apart import Apart, NotMade
from rag.store.folder import SEGMENTS, Store
from rag.turns import asked_within
from rag.types import Document

LATELY = 60.0
"""Seconds since somebody asked in this process, up to which one that asks again is reckoned with."""

WORTH = 50_000
"""Characters of documents from which on it takes longer to make a segment, with rests, than to start a child."""

WORTH_MERGING = 2_000
"""Rows, likewise."""

_log = logging.getLogger(__name__)


class InStore:
    """A `Maker` for the folder of a store, whose lock is held. What a child does not make is made here, the same."""

    def __init__(self, store: Store, here: Here, apart: Apart) -> None:
        self._store = store
        self._here = here
        self._apart = apart

    @classmethod
    @contextmanager
    def of(cls, store: Store, *, encoder: Encoder, split: Splitter) -> Iterator["InStore"]:
        """As long as a change takes; no child outlives it."""
        apart = Apart()
        try:
            yield cls(store, Here(encoder, split, store.keep), apart)
        finally:
            apart.close()

    def build(self, documents: Sequence[Document], positions: Sequence[int]) -> Segment:
        encoder, usual = self._here.encoder, self._here.split is rag.reading.split
        size = sum(len(document.text) for document in documents)
        if usual and isinstance(encoder, StaticEncoder) and encoder.folder and size >= WORTH and asked_within(LATELY):

            def build(folder: Path) -> None:
                self._apart.build(documents, positions, encoder=encoder, folder=folder)

            if made := self._made_apart(build):
                return made
        return self._here.build(documents, positions)

    def merge(self, parts: Sequence[LiveSegment]) -> Segment:
        if sum(map(len, parts)) >= WORTH_MERGING and asked_within(LATELY):

            def merge(folder: Path) -> None:
                self._apart.merge(parts, beside=self._store.path / SEGMENTS, folder=folder)

            if made := self._made_apart(merge):
                return made
        return self._here.merge(parts)

    def _made_apart(self, write: Callable[[Path], None]) -> Segment | None:
        try:
            return self._store.keep_written(write)
        except NotMade as error:
            _log.warning("a segment is made here, as no process of its own made it: %s", error)
            return None

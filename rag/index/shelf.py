"""Where a knowledge base keeps its documents: in memory, in a folder, or (`rag.milvus`) in a cluster."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from rag.errors import StoreError, StoreNotFound, UnknownDocument
from rag.index.changes import AT_ONCE, Change, due_for_merging
from rag.index.making import Here, Maker
from rag.index.segment import Splitter
from rag.index.snapshot import Snapshot
from rag.reading import split
from rag.store import Store, StoreStats, backup, restore
from rag.store.making import InStore
from rag.turns import short_turns
from rag.types import Document

LOOK_EVERY = 1.0
"""Seconds between looks at whether another process changed the store."""

_log = logging.getLogger(__name__)


class Shelf(Protocol):
    """Keeps documents; `KnowledgeBase` has the same methods and says what they promise."""

    @property
    def snapshot(self) -> Snapshot: ...

    def add(self, documents: Iterable[Document]) -> None: ...

    def remove(self, ids: Iterable[str]) -> None: ...

    def compact(self) -> None: ...

    def backup(self, file: Path) -> None: ...

    def restore(self, file: Path) -> None: ...

    def verify(self) -> list[str]: ...

    def stats(self) -> StoreStats: ...

    def refresh(self) -> None: ...


class LocalShelf:
    """One snapshot after the other in this process, each kept in `store` if there is one."""

    def __init__(self, snapshot: Snapshot, *, store: Store | None = None, split: Splitter = split) -> None:
        self._snapshot = snapshot
        self._store = store
        self._split = split
        self._writing = threading.Lock()
        self._compacting = threading.Lock()
        self._look_again = time.monotonic() + LOOK_EVERY

    @property
    def snapshot(self) -> Snapshot:
        if self._store is not None and time.monotonic() >= self._look_again:
            self._look_again = time.monotonic() + LOOK_EVERY
            self._follow(self._store)
        return self._snapshot

    def add(self, documents: Iterable[Document]) -> None:
        with self._changing() as change:
            change.add(documents)

    def remove(self, ids: Iterable[str]) -> None:
        gone = dict.fromkeys(ids)
        with self._changing() as change:
            for id in gone:
                if id not in self._snapshot.documents:
                    raise UnknownDocument.of(id)
            change.remove(gone)

    def compact(self) -> None:
        with self._compacting:
            while self._compact_once():
                pass

    def backup(self, file: Path) -> None:
        backup(self._stored(), file)

    def restore(self, file: Path) -> None:
        store = self._stored()
        with self._writing:
            restore(store, file, encoder=self._snapshot.encoder)
            self._snapshot = store.load(self._snapshot.encoder)

    def verify(self) -> list[str]:
        return self._stored().verify()

    def stats(self) -> StoreStats:
        return self._stored().stats()

    def refresh(self) -> None:
        if self._store is not None:
            with self._writing:
                self._load_if_changed(self._store)

    def _stored(self) -> Store:
        if self._store is None:
            raise StoreNotFound(
                "these documents are in memory only; open a folder with KnowledgeBase.open to keep them"
            )
        return self._store

    @contextmanager
    def _changing(self) -> Iterator[Change]:
        """One writer at a time; what it made is served once the block ends without an error."""
        with self._writing, short_turns(), ExitStack() as stack:
            maker = stack.enter_context(self._making())
            if self._store is not None:
                self._load_if_changed(self._store)
            before = self._snapshot
            change = Change(before, maker)
            yield change
            change.merge(at_most=max(AT_ONCE, 4 * change.added))
            if change.parts == [(part.segment, part.gone) for part in before.parts] and self._is_stored():
                return
            if self._store is not None:
                encoder = before.encoder
                self._store.commit(change.parts, encoder=encoder.fingerprint, dimensions=encoder.dimensions)
            self._snapshot = change.snapshot()
        if due_for_merging(self._snapshot.parts) and not self._compacting.locked():
            threading.Thread(target=self._compact_quietly, name="youju-compact").start()

    @contextmanager
    def _making(self) -> Iterator[Maker]:
        """What makes segments; those of a store under its lock."""
        encoder = self._snapshot.encoder
        if self._store is None:
            yield Here(encoder, self._split)
            return
        with self._store.writing(), InStore.of(self._store, encoder=encoder, split=self._split) as maker:
            yield maker

    def _follow(self, store: Store) -> None:
        """Load what another process made, unless a change is under way here."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            self._load_if_changed(store)
        except (StoreError, OSError) as error:
            _log.warning("still serving the earlier documents: %s", error)
        finally:
            self._writing.release()

    def _load_if_changed(self, store: Store) -> None:
        if store.changed():
            loaded = store.load(self._snapshot.encoder)
            loaded.take_over(self._snapshot, changed=loaded.changed_since(self._snapshot))
            self._snapshot = loaded

    def _is_stored(self) -> bool:
        return self._store is None or self._store.exists()

    def _compact_once(self) -> bool:
        """Merge in the background of searches and changes; whether anything was due."""
        with short_turns(), ExitStack() as stack:
            maker = stack.enter_context(self._making())
            due = due_for_merging(self._snapshot.parts)
            if not due:
                return False
            merged = maker.merge(due)
            with self._changing() as change:
                held = [segment for segment, _ in change.parts]
                if all(part.segment in held for part in due):
                    change.replace(due, merged)
            return True

    def _compact_quietly(self) -> None:
        try:
            self.compact()
        except StoreError as error:
            _log.warning("segments were not merged: %s", error)

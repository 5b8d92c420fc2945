"""The engine as its users hold it."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from embeddings import Encoder, load_encoder
from rag import answering, retrieval
from rag.changes import AT_ONCE, Change, due_for_merging
from rag.errors import BadQuestion, StoreError, StoreNotFound, UnknownDocument
from rag.followup import resolve
from rag.reading import split
from rag.reranker import Reranker
from rag.segment import Segment, Splitter, merge
from rag.snapshot import Snapshot
from rag.store import Store, StoreStats, backup, restore
from rag.types import Answer, Document, Hit, Leg, Paragraph
from rag.writing import Draft, Extracts, Writer

Turn = tuple[str, str]

LOOK_EVERY = 1.0
"""Seconds between looks at whether another process changed the store."""

LONGEST_QUESTION = 2000
"""Characters; a longer question is refused with a word, never cut silently."""

_log = logging.getLogger(__name__)


class KnowledgeBase:
    """Documents, both search legs, and answers. Safe to share between threads: each call reads one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        store: Store | None = None,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
        split: Splitter = split,
    ) -> None:
        self._snapshot = snapshot
        self._store = store
        self._reranker = reranker
        self._writer = writer or Extracts()
        self._split = split
        self._writing = threading.Lock()
        self._compacting = threading.Lock()
        self._look_again = time.monotonic() + LOOK_EVERY

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[str],
        titles: Sequence[str] | None = None,
        ids: Sequence[str] | None = None,
        *,
        encoder: Encoder | None = None,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
    ) -> "KnowledgeBase":
        """In memory. Titles may be empty; ids default to 1, 2, …"""
        titles = titles or [""] * len(texts)
        ids = ids or [str(number) for number in range(1, len(texts) + 1)]
        passage = {"format": "passage"}
        documents = [
            Document(id, title, text, attributes=passage) for id, title, text in zip(ids, titles, texts, strict=True)
        ]
        snapshot = Snapshot.from_documents(documents, encoder=encoder or load_encoder(), split=split)
        return cls(snapshot, writer=writer, reranker=reranker)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        encoder: Encoder | None = None,
        create: bool = False,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
        split: Splitter = split,
    ) -> "KnowledgeBase":
        """The store on disk. Raises StoreError; with `create`, a missing one is begun by the first change.

        `writer` is how answers are worded: `rag.llm.open_model("openai:…")`, or None for the passages' own words.
        `reranker` has the last word on the order of hits: `rag.reranker.CrossEncoderReranker.open("…")`.
        """
        store = Store(Path(path))
        encoder = encoder or load_encoder()
        snapshot = Snapshot.of([], encoder) if create and not store.exists() else store.load(encoder)
        return cls(snapshot, store=store, writer=writer, reranker=reranker, split=split)

    @property
    def encoder(self) -> Encoder:
        """What the dense leg encodes with."""
        return self._snapshot.encoder

    @property
    def snapshot(self) -> Snapshot:
        """The state that a call beginning now reads. What another process changed is seen after LOOK_EVERY seconds."""
        if self._store is not None and time.monotonic() >= self._look_again:
            self._look_again = time.monotonic() + LOOK_EVERY
            self._follow(self._store)
        return self._snapshot

    def add(self, documents: Iterable[Document]) -> None:
        """Add, or replace those of the same id; searchable when the call returns. Unchanged ones cost nothing.

        All of them or, when an error is raised, none. Raises StoreLocked, StoreError.
        """
        with self._changing() as change:
            change.add(documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Gone from every leg and citation when the call returns. Raises UnknownDocument and changes nothing."""
        gone = dict.fromkeys(ids)
        with self._changing() as change:
            for id in gone:
                self.document(id)
            change.remove(gone)

    def compact(self) -> None:
        """Merge what is due: fewer, larger segments, and none of what was removed is left on the disk."""
        with self._compacting:
            while self._compact_once():
                pass

    def backup(self, file: str | Path) -> None:
        """The store as one file; nobody waits for it. Raises StoreError."""
        backup(self._stored(), Path(file))

    def restore(self, file: str | Path) -> None:
        """Serve what a backup holds instead. Raises StoreError and changes nothing."""
        store = self._stored()
        with self._writing:
            restore(store, Path(file), encoder=self._snapshot.encoder)
            self._snapshot = store.load(self._snapshot.encoder)

    def verify(self) -> list[str]:
        """Names of damaged and missing files of the store, empty when all is well. Raises StoreError."""
        return self._stored().verify()

    def stats(self) -> StoreStats:
        """Of the store. Raises StoreError."""
        return self._stored().stats()

    def refresh(self) -> None:
        """Serve what another process made, from now on and not after LOOK_EVERY seconds."""
        if self._store is not None:
            with self._writing:
                if self._store.changed():
                    self._snapshot = self._store.load(self._snapshot.encoder)

    def _stored(self) -> Store:
        if self._store is None:
            raise StoreNotFound(
                "these documents are in memory only; open a folder with KnowledgeBase.open to keep them"
            )
        return self._store

    def documents(self) -> list[Document]:
        """In the order added."""
        return list(self.snapshot.documents.values())

    def size(self) -> tuple[int, int]:
        """How many documents and how many paragraphs can be found; nothing is read for it."""
        snapshot = self.snapshot
        return len(snapshot.documents), len(snapshot.paragraphs)

    def document(self, id: str) -> Document:
        """Raises UnknownDocument."""
        try:
            return self.snapshot.documents[id]
        except KeyError:
            raise UnknownDocument(
                f"no document has the id {id!r}; `youju documents list` shows those there are"
            ) from None

    def paragraphs(self, document_id: str) -> list[Paragraph]:
        """Of one document, in order. Raises UnknownDocument."""
        self.document(document_id)
        snapshot = self.snapshot
        return [snapshot.paragraphs[row] for row in snapshot.rows_of(document_id)]

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]:
        """The k best paragraphs, best first."""
        return retrieval.search(self.snapshot, query, k=k, leg=Leg(leg), only=only, reranker=self._reranker)

    def ask(self, question: str, *, history: Sequence[Turn] = (), only: Collection[str] | None = None) -> Answer:
        """One answer with citations, or one that abstains. Raises BadQuestion."""
        *_, whole = self.stream(question, history=history, only=only)
        return whole

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), only: Collection[str] | None = None
    ) -> Iterator[Answer]:
        """The answer as it grows; the last is whole. Raises BadQuestion."""
        draft = self.draft(question, history=history, only=only)
        if draft.answer.abstained:
            yield draft.answer
        else:
            yield from self._writer.write(draft)

    def draft(self, question: str, *, history: Sequence[Turn] = (), only: Collection[str] | None = None) -> Draft:
        """The answer without a language model, and the passages it was made from. Raises BadQuestion."""
        if not question.strip():
            raise BadQuestion("the question is empty; write what you want to know")
        if len(question) > LONGEST_QUESTION:
            raise BadQuestion(
                f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are taken; shorten it"
            )
        snapshot = self.snapshot
        began = time.perf_counter()
        resolved = resolve(question, history, snapshot.catalog)
        answer, hits = answering.answer(snapshot, resolved, only=only, reranker=self._reranker)
        timings = {**answer.timings_ms, "total": round(1000 * (time.perf_counter() - began), 3)}
        return Draft(replace(answer, id=uuid4().hex, timings_ms=timings), hits, snapshot.documents)

    @contextmanager
    def _changing(self) -> Iterator[Change]:
        """One writer at a time; what it made is served once the block ends without an error."""
        with self._writing, ExitStack() as stack:
            keep: Callable[[Segment], Segment] = _as_it_is
            if self._store is not None:
                stack.enter_context(self._store.writing())
                keep = self._store.keep
                if self._store.changed():
                    self._snapshot = self._store.load(self._snapshot.encoder)
            before = self._snapshot
            change = Change(before, split=self._split, keep=keep)
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

    def _follow(self, store: Store) -> None:
        """Load what another process made, unless a change is under way here."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            if store.changed():
                self._snapshot = store.load(self._snapshot.encoder)
        except (StoreError, OSError) as error:
            _log.warning("still serving the earlier documents: %s", error)
        finally:
            self._writing.release()

    def _is_stored(self) -> bool:
        return self._store is None or self._store.exists()

    def _compact_once(self) -> bool:
        """Merge in the background of searches and changes; whether anything was due."""
        with ExitStack() as stack:
            keep: Callable[[Segment], Segment] = _as_it_is
            if self._store is not None:
                stack.enter_context(self._store.writing())
                keep = self._store.keep
            due = due_for_merging(self._snapshot.parts)
            if not due:
                return False
            merged = keep(merge(due))
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


def _as_it_is(segment: Segment) -> Segment:
    return segment

"""The engine as its users hold it."""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from embeddings import Encoder, load_encoder
from rag import answering, retrieval, store
from rag.errors import BadQuestion, UnknownDocument
from rag.followup import resolve
from rag.reading import split
from rag.snapshot import Snapshot
from rag.types import Answer, Document, Hit, Leg, Paragraph
from rag.writing import Draft, Extracts, Writer

Turn = tuple[str, str]

LONGEST_QUESTION = 2000
"""Characters; a longer question is refused with a word, never cut silently."""


class KnowledgeBase:
    """Documents, both search legs, and answers. Safe to share between threads: each call reads one snapshot."""

    def __init__(self, snapshot: Snapshot, *, path: Path | None = None, writer: Writer | None = None) -> None:
        self._snapshot = snapshot
        self._path = path
        self._writer = writer or Extracts()
        self._writing = threading.Lock()

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[str],
        titles: Sequence[str] | None = None,
        ids: Sequence[str] | None = None,
        *,
        encoder: Encoder | None = None,
        writer: Writer | None = None,
    ) -> "KnowledgeBase":
        """In memory. Titles may be empty; ids default to 1, 2, …"""
        titles = titles or [""] * len(texts)
        ids = ids or [str(number) for number in range(1, len(texts) + 1)]
        passage = {"format": "passage"}
        documents = [
            Document(id, title, text, attributes=passage) for id, title, text in zip(ids, titles, texts, strict=True)
        ]
        return cls(Snapshot.from_documents(documents, encoder=encoder or load_encoder(), split=split), writer=writer)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        encoder: Encoder | None = None,
        create: bool = False,
        writer: Writer | None = None,
    ) -> "KnowledgeBase":
        """The store on disk. Raises StoreError; with `create`, a missing one is begun.

        `writer` is how answers are worded: `rag.llm.open_model("openai:…")`, or None for the passages' own words.
        """
        path = Path(path)
        encoder = encoder or load_encoder()
        if create and not store.exists(path):
            return cls(Snapshot.from_documents([], encoder=encoder, split=split), path=path, writer=writer)
        return cls(store.load(path, encoder=encoder), path=path, writer=writer)

    @property
    def encoder(self) -> Encoder:
        """What the dense leg encodes with."""
        return self._snapshot.encoder

    @property
    def snapshot(self) -> Snapshot:
        """The state every call that begins now reads."""
        return self._snapshot

    def add(self, documents: Iterable[Document]) -> None:
        """Add, or replace those of the same id; searchable when the call returns."""
        with self._writing:
            merged = dict(self._snapshot.documents) | {document.id: document for document in documents}
            self._swap(merged.values())

    def remove(self, ids: Iterable[str]) -> None:
        """Gone from every leg and citation when the call returns. Raises UnknownDocument and changes nothing."""
        gone = set(ids)
        with self._writing:
            for id in gone:
                self.document(id)
            self._swap(document for document in self.documents() if document.id not in gone)

    def documents(self) -> list[Document]:
        """In the order added."""
        return list(self._snapshot.documents.values())

    def document(self, id: str) -> Document:
        """Raises UnknownDocument."""
        try:
            return self._snapshot.documents[id]
        except KeyError:
            raise UnknownDocument(
                f"no document has the id {id!r}; `youju documents list` shows those there are"
            ) from None

    def paragraphs(self, document_id: str) -> list[Paragraph]:
        """Of one document, in order. Raises UnknownDocument."""
        self.document(document_id)
        return [p for p in self._snapshot.paragraphs if p.document_id == document_id]

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]:
        """The k best paragraphs, best first."""
        return retrieval.search(self._snapshot, query, k=k, leg=Leg(leg), only=only)

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
        snapshot = self._snapshot
        began = time.perf_counter()
        resolved = resolve(question, history, snapshot.catalog)
        answer, hits = answering.answer(snapshot, resolved, only=only)
        timings = {**answer.timings_ms, "total": round(1000 * (time.perf_counter() - began), 3)}
        return Draft(replace(answer, id=uuid4().hex, timings_ms=timings), hits, snapshot.documents)

    def _swap(self, documents: Iterable[Document]) -> None:
        snapshot = Snapshot.from_documents(documents, encoder=self._snapshot.encoder, split=split)
        if self._path is not None:
            store.save(snapshot, self._path)
        self._snapshot = snapshot

"""The engine as its users hold it."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from embeddings import Encoder, load_encoder
from rag import rewriting
from rag.answers import answering
from rag.errors import BadQuestion, UnknownDocument
from rag.index.segment import Splitter
from rag.index.shelf import LocalShelf, Shelf
from rag.index.snapshot import Snapshot
from rag.milvus import MilvusAddress, MilvusShelf
from rag.questions.followup import resolve
from rag.questions.question import Question
from rag.reading import split
from rag.rewriting import Rewriter
from rag.search import retrieval
from rag.search.reranker import Reranker
from rag.store import Store, StoreStats
from rag.turns import asking
from rag.types import Answer, Document, DocumentHead, Hit, Leg, Paragraph
from rag.writing import Draft, Extracts, Writer

Turn = tuple[str, str]

LONGEST_QUESTION = 2000
"""Characters; a longer question is refused with a word, never cut silently."""


class KnowledgeBase:
    """Documents, both search legs, and answers. Safe to share between threads: each call reads one snapshot."""

    def __init__(self, shelf: Shelf, *, writer: Writer | None = None, reranker: Reranker | None = None) -> None:
        self._shelf = shelf
        self._reranker = reranker
        self._writer = writer or Extracts()

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
        return cls(LocalShelf(snapshot), writer=writer, reranker=reranker)

    @classmethod
    def open(
        cls,
        place: str | Path | MilvusAddress,
        *,
        encoder: Encoder | None = None,
        create: bool = False,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
        split: Splitter = split,
    ) -> "KnowledgeBase":
        """The store in a folder, or in Milvus ("milvus+http://host:19530/name", "milvus+file:x.db").

        With `create`, a missing one is begun by the first change. `writer` is how answers are worded:
        `rag.llm.open_model("openai:…")`, or None for the passages' own words. `reranker` has the last word on the order
        of hits: `rag.search.reranker.CrossEncoderReranker.open("…")`. Raises StoreError.
        """
        place = MilvusAddress.parse(place) or Path(place) if isinstance(place, str) else place
        encoder = encoder or load_encoder()
        shelf: Shelf
        if isinstance(place, MilvusAddress):
            shelf = MilvusShelf.open(place, encoder, create=create, split=split)
        else:
            store = Store(place)
            snapshot = Snapshot.of([], encoder) if create and not store.exists() else store.load(encoder)
            shelf = LocalShelf(snapshot, store=store, split=split)
        return cls(shelf, writer=writer, reranker=reranker)

    @property
    def encoder(self) -> Encoder:
        """What the dense leg encodes with."""
        return self._shelf.snapshot.encoder

    @property
    def snapshot(self) -> Snapshot:
        """The state that a call beginning now reads. What another process changed is seen within a second or so."""
        return self._shelf.snapshot

    def add(self, documents: Iterable[Document]) -> None:
        """Add, or replace those of the same id; searchable when the call returns. Unchanged ones cost nothing.

        All of them or, when an error is raised, none; in Milvus a part may stay. Raises StoreLocked, StoreError.
        """
        self._shelf.add(documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Gone from every leg and citation when the call returns. Raises UnknownDocument and changes nothing."""
        self._shelf.remove(ids)

    def compact(self) -> None:
        """Merge segments that are due: fewer, larger ones. Of what was removed up to a quarter of a segment stays on
        the disk until then."""
        self._shelf.compact()

    def backup(self, file: str | Path) -> None:
        """The store as one file; nobody waits for it. Raises StoreError."""
        self._shelf.backup(Path(file))

    def restore(self, file: str | Path) -> None:
        """Serve what a backup holds instead. Raises StoreError and changes nothing."""
        self._shelf.restore(Path(file))

    def verify(self) -> list[str]:
        """Names of damaged and missing files of the store, empty when all is well. Raises StoreError."""
        return self._shelf.verify()

    def stats(self) -> StoreStats:
        """Of the store. Raises StoreError."""
        return self._shelf.stats()

    def refresh(self) -> None:
        """Serve what another process made, from now on and not a second later."""
        self._shelf.refresh()

    def heads(self) -> list[DocumentHead]:
        """What is known of each document beside its text, in the order added."""
        return self.snapshot.heads()

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
            raise UnknownDocument.of(id) from None

    def paragraphs(self, document_id: str) -> list[Paragraph]:
        """Of one document, in order. Raises UnknownDocument."""
        self.document(document_id)
        snapshot = self.snapshot
        return [snapshot.paragraphs[row] for row in snapshot.rows_of(document_id)]

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]:
        """The k best paragraphs, best first."""
        with asking():
            return retrieval.search(self.snapshot, query, k=k, leg=Leg(leg), only=only, reranker=self._reranker)

    def ask(self, question: str, *, history: Sequence[Turn] = (), only: Collection[str] | None = None) -> Answer:
        """One answer with citations, or one that abstains. Raises BadQuestion."""
        *_, whole = self.stream(question, history=history, only=only)
        return whole

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), only: Collection[str] | None = None
    ) -> Iterator[Answer]:
        """The answer as it grows; the last is whole. Raises BadQuestion."""
        draft = self.draft(question, history=history, only=only, rewriter=self._writer.rewriter)
        if draft.answer.abstained:
            yield draft.answer
        else:
            yield from self._writer.write(draft)

    def draft(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        only: Collection[str] | None = None,
        rewriter: Rewriter | None = None,
    ) -> Draft:
        """The answer in the passages' own words, and those passages; to the question as `rewriter` reads it where that
        does no worse. Raises BadQuestion."""
        if not question.strip():
            raise BadQuestion("the question is empty; write what you want to know")
        if len(question) > LONGEST_QUESTION:
            raise BadQuestion(
                f"the question has {len(question):,} characters, at most {LONGEST_QUESTION:,} are taken; shorten it"
            )
        snapshot = self.snapshot
        began = time.perf_counter()
        with asking():
            resolved = resolve(question, history, snapshot.catalog)

        def answered(question: Question) -> rewriting.Answered:
            with asking():  # not while a model writes, which takes seconds of no processor here
                return answering.answer(snapshot, question, only=only, reranker=self._reranker)

        answer, hits = answered(resolved)
        tokens = (0, 0)
        if rewriter is not None and rewriting.is_wanted(question, history, answer):
            written = rewriter.rewrite(question, history)
            tokens = written.tokens
            answer, hits = rewriting.best(
                (answer, hits),
                written.questions,
                asked=question,
                resolved=resolved,
                history=history,
                catalog=snapshot.catalog,
                answer=answered,
            )
        timings = {**answer.timings_ms, "total": round(1000 * (time.perf_counter() - began), 3)}
        return Draft(replace(answer, id=uuid4().hex, timings_ms=timings), hits, snapshot.documents, tokens)

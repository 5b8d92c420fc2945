"""Youju as LangChain parts: a retriever, embeddings, and one chain from question to checked answer."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from typing import Any, TypedDict, cast

from langchain_core.callbacks import (
    AsyncCallbackManagerForChainRun,
    CallbackManagerForChainRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from pydantic import ConfigDict, Field

from embeddings import Encoder, load_encoder
from rag.knowledge_base import KnowledgeBase
from rag.llm.opening import open_model, writer_for
from rag.llm.writer import ModelWriter
from rag.types import Answer, Document, Hit, Leg
from rag.writing import Draft, Extracts, Writer


class YoujuRetriever(BaseRetriever):
    """Paragraphs of a knowledge base as LangChain documents, best first; `id` is the paragraph's."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kb: KnowledgeBase = Field(exclude=True)
    k: int = Field(default=10, ge=1)
    leg: Leg = Leg.HYBRID
    only: frozenset[str] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[LangChainDocument]:
        hits = self.kb.search(query, k=self.k if k is None else k, leg=self.leg, only=self.only)
        return [to_langchain(hit, self.kb.document(hit.paragraph.document_id)) for hit in hits]


class YoujuEmbeddings(Embeddings):
    """An encoder of ours, the bundled one unless another is given. Vectors have unit length."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder or load_encoder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self._encoder.encode_passages(texts)] if texts else []

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._encoder.encode_query(text)]


class Asked(TypedDict, total=False):
    """What a chain takes besides a bare question: earlier (question, answer) turns, document ids to look in."""

    question: str
    history: Sequence[tuple[str, str]]
    only: Collection[str] | None


def answer_chain(kb: KnowledgeBase, model: Any = None) -> "AnswerChain":
    """question -> resolve -> retrieve -> answer -> verify, as one Runnable from a question to an Answer.

    `model` is a chat model, the name of one ("openai:gpt-4o-mini"), or a Writer; None answers in the passages' own
    words. Raises ModelError when the name leads to no model.
    """
    return AnswerChain(kb, _writer_of(model))


class AnswerChain(Runnable[str | Asked, Answer]):
    """Streams growing answers, each replacing the one before; the last, which `invoke` gives, is whole."""

    def __init__(self, kb: KnowledgeBase, writer: Writer) -> None:
        self._writer = writer
        self._draft: Runnable[str | Asked, Draft] = RunnableLambda(
            lambda asked: kb.draft(**_asked(asked), rewriter=writer.rewriter), name="retrieve"
        )

    def invoke(self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        *_, whole = self.stream(input, config, **kwargs)
        return whole

    async def ainvoke(self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        async for answer in self.astream(input, config, **kwargs):
            whole = answer
        return whole

    def stream(
        self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Iterator[Answer]:
        return self.transform(iter([input]), config, **kwargs)

    async def astream(
        self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        async def inputs() -> AsyncIterator[str | Asked]:
            yield input

        async for answer in self.atransform(inputs(), config, **kwargs):
            yield answer

    def transform(
        self, input: Iterator[str | Asked], config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Iterator[Answer]:
        return self._transform_stream_with_config(input, self._answers, config, **kwargs)

    async def atransform(
        self, input: AsyncIterator[str | Asked], config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        async for answer in self._atransform_stream_with_config(input, self._aanswers, config, **kwargs):
            yield answer

    def _answers(
        self, inputs: Iterator[str | Asked], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[Answer]:
        for asked in inputs:
            draft = self._draft.invoke(asked, config)
            yield from [draft.answer] if draft.answer.abstained else self._writer.write(draft)

    async def _aanswers(
        self, inputs: AsyncIterator[str | Asked], run_manager: AsyncCallbackManagerForChainRun, config: RunnableConfig
    ) -> AsyncIterator[Answer]:
        async for asked in inputs:
            draft: Draft = await self._draft.ainvoke(asked, config)
            if draft.answer.abstained:
                yield draft.answer
            elif isinstance(self._writer, ModelWriter):
                async for answer in self._writer.awrite(draft):
                    yield answer
            else:
                for answer in self._writer.write(draft):
                    yield answer


def to_langchain(hit: Hit, document: Document) -> LangChainDocument:
    """A hit with its place: `start` and `end` count characters of the document's text."""
    p = hit.paragraph
    return LangChainDocument(
        page_content=p.text,
        id=p.id,
        metadata={
            "document_id": p.document_id,
            "title": document.title,
            "source": document.source or p.document_id,
            "date": document.date,
            "section": list(p.section),
            "start": p.start,
            "end": p.end,
            "page": p.page,
            "score": hit.score,
        },
    )


def _asked(asked: str | Asked) -> dict[str, Any]:
    return {"question": asked} if isinstance(asked, str) else dict(asked)


def _writer_of(model: Any) -> Writer:
    if model is None:
        return Extracts()
    if isinstance(model, str):
        return open_model(model)
    return writer_for(model) if isinstance(model, Runnable) else cast(Writer, model)


__all__ = ["AnswerChain", "Asked", "YoujuEmbeddings", "YoujuRetriever", "answer_chain", "to_langchain"]

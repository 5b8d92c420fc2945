"""What the service asks of a knowledge base. `rag.KnowledgeBase` is one; tests bring a small one of their own."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from rag import Answer, Document, Hit, Paragraph

History = Sequence[tuple[str, str]]


class Engine(Protocol):
    """Safe to call from several threads at once."""

    def ask(self, question: str, *, history: History = (), only: Collection[str] | None = None) -> Answer: ...

    def stream(
        self, question: str, *, history: History = (), only: Collection[str] | None = None
    ) -> Iterator[Answer]: ...

    def search(
        self, query: str, *, k: int = 10, leg: str = "hybrid", only: Collection[str] | None = None
    ) -> list[Hit]: ...

    def documents(self) -> list[Document]: ...

    def document(self, document_id: str, /) -> Document: ...

    def paragraphs(self, document_id: str, /) -> list[Paragraph]: ...

    def add(self, documents: Iterable[Document], /) -> Any: ...

    def remove(self, ids: Iterable[str], /) -> Any: ...

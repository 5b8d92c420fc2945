"""What the page and the viewer ask of a knowledge base; `rag.KnowledgeBase` has it all."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from rag.types import Answer, Document, DocumentHead, Hit, Leg, Paragraph


class Library(Protocol):
    """Documents that can be looked up."""

    def documents(self) -> list[Document]: ...

    def heads(self) -> list[DocumentHead]: ...

    def document(self, document_id: str, /) -> Document:
        """Raises UnknownDocument."""
        ...

    def paragraphs(self, document_id: str, /) -> list[Paragraph]:
        """In the order of the text. Raises UnknownDocument."""
        ...


class Knowledge(Library, Protocol):
    """Documents that can be asked, searched and changed."""

    def stream(
        self, question: str, *, history: Sequence[tuple[str, str]] = (), only: Collection[str] | None = None
    ) -> Iterator[Answer]: ...

    def ask(
        self, question: str, *, history: Sequence[tuple[str, str]] = (), only: Collection[str] | None = None
    ) -> Answer: ...

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]: ...

    def size(self) -> tuple[int, int]:
        """How many documents and paragraphs can be found."""
        ...

    def add(self, documents: Iterable[Document], /) -> object: ...

    def remove(self, ids: Iterable[str], /) -> object: ...

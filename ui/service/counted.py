"""A knowledge base whose questions are counted: the chat page asks it directly, not over HTTP."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from rag import Answer, Document, DocumentHead, Hit, Leg, Paragraph, YoujuError
from ui.knowledge import Knowledge
from ui.service.metrics import Metrics

Turns = Sequence[tuple[str, str]]


class Counted:
    """`kb`, with every `ask` and `stream` that ends counted under `way`."""

    def __init__(self, kb: Knowledge, metrics: Metrics, *, way: str) -> None:
        self._kb = kb
        self._metrics = metrics
        self._way = way

    def ask(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Answer:
        *_, answer = self.stream(question, history=history, only=only)
        return answer

    def stream(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Iterator[Answer]:
        answer = None
        try:
            for answer in self._kb.stream(question, history=history, only=only):
                yield answer
        except YoujuError:
            self._metrics.failed(self._way)
            raise
        if answer is not None:
            self._metrics.asked(self._way, answer)

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]:
        return self._kb.search(query, k=k, leg=leg, only=only)

    def documents(self) -> list[Document]:
        return self._kb.documents()

    def size(self) -> tuple[int, int]:
        return self._kb.size()

    def heads(self) -> list[DocumentHead]:
        return self._kb.heads()

    def document(self, document_id: str, /) -> Document:
        return self._kb.document(document_id)

    def paragraphs(self, document_id: str, /) -> list[Paragraph]:
        return self._kb.paragraphs(document_id)

    def add(self, documents: Iterable[Document], /) -> object:
        return self._kb.add(documents)

    def remove(self, ids: Iterable[str], /) -> object:
        return self._kb.remove(ids)

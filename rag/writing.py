"""From a draft to the answer that is shown: as it stands, or as a language model writes it over the same passages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.rewriting import Rewriter
from rag.types import Answer, Document, Hit


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer without a language model, and what it was made from; `hits` best first.

    `tokens` are those a model has spent on it all the same, in and out: on the wording of the question.
    """

    answer: Answer
    hits: Sequence[Hit]
    documents: Mapping[str, Document]
    tokens: tuple[int, int] = (0, 0)


class Writer(Protocol):
    """Writes the answer to a draft that does not abstain; may have another word on how the question is to be read."""

    @property
    def rewriter(self) -> Rewriter | None: ...

    def write(self, draft: Draft) -> Iterator[Answer]:
        """The answer as it grows; the last is whole. `text` and verified sentences only ever grow."""
        ...


class Extracts:
    """The draft is the answer, shown sentence by sentence."""

    rewriter = None

    def write(self, draft: Draft) -> Iterator[Answer]:
        return growing(draft.answer)


def growing(whole: Answer) -> Iterator[Answer]:
    """An answer sentence by sentence; the last is whole."""
    for shown in range(1, len(whole.sentences)):
        part = whole.sentences[:shown]
        cited = {number for sentence in part for number in sentence.citations}
        yield replace(
            whole,
            text="".join(s.text + "".join(f"[{n}]" for n in s.citations) for s in part),
            sentences=part,
            citations=tuple(c for c in whole.citations if c.number in cited),
        )
    yield whole

"""Hits put into another order by a model that reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from embeddings.sentence import has_onnx
from rag.errors import EncoderError
from rag.types import Hit

LONGEST_TEXT = 1600
"""Characters of a passage that are read; a cross-encoder's window is about that."""


class Reranker(Protocol):
    """Judges how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """One a passage, higher is better, of any scale."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @classmethod
    def open(cls, name_or_path: str) -> "CrossEncoderReranker":
        """From the hub, or a folder; in its ONNX form where it has one that can be run. Raises EncoderError."""
        from sentence_transformers import CrossEncoder

        try:
            return cls(CrossEncoder(name_or_path, backend="onnx" if has_onnx(name_or_path) else "torch"))
        except (OSError, ValueError, ImportError) as error:
            raise EncoderError(
                f"{name_or_path!r} cannot be used as a reranker: {error}; "
                "expected the name or folder of a sentence-transformers CrossEncoder"
            ) from error

    def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        pairs = [(question, passage[:LONGEST_TEXT]) for passage in passages]
        found = self._model.predict(pairs, show_progress_bar=False)
        if getattr(found, "ndim", 1) != 1:
            raise EncoderError(
                f"the reranker gives {found.shape[1]} numbers a passage, expected 1; it was trained for another task"
            )
        return [float(score) for score in found]


def rerank(reranker: Reranker, question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The same hits in the reranker's order, ties as they stood; its score is their feature "reranker".

    Scores stay those of the ranking, handed out anew from the highest down: what is fitted on them stays fitted.
    """
    if not hits:
        return []
    judged = reranker.scores(question, [_shown(hit) for hit in hits])
    order = sorted(range(len(hits)), key=lambda i: -judged[i])
    return [
        replace(hits[i], score=hits[place].score, features={**hits[i].features, "reranker": judged[i]})
        for place, i in enumerate(order)
    ]


def _shown(hit: Hit) -> str:
    return " › ".join((*hit.paragraph.section, hit.paragraph.text))

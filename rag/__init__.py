"""The engine: documents -> paragraphs -> index -> hits -> answer with citations."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.errors import YoujuError
    from rag.knowledge_base import KnowledgeBase
    from rag.types import Answer, Citation, Document, DocumentHead, Hit, Leg, Paragraph, Sentence

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "DocumentHead",
    "Hit",
    "KnowledgeBase",
    "Leg",
    "Paragraph",
    "Sentence",
    "YoujuError",
]


def __getattr__(name: str) -> Any:
    # A process that only reads files needs none of what searches: that would be five times its start and its memory.
    if name in __all__:
        for module in ("errors", "types", "knowledge_base"):
            found = vars(import_module(f"rag.{module}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module 'rag' has no attribute {name!r}")

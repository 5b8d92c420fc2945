"""The engine: documents -> paragraphs -> index -> hits -> answer with citations."""

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

"""Any chat model, held to the evidence: it is given the passages, and what it writes is checked against them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.llm.writer import ModelWriter


def open_model(spec: str, **options: Any) -> "ModelWriter":
    """The writer for "openai:gpt-4o-mini", "anthropic:…", "ollama:…": whatever `langchain.chat_models.init_chat_model`
    takes. Base URL and key come from the environment, under the names the provider's package reads.

    `options` are those of `rag.llm.opening.open_model`. Raises ModelError when there is no such model, package or key.
    """
    from rag.llm.opening import open_model

    return open_model(spec, **options)


__all__ = ["open_model"]

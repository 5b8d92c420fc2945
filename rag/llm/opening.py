"""From the name of a model to a writer that uses it."""

import os
import re
from typing import Any

from rag.errors import ModelError
from rag.llm.budget import Budget, Price
from rag.llm.calling import ChatModel, Limits
from rag.llm.writer import CONTEXT_TOKENS, ModelWriter

_OWN_RETRIES = ("openai", "azure_openai", "anthropic", "deepseek", "xai")
"""Providers whose clients try again by themselves; ours does that, within the time limit."""
_NO_TEMPERATURE = re.compile(r"^(?:o\d|gpt-5)")


def open_model(
    spec: str,
    *,
    limits: Limits | None = None,
    context_tokens: int | None = None,
    daily_tokens: int | None = None,
    price: Price | None = None,
    **model_options: Any,
) -> ModelWriter:
    """`spec` is provider:model, as `init_chat_model` takes it; `model_options` are passed on to it.

    Without `context_tokens` the model's own profile tells its window, else it is taken as 8,192 tokens.
    Raises ModelError.
    """
    limits = limits or Limits()
    model = _init(spec, limits, model_options)
    profile = getattr(model, "profile", None) or {}
    return ModelWriter(
        model,
        name=spec,
        limits=limits,
        context_tokens=context_tokens or profile.get("max_input_tokens") or CONTEXT_TOKENS,
        budget=Budget(daily_tokens),
        price=price,
    )


def writer_for(model: Any, *, name: str | None = None) -> ModelWriter:
    """For a chat model that is already there."""
    return ModelWriter(model, name=name or _name_of(model))


def _init(spec: str, limits: Limits, given: dict[str, Any]) -> ChatModel:
    from langchain.chat_models import init_chat_model

    provider, _, name = spec.partition(":")
    options: dict[str, Any] = {} if _NO_TEMPERATURE.match(name or provider) else {"temperature": 0}
    if provider == "ollama":
        options |= {"num_predict": limits.output_tokens, "client_kwargs": {"timeout": limits.whole_s}}
    else:
        options |= {"max_tokens": limits.output_tokens, "timeout": limits.whole_s}
    if provider in _OWN_RETRIES:
        options["max_retries"] = 0
    if provider == "openai":
        options["stream_usage"] = True
        if _base_url() and not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = "none"  # servers at home ask for none, the client insists on one
    try:
        model: ChatModel = init_chat_model(spec, **{**options, **given})
    except Exception as error:  # each provider's package has its own errors for a missing key or name
        raise ModelError(_explain(spec, error)) from error
    return model


def _base_url() -> str | None:
    return os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")


def _explain(spec: str, error: Exception) -> str:
    said = " ".join(str(error).split())[:300]
    if isinstance(error, ImportError):
        return f"the model {spec!r} needs a package that is not installed: {said}; pip install 'youju[models]' has most"
    return (
        f"the model {spec!r} cannot be used: {said}; "
        "expected provider:name, such as openai:gpt-4o-mini, and its key in the environment"
    )


def _name_of(model: Any) -> str:
    return str(getattr(model, "model_name", None) or getattr(model, "model", None) or type(model).__name__)

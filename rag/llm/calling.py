"""One question to a model: its tokens as they come, tried again when that may help, given up in time."""

import asyncio
import contextvars
import random
import re
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""HTTP statuses after which the same request may succeed."""
_CONNECTION = re.compile(r"Connect|RemoteProtocol|ReadError|APIConnection")
_SECRET = re.compile(r"\b(?:sk|key|Bearer)[-_ ][\w.*-]{6,}")


class ChatModel(Protocol):
    """Any LangChain chat model, or a Runnable that takes messages."""

    def stream(self, input: Any, /) -> Iterator[Any]: ...

    def astream(self, input: Any, /) -> AsyncIterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how often, how much. Times count from the call, waiting between attempts included."""

    first_token_s: float = 15.0
    whole_s: float = 25.0
    attempts: int = 3
    back_off_s: float = 0.5
    output_tokens: int = 800


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a reply. Token counts and why it ended come with the last pieces, where the model gives them."""

    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = ""


class ModelFailed(Exception):
    """A model gave no usable reply; the message says why, fit to be shown."""

    def __init__(self, reason: str, *, retries: int = 0) -> None:
        super().__init__(reason)
        self.retries = retries


class _End:
    """The stream ended by itself."""


_END = _End()


def stream(
    model: ChatModel, messages: "Sequence[BaseMessage]", limits: Limits, *, retried: list[str]
) -> Generator[Token, None, None]:
    """The tokens of a reply. Raises ModelFailed.

    The model is read on a thread of its own, so that one that hangs is given up in time. When the iterator is closed
    the thread stops at the model's next token. `retried` is told the reason of every attempt that failed.
    """
    began = time.monotonic()
    for attempt in range(1, limits.attempts + 1):
        pieces: SimpleQueue[Any] = SimpleQueue()
        stop = threading.Event()
        # The context carries LangChain's callbacks and tracing over to the thread.
        work = contextvars.copy_context().run
        threading.Thread(target=work, args=(_pump, model, messages, pieces, stop), daemon=True).start()
        started = False
        try:
            while True:
                try:
                    piece = pieces.get(timeout=_left(began, limits, started=started))
                except Empty:
                    raise ModelFailed(_too_long(limits, started=started), retries=attempt - 1) from None
                if piece is _END:
                    return
                if isinstance(piece, Exception):
                    wait = None if started else _wait(piece, attempt, began, limits)
                    if wait is None:
                        raise ModelFailed(_reason(piece), retries=attempt - 1) from piece
                    retried.append(_reason(piece))
                    time.sleep(wait)
                    break
                token = read(piece)
                started = started or bool(token.text)
                yield token
        finally:
            stop.set()


async def astream(
    model: ChatModel, messages: "Sequence[BaseMessage]", limits: Limits, *, retried: list[str]
) -> AsyncGenerator[Token, None]:
    """The same on an event loop; a cancelled task closes the connection to the model at once."""
    began = time.monotonic()
    for attempt in range(1, limits.attempts + 1):
        started = False
        iterator = aiter(model.astream(messages))
        try:
            while True:
                try:
                    async with asyncio.timeout(_left(began, limits, started=started)):
                        piece = await anext(iterator)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise ModelFailed(_too_long(limits, started=started), retries=attempt - 1) from None
                except Exception as error:  # whatever a provider's package raises, the draft stands in
                    wait = None if started else _wait(error, attempt, began, limits)
                    if wait is None:
                        raise ModelFailed(_reason(error), retries=attempt - 1) from error
                    retried.append(_reason(error))
                    await asyncio.sleep(wait)
                    break
                token = read(piece)
                started = started or bool(token.text)
                yield token
        finally:
            if hasattr(iterator, "aclose"):
                await iterator.aclose()


def _pump(model: ChatModel, messages: "Sequence[BaseMessage]", pieces: SimpleQueue[Any], stop: threading.Event) -> None:
    try:
        for piece in model.stream(messages):
            if stop.is_set():
                return
            pieces.put(piece)
        pieces.put(_END)
    except Exception as error:  # noqa: BLE001  whatever a provider's package raises, the draft stands in
        pieces.put(error)


def read(piece: Any) -> Token:
    """A chunk of a chat model, or a plain string. Reasoning that comes as blocks of its own is no text."""
    if isinstance(piece, str):
        return Token(piece)
    usage = getattr(piece, "usage_metadata", None) or {}
    about = getattr(piece, "response_metadata", None) or {}
    finish = next((about[name] for name in ("finish_reason", "stop_reason", "done_reason") if about.get(name)), "")
    text = piece.text if hasattr(piece, "text") else str(piece)
    return Token(str(text), usage.get("input_tokens", 0), usage.get("output_tokens", 0), str(finish))


def _left(began: float, limits: Limits, *, started: bool) -> float:
    """Seconds until it is given up; a little more than none, since a queue refuses less."""
    limit = limits.whole_s if started else min(limits.first_token_s, limits.whole_s)
    return max(began + limit - time.monotonic(), 0.001)


def _too_long(limits: Limits, *, started: bool) -> str:
    if started:
        return f"not done after {limits.whole_s:g} s"
    return f"no token after {min(limits.first_token_s, limits.whole_s):g} s"


def _wait(error: Exception, attempt: int, began: float, limits: Limits) -> float | None:
    """Seconds to wait before another attempt; None when there is none to make."""
    status = _status(error)
    passing = status in _PASSING if status else bool(_CONNECTION.search(type(error).__name__))
    if not passing or attempt >= limits.attempts:
        return None
    asked = _retry_after(error)
    wait = asked if asked is not None else limits.back_off_s * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
    return wait if wait < _left(began, limits, started=False) else None


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    for holder in (error, response):
        for name in ("status_code", "status", "code"):
            if isinstance(status := getattr(holder, name, None), int):
                return status
    return None


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(float(headers.get("retry-after", "")), 0.0)
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    """Short, on one line, without a key."""
    said = " ".join(str(error).split())
    status = _status(error)
    head = f"HTTP {status}" if status else type(error).__name__
    return _SECRET.sub("…", f"{head}: {said}" if said else head)[:200]

"""Answers as they come: word when the first keeps one waiting, and an end when the reader wants no more."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")


def announced(
    stream: Iterator[T], patience_s: float, pool: ThreadPoolExecutor, *, enough: Future[Any]
) -> Iterator[T | None]:
    """What `stream` gives, until `enough` is done; None before it when nothing came within `patience_s` seconds.

    So an answer that is there at once is shown in one step, of one that takes long it is said that it is awaited,
    and none holds its reader up who has seen enough. An error of `stream` is raised, after that word.
    """
    step: Future[Any] = pool.submit(next, stream, None)
    try:
        wait([step, enough], patience_s, FIRST_COMPLETED)
        if not step.done() or step.exception():
            yield None
        while True:
            wait([step, enough], None, FIRST_COMPLETED)
            if enough.done() or (given := step.result()) is None:
                return
            yield given
            step = pool.submit(next, stream, None)
    finally:
        if close := getattr(stream, "close", None):
            step.add_done_callback(lambda _: close())

"""Answers as they come, and word when the first keeps one waiting."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def announced(stream: Iterator[T], patience_s: float, pool: ThreadPoolExecutor) -> Iterator[T | None]:
    """What `stream` gives; None before it when nothing came within `patience_s` seconds, or an error did.

    So an answer that is there at once is shown in one step, and of one that takes long it is said that it is awaited.
    """
    begun = pool.submit(next, stream, None)
    try:
        if wait([begun], patience_s).not_done or begun.exception():
            yield None
        first = begun.result()
        if first is not None:
            yield first
            yield from stream
    finally:
        if close := getattr(stream, "close", None):
            begun.add_done_callback(lambda _: close())

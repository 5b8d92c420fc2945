"""While documents are added in one thread, another one that answers is let go on soon.

Python runs one thread at a time: an answer that shares the processor with an addition takes twice as long, however
short the turns are. So the thread that adds works in small pieces, and rests between them while anybody asks.
"""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

SHORT = 0.0005
"""Seconds after which a thread gives way to one that waits, in place of Python's .005. An answer lets others go on
wherever it reads or searches, a dozen times, and waits that long each time."""

PIECE = 0.0005
"""Seconds of the processor after which a change rests while somebody asks."""

RESTS, IN_HASTE = 8, 2
"""How many times as long as it worked a change rests, until it has rested PATIENCE, and from then on."""

PATIENCE = 0.6
"""Seconds of rest that may be added to a change before somebody waits for it too long."""

LONGEST_REST = 0.01
"""Seconds: work that takes long in one piece, as FAISS does, mostly lets other threads go on by itself."""

_T = TypeVar("_T")

_lock = threading.Lock()
_before: list[float] = []  # what it was, once a block
_under_way: list[None] = []  # one an ask; to add one and to take one away are whole steps
_last_asked = float("-inf")
_own = threading.local()


@contextmanager
def short_turns() -> Iterator[None]:
    """Round a change. For all threads of the process, until the last such block ends; this one gives way."""
    with _lock:
        usual = _before[0] if _before else sys.getswitchinterval()
        _before.append(usual)
        sys.setswitchinterval(min(SHORT, usual))
    outer = getattr(_own, "change", None)
    _own.change = outer or _Change()
    try:
        yield
    finally:
        _own.change = outer
        with _lock:
            _before.pop()
            if not _before:
                sys.setswitchinterval(usual)


@contextmanager
def asking() -> Iterator[None]:
    """Round what somebody waits for: changes rest meanwhile."""
    global _last_asked
    _under_way.append(None)
    try:
        yield
    finally:
        _under_way.pop()
        _last_asked = time.monotonic()


def alone() -> bool:
    """Whether no change is under way in this process, and nobody asks but, perhaps, the caller."""
    return not _before and len(_under_way) < 2


def asked_within(seconds: float) -> bool:
    """Whether somebody asks in this process, or did so lately."""
    return bool(_under_way) or time.monotonic() - _last_asked <= seconds


def give_way() -> None:
    """Between two pieces of a change: rest, if it has worked long enough and somebody asks. Elsewhere nothing."""
    change: _Change | None = getattr(_own, "change", None)
    if change is not None and _under_way:
        change.rest()


class _Change:
    """Of one thread: since when it has worked, by the clock and by its own time, and how long it has rested in all."""

    def __init__(self) -> None:
        self._since, self._worked = time.perf_counter(), time.thread_time()
        self._rested = 0.0

    def rest(self) -> None:
        if time.perf_counter() - self._since < PIECE:  # which is quicker to tell
            return
        worked = time.thread_time() - self._worked
        if worked < PIECE:
            return
        rest = min(worked * (RESTS if self._rested < PATIENCE else IN_HASTE), LONGEST_REST)
        time.sleep(rest)
        self._rested += rest
        self._since, self._worked = time.perf_counter(), time.thread_time()


def unhurried(items: Iterable[_T]) -> Iterator[_T]:
    """The same items, giving way between them."""
    for item in items:
        yield item
        give_way()

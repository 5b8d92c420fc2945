"""While documents are added in one thread, another one that answers is let go on soon."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SHORT = 0.0005
"""Seconds after which a thread gives way to one that waits, in place of Python's .005. An answer lets others go on
wherever it reads or searches, a dozen times, and waits that long each time."""

_lock = threading.Lock()
_before: list[float] = []  # what it was, once a block


@contextmanager
def short_turns() -> Iterator[None]:
    """For all threads of the process, until the last such block ends."""
    with _lock:
        usual = _before[0] if _before else sys.getswitchinterval()
        _before.append(usual)
        sys.setswitchinterval(min(SHORT, usual))
    try:
        yield
    finally:
        with _lock:
            _before.pop()
            if not _before:
                sys.setswitchinterval(usual)

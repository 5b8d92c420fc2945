"""How far a long piece of work is, on standard error."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

_BAR = 24
_SECONDS = 5.0


class Progress:
    """A bar that is redrawn on a terminal; elsewhere a line every five seconds, so that a log stays short.

    How many a second and how long it still takes are told once they can be told.
    """

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._drawn = False
        self._began = clock()
        self._next = self._began + _SECONDS

    @classmethod
    def on_stderr(cls) -> "Progress":
        return cls(sys.stderr)

    def show(self, done: int, total: int, what: str = "") -> None:
        if self._stream.isatty():
            full = _BAR * done // max(total, 1)
            bar = "█" * full + "░" * (_BAR - full)
            self._stream.write(f"\r\x1b[K{bar} {done}/{total} {self._pace(done, total)}{what[-48:]}")
            self._drawn = True
        elif self._clock() >= self._next:
            self._stream.write(f"{done}/{total} {self._pace(done, total)}{what}\n")
            self._next = self._clock() + _SECONDS
        self._stream.flush()

    def _pace(self, done: int, total: int) -> str:
        """ "34/s 0:17 ": so many a second, and minutes and seconds left; nothing in the first second."""
        spent = self._clock() - self._began
        if spent < 1 or not 0 < done < total:
            return ""
        left = round(spent * (total - done) / done)
        return f"{done / spent:.3g}/s {left // 60}:{left % 60:02} "

    def clear(self) -> None:
        """Take the bar away, before something else is printed."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

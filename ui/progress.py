"""How far a long piece of work is, on standard error."""

import sys
import time
from typing import TextIO

_BAR = 24
_SECONDS = 5.0


class Progress:
    """A bar that is redrawn on a terminal; elsewhere a line every five seconds, so that a log stays short."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = False
        self._next = time.monotonic() + _SECONDS

    @classmethod
    def on_stderr(cls) -> "Progress":
        return cls(sys.stderr)

    def show(self, done: int, total: int, what: str = "") -> None:
        if self._stream.isatty():
            full = _BAR * done // max(total, 1)
            self._stream.write(f"\r\x1b[K{'█' * full}{'░' * (_BAR - full)} {done}/{total} {what[-48:]}")
            self._drawn = True
        elif time.monotonic() >= self._next:
            self._stream.write(f"{done}/{total} {what}\n")
            self._next = time.monotonic() + _SECONDS
        self._stream.flush()

    def clear(self) -> None:
        """Take the bar away, before something else is printed."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

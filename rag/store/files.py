"""Files that are on the disk when the call returns, and the lock that writers hold."""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rag.errors import StoreLocked

_BETWEEN_TRIES = 0.05


def checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """A file's content, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file in one step: at any instant it is the old one or the new one."""
    new = file.with_name(file.name + ".new")
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    sync(file.parent)


class FileLock:
    """Held by one process at a time, and by any number of threads in it; the system lets go of it when one dies."""

    def __init__(self, file: Path, *, patience: float, before_release: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._patience = patience
        self._before_release = before_release
        self._holders = 0
        self._guard = threading.Lock()
        self._opened: IO[bytes] | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises StoreLocked when another process does not let go within `patience` seconds."""
        with self._guard:
            if not self._holders:
                self._opened = self._take()
            self._holders += 1
        try:
            yield
        finally:
            with self._guard:
                self._holders -= 1
                if not self._holders and self._opened is not None:
                    try:
                        self._before_release()
                    finally:
                        self._opened.close()
                        self._opened = None

    def _take(self) -> IO[bytes]:
        opened = self._file.open("ab")
        until = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return opened
            except BlockingIOError:
                if time.monotonic() > until:
                    opened.close()
                    raise StoreLocked(
                        f"another process has been writing to {self._file.parent} for {self._patience:g} s; "
                        "try again when it is done"
                    ) from None
                time.sleep(_BETWEEN_TRIES)

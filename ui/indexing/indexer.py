"""Changes to the documents, one after the other; large ones in a process of their own, so that answering goes on.

Reading, splitting and encoding hold Python's one lock for seconds. In a child of low priority they cost the asker
nothing; what it finished is a generation of the store like any other, and is opened here once it stands.
"""

import json
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rag import errors
from rag.errors import YoujuError
from ui.children import start
from ui.indexing.files import FileOutcome, FileStatus, Index
from ui.indexing.jobs import Job, Show, to_line

AT_HAND = 64 * 1024
"""Bytes; less is done before a child has started."""

_LOOK_S = 0.1


class IndexingFailed(YoujuError):
    """The process that made a change ended before it was done."""


class CalledOff(YoujuError):
    """A change was stopped before it was made."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the change that is being made: `done` of `total` files, `name` is next."""

    done: int = 0
    total: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Apart:
    """The store that a child opens, and the encoder for it. `reopen` is called when another generation stands."""

    store: Path
    reopen: Callable[[], object]
    encoder: str | None = None


class Indexer:
    """Makes one change at a time. Without `apart`, for documents in memory, all of them here."""

    def __init__(self, index: Index, *, apart: Apart | None = None, at_hand: int = AT_HAND) -> None:
        self._index = index
        self._apart = apart
        self._at_hand = at_hand
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self.progress: Progress | None = None
        """None while there is nothing to do."""

    def run(self, job: Job, called_off: threading.Event) -> list[FileOutcome]:
        """Make a change. What it added can be searched when the call returns.

        Raises CalledOff within a second when the event is set before it is made, IndexingFailed, and what the change
        itself raises.
        """
        stopped = _either(called_off, self._closed)
        with self._taking_turns(stopped):
            if self._apart is None or job.bytes < self._at_hand:
                return list(job.apply(self._index, self._show_unless(stopped)))
            try:
                return list(self._run_apart(job, self._apart, stopped))
            finally:
                self._apart.reopen()

    def remove(self, ids: list[str]) -> None:
        with self._taking_turns(self._closed.is_set):
            self._index.remove(ids)

    def close(self) -> None:
        """Stop what is under way; nothing is left running."""
        self._closed.set()
        with self._turn:
            self._end_child()

    @contextmanager
    def _taking_turns(self, stopped: Callable[[], bool]) -> Iterator[None]:
        while not self._turn.acquire(timeout=_LOOK_S):
            _check(stopped)
        try:
            _check(stopped)
            self.progress = Progress()
            yield
        finally:
            self.progress = None
            self._turn.release()

    def _run_apart(self, job: Job, apart: Apart, stopped: Callable[[], bool]) -> Iterator[FileOutcome]:
        self._await_child(stopped)
        child = self._child = start("ui.indexing.indexer_child", apart.store, apart.encoder)
        assert child.stdin is not None and child.stdout is not None
        try:
            with suppress(BrokenPipeError):  # how it ended is told where its output ends
                child.stdin.write(to_line(job))
                child.stdin.flush()
            for line in _lines(child.stdout, stopped):
                told = json.loads(line)
                if "progress" in told:
                    self._show(*told["progress"])
                elif "outcome" in told:
                    yield FileOutcome(**{**told["outcome"], "status": FileStatus(told["outcome"]["status"])})
                elif "error" in told:
                    raise _error(**told["error"])
                else:
                    return  # done; it may go on merging segments, and is awaited before the next change
            raise IndexingFailed(_how_it_ended(child.wait()))
        except BaseException:
            self._end_child()
            raise

    def _show_unless(self, stopped: Callable[[], bool]) -> Show:
        """A change made here is called off where it tells how far it is: before each file, and before all is added."""

        def show(done: int, total: int, name: str) -> None:
            _check(stopped)
            self._show(done, total, name)

        return show

    def _show(self, done: int, total: int, name: str) -> None:
        self.progress = Progress(done, total, name)

    def _await_child(self, stopped: Callable[[], bool]) -> None:
        while self._child is not None:
            try:
                self._child.wait(_LOOK_S)
            except subprocess.TimeoutExpired:
                _check(stopped)
                continue
            self._end_child()

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:  # with those that read for it; at any instant the store is the old or the new one
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def _lines(stream: IO[bytes], stopped: Callable[[], bool]) -> Iterator[bytes]:
    """Whole lines as they come. Raises CalledOff."""
    held = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            _check(stopped)
            if not selector.select(_LOOK_S):
                continue
            block = os.read(stream.fileno(), 1 << 16)
            if not block:
                return
            *lines, held = (held + block).split(b"\n")
            yield from lines


def _check(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise CalledOff("the change was called off; nothing more is added")


def _either(*events: threading.Event) -> Callable[[], bool]:
    return lambda: any(event.is_set() for event in events)


def _error(kind: str, message: str) -> YoujuError:
    known: Any = getattr(errors, kind, None)
    return known(message) if isinstance(known, type) and issubclass(known, YoujuError) else YoujuError(message)


def _how_it_ended(code: int) -> str:
    if code == -signal.SIGKILL:
        how = "was killed, most likely because the machine ran out of memory; send less at a time"
    elif code < 0:
        how = f"was ended by {signal.Signals(-code).name}; send the files again"
    else:
        how = f"ended with code {code}; the log tells why"
    return f"the process that was reading the documents {how}. What it had not finished was not added."

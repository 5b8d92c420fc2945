"""Files read in processes, some at a time, and given in the order they were asked for.

A process of its own for each reader, not a pool of Python's: there, one file that brings its reader down fails all
others with it.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from rag.errors import ReadError, YoujuError
from rag.reading.files import shown
from rag.reading.parts import Outcome
from ui.indexing.frames import TAKEN, CutOff, read_outcomes, write_wanted
from ui.indexing.toread import ToRead, outcomes_of

WORTH = 1.0
"""Seconds of reading below which it is done before readers have started."""

AHEAD = 64
"""Files that may be read before their turn."""

AHEAD_BYTES = 8_000_000
"""Of those files; every reader may have one all the same."""

_LOOK_S = 0.25
_ROOT = Path(__file__).parents[2]

T = TypeVar("T")


class ReadersFailed(YoujuError):
    """No process to read files could be started."""


def cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_in_order(
    items: Iterable[tuple[T, ToRead | None]], *, workers: int, begin: Callable[[T], None]
) -> Generator[tuple[T, Iterable[Outcome]], None, None]:
    """Each item with what was read of its file, nothing where there is none to read; items are taken ahead of that.

    Readers are started, at most `workers`, once files worth it are known to wait; until then files are read here.
    `begin` is called with an item when its turn comes and, while it is waited for, several times a second; what it
    raises ends the readers, as closing the iterator does. A file that ends its reader has an error for its outcome.
    """
    source = iter(items)
    ahead: deque[_Ahead[T]] = deque()
    readers: Readers | None = None
    try:
        while True:
            for entry in _taken_from(source, ahead, started=readers is not None, workers=workers):
                ahead.append(entry)
            if not ahead:
                return
            if readers is None and workers and sum(e.wanted.seconds for e in ahead if e.wanted) >= WORTH:
                readers = Readers(workers)
            if readers is not None:
                _send(readers, ahead, workers)
            head = ahead[0]
            begin(head.item)
            if head.wanted is None:
                outcomes: Iterable[Outcome] = ()
            elif head.reading is None:
                outcomes = outcomes_of(head.wanted)
            else:
                while not wait([head.reading], _LOOK_S).done:
                    begin(head.item)
                outcomes = head.reading.result()
            ahead.popleft()
            yield head.item, outcomes
    finally:
        if readers is not None:
            readers.close()


@dataclass(slots=True)
class _Ahead(Generic[T]):
    item: T
    wanted: ToRead | None
    reading: "Future[list[Outcome]] | None" = None


def _taken_from(
    source: Iterator[tuple[T, ToRead | None]], ahead: "deque[_Ahead[T]]", *, started: bool, workers: int
) -> "Iterator[_Ahead[T]]":
    """More items, as far as it takes to know whether readers are worth it; once there are some, to keep them busy."""
    while True:
        waiting = [entry.wanted for entry in ahead if entry.wanted]
        enough = len(ahead) >= AHEAD
        if started:
            enough |= len(waiting) > workers and sum(wanted.size for wanted in waiting) >= AHEAD_BYTES
        elif ahead:
            enough |= not workers or ahead[0].wanted is None or sum(wanted.seconds for wanted in waiting) >= WORTH
        if enough or (item := next(source, None)) is None:
            return
        yield _Ahead(*item)


def _send(readers: "Readers", ahead: "deque[_Ahead[T]]", workers: int) -> None:
    """Have read what there is room for; the memory that this takes is bounded."""
    sent = size = 0
    for entry in ahead:
        if entry.wanted is None:
            continue
        if sent >= workers and size + entry.wanted.size > AHEAD_BYTES:
            return
        sent, size = sent + 1, size + entry.wanted.size
        if entry.reading is None:
            entry.reading = readers.read(entry.wanted)


class Readers:
    """Processes that read files, started when there is something for them."""

    def __init__(self, most: int) -> None:
        self._threads = ThreadPoolExecutor(most, "youju-read", initializer=_leave_interrupts_to_main)
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def read(self, wanted: ToRead) -> "Future[list[Outcome]]":
        return self._threads.submit(self._read, wanted)

    def close(self) -> None:
        """Stop what is under way; nothing is left running."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in list(self._running):
            self._end(process)

    def _read(self, wanted: ToRead) -> list[Outcome]:
        process = self._of_thread.process = self._with_one_that_takes(wanted)
        assert process.stdout is not None
        try:
            return list(read_outcomes(process.stdout))
        except CutOff:
            self._of_thread.process = None
            why = _why(shown(wanted.path.name), self._end(process))
            return [Outcome(shown(str(wanted.path)), error=ReadError(why))]

    def _with_one_that_takes(self, wanted: ToRead) -> "subprocess.Popen[bytes]":
        """This thread's process, or a new one where that has ended with nothing to do: no fault of this file."""
        process: subprocess.Popen[bytes] | None = getattr(self._of_thread, "process", None)
        if process is not None:
            if _takes(process, wanted):
                return process
            self._end(process)
        for _ in range(3):  # one that was ended as it began says nothing of the next
            process = self._start()
            if _takes(process, wanted):
                return process
            code = self._end(process)
        raise ReadersFailed(f"no process to read files could be started (it ended with code {code}); see above")

    def _start(self) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with self._lock:
            if self._closed:
                raise ReadersFailed("reading was called off")
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ui.indexing.reader_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
            self._running.add(process)
        return process

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        """How it ended by itself, if it did."""
        with self._lock:
            self._running.discard(process)
        code = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        return code


def _takes(process: "subprocess.Popen[bytes]", wanted: ToRead) -> bool:
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError):
        write_wanted(process.stdin, wanted)
    return process.stdout.readline() == TAKEN


def _leave_interrupts_to_main() -> None:
    # What a thread blocks is blocked in the processes it starts: Ctrl-C in a terminal reaches them too.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


def _why(name: str, code: int) -> str:
    if code == -signal.SIGKILL:
        how = "was killed, most likely because the machine ran out of memory. Add the file by itself, or in parts."
    elif code < 0:
        how = f"was ended by {signal.Signals(-code).name}. The file may be damaged: save it anew, or in another format."
    else:
        how = f"ended with code {code}; the log tells why. Save the file anew, or in another format."
    return f"{name} could not be read: the process that was reading it {how}"

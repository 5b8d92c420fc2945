"""A second processor for one search: the dense leg goes on in a thread of its own while the lexical leg does.

Both spend their time where Python lets other threads run. The thread is made when it is first wanted, and waits in
between.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

from rag.turns import alone

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class _Task:
    """What is to be run. `begun` tells that it has come by Python's lock, `done` its value, or the error beside it."""

    run: Callable[[], Any]
    begun: SimpleQueue[None] = field(default_factory=SimpleQueue)
    done: SimpleQueue[tuple[Any, BaseException | None]] = field(default_factory=SimpleQueue)


class Beside:
    """One thread, for one caller at a time."""

    def __init__(self) -> None:
        self._free = threading.Lock()
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        threading.Thread(target=self._work, name="youju-beside", daemon=True).start()

    def begin(self, run: Callable[[], _T]) -> Callable[[], _T]:
        """Start a function; what is returned waits for its value, or raises its error. Where the thread is busy the
        function runs when its value is asked for."""
        if not self._free.acquire(blocking=False):
            return run
        task = _Task(run)
        self._tasks.put(task)
        task.begun.get()  # without it the thread would wait for Python's lock until this one happens to let go of it

        def value() -> _T:
            found: _T
            found, error = task.done.get()
            if error is not None:
                raise error
            return found

        return value

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            task.begun.put(None)
            try:
                said: tuple[Any, BaseException | None] = (task.run(), None)
            except BaseException as error:  # noqa: BLE001  it is the caller's
                said = (None, error)
            self._free.release()
            task.done.put(said)
            del task, said  # or it would keep the snapshot it searched


_of_process: dict[int, Beside] = {}
_making = threading.Lock()


def begin(run: Callable[[], _T]) -> Callable[[], _T]:
    """As `Beside.begin`, in this process's thread, where a second processor is likely to be idle; elsewhere the
    function runs when its value is asked for."""
    if not alone() or _processors() < 2:
        return run
    process = os.getpid()  # a fork has none of its parent's threads
    with _making:
        beside = _of_process.get(process)
        if beside is None:
            beside = _of_process[process] = Beside()
    return beside.begin(run)


def _processors() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

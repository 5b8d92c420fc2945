"""The one question that each visitor may have under way, and how it is called off."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """A question being answered. `enough` is done once its reader wants no more; with `left`, not even word of it."""

    enough: Future[Any] = field(default_factory=Future)
    left: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)  # nothing of it is drawn any more


class Underway:
    """Which session has a question under way. Any thread may call any method.

    The answer itself draws that it was stopped, as its last drawing: what two handlers draw at the same time reaches
    the browser in either order, and an answer stopped would go on showing as one that is being written.
    """

    def __init__(self) -> None:
        self._asking: dict[str, Asking] = {}
        self._lock = Lock()

    @contextmanager
    def begin(self, session: str) -> Iterator[Asking | None]:
        """A question of `session`; None while another of it is under way."""
        asking = Asking()
        with self._lock:
            taken = self._asking.setdefault(session, asking) is not asking
        try:
            yield None if taken else asking
        finally:
            self.end(session, asking)
            asking.over.set()

    def end(self, session: str, asking: Asking) -> None:
        """Lets the session ask anew. Called before the last drawing, since whoever sees it may ask at once."""
        with self._lock:
            if self._asking.get(session) is asking:
                del self._asking[session]

    def stop(self, session: str, *, leave: bool = False) -> Asking | None:
        """Calls off what is under way, and gives it; None when nothing is."""
        with self._lock:
            asking = self._asking.get(session)
            if asking and leave:
                asking.left.set()
            if asking and not asking.enough.done():
                asking.enough.set_result(None)
        return asking

    def leave(self, session: str, timeout_s: float) -> None:
        """Calls off what is under way, and waits until it draws no more, at most `timeout_s` seconds."""
        if asking := self.stop(session, leave=True):
            asking.over.wait(timeout_s)

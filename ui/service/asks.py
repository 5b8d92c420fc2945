"""Questions answered on a bounded number of threads, with a bounded queue and a time limit."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

from rag import Answer, Hit, Leg
from ui.service.errors import Refused, refusal_of

DEFAULT_THREADS = 4
DEFAULT_WAITING = 128
DEFAULT_TIME_LIMIT_S = 30.0

Turns = Sequence[tuple[str, str]]
"""Questions and their answers, oldest first."""

P = ParamSpec("P")
T = TypeVar("T")

Piece = list[Hit] | Answer | Refused


class Engine(Protocol):
    """What answers; `rag.KnowledgeBase` does, and `ui.answerers.Answerers`."""

    def ask(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Answer: ...

    def stream(
        self, question: str, *, history: Turns = (), only: Collection[str] | None = None
    ) -> Iterator[Answer]: ...

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]: ...


class Asks:
    """The way to the engine for every request.

    At most `threads` run and `waiting` wait; one more is refused with 429 and Retry-After, so that those inside are
    answered in time. A question that outlives `time_limit_s`, waiting included, is refused with 504; its thread is
    counted as taken until it is really free.
    """

    def __init__(self, engine: Engine, *, threads: int, waiting: int, time_limit_s: float) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="youju-ask")
        self._places = threads + waiting
        self._taken = 0
        self._lock = threading.Lock()
        self._time_limit_s = time_limit_s

    async def ask(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Answer:
        return await self.run(self._engine.ask, question, history=history, only=only)

    async def search(self, query: str, *, k: int, leg: str, only: Collection[str] | None = None) -> list[Hit]:
        return await self.run(self._engine.search, query, k=k, leg=leg, only=only)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work` on a thread of the pool, under the same bounds as a question."""
        future = self._submit(work, *args, **kwargs)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._time_limit_s)
        except TimeoutError:
            raise self._too_long() from None

    def stream(
        self,
        question: str,
        *,
        history: Turns = (),
        only: Collection[str] | None = None,
        hits: int = 0,
    ) -> AsyncIterator[Piece]:
        """The best `hits` (when more than 0), then growing answers; a Refused at the end if something went wrong.

        Refuses at the call, before anything is sent, when there is no place.

        The thread writes ahead into a queue, so a client that reads slowly holds no thread. One that goes away stops
        the engine at its next piece.
        """
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        gone = threading.Event()

        def hand_over(piece: Piece | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the service is stopping
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        def produce() -> None:
            for number, answer in enumerate(self._engine.stream(question, history=history, only=only)):
                if gone.is_set():
                    return
                if number == 0 and hits:
                    resolved = answer.resolved_question or question
                    hand_over(self._engine.search(resolved, k=hits, leg=str(Leg.HYBRID), only=only))
                hand_over(answer)

        future = self._submit(produce)
        future.add_done_callback(lambda _: hand_over(None))
        return self._consume(future, pieces, gone, deadline=loop.time() + self._time_limit_s)

    async def _consume(
        self, future: "Future[None]", pieces: "asyncio.Queue[Piece | None]", gone: threading.Event, *, deadline: float
    ) -> AsyncIterator[Piece]:
        try:
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        piece = await pieces.get()
                except TimeoutError:
                    piece = self._too_long()
                if piece is not None:
                    yield piece
                elif future.cancelled():
                    yield Refused(503, "stopping")
                elif error := future.exception():
                    yield refusal_of(error)
                if piece is None or isinstance(piece, Refused):
                    return
        finally:
            gone.set()
            future.cancel()

    def _submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        with self._lock:
            if self._taken >= self._places:
                raise Refused(429, "busy", places=self._places, headers={"Retry-After": "1"})
            self._taken += 1
        future = self._pool.submit(work, *args, **kwargs)
        future.add_done_callback(self._give_back)
        return future

    def _give_back(self, _: "Future[T]") -> None:
        with self._lock:
            self._taken -= 1

    def _too_long(self) -> Refused:
        return Refused(504, "timeout", seconds=self._time_limit_s)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

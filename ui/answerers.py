"""Questions answered here while they come one by one, and in other processes when several come at a time.

Python makes one answer at a time, however many cores there are. Another process opens the same store; before each
question it looks whether another generation stands, so that what was removed is in no answer from then on.
"""

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag import Answer, Hit, Leg
from rag.writing import growing
from ui.children import start
from ui.knowledge import Knowledge

Turns = Sequence[tuple[str, str]]


class Answerers:
    """Over a knowledge base that answers without a model, from a store in a folder."""

    def __init__(self, kb: Knowledge, store: Path, *, most: int, encoder: str | None = None) -> None:
        """So many processes beside this one, started when a question first comes while another is answered."""
        self.most = most
        self._kb = kb
        self._store = store
        self._encoder = encoder
        self._here = threading.Lock()
        self._lock = threading.Lock()
        self._under_way = 0
        self._free: list[_Answerer] = []
        self._all: list[_Answerer] = []
        self._closed = False

    def ask(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Answer:
        with self._lock:
            alone = not self._under_way  # then the way there and back would be for nothing
            self._under_way += 1
        try:
            answer = None if alone else self._elsewhere(question, history, only)
            if answer is not None:
                return answer
            with self._here:  # several would lose by taking turns
                return self._kb.ask(question, history=history, only=only)
        finally:
            with self._lock:
                self._under_way -= 1

    def stream(self, question: str, *, history: Turns = (), only: Collection[str] | None = None) -> Iterator[Answer]:
        return growing(self.ask(question, history=history, only=only))

    def search(
        self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only: Collection[str] | None = None
    ) -> list[Hit]:
        return self._kb.search(query, k=k, leg=leg, only=only)

    def close(self) -> None:
        """Nothing is left running."""
        with self._lock:
            self._closed = True
            for answerer in self._all:
                answerer.end()

    def _elsewhere(self, question: str, history: Turns, only: Collection[str] | None) -> Answer | None:
        """None when it is to be answered here: nobody is free, or it failed there, and fails here with its reason."""
        answerer = self._take()
        if answerer is None:
            return None
        told = answerer.ask(question, history, only)
        if answerer.is_alive():
            self._free.append(answerer)
        return None if told is None else Answer.from_dict(told)

    def _take(self) -> "_Answerer | None":
        with self._lock:
            if self._free:
                return self._free.pop()
            while len(self._all) < self.most and not self._closed:
                answerer = _Answerer(self._store, self._encoder)
                self._all.append(answerer)
                threading.Thread(target=self._admit, args=(answerer,), name="youju-answerer").start()
        return None

    def _admit(self, answerer: "_Answerer") -> None:
        if answerer.is_ready():
            self._free.append(answerer)


class _Answerer:
    """One process; one question at a time. One that has ended is not replaced."""

    def __init__(self, store: Path, encoder: str | None) -> None:
        self._process = start("ui.answerer_child", store, encoder)

    def is_ready(self) -> bool:
        """Waits until it is."""
        return self._line() is not None

    def ask(self, question: str, history: Turns, only: Collection[str] | None) -> dict[str, Any] | None:
        """The answer as JSON tells it; None when there is none."""
        asked = {"question": question, "history": list(history), "only": None if only is None else list(only)}
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return None
        told = self._line()
        return None if told is None else told["answer"]

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()

    def _line(self) -> dict[str, Any] | None:
        """What it tells next; None when it has ended."""
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
        except ValueError:  # closed
            return None
        told: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return told

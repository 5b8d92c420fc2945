"""How many tokens a day may cost, and what was spent."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class Price:
    """In any one currency, for a million tokens."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


class Budget:
    """Tokens a day, UTC; None sets no bound. What is being answered counts at once, at its most."""

    def __init__(self, daily_tokens: int | None = None, *, today: Callable[[], date] | None = None) -> None:
        self._daily = daily_tokens
        self._today = today or (lambda: datetime.now(UTC).date())
        self._lock = threading.Lock()
        self._day = self._today()
        self._spent = 0

    @property
    def spent(self) -> int:
        """Tokens of today."""
        with self._lock:
            self._turn_over()
            return self._spent

    def take(self, tokens: int) -> bool:
        """Set tokens aside; False when today's do not suffice."""
        with self._lock:
            self._turn_over()
            if self._daily is not None and self._spent + tokens > self._daily:
                return False
            self._spent += tokens
            return True

    def settle(self, taken: int, used: int) -> None:
        """Give back what was set aside beyond what was used."""
        with self._lock:
            self._spent = max(self._spent + used - taken, 0)

    def _turn_over(self) -> None:
        if (today := self._today()) != self._day:
            self._day, self._spent = today, 0


class Replies:
    """Replies kept by what was asked of which model; the least recently used go first."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, reply: str) -> None:
        with self._lock:
            self._kept[key] = reply
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

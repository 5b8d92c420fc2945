"""How often something may happen, counted in the service's store so that a restart forgives nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.service_store import ServiceStore

_CLEAN_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `n` times in each window of `seconds`, for one `subject` of a `scope` such as "address"."""

    scope: str
    subject: str
    n: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    limit: Limit
    retry_after_s: int


class Limiter:
    def __init__(self, store: ServiceStore, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._cleaned = 0.0

    def take(self, limits: Sequence[Limit]) -> Exceeded | None:
        """Count one for every limit; or, where one is used up, count none and say which."""
        with self._store.transaction():
            exceeded = self.exceeded(limits)
            if exceeded is None:
                for limit in limits:
                    self._store.write(
                        "INSERT INTO used VALUES (?, ?, ?, ?, 1)"
                        " ON CONFLICT (scope, subject, begin) DO UPDATE SET n = n + 1",
                        (_scope(limit), limit.subject, self._begin(limit), limit.seconds),
                    )
                self._clean()
        return exceeded

    def exceeded(self, limits: Sequence[Limit]) -> Exceeded | None:
        """The first limit that is used up now; nothing is counted."""
        for limit in limits:
            begin = self._begin(limit)
            window = (_scope(limit), limit.subject, begin)
            rows = self._store.rows("SELECT n FROM used WHERE scope = ? AND subject = ? AND begin = ?", window)
            if rows and int(rows[0][0] or 0) >= limit.n:
                return Exceeded(limit, max(1, round(begin + limit.seconds - self._clock())))
        return None

    def _begin(self, limit: Limit) -> int:
        now = int(self._clock())
        return now - now % limit.seconds

    def _clean(self) -> None:
        now = self._clock()
        if now - self._cleaned > _CLEAN_EVERY_S:
            self._cleaned = now
            self._store.write("DELETE FROM used WHERE begin + seconds < ?", (int(now),))


def _scope(limit: Limit) -> str:
    return f"{limit.scope}/{limit.seconds}"

"""How often something may happen, counted in the service's store so that a restart forgives nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.storage.service_store import ServiceStore

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


class _UsedUp(Exception):
    """Takes back what was counted for the limits before this one."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit = limit


class Limiter:
    def __init__(self, store: ServiceStore, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._cleaned = 0.0

    def take(self, limits: Sequence[Limit]) -> Exceeded | None:
        """Count one for every limit; or, where one is used up, count none and say which."""
        self._clean()
        try:
            with self._store.transaction() as work:
                for limit in limits:
                    # Looked at and counted in one statement: another process may count between two.
                    counted = work.write(
                        "INSERT INTO used (scope, subject, begin, seconds, n) VALUES (:scope, :subject, :begin, :s, 1)"
                        " ON CONFLICT (scope, subject, begin) DO UPDATE SET n = used.n + 1 WHERE used.n < :most",
                        scope=_scope(limit),
                        subject=limit.subject,
                        begin=self._begin(limit),
                        s=limit.seconds,
                        most=limit.n,
                    )
                    if not counted:
                        raise _UsedUp(limit)
        except _UsedUp as used_up:
            return self._exceeded(used_up.limit)
        return None

    def exceeded(self, limits: Sequence[Limit]) -> Exceeded | None:
        """The first limit that is used up now; nothing is counted."""
        for limit in limits:
            rows = self._store.rows(
                "SELECT n FROM used WHERE scope = :scope AND subject = :subject AND begin = :begin",
                scope=_scope(limit),
                subject=limit.subject,
                begin=self._begin(limit),
            )
            if rows and int(rows[0][0] or 0) >= limit.n:
                return self._exceeded(limit)
        return None

    def _exceeded(self, limit: Limit) -> Exceeded:
        return Exceeded(limit, max(1, round(self._begin(limit) + limit.seconds - self._clock())))

    def _begin(self, limit: Limit) -> int:
        now = int(self._clock())
        return now - now % limit.seconds

    def _clean(self) -> None:
        now = self._clock()
        if now - self._cleaned > _CLEAN_EVERY_S:
            self._cleaned = now
            # A minute late: to a machine whose clock is behind, a window may still be the present one.
            self._store.write("DELETE FROM used WHERE begin + seconds < :now", now=int(now) - 60)


def _scope(limit: Limit) -> str:
    return f"{limit.scope}/{limit.seconds}"

"""Sites that may show the widget: a public key each, and the origins it works on."""

import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rag.errors import YoujuError
from ui.storage.service_store import ServiceStore
from ui.storage.statements import Value

DEFAULT_PER_MINUTE = 120
DEFAULT_PER_DAY = 10_000

_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_SELECT = "SELECT id, key, name, origins, per_minute, per_day, created, revoked FROM site"
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Second levels under which strangers register names: *.gov.cn is not one owner.
_SHARED = frozenset({"ac", "co", "com", "edu", "gov", "mil", "net", "org"})


class UnknownSite(YoujuError):
    """No site has this id."""


class BadOrigin(YoujuError):
    """Not an origin that a site can be bound to."""


@dataclass(frozen=True, slots=True)
class Site:
    """`key` is public, it stands in the page; what protects is `origins`. Limits count questions."""

    id: str
    key: str
    name: str
    origins: tuple[str, ...]
    per_minute: int = DEFAULT_PER_MINUTE
    per_day: int = DEFAULT_PER_DAY
    created: float = 0.0
    revoked: float | None = None

    def allows(self, origin: str) -> bool:
        """Whether a browser's Origin header is on the list. No list, no origin and "null" are all refused."""
        return self.revoked is None and any(matches(pattern, origin) for pattern in self.origins)


class Sites:
    """The sites of one store. Every call reads the database, so a change in another process counts at once."""

    def __init__(self, store: ServiceStore) -> None:
        self._store = store

    @classmethod
    def open(cls, place: Path | str) -> "Sites":
        """Those kept in a folder, or in the database of a URL, for the command line. Raises ServiceStoreError."""
        return cls(ServiceStore.open(place))

    def add(
        self,
        name: str,
        origins: Sequence[str],
        *,
        per_minute: int = DEFAULT_PER_MINUTE,
        per_day: int = DEFAULT_PER_DAY,
    ) -> Site:
        """A new site with a new key. Raises BadOrigin."""
        site = Site(
            id="site_" + secrets.token_hex(6),
            key=_new_key(),
            name=name.strip() or "unnamed",
            origins=normal_origins(origins),
            per_minute=per_minute,
            per_day=per_day,
            created=time.time(),
        )
        self._store.write(
            "INSERT INTO site (id, key, name, origins, per_minute, per_day, created)"
            " VALUES (:id, :key, :name, :origins, :per_minute, :per_day, :created)",
            id=site.id,
            key=site.key,
            name=site.name,
            origins=json.dumps(site.origins),
            per_minute=per_minute,
            per_day=per_day,
            created=site.created,
        )
        return site

    def list(self) -> list[Site]:
        """Oldest first, the revoked ones included."""
        return [_site(row) for row in self._store.rows(f"{_SELECT} ORDER BY created, id")]

    def get(self, site_id: str) -> Site:
        """By id, or by its present key. Raises UnknownSite."""
        rows = self._store.rows(f"{_SELECT} WHERE id = :name OR key = :name", name=site_id)
        if not rows:
            raise UnknownSite(f"No site has the id or key {site_id!r}; `youju sites list` shows those there are.")
        return _site(rows[0])

    def by_key(self, key: str) -> Site | None:
        rows = self._store.rows(f"{_SELECT} WHERE key = :key", key=key)
        return _site(rows[0]) if rows else None

    def was_rotated(self, key: str) -> bool:
        """Whether this key was a site's once, and another took its place."""
        return bool(self._store.rows("SELECT 1 FROM old_key WHERE key = :key", key=key))

    def edit(
        self,
        site_id: str,
        *,
        name: str | None = None,
        origins: Sequence[str] | None = None,
        per_minute: int | None = None,
        per_day: int | None = None,
    ) -> Site:
        """Change what is given, keep the rest. Raises UnknownSite, BadOrigin."""
        site = self.get(site_id)
        self._store.write(
            "UPDATE site SET name = :name, origins = :origins, per_minute = :per_minute, per_day = :per_day"
            " WHERE id = :id",
            name=site.name if name is None else name,
            origins=json.dumps(site.origins if origins is None else normal_origins(origins)),
            per_minute=site.per_minute if per_minute is None else per_minute,
            per_day=site.per_day if per_day is None else per_day,
            id=site.id,
        )
        return self.get(site.id)

    def rotate(self, site_id: str) -> Site:
        """A new key; the old one stops at once. Raises UnknownSite."""
        site = self.get(site_id)
        with self._store.transaction() as work:
            # Of two that rotate at once, one does it.
            statement = "UPDATE site SET key = :new WHERE id = :id AND key = :old"
            if work.write(statement, new=_new_key(), id=site.id, old=site.key):
                work.write(
                    "INSERT INTO old_key (key, site_id, rotated) VALUES (:old, :id, :now)",
                    old=site.key,
                    id=site.id,
                    now=time.time(),
                )
        return self.get(site.id)

    def revoke(self, site_id: str) -> Site:
        """The site stops at once, for good. Raises UnknownSite."""
        site = self.get(site_id)
        statement = "UPDATE site SET revoked = :now WHERE id = :id AND revoked IS NULL"
        self._store.write(statement, now=time.time(), id=site.id)
        return self.get(site.id)

    def allow_somewhere(self, origin: str) -> bool:
        """Whether any site lets this origin in: what a preflight, which names no site, is answered by."""
        return any(site.allows(origin) for site in self.list())

    def count(self, site_id: str, what: str) -> None:
        """Add one to today's use: `what` is "ask", or "refused:" and the reason."""
        today = datetime.now(UTC).date().isoformat()
        self._store.write(
            "INSERT INTO tally (site_id, day, what, n) VALUES (:site, :day, :what, 1)"
            " ON CONFLICT (site_id, day, what) DO UPDATE SET n = tally.n + 1",
            site=site_id,
            day=today,
            what=what,
        )

    def use(self, site_id: str) -> Mapping[str, int]:
        """What was counted for a site, all days together."""
        rows = self._store.rows("SELECT what, sum(n) FROM tally WHERE site_id = :site GROUP BY what", site=site_id)
        return {str(what): int(n or 0) for what, n in sorted(rows, key=lambda row: str(row[0]))}

    def close(self) -> None:
        self._store.close()


def normal_origins(origins: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normal_origin(origin) for origin in origins))


def normal_origin(text: str) -> str:
    """`www.A.cn/` -> `https://www.a.cn`; `*.a.gov.cn` -> `https://*.a.gov.cn`. Raises BadOrigin.

    http has to be written out. A wildcard stands for one or more whole labels, never for the name itself.
    """
    given = text.strip()
    parts = urlsplit(given if "://" in given else "https://" + given)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (UnicodeError, ValueError):
        host, port = "", None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not _HOST.match(host) or parts.scheme not in _DEFAULT_PORTS or more:
        raise BadOrigin(f"Got {text!r}; expected an origin such as https://www.example.gov.cn or *.example.gov.cn.")
    labels = host.removeprefix("*.").split(".")
    if host.startswith("*.") and (len(labels) < 2 or (len(labels) == 2 and labels[0] in _SHARED)):
        raise BadOrigin(f"Got {text!r}, which covers names of many owners; name the domain below it.")
    tail = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{tail}"


def matches(pattern: str, origin: str) -> bool:
    """Whether an Origin header fits one entry of a list."""
    scheme, _, host = pattern.partition("://")
    if not host.startswith("*."):
        return origin.lower() == pattern
    its_scheme, _, its_host = origin.lower().partition("://")
    return its_scheme == scheme and its_host.endswith(host[1:]) and _HOST.match(its_host.partition(":")[0]) is not None


def _new_key() -> str:
    return "pk_" + secrets.token_urlsafe(18)


def _site(row: Sequence[Value]) -> Site:
    site_id, key, name, origins, per_minute, per_day, created, revoked = row
    return Site(
        id=str(site_id),
        key=str(key),
        name=str(name),
        origins=tuple(json.loads(str(origins))),
        per_minute=int(per_minute or 0),
        per_day=int(per_day or 0),
        created=float(created or 0),
        revoked=None if revoked is None else float(revoked),
    )

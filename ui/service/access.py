"""Who may do what: the admin token for changes, API keys for programs."""

import asyncio
import hmac
import secrets
import time
from dataclasses import dataclass

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ui.service.errors import Refused
from ui.storage.service_store import ServiceStore, token_hash

_ADMIN_SECRET = "admin_hash"
_OPEN_S = 0.5

_bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer TOKEN`: the admin token, or an API key.")
Bearer = Depends(_bearer)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as listed. The key itself is shown once, when it is made."""

    name: str
    created: float
    revoked: float | None


class Access:
    """Checks tokens against the hashes in the service's store.

    Asking is open until the first API key is made; from then on every call of the API needs one (or the admin
    token), also after all are revoked. Changes need the admin token always.
    """

    def __init__(self, store: ServiceStore) -> None:
        self._store = store
        self._open_until = 0.0

    def first_admin_token(self) -> str | None:
        """A new admin token where there is none yet, to be shown once; None where there is one."""
        token = "yja_" + secrets.token_urlsafe(32)
        return token if self._store.add_secret(_ADMIN_SECRET, token_hash(token)) else None

    def set_admin_token(self, token: str) -> None:
        self._store.set_secret(_ADMIN_SECRET, token_hash(token))

    def has_admin_token(self) -> bool:
        return self._store.secret(_ADMIN_SECRET) is not None

    def is_admin(self, token: str) -> bool:
        known = self._store.secret(_ADMIN_SECRET)
        return known is not None and hmac.compare_digest(known, token_hash(token))

    def add_key(self, name: str) -> str:
        """A new API key, returned once."""
        key = "yjk_" + secrets.token_urlsafe(32)
        self._store.write(
            "INSERT INTO api_key (hash, name, created) VALUES (:hash, :name, :now)",
            hash=token_hash(key),
            name=name,
            now=time.time(),
        )
        self._open_until = 0.0
        return key

    def keys(self) -> list[ApiKey]:
        rows = self._store.rows("SELECT name, created, revoked FROM api_key ORDER BY created")
        return [
            ApiKey(str(name), float(created or 0), None if revoked is None else float(revoked))
            for name, created, revoked in rows
        ]

    def revoke_key(self, name: str) -> int:
        """Revoke every key of this name; how many there were."""
        return self._store.write(
            "UPDATE api_key SET revoked = :now WHERE name = :name AND revoked IS NULL", now=time.time(), name=name
        )

    def _is_key(self, token: str) -> bool:
        statement = "SELECT 1 FROM api_key WHERE hash = :hash AND revoked IS NULL"
        return bool(self._store.rows(statement, hash=token_hash(token)))

    def _keys_are_used(self) -> bool:
        return bool(self._store.rows("SELECT 1 FROM api_key LIMIT 1"))

    def admin(self, sent: HTTPAuthorizationCredentials | None = Bearer) -> None:
        """FastAPI dependency: lets the admin token pass."""
        if sent is None:
            raise _unauthorized("admin_token_needed")
        if not self.is_admin(sent.credentials):
            raise _unauthorized("admin_token_wrong")

    async def program(self, sent: HTTPAuthorizationCredentials | None = Bearer) -> None:
        """FastAPI dependency: lets everyone pass while there is no API key, then only keys and the admin token.

        Whether there are keys is asked of the store twice a second: the first one made elsewhere takes that long.
        """
        if time.monotonic() >= self._open_until:
            await asyncio.to_thread(self._check_program, sent)

    def _check_program(self, sent: HTTPAuthorizationCredentials | None) -> None:
        if not self._keys_are_used():
            self._open_until = time.monotonic() + _OPEN_S
            return
        if sent is None:
            raise _unauthorized("api_key_needed")
        if not self._is_key(sent.credentials) and not self.is_admin(sent.credentials):
            raise _unauthorized("api_key_wrong")


def _unauthorized(kind: str) -> Refused:
    return Refused(401, kind, headers={"WWW-Authenticate": "Bearer"})

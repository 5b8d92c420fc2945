"""Who may speak through a widget: the key, the origin, the token and the limits of each call."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request

from ui.service import diagnosis
from ui.service.errors import Refused
from ui.service.limits import Exceeded, Limit, Limiter
from ui.service.tokens import BadToken, ExpiredToken, Signer
from ui.sites import Site, Sites

SESSION_S = 15 * 60
FRAME_S = 12 * 3600
"""How long a framed page may stay open before it has to be loaded again."""
_DEMO_KEY = "pk_demo"


@dataclass(frozen=True, slots=True)
class WidgetLimits:
    """Questions, unless it says otherwise. A site's own limits stand with the site."""

    address_minute: int = 30
    session_minute: int = 20
    overall_minute: int = 1200
    sessions_per_address_minute: int = 60


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was let in: its site, its origin, and which of the site's visitors it is."""

    site: Site
    origin: str
    session: str


@dataclass(frozen=True, slots=True)
class Frame:
    """For a site that frames our page rather than running our script. `ancestors` are origins of the site."""

    ancestors: tuple[str, ...]
    ticket: str


class WidgetGate:
    """Says who may come in, and counts."""

    def __init__(
        self, *, sites: Sites, limiter: Limiter, signer: Signer, limits: WidgetLimits, session_s: float, demo: bool
    ) -> None:
        self._sites = sites
        self._limiter = limiter
        self._signer = signer
        self._limits = limits
        self._session_s = session_s
        self._demo = demo

    def origin_allowed(self, origin: str, host: str) -> bool:
        return self._sites.allow_somewhere(origin) or (self._demo and _same_origin(origin, host))

    def frame(self, key: str, request: Request) -> Frame:
        """Who may frame our page for this key, and what that page begins its sessions with. Raises Refused with 403."""
        site = self._site(key, request)
        ancestors = ("'self'",) if site.key == _DEMO_KEY else site.origins
        return Frame(ancestors, self._signer.sign("frame", {"key": site.key}, lives_s=FRAME_S))

    def begin(self, key: str, request: Request, *, ticket: str = "") -> dict[str, Any]:
        """A token for this page; with the `ticket` of our own framed page, for that. Raises Refused: 403, 429."""
        site = self._site(key, request)
        origin = self._framed(site, ticket, request) if ticket else self._origin(site, request)
        self._count(
            site, [Limit("session/address", self._address(request), self._limits.sessions_per_address_minute, 60)]
        )
        claims = {
            "site": site.id,
            "key": site.key,
            "origin": origin,
            "sid": secrets.token_urlsafe(12),
            "ticket": ticket,
        }
        token = self._signer.sign("session", claims, lives_s=self._session_s)
        return {"token": token, "expires_in": self._session_s}

    def admit(self, request: Request, *, counted: bool = False) -> Visit:
        """The visit a request belongs to; with `counted`, one question of its limits is used.

        Raises Refused: 401 where a new token helps, 403 where it does not, 429.
        """
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refused(401, "token_missing")
        try:
            claims = self._signer.read("session", token)
        except ExpiredToken:
            raise Refused(401, "token_expired") from None
        except BadToken:
            raise Refused(401, "token_wrong") from None
        if request.headers.get("origin", "") != claims["origin"]:
            self._sites.count(claims["site"], "refused:origin_mismatch")
            raise Refused(403, "origin_mismatch")
        site = self._site(claims["key"], request)
        ticket = claims.get("ticket", "")
        origin = self._framed(site, ticket, request) if ticket else self._origin(site, request)
        visit = Visit(site, origin, claims["sid"])
        if counted:
            self._count(site, self._question_limits(site, request, visit.session))
            self._sites.count(site.id, "ask")
        return visit

    def diagnose(
        self, request: Request, *, key: str, page: str, policy: str, language: diagnosis.Language
    ) -> list[diagnosis.Finding]:
        origin = request.headers.get("origin", "") or _origin_of(page)
        service = str(request.base_url).rstrip("/")
        service = f"{request.url.scheme}://{urlsplit(service).netloc}"
        site = self._demo_site(request) if self._demo and key == _DEMO_KEY else self._sites.by_key(key)
        found = [diagnosis.check_key(key, site, rotated=self._sites.was_rotated(key), language=language)]
        if site is not None:
            if not _same_origin(origin, request.headers.get("host", "")):  # ours may be framed: browsers decide by whom
                found.append(diagnosis.check_origin(origin, site, language))
            found += self._check_token(request, origin, language)
            exceeded = self._limiter.exceeded(self._question_limits(site, request, ""))
            found.append(diagnosis.check_limits(exceeded, language))
        found.append(diagnosis.check_mixed(page or origin, service, language))
        if policy:
            found.append(diagnosis.check_policy(policy, origin, service, language))
        return found

    def _check_token(self, request: Request, origin: str, language: diagnosis.Language) -> list[diagnosis.Finding]:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return []
        try:
            kind = "token_ok" if self._signer.read("session", token)["origin"] == origin else "token_wrong"
        except ExpiredToken:
            kind = "token_expired"
        except BadToken:
            kind = "token_wrong"
        return [diagnosis.finding("token", kind, language)]

    def _site(self, key: str, request: Request) -> Site:
        if self._demo and key == _DEMO_KEY:
            return self._demo_site(request)
        site = self._sites.by_key(key)
        if site is None:
            rotated = self._sites.was_rotated(key)
            raise Refused(403, "key_rotated" if rotated else "key_unknown")
        if site.revoked is not None:
            self._sites.count(site.id, "refused:key_revoked")
            raise Refused(403, "key_revoked")
        return site

    def _demo_site(self, request: Request) -> Site:
        """The demonstration page's own: it works on this service's origin and nowhere else."""
        origin = request.headers.get("origin", "")
        own = origin if _same_origin(origin, request.headers.get("host", "")) else ""
        return Site("demo", _DEMO_KEY, "demo", (own,) if own else ())

    def _origin(self, site: Site, request: Request) -> str:
        origin = request.headers.get("origin", "")
        if not site.allows(origin):
            self._sites.count(site.id, "refused:origin_denied")
            raise Refused(403, "origin_denied")
        return origin

    def _framed(self, site: Site, ticket: str, request: Request) -> str:
        """Our own origin, where the browser has let a page of the site's origins frame ours."""
        origin = request.headers.get("origin", "")
        try:
            fits = self._signer.read("frame", ticket)["key"] == site.key
        except BadToken:
            raise Refused(403, "frame_expired") from None
        if not fits or not _same_origin(origin, request.headers.get("host", "")):
            self._sites.count(site.id, "refused:origin_denied")
            raise Refused(403, "origin_denied", "framed")
        return origin

    def _question_limits(self, site: Site, request: Request, session: str) -> list[Limit]:
        return [
            Limit("address", self._address(request), self._limits.address_minute, 60),
            Limit("session", session, self._limits.session_minute, 60),
            Limit("site", site.id, site.per_minute, 60),
            Limit("site", site.id, site.per_day, 86_400),
            Limit("overall", "", self._limits.overall_minute, 60),
        ]

    def _count(self, site: Site, limits: list[Limit]) -> None:
        exceeded = self._limiter.take(limits)
        if exceeded is not None:
            self._sites.count(site.id, f"refused:limit_{exceeded.limit.scope}")
            raise _too_often(exceeded)

    def _address(self, request: Request) -> str:
        """Of a visitor, unreadable. IPv6 addresses count by /64: a household has 2^64 of them."""
        host = request.client.host if request.client else ""
        return self._signer.fingerprint(":".join(host.split(":")[:4]) if ":" in host else host)


def _too_often(exceeded: Exceeded) -> Refused:
    limit = exceeded.limit
    retry = exceeded.retry_after_s
    headers = {"Retry-After": str(retry)}
    return Refused(429, "limit", limit.scope, headers=headers, n=limit.n, seconds=limit.seconds, retry=retry)


def _same_origin(origin: str, host: str) -> bool:
    return bool(host) and origin in (f"https://{host}", f"http://{host}")


def _origin_of(page: str) -> str:
    scheme, _, rest = page.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower() if rest else ""

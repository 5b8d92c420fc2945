"""Around every request: an id, limits on the body, headers that browsers heed, one line of log, one count."""

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.service.errors import Refused, error_response
from ui.service.logs import log
from ui.service.metrics import Metrics

# Files come in at these; everything else is a question or a form and small.
_UPLOADS = ("/api/documents", "/gradio_api/upload")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watch:
    """ASGI middleware. `allowed(path)` says whether a path exists at all on this service."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        body_limit: int,
        upload_limit: int,
        body_time_s: float,
        allowed: Callable[[str], bool],
        root_path: str = "",
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._body_limit = body_limit
        self._upload_limit = upload_limit
        self._body_time_s = body_time_s
        self._allowed = allowed
        self._root_path = "/" + root_path.strip("/") if root_path.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._root_path and "path" in scope:
            scope = {**scope, "root_path": self._root_path, "path": self._root_path + self._below(scope["path"])}
        if scope["type"] != "http":
            if scope["type"] == "websocket" and not self._allowed(route_path(scope)):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            # The same answer; the server leaves the body out.
            scope = {**scope, "method": "GET"}
        begin = time.perf_counter()
        request_id = _request_id(scope)
        scope["youju.request_id"] = request_id
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is not None:
                await error_response(refusal, scope)(scope, receive, send_and_note)
            else:
                await self._app(scope, self._bounded(scope, receive), send_and_note)
        finally:
            self._note(scope, request_id, status, time.perf_counter() - begin)

    def _below(self, path: str) -> str:
        """A proxy may have taken the root path off, or not."""
        return path.removeprefix(self._root_path) if path.startswith(self._root_path + "/") else path

    def _refusal(self, scope: Scope) -> Refused | None:
        if not self._allowed(route_path(scope)):
            return Refused(404, "not_found")
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        limit = self._limit(scope)
        if not declared.isdigit():
            return Refused(400, "bad_request", "length")
        if len(declared) > 18 or int(declared) > limit:
            return Refused(413, "too_large", most=limit)
        return None

    def _limit(self, scope: Scope) -> int:
        upload = route_path(scope).startswith(_UPLOADS)
        return self._upload_limit if upload else self._body_limit

    def _bounded(self, scope: Scope, receive: Receive) -> Callable[[], Awaitable[Message]]:
        """`receive` that counts what comes and how long it takes; a sender of one byte a second is let go."""
        limit = self._limit(scope)
        deadline = asyncio.get_running_loop().time() + self._body_time_s
        taken = 0
        whole = False

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, "too_slow", seconds=self._body_time_s) from None
            taken += len(message.get("body", b""))
            if taken > limit:
                raise Refused(413, "too_large", most=limit)
            whole = not message.get("more_body", False)
            return message

        return bounded

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        # The template, not the path or the query: those may hold what was asked, and are without end.
        route = getattr(scope.get("route"), "path", None) or "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.request(method=method, route=route, status=status, seconds=seconds)
        if status in (401, 403, 408, 413, 429, 504):
            self._metrics.refused(str(status))
        log(
            "request",
            request_id=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def route_path(scope: Scope) -> str:
    """The path below the root path."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


def _request_id(scope: Scope) -> str:
    """The one a proxy gave, if it is harmless; else a new one."""
    sent = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return sent if _REQUEST_ID.match(sent) else uuid.uuid4().hex

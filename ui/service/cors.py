"""Cross-origin answers for the widget: the one origin that asked is echoed if a site allows it, and no other ever."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.service.errors import Refused, error_response
from ui.service.watch import route_path

# Open to every origin: the script files, and the check that tells an origin why it is refused.
_OPEN = frozenset({"youju.js", "panel.js", "diagnose"})
_PREFIX = "/widget/v1/"
_CALLS = frozenset({"session", "ask", "feedback", "link"})


class WidgetCors:
    """ASGI middleware over the widget's calls. `allowed(origin, host)` asks the sites."""

    def __init__(self, app: ASGIApp, *, allowed: Callable[[str, str], bool]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = route_path(scope).removeprefix(_PREFIX) if scope["type"] == "http" else ""
        if call not in _CALLS and call not in _OPEN:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        echoed = "*" if call in _OPEN else origin
        granted = call in _OPEN or await run_in_threadpool(self._allowed, origin, headers.get("host", ""))

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                if granted:
                    answered["Access-Control-Allow-Origin"] = echoed
                    answered["Access-Control-Expose-Headers"] = "Retry-After"
                answered["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        if scope["method"] == "OPTIONS":
            await _preflight(granted, scope)(scope, receive, send_with_origin)
        else:
            await self._app(scope, receive, send_with_origin)


def _preflight(granted: bool, scope: Scope) -> Response:
    if not granted:
        return error_response(Refused(403, "origin_denied", "nowhere"), scope)
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        },
    )

"""Gradio's front page with our head in it.

Gradio adds its `head=` after it has chosen the language and drawn; ours has to be there first: the script settles the
language, and the style keeps the page from being drawn twice. What the page says of Gradio to link previews goes.
"""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.messages import COOKIE, language_of, message

_PREVIEW = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


class FrontPage:
    """Puts `head` first into the HTML that `app` answers to a GET of its root; all else passes through."""

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or scope["method"] != "GET" or path.strip("/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        tongue = language_of(request.cookies.get(COOKIE), request.headers.get("accept-language"))
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        began: Message = {}
        body = b""

        async def hold(event: Message) -> None:
            nonlocal began, body
            if event["type"] == "http.response.start":
                began = event
                return
            body += event.get("body", b"")
            if event.get("more_body"):
                return
            headers = [(name, value) for name, value in began["headers"] if name != b"content-length"]
            if any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers):
                page = _PREVIEW.sub("", body.decode())
                title = message(tongue, "title")
                page = page.replace("<head>", f"<head><title>{title}</title>{self._head}", 1)
                page = page.replace('lang="en"', f'lang="{"zh-CN" if tongue == "zh" else "en"}"', 1)
                body = page.encode()
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**began, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": plain}, receive, hold)

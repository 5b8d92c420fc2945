"""The chat page, built beside the running service: importing gradio takes seconds, answering should not wait for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.service.errors import language_asked
from ui.service.logs import LOGGER
from ui.service.refusals import said, words
from ui.service.watch import route_path


class LatePage:
    """An ASGI app that holds its first requests until the page stands.

    `mount` puts the page on the empty application it is given; it is called on a thread while the service answers.
    """

    def __init__(self, mount: Callable[[FastAPI], object]) -> None:
        self._mount = mount
        self._app: ASGIApp | None = None
        self._done = asyncio.Event()
        self.state = "starting"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            task = asyncio.create_task(self._start(stack))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _start(self, stack: AsyncExitStack) -> None:
        inner = FastAPI(openapi_url=None)
        building = asyncio.create_task(asyncio.to_thread(self._mount, inner))
        await asyncio.wait([building])
        if error := building.exception():
            LOGGER.error("the chat page could not be built", exc_info=error)
            self.state = "failed"
        else:
            await stack.enter_async_context(inner.router.lifespan_context(inner))
            self._app = inner
            self.state = "ready"
        self._done.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._done.wait()
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            message = said(language_asked(scope), words("page_failed"))
            await PlainTextResponse(message, 503)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1011})


class PageMount(Mount):
    """Everything but the paths `beside` it, which keep their own 404 and 405."""

    def __init__(self, app: ASGIApp, *, beside: tuple[str, ...]) -> None:
        super().__init__("/", app=app)
        self._beside = beside

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if route_path(scope).startswith(self._beside):
            return Match.NONE, {}
        return super().matches(scope)

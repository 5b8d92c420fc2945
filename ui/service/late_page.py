"""The chat page, built beside the running service: importing gradio takes seconds, answering should not wait for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.service.logs import LOGGER


class LatePage:
    """An ASGI app that holds its first requests until the page stands.

    `build` returns gradio Blocks; it is called on a thread while the service already answers.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
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
        building = asyncio.create_task(asyncio.to_thread(_mount, self._build))
        await asyncio.wait([building])
        if error := building.exception():
            LOGGER.error("the chat page could not be built", exc_info=error)
            self.state = "failed"
        else:
            inner = building.result()
            await stack.enter_async_context(inner.router.lifespan_context(inner))
            self._app = inner
            self.state = "ready"
        self._done.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._done.wait()
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            message = "The chat page could not be built; the log tells why. The API at /docs works."
            await PlainTextResponse(message, 503)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1011})


def _mount(build: Callable[[], Any]) -> FastAPI:
    from gradio import mount_gradio_app

    page = FastAPI(openapi_url=None)
    mount_gradio_app(page, build(), path="/", ssr_mode=False)
    return page

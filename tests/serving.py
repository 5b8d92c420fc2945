"""A real server on loopback, and an engine that can be held up, for tests that speak to them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn


class Halting:
    """Answers as a knowledge base does, and halts in the middle of a stream until told to go on."""

    def __init__(self, kb) -> None:
        self._kb = kb
        self.go_on = threading.Event()

    def __getattr__(self, name: str):
        return getattr(self._kb, name)

    def stream(self, question, *, history=(), only=None):
        whole = self._kb.ask(question, history=history, only=only)
        yield replace(whole, text="正在说的话", sentences=())
        self.go_on.wait(10)
        yield whole


@contextmanager
def served(app, **config) -> Iterator[str]:
    """`app` behind uvicorn on a free port; its URL without a slash at the end."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, **config))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)

"""A model server on the loopback that does as it is told: OpenAI's wire format and Ollama's, and their failures."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Says:
    """Tokens at a pace; `ending` is "stop", "length" …, "cut" (the connection breaks) or "garbage" (no JSON)."""

    tokens: Sequence[str]
    pause_s: float = 0.0
    ending: str = "stop"


@dataclass(frozen=True)
class Refuses:
    """An HTTP status before anything is said."""

    status: int
    retry_after: str = ""


@dataclass(frozen=True)
class Hangs:
    """Takes the question and says nothing for a while."""

    seconds: float


Act = Says | Refuses | Hangs


@dataclass
class ScriptedServer:
    """Acts in turn, the last again and again; remembers what it was asked."""

    acts: list[Act]
    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    def next_act(self) -> Act:
        return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]


@contextmanager
def scripted_server(*acts: Act) -> Iterator[ScriptedServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    script = ScriptedServer(list(acts), f"http://127.0.0.1:{server.server_port}")
    server.script = script  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        script: ScriptedServer = self.server.script  # type: ignore[attr-defined]
        script.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        try:
            self._act(script.next_act())
        except (BrokenPipeError, ConnectionResetError):
            script.hung_up.set()
            self.close_connection = True

    def _act(self, act: Act) -> None:
        if isinstance(act, Hangs):
            time.sleep(act.seconds)
            self.close_connection = True
        elif isinstance(act, Refuses):
            body = json.dumps({"error": {"message": f"status {act.status} on purpose", "type": "scripted"}}).encode()
            self.send_response(act.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            if act.retry_after:
                self.send_header("Retry-After", act.retry_after)
            self.end_headers()
            self.wfile.write(body)
        else:
            self._say(act)

    def _say(self, act: Says) -> None:
        ollama = self.path.startswith("/api/")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")  # so that a client's pool keeps no socket behind the test
        self.end_headers()
        for token in act.tokens:
            self._chunk(_ollama(token) if ollama else _openai({"content": token}))
            time.sleep(act.pause_s)
        if act.ending == "cut":
            self.close_connection = True
            return
        if act.ending == "garbage":
            self._chunk(b'{"model": \n' if ollama else b'data: {"id": "x", "choices": [{"del\n\n')
        elif ollama:
            self._chunk(_ollama("", done=True, done_reason=act.ending, prompt_eval_count=100, eval_count=7))
        else:
            self._chunk(_openai({}, finish=act.ending))
            self._chunk(_openai(None, usage={"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}))
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        pass


def _openai(delta: dict[str, str] | None, *, finish: str | None = None, usage: dict[str, int] | None = None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
        "usage": usage,
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def _ollama(token: str, *, done: bool = False, **more: Any) -> bytes:
    at = "2024-01-01T00:00:00Z"
    line = {"model": "m", "created_at": at, "message": {"role": "assistant", "content": token}, "done": done, **more}
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()

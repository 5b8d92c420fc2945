"""Server-sent events. A frame is encoded whole, so a character is never cut in two."""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse


def event(name: str | None, data: Any) -> bytes:
    """One frame. JSON has no bare line break, so the data is one line."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def event_stream(frames: AsyncIterator[bytes]) -> StreamingResponse:
    # X-Accel-Buffering: nginx holds a stream back until it is whole unless told not to.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)

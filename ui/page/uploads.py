"""Files on their way in: read one by one, indexed a few at a time, each with its own outcome."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from time import monotonic
from typing import Literal

from rag.errors import YoujuError
from rag.types import Document
from ui.knowledge import Knowledge
from ui.messages import Language, message

TOGETHER = 8  # files indexed in one go: a step forward is seen, and the index is not built anew for each
LOOK_S = 0.1  # how often a cancellation is looked for
READ_LIMIT_S = 120.0

Read = Callable[[Path], Document]
FileState = Literal["waiting", "reading", "indexing", "done", "failed", "cancelled"]

_LOG = logging.getLogger(__name__)
_PROGRESS = {"waiting": 0, "indexing": 80, "done": 100, "failed": 100, "cancelled": 100}


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file on its way in."""

    path: Path
    state: FileState = "waiting"
    reason: str = ""
    paragraphs: int = 0


class Uploads:
    """Takes files in. Asking goes on beside it: reading is on a thread of its own, adding is the knowledge base's."""

    def __init__(self, kb: Knowledge, *, read: Read | None = None, read_limit_s: float = READ_LIMIT_S) -> None:
        self._kb = kb
        self._read = read or _read
        self._limit_s = read_limit_s

    def take_in(
        self, paths: Sequence[Path], tongue: Language, cancelled: threading.Event
    ) -> Iterator[tuple[Incoming, ...]]:
        """The files as they stand after each step; one that fails holds up no other. Ends soon after `cancelled`."""
        incoming = [Incoming(path) for path in paths]
        read: list[tuple[int, Document]] = []
        for at, path in enumerate(paths):
            incoming[at] = Incoming(path, "reading")
            yield tuple(incoming)
            outcome = self._outcome(path, tongue, cancelled)
            if cancelled.is_set():
                break
            if isinstance(outcome, Document):
                read.append((at, outcome))
                incoming[at] = Incoming(path, "indexing")
            else:
                incoming[at] = outcome
            if len(read) >= TOGETHER:
                yield tuple(incoming)
                self._index(read, incoming)
        if read and not cancelled.is_set():
            yield tuple(incoming)
            self._index(read, incoming)
        yield tuple(i if i.state in ("done", "failed") else replace(i, state="cancelled") for i in incoming)

    def _outcome(self, path: Path, tongue: Language, cancelled: threading.Event) -> Document | Incoming:
        """The document, or why there is none. A reading that is given up ends unheeded on its thread."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="youju-read")
        future: Future[Document] = pool.submit(self._read, path)
        pool.shutdown(wait=False)
        until = monotonic() + self._limit_s
        while not wait([future], LOOK_S).done:
            if cancelled.is_set():
                return Incoming(path, "cancelled")
            if monotonic() > until:
                return Incoming(path, "failed", message(tongue, "file_too_slow", seconds=round(self._limit_s)))
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, YoujuError):
            return Incoming(path, "failed", str(error).replace(f"{path.parent}/", ""))
        _LOG.error("reading %s failed", path.name, exc_info=error)
        return Incoming(path, "failed", message(tongue, "failed_unexpected"))

    def _index(self, read: list[tuple[int, Document]], incoming: list[Incoming]) -> None:
        """Adds what was read and empties `read`; each file's outcome goes into `incoming`."""
        try:
            self._kb.add([document for _, document in read])
        except YoujuError as error:
            for at, _ in read:
                incoming[at] = replace(incoming[at], state="failed", reason=str(error))
        else:
            for at, document in read:
                count = len(self._kb.paragraphs(document.id))
                incoming[at] = replace(incoming[at], state="done", paragraphs=count)
        read.clear()


def _read(path: Path) -> Document:
    from rag.reading import read_path

    return read_path(path, root=path.parent)


def render_progress(incoming: Sequence[Incoming], tongue: Language) -> str:
    rows = []
    for file in incoming:
        said = message(tongue, f"file_{file.state}", reason=file.reason, paragraphs=file.paragraphs)
        value = f' value="{_PROGRESS[file.state]}"' if file.state in _PROGRESS else ""
        name = escape(file.path.name)
        rows.append(
            f'<li class="yj-file yj-file-{file.state}"><span class="yj-file-name">{name}</span>'
            f'<progress max="100"{value} aria-label="{name}"></progress>'
            f'<span class="yj-file-state">{escape(said)}</span></li>'
        )
    return f'<ul class="yj-files" role="status">{"".join(rows)}</ul>'

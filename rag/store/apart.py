"""Segments made in a process of their own, so that who asks in this one is not held up.

To make one holds Python's one lock for most of the time. In a child of low priority it costs who asks next to nothing:
it writes the files of the segment, and they are opened here.
"""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from embeddings.static import StaticEncoder
from rag.index.segment import LiveSegment
from rag.store.frames import write_documents
from rag.types import Document

PATIENCE = 60.0
"""Seconds until a child has to have started."""

_ROOT = Path(__file__).parents[2]


class NotMade(Exception):
    """The child could not be started, ended, or could not make the segment; what it wrote is of no use."""


class Apart:
    """One child, started when there is something for it. To be closed by the thread that uses it."""

    def __init__(self, *, program: Sequence[str] = ("-P", "-m", "rag.store.segment_child")) -> None:
        """`program` is what this Python is started with."""
        self._program = program
        self._child: subprocess.Popen[bytes] | None = None
        self._of_use = True

    def build(
        self, documents: Sequence[Document], positions: Sequence[int], *, encoder: StaticEncoder, folder: Path
    ) -> None:
        """The files of a segment of these documents, cut as `rag.reading` cuts them. Raises NotMade."""
        named = {"encoder": str(encoder.folder), "fingerprint": encoder.fingerprint}
        self._make({"build": list(positions), **named, "into": str(folder.absolute())}, documents)

    def merge(self, parts: Sequence[LiveSegment], *, beside: Path, folder: Path) -> None:
        """The files of one segment of what is left of several, whose folders are in `beside`. Raises NotMade."""
        told = [[str((beside / part.segment.name).absolute()), sorted(part.gone)] for part in parts]
        self._make({"merge": told, "into": str(folder.absolute())})

    def close(self) -> None:
        """Nothing is left running."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def _make(self, wanted: dict[str, Any], documents: Sequence[Document] = ()) -> None:
        try:
            child = self._started()
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps(wanted).encode() + b"\n")
            write_documents(child.stdin, documents)
            child.stdin.flush()
            told = json.loads(child.stdout.readline() or "null")
        except (OSError, ValueError) as error:
            self._give_up(str(error))
        if told is None:
            assert self._child is not None
            self._give_up(f"it ended with code {self._child.wait()}")
        if told != {"made": True}:
            self._give_up(str(told))

    def _started(self) -> "subprocess.Popen[bytes]":
        if not self._of_use:
            raise NotMade("no other child is tried")
        if getattr(sys, "frozen", False):  # a program that holds Python, and is none
            self._give_up("there is no Python to start")
        if self._child is None:
            path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
            self._child = subprocess.Popen(
                [sys.executable or "python", *self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                process_group=0,  # out of reach of Ctrl-C, which is for us
            )
            if self._first_line(self._child) != b"ready\n":
                self._give_up("it did not start")
        return self._child

    def _first_line(self, child: "subprocess.Popen[bytes]") -> bytes:
        assert child.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            return child.stdout.readline() if selector.select(PATIENCE) else b""

    def _give_up(self, why: str) -> NoReturn:
        self._of_use = False
        self.close()
        raise NotMade(why)

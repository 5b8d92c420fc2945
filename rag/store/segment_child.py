"""The process that `apart` starts: what segment to make comes in, and its files are written into a folder.

It ends when the other end of its standard input is gone, in whatever way its parent ended.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from embeddings.static import StaticEncoder
from rag.index.segment import Segment, in_order, merge
from rag.reading import split
from rag.store import segments
from rag.store.frames import read_documents
from rag.types import Document

NICENESS = 5
_ABANDONED = 3
_FAILURES = (OSError, ValueError, RuntimeError, MemoryError, sqlite3.DatabaseError)

Wanted = tuple[Mapping[str, Any], Sequence[Document]]


def main() -> None:
    os.nice(NICENESS)
    # What a library prints must not come between our lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(line: str) -> None:
        out.write(line + "\n")
        out.flush()

    asked: SimpleQueue[Wanted] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    tell("ready")
    try:
        while True:
            told, documents = asked.get()
            try:
                segments.write(_made(told, documents), Path(told["into"]))
            except _FAILURES as error:  # it is tried again over there, where it is known what to say of it
                tell(json.dumps({"failed": f"{type(error).__name__}: {error}"}))
            else:
                tell(json.dumps({"made": True}))
    except BrokenPipeError:
        os._exit(_ABANDONED)


def _listen(asked: "SimpleQueue[Wanted]") -> None:
    stream = sys.stdin.buffer
    try:
        while line := stream.readline():
            told = json.loads(line)
            asked.put((told, list(read_documents(stream, len(told.get("build", ()))))))
    finally:
        os._exit(_ABANDONED)


def _made(told: Mapping[str, Any], documents: Sequence[Document]) -> Segment:
    if "merge" in told:
        parts = [(segments.load(Path(folder)), frozenset(gone)) for folder, gone in told["merge"]]
        return merge(in_order(parts))
    encoder = StaticEncoder.open(Path(told["encoder"]))
    if encoder.fingerprint != told["fingerprint"]:
        raise ValueError(f"the encoder in {told['encoder']} is another one by now")
    return Segment.from_documents(documents, told["build"], encoder=encoder, split=split)


if __name__ == "__main__":
    main()

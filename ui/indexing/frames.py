"""What passes between us and a process that reads: files to read as lines, what was read as lines with bytes behind."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from rag import errors
from rag.errors import ReadError, YoujuError
from rag.reading.parts import Outcome
from rag.types import Document
from ui.indexing.toread import ToRead

TAKEN = b"taken\n"
"""Said of a file before it is read: how the process ends from here on is laid to it."""

_END = b"\n"


class CutOff(YoujuError):
    """The other side ended within what it had to say."""


def write_wanted(stream: IO[bytes], wanted: ToRead) -> None:
    line = {"path": str(wanted.path), "id": wanted.id, "size": wanted.size, "data": wanted.data}
    stream.write(json.dumps(line).encode() + b"\n")
    stream.flush()


def wanted_of(line: bytes) -> ToRead:
    told = json.loads(line)
    return ToRead(Path(told["path"]), told["id"], told["size"], told["data"])


def write_outcome(stream: IO[bytes], outcome: Outcome, *, data: bool) -> None:
    """With `data`, and for a PDF, the bytes it was read from go along."""
    document, error = outcome.document, outcome.error
    text = document.text.encode("utf-8", "surrogatepass") if document else b""
    sent = outcome.data if data and document and "sha256" in document.attributes else b""
    head = {
        "path": outcome.path,
        "error": [type(error).__name__, str(error)] if error else None,
        "document": _without_text(document) if document else None,
        "bytes": [len(text), len(sent)],
    }
    stream.write(json.dumps(head).encode() + b"\n")
    stream.write(text)
    stream.write(sent)


def write_end(stream: IO[bytes]) -> None:
    """All that was read of a file has been written."""
    stream.write(_END)
    stream.flush()


def read_outcomes(stream: IO[bytes]) -> Iterator[Outcome]:
    """Those of one file. Raises CutOff."""
    while (line := stream.readline()) != _END:
        if not line.endswith(b"\n"):
            raise CutOff("the outcomes are cut off")
        head = json.loads(line)
        text, data = (_exactly(stream, size) for size in head["bytes"])
        document = head["document"] and Document(text=text.decode("utf-8", "surrogatepass"), **head["document"])
        yield Outcome(head["path"], document, head["error"] and _error(*head["error"]), data)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    if len(data := stream.read(size)) < size:
        raise CutOff("the outcomes are cut off")
    return data


def _without_text(document: Document) -> Mapping[str, Any]:
    names = (field.name for field in fields(document) if field.name != "text")
    return {**{name: getattr(document, name) for name in names}, "attributes": dict(document.attributes)}


def _error(kind: str, message: str) -> ReadError:
    known: Any = getattr(errors, kind, None)
    return known(message) if isinstance(known, type) and issubclass(known, ReadError) else ReadError(message)

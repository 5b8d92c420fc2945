"""Documents between us and a process that makes segments: a line of JSON each, with the text behind it."""

import json
from collections.abc import Iterable, Iterator
from typing import IO

from rag.turns import unhurried
from rag.types import Document


def write_documents(stream: IO[bytes], documents: Iterable[Document]) -> None:
    for document in unhurried(documents):
        text = document.text.encode("utf-8", "surrogatepass")
        head = document.head
        told = [head.id, head.title, head.source, head.date, dict(head.attributes), len(text)]
        stream.write(json.dumps(told).encode() + b"\n")
        stream.write(text)


def read_documents(stream: IO[bytes], count: int) -> Iterator[Document]:
    """So many. Raises EOFError where the other side ended."""
    for _ in range(count):
        if not (line := stream.readline()).endswith(b"\n"):
            raise EOFError
        id, title, source, date, attributes, size = json.loads(line)
        if len(text := stream.read(size)) < size:
            raise EOFError
        yield Document(id, title, text.decode("utf-8", "surrogatepass"), source, date, attributes)

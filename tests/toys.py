"""Small stand-ins whose whole results can be worked out by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from embeddings import Vectors
from rag import Document, Paragraph

AXES = ("养老", "就业", "住房", "交通")


class ToyEncoder:
    """One axis a topic: how often a text names it; a text that names none lies on a fifth axis. Rows have unit length.

    `encoded` counts the passages, so that a test can tell what was encoded again.
    """

    dimensions = len(AXES) + 1

    def __init__(self, fingerprint: str = "toy-1") -> None:
        self.fingerprint = fingerprint
        self.encoded = 0

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        counts = [text.count(axis) for axis in AXES]
        vector = np.array([*counts, 0 if any(counts) else 1], np.float32)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def lines(document: Document) -> list[Paragraph]:
    """A splitter: every line is a paragraph."""
    found, start = [], 0
    for number, line in enumerate(document.text.split("\n")):
        found.append(Paragraph(f"{document.id}#{number}", document.id, (), start, start + len(line), line))
        start += len(line) + 1
    return found if document.text else []


@contextmanager
def milvus_lite(file: Path) -> Iterator[None]:
    """Stops, in the end, the server that Milvus Lite runs for a file."""
    from milvus_lite.server_manager import server_manager_instance

    try:
        yield
    finally:
        server_manager_instance.release_server(str(file))

"""Plain text and Markdown: the file's own text is the document's, whole."""

from rag.reading.decoding import decode
from rag.reading.files import Content


def read_plain(data: bytes, name: str) -> Content:
    return Content(decode(data, name=name))


def read_markdown(data: bytes, name: str) -> Content:
    return Content(decode(data, name=name), markdown=True)

"""Any file to a Document, any Document to its paragraphs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.types import Document, Paragraph

if TYPE_CHECKING:
    from rag.reading.files import MAX_BYTES, SUFFIXES, load, read_bytes, read_path
    from rag.reading.parts import ARCHIVES, Outcome, read_file, read_parts
    from rag.reading.splitting import LONGEST

__all__ = [
    "ARCHIVES",
    "LONGEST",
    "MAX_BYTES",
    "SUFFIXES",
    "Outcome",
    "load",
    "read_bytes",
    "read_file",
    "read_parts",
    "read_path",
    "split",
]


def split(document: Document) -> list[Paragraph]:
    """The paragraphs of a document in order, each under its section path, outermost heading first.

    Furniture of web pages and tables of contents lie in no paragraph. A text without any structure is one paragraph a
    line; one longer than LONGEST by a fifth is cut at sentence ends. Ids are "DOCUMENT#00001", counted from 1.
    """
    from rag.reading import splitting

    return splitting.split(document)


def __getattr__(name: str) -> Any:
    # A process that only asks reads nothing: compiling the patterns of reading would be a tenth of its time.
    if name in __all__:
        for module in ("files", "parts", "splitting"):
            found = vars(import_module(f"rag.reading.{module}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module 'rag.reading' has no attribute {name!r}")

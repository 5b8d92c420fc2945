"""Any file to a Document, any Document to its paragraphs."""

from rag.reading.files import MAX_BYTES, SUFFIXES, load, read_bytes, read_path
from rag.reading.parts import ARCHIVES, Outcome, read_file, read_parts
from rag.reading.splitting import LONGEST, split

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

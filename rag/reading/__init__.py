"""Any file to a Document, any Document to its paragraphs."""

from rag.reading.files import MAX_BYTES, SUFFIXES, read_bytes, read_path
from rag.reading.splitting import LONGEST, split

__all__ = ["LONGEST", "MAX_BYTES", "SUFFIXES", "read_bytes", "read_path", "split"]

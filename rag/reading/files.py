"""Files to documents: which reader takes which suffix, what id a file gets, what is too much."""

import hashlib
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import NamedTuple

from rag.errors import EmptyDocument, ReadError, UnsupportedFormat
from rag.reading.lines import fold_width, lines_of
from rag.reading.metadata import facts, front_matter
from rag.types import Document

MAX_BYTES = 100 * 2**20


class Content(NamedTuple):
    """What a reader makes of a file: its text, how headings are written in it, and what the file says of itself."""

    text: str
    markdown: bool = False
    title: str | None = None
    date: str | None = None
    issuer: str | None = None
    format: str = ""


Reader = Callable[[bytes, str], Content]
"""Takes a file's bytes and its name (for messages). Raises a ReadError that says what was wrong."""

# Where each suffix's reader is; imported when the first such file comes. The order is that of precedence:
# of two files that differ only by suffix, the first here keeps the plain id.
_READERS: Mapping[str, str] = MappingProxyType(
    {
        ".md": "text:read_markdown",
        ".markdown": "text:read_markdown",
        ".txt": "text:read_plain",
        ".text": "text:read_plain",
        ".html": "html:read_html",
        ".htm": "html:read_html",
        ".xhtml": "html:read_html",
        ".docx": "word:read_word",
        ".docm": "word:read_word",
        ".pdf": "pdf:read_pdf",
        ".pptx": "slides:read_slides",
        ".pptm": "slides:read_slides",
        ".xlsx": "sheets:read_excel",
        ".xlsm": "sheets:read_excel",
        ".csv": "sheets:read_csv",
        ".tsv": "sheets:read_csv",
        ".eml": "mail:read_mail",
    }
)
SUFFIXES = tuple(_READERS)
INSTEAD = {
    ".doc": "Save it as .docx.",
    ".wps": "Save it as .docx.",
    ".rtf": "Save it as .docx.",
    ".odt": "Save it as .docx.",
    ".xls": "Save it as .xlsx.",
    ".ods": "Save it as .xlsx.",
    ".ppt": "Save it as .pptx.",
    ".odp": "Save it as .pptx.",
    ".rar": "Pack it as .zip.",
    ".7z": "Pack it as .zip.",
    ".caj": "Save it as .pdf.",
    ".ofd": "Save it as .pdf.",
    ".msg": "Save it as .eml.",
}

_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"))
_PICTURE = "Pictures hold no text; export the document as text or PDF with text."


def read_path(path: Path, *, root: Path, max_bytes: int = MAX_BYTES) -> Document:
    """One file as a Document. Its id is its path below `root` without the suffix, with "/" between parts.

    Where another file in the same folder differs only by suffix, the less plain format keeps its suffix in the id.
    Raises ReadError: UnsupportedFormat, EmptyDocument, DamagedFile, or that it cannot be opened or is too large.
    """
    data = load(path, max_bytes=max_bytes)
    return read_bytes(data, path.name, id=id_of(path, root), source=str(path))


def load(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file. Raises ReadError when it is missing, locked or too large."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise ReadError(
                f"{path.name} has {size / 2**20:.0f} MB; at most {max_bytes / 2**20:.0f} MB are read. "
                "Split it into parts."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(f"{path} does not exist. Check the path.") from error
    except PermissionError as error:
        raise ReadError(f"{path} may not be read: permission denied. Give this account read permission.") from error
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror}.") from error


def read_bytes(data: bytes, name: str, *, id: str | None = None, source: str = "") -> Document:
    """A file's bytes as a Document; `name` tells the format by its suffix and is the id, made safe, if none is given.

    Raises ReadError like `read_path`.
    """
    suffix = PurePosixPath(name).suffix.lower()
    reader = _reader_of(suffix, name)
    if not data:
        raise EmptyDocument(f"{name} is empty: it has no bytes.")
    content = reader(data, name)
    skip = front_matter(content.text).end
    lines = [line for line in lines_of(fold_width(content.text)) if line.start >= skip]
    found = facts(content.text, lines, markdown=content.markdown, title=content.title)
    attributes = dict(found.attributes)
    if content.issuer:
        attributes["issuer"] = content.issuer
    attributes["format"] = "markdown" if content.markdown else "plain"
    attributes["file_type"] = suffix.lstrip(".")
    if suffix == ".pdf":
        attributes["sha256"] = hashlib.sha256(data).hexdigest()  # by which the file is known when a page is to be shown
    stem = PurePosixPath(shown(name)).stem
    return Document(
        id=id or safe_id(name) or "document",
        title=found.title or stem,
        text=content.text,
        source=source or name,
        date=found.date or content.date,
        attributes=attributes,
    )


def _reader_of(suffix: str, name: str) -> Reader:
    where = _READERS.get(suffix)
    if suffix == ".zip":
        raise UnsupportedFormat(f"{name} holds several documents: read it with read_file, or unpack it.")
    if where is None:
        hint = INSTEAD.get(suffix, _PICTURE if suffix in _PICTURES else "")
        raise UnsupportedFormat(
            f"{name}: no reader for {suffix or 'a file without a suffix'}. "
            f"Expected one of {' '.join(SUFFIXES)}. {hint}".rstrip()
        )
    module, function = where.split(":")
    reader: Reader = getattr(import_module(f"rag.reading.{module}"), function)
    return reader


def id_of(path: Path, root: Path) -> str:
    try:
        relative = path.relative_to(root)
    except ValueError:
        relative = Path(path.name)
    suffix = path.suffix.lower()
    for earlier in SUFFIXES:
        if earlier == suffix:
            break
        if path.with_suffix(earlier).exists():
            return safe_id(f"{relative}.{suffix[1:]}") or "document"
    return safe_id(relative.as_posix()) or "document"


def safe_id(name: str) -> str:
    """A path as an id: without suffix, without parts that lead out of the folder, without control characters."""
    parts = [part for part in shown(name).replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts:
        return ""
    parts[-1] = PurePosixPath(parts[-1]).stem
    return "/".join("".join(c if c.isprintable() else "_" for c in part).strip() for part in parts)


def shown(name: str) -> str:
    """A file name that was not UTF-8 on disk (old Chinese archives are GB18030) as text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")
    return name

"""The PDF files that documents were read from, kept so that their pages can be shown.

A file that was indexed where it lies is read from there; one that was sent to the service is kept in the store's
folder. Either is shown only while it is, byte for byte, what was read.
"""

import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path

from rag.store.backup import ORIGINALS
from rag.types import Document

KEPT = 2 * 2**30  # bytes; beyond them the files sent longest ago go
_SUFFIX = ".pdf"
_REMEMBERED = 2000


class Originals:
    """Files by document. `folder` is the store's; None keeps nothing, and only files still in their place are shown."""

    def __init__(self, folder: Path | None, *, limit: int = KEPT) -> None:
        self.store = folder
        self._folder = folder / ORIGINALS if folder is not None else None
        self._limit = limit
        self._lock = threading.Lock()
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}

    def keep(self, document: Document, data: bytes) -> None:
        """Keep the file that `document` was read from; one larger than all that may be kept is passed over."""
        if self._folder is None or "sha256" not in document.attributes or len(data) > self._limit:
            return
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._path(document.id)
            new = path.with_suffix(".new")
            new.write_bytes(data)
            new.replace(path)
            files = sorted(((f.stat(), f) for f in self._folder.glob(f"*{_SUFFIX}")), key=lambda file: file[0].st_mtime)
            total = sum(stat.st_size for stat, _ in files)
            for stat, file in files:
                if total <= self._limit or file == path:
                    break
                file.unlink(missing_ok=True)
                total -= stat.st_size

    def drop(self, ids: Iterable[str]) -> None:
        """Forget the files of documents that were removed."""
        if self._folder is None:
            return
        with self._lock:
            for id in ids:
                self._path(id).unlink(missing_ok=True)

    def find(self, document: Document) -> Path | None:
        """The file that `document` was read from, unchanged; None where there is none (any more)."""
        wanted = document.attributes.get("sha256")
        if wanted is None:
            return None
        places = [Path(document.source)] if document.source.lower().endswith(_SUFFIX) else []
        if self._folder is not None:
            places.insert(0, self._path(document.id))
        for path in places:
            if self._digest(path) == wanted:
                return path
        return None

    def _path(self, id: str) -> Path:
        assert self._folder is not None
        return self._folder / (hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest() + _SUFFIX)

    def _digest(self, path: Path) -> str | None:
        try:
            stat = path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            known = self._digests.get(path)
            if known is None or known[0] != seen:
                if len(self._digests) >= _REMEMBERED:
                    self._digests.clear()
                with path.open("rb") as opened:
                    known = self._digests[path] = (seen, hashlib.file_digest(opened, "sha256").hexdigest())
            return known[1]
        except (OSError, ValueError):
            return None

"""Changes to the documents as values, so that they can be made here or handed to another process."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

from rag.reading.files import id_of
from rag.types import Document
from rag.watch import FolderChanges
from ui.indexing.files import FileOutcome, FileStatus, Index
from ui.indexing.following import bring_up_to_date
from ui.indexing.readers import cores, read_in_order
from ui.indexing.toread import ToRead
from ui.originals import Originals

Show = Callable[[int, int, str], None]
"""Told how many of how many are done, and what comes next."""


class Job(Protocol):
    """One change."""

    @property
    def bytes(self) -> int:
        """How much has to be read for it, roughly."""
        ...

    def apply(self, index: Index, show: Show) -> Iterator[FileOutcome]:
        """Make the change; an outcome is yielded once its document can be searched."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that were sent, below a folder that will not last. Originals to be shown are kept in the folder `store`."""

    folder: str
    names: Sequence[str]
    store: str | None = None

    @property
    def bytes(self) -> int:
        return sum(Path(self.folder, name).stat().st_size for name in self.names)

    def apply(self, index: Index, show: Show) -> Iterator[FileOutcome]:
        held = {head.id for head in index.heads()}
        outcomes: list[FileOutcome] = []
        documents: list[Document] = []
        kept: dict[str, bytes] = {}

        def begin(done: int) -> None:
            show(done, len(self.names), self.names[done])

        with closing(read_in_order(self._to_read(), workers=cores(), begin=begin)) as read:
            for _, parts in read:
                for part in parts:
                    document, named = part.document, part.path.replace(f"{self.folder}/", "")
                    if document is None:
                        reason = str(part.error).replace(f"{self.folder}/", "")
                        outcomes.append(FileOutcome(named, FileStatus.FAILED, message=reason))
                    else:
                        documents.append(replace(document, source=named))
                        if self.store is not None and "sha256" in document.attributes:
                            kept[document.id] = part.data
                        status = FileStatus.REPLACED if document.id in held else FileStatus.ADDED
                        outcomes.append(FileOutcome(named, status, document.id))
        show(len(self.names), len(self.names), "…")
        if documents:
            index.add(documents)
        if kept:
            originals = Originals(Path(self.store or ""))
            for document in documents:
                if document.id in kept:
                    originals.keep(document, kept[document.id])
        yield from outcomes

    def _to_read(self) -> Iterator[tuple[int, ToRead]]:
        root = Path(self.folder)
        for number, name in enumerate(self.names):
            path = root / name
            size = path.stat().st_size if path.exists() else 0
            yield number, ToRead(path, id_of(path, root), size, data=self.store is not None)


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents that need no reading."""

    documents: Sequence[Document]

    @property
    def bytes(self) -> int:
        return sum(3 * len(document.text) for document in self.documents)

    def apply(self, index: Index, show: Show) -> Iterator[FileOutcome]:
        held = {head.id for head in index.heads()}
        show(0, len(self.documents), self.documents[0].id if self.documents else "")
        index.add(self.documents)
        for document in self.documents:
            yield FileOutcome(
                document.id, FileStatus.REPLACED if document.id in held else FileStatus.ADDED, document.id
            )


@dataclass(frozen=True, slots=True)
class Following:
    """What changed in a folder that is followed."""

    folder: str
    changed: Sequence[str] = ()

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in map(Path, self.changed) if path.is_file())

    def apply(self, index: Index, show: Show) -> Iterator[FileOutcome]:
        changes = FolderChanges([Path(path) for path in self.changed])
        return bring_up_to_date(index, Path(self.folder), changes, show=show)


_KINDS: Mapping[str, type[Upload] | type[Texts] | type[Following]] = {
    kind.__name__: kind for kind in (Upload, Texts, Following)
}


def to_line(job: Job) -> bytes:
    """One line of JSON, its end included."""
    if isinstance(job, Texts):
        content: dict[str, Any] = {"documents": [_document_to_dict(document) for document in job.documents]}
    else:
        content = asdict(job)  # type: ignore[call-overload]
    return json.dumps({"kind": type(job).__name__, **content}).encode() + b"\n"


def from_line(line: bytes) -> Job:
    content = json.loads(line)
    kind = _KINDS[content.pop("kind")]
    if kind is Texts:
        return Texts([Document(**document) for document in content["documents"]])
    return kind(**content)


def _document_to_dict(document: Document) -> dict[str, Any]:
    names = (field.name for field in fields(document))
    return {**{name: getattr(document, name) for name in names}, "attributes": dict(document.attributes)}

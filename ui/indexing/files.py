"""Files and folders into a knowledge base, with what became of each."""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Protocol
from zlib import crc32

import rag.reading
from rag.errors import UnsupportedFormat
from rag.reading.files import shown
from rag.reading.parts import Outcome
from rag.types import Document, DocumentHead
from ui.indexing.readers import cores, read_in_order
from ui.indexing.toread import ToRead, outcomes_of

BATCH = 4_000_000
"""Characters read before they are indexed and saved: what is finished survives an interruption."""

LONGEST = 15.0
"""Seconds of reading after which what was read is indexed and saved all the same."""

_NO_ID = "?"  # what stands for it until it is known


class FileStatus(StrEnum):
    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # found in a folder, of a kind that no reader takes
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `message` says why it was skipped or failed."""

    path: str
    status: FileStatus
    document_id: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read. Its document's id is its path below `root`; `named` when the caller named it, not its folder."""

    path: Path
    root: Path
    named: bool = False


Reading = tuple[Document | None, FileOutcome]
"""What to add, None when there is nothing to, and what to tell."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked at: its digest, or why there is none; what is to be read, None if nothing by the digest.

    What is read has no id yet: which one it gets is known when the files before it are done.
    """

    number: int
    file: FoundFile
    digest: str = ""
    failure: str = ""
    wanted: ToRead | None = field(default=None, repr=False)


class Index(Protocol):
    """The part of a knowledge base that files go into."""

    def heads(self) -> list[DocumentHead]: ...

    def add(self, documents: Iterable[Document], /) -> object: ...

    def remove(self, ids: Iterable[str], /) -> object: ...


def find_files(paths: Sequence[Path], *, store: Path | None = None) -> Iterator[FoundFile | FileOutcome]:
    """The files that are named and those below the folders that are named, in order; failures as outcomes.

    Hidden files and folders, links to folders and the store itself are passed over; a file comes once.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found: Iterator[FoundFile | FileOutcome] = _walk(path, store.resolve() if store else None)
        elif path.exists():
            found = iter([FoundFile(path, path.parent, named=True)])
        else:
            name = shown(str(path))
            found = iter([FileOutcome(name, FileStatus.FAILED, message=f"there is no file or folder at {name}")])
        for entry in found:
            if isinstance(entry, FoundFile):
                if entry.path.resolve() in seen:
                    continue
                seen.add(entry.path.resolve())
            yield entry


def in_shard(files: Iterable[FoundFile], number: int, of: int) -> list[FoundFile]:
    """The files that fall to worker `number` of `of`, from 1: the same on every machine.

    By their path without the suffix, so that files that want the same id come to one worker.
    """

    def turn(file: FoundFile) -> int:
        return crc32(_below(file).with_suffix("").as_posix().encode("utf-8", "surrogateescape")) % of

    return [file for file in files if turn(file) == number - 1]


def index_files(
    index: Index,
    files: Sequence[FoundFile],
    *,
    prune: bool = False,
    batch: int = BATCH,
    longest: float = LONGEST,
    readers: int | None = None,
    show: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Iterator[FileOutcome]:
    """Read `files` and add what is new or changed; an outcome is yielded once its document can be searched.

    They are added a batch at a time: the call begun again after a kill passes over the files of those that were.
    With `prune`, documents that come from none of the files are removed. A file that cannot be read keeps the document
    it gave before. At most `readers` processes read, by default one a core, where there is enough for them; 0 is none.
    """
    held = Held(index.heads())
    taken: dict[str, Path] = {}
    unread: set[str] = set()
    waiting: list[Reading] = []
    due = time.monotonic() + longest

    def begin(seen: Seen) -> None:
        show(seen.number, len(files), shown(seen.file.path.name))

    looked = (_look(number, file, held, taken) for number, file in enumerate(files))
    workers = cores() if readers is None else readers
    with closing(read_in_order(looked, workers=workers, begin=begin)) as read:
        for seen, outcomes in read:
            waiting.extend(_conclude(seen, outcomes, held, taken, unread))
            if time.monotonic() >= due or sum(len(document.text) for document, _ in waiting if document) >= batch:
                yield from _add(index, waiting)
                waiting = []
                due = time.monotonic() + longest
    show(len(files), len(files), "…")
    yield from _add(index, waiting)
    if prune:
        gone = [head for head in held.by_id.values() if head.id not in taken and not _within(head.source, unread)]
        if gone:
            index.remove([head.id for head in gone])
        yield from (FileOutcome(head.source, FileStatus.REMOVED, head.id) for head in gone)


class Held:
    """The documents there were before, by their id and by the digest of the file they were read from."""

    def __init__(self, heads: Iterable[DocumentHead]) -> None:
        self.by_id = {head.id: head for head in heads}
        self.by_digest: dict[str, list[DocumentHead]] = {}
        for head in self.by_id.values():
            self.by_digest.setdefault(head.attributes.get("digest", ""), []).append(head)


def document_id(file: FoundFile, held: Held, taken: dict[str, Path]) -> str:
    """Its path below the folder without the suffix; with it, or below the folder's name, where another file has that.

    Two files never share an id, so that none replaces the other unseen.
    """
    below = _below(file)
    plain, folder = below.with_suffix("").as_posix(), file.root.resolve().name
    whole = file.path.resolve()
    for candidate in (plain, below.as_posix(), f"{folder}/{plain}", f"{folder}/{below}"):
        owner = taken.get(candidate) or _living_source(held.by_id.get(candidate))
        if owner is None or owner == whole:
            return candidate
    return shown(whole.as_posix()).lstrip("/")


def _below(file: FoundFile) -> PurePosixPath:
    return PurePosixPath(shown(file.path.relative_to(file.root).as_posix()))


def _living_source(document: DocumentHead | None) -> Path | None:
    """The file a document was read from, or the archive or e-mail it came out of, if it is still there."""
    places = (Path(document.source), *Path(document.source).parents) if document else ()
    return next((place.resolve() for place in places if place.is_file()), None)


def _walk(folder: Path, store: Path | None) -> Iterator[FoundFile | FileOutcome]:
    denied: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=denied.append):
        here = Path(place)
        folders[:] = sorted(n for n in folders if not n.startswith(".") and (here / n).resolve() != store)
        yield from (FoundFile(here / name, folder) for name in sorted(names) if not name.startswith((".", "~$")))
    for error in denied:
        name = shown(str(error.filename))
        yield FileOutcome(name, FileStatus.FAILED, message=f"the folder {name} cannot be read ({error.strerror})")


def _look(number: int, file: FoundFile, held: Held, taken: dict[str, Path]) -> tuple[Seen, ToRead | None]:
    try:
        digest = _digest(file.path)
        size = file.path.stat().st_size
    except OSError as error:
        return Seen(number, file, failure=f"{shown(str(file.path))} cannot be read ({error.strerror})"), None
    wanted = ToRead(file.path, _NO_ID, size)
    unchanged = _unchanged(digest, document_id(file, held, taken), held) if digest in held.by_digest else []
    return Seen(number, file, digest, wanted=wanted), None if unchanged else wanted


def _unchanged(digest: str, id: str, held: Held) -> list[DocumentHead]:
    return [head for head in held.by_digest.get(digest, ()) if head.id == id or head.id.startswith(f"{id}/")]


def _conclude(
    seen: Seen, outcomes: Iterable[Outcome], held: Held, taken: dict[str, Path], unread: set[str]
) -> Iterator[Reading]:
    """One reading of an ordinary file, one for each document in an archive or an e-mail with attachments.

    What could not be read as a whole is noted in `unread`.
    """
    file = seen.file
    id = document_id(file, held, taken)
    whole = file.path.resolve()
    taken[id] = whole
    if seen.wanted is None:
        unread.add(shown(str(file.path)))
        yield None, FileOutcome(shown(str(file.path)), FileStatus.FAILED, message=seen.failure)
        return
    unchanged = _unchanged(seen.digest, id, held)
    for head in unchanged:
        taken[head.id] = whole
        yield None, FileOutcome(head.source, FileStatus.UNCHANGED, head.id)
    if unchanged:
        return
    for outcome in outcomes or outcomes_of(seen.wanted):  # not read when it seemed unchanged, under another's id
        document = outcome.document
        if document is None:
            passed_over = isinstance(outcome.error, UnsupportedFormat) and not file.named
            status = FileStatus.SKIPPED if passed_over else FileStatus.FAILED
            if outcome.path == shown(str(file.path)):
                unread.add(outcome.path)
            yield None, FileOutcome(outcome.path, status, message=str(outcome.error))
            continue
        own = id + document.id.removeprefix(_NO_ID)
        taken[own] = whole
        status = FileStatus.REPLACED if own in held.by_id else FileStatus.ADDED
        yield (
            replace(document, id=own, attributes={**document.attributes, "digest": seen.digest}),
            FileOutcome(outcome.path, status, own),
        )


def _within(source: str, unread: Collection[str]) -> bool:
    """Whether a document came out of an archive or an e-mail that is among the unread."""
    return any(str(parent) in unread for parent in PurePosixPath(source).parents)


def _add(index: Index, waiting: Sequence[Reading]) -> Iterator[FileOutcome]:
    if documents := [document for document, _ in waiting if document]:
        index.add(documents)
    yield from (outcome for _, outcome in waiting)


def _digest(path: Path) -> str:
    """Of the file and of the code that reads it, so that what an improved reader would read otherwise is read again."""
    digest = _reader_digest().copy()
    with path.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@cache
def _reader_digest() -> "hashlib._Hash":
    digest = hashlib.sha256()
    for module in sorted(Path(rag.reading.__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest

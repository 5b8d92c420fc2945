"""A snapshot on disk.

store/CURRENT                  the generation that is served: its manifest's name and checksum; swapped in one step
store/generation-000007.json   the manifest: segments, their files with checksums, what is gone from each
store/segments/segment-000012/ texts.sqlite, lexical-*.npy, vectors*, rows.npy; never changed once named
store/lock                     held by whoever writes

A change writes new segments and a manifest beside the old, syncs them, and then swaps CURRENT. Killed at any instant,
the store is the old one or the new one; what was left over is swept by the next change.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from embeddings import Encoder
from rag.errors import EncoderMismatch, StoreDamaged, StoreError, StoreNotFound
from rag.index.segment import Segment
from rag.index.snapshot import Snapshot
from rag.store import migrations, segments
from rag.store.files import FileLock, checksum, sync, write_whole
from rag.store.manifest import FORMAT, POINTER, FileEntry, Manifest, Pointer, SegmentEntry
from rag.turns import give_way, unhurried

PATIENCE = 10.0
"""Seconds a writer waits for another process."""

SEGMENTS = "segments"
_TRIES = 20


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds. `removed` are paragraphs that are gone from every answer and still take up space."""

    format: int
    generation: int
    encoder: str
    documents: int
    paragraphs: int
    removed: int
    segments: int
    bytes: int


class Store:
    """A folder that holds a knowledge base. Any number of readers; writers take turns."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self._lock = FileLock(path / "lock", patience=patience, before_release=self._sweep)
        self._open: dict[str, tuple[SegmentEntry, Segment]] = {}
        self._loaded: Pointer | None = None
        self._served: Manifest | None = None
        self._guard = threading.Lock()

    def exists(self) -> bool:
        """Whether a store was finished here."""
        return (self.path / POINTER).is_file()

    def changed(self) -> bool:
        """Whether another generation is served than the one loaded or committed last."""
        return self.exists() and Pointer.read(self.path) != self._loaded

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raises StoreLocked when another process does not stop writing, StoreError when the folder cannot be used."""
        with _explained(self.path):
            (self.path / SEGMENTS).mkdir(parents=True, exist_ok=True)
            held = self._lock.held()
            held.__enter__()
        try:
            yield
        finally:
            held.__exit__(None, None, None)

    def load(self, encoder: Encoder, *, whichever: bool = False) -> Snapshot:
        """What is served now, with `whichever` encoder it was made: the texts are as good with any. Raises
        StoreNotFound, StoreFormatError, EncoderMismatch, StoreDamaged."""
        pointer = self.upgraded()
        for _ in range(_TRIES):
            try:
                manifest = pointer.load(self.path)
                if not whichever:
                    check_encoder(manifest, encoder, self.path)
                segments = [(self._segment(entry), frozenset(entry.gone)) for entry in manifest.segments]
            except (FileNotFoundError, StoreDamaged) as error:
                before, pointer = pointer, Pointer.read(self.path)
                if pointer != before:
                    continue  # another generation took its place while this one was read
                if isinstance(error, StoreDamaged):
                    raise
                raise StoreDamaged(f"{error.filename} is missing; restore a backup") from error
            self._loaded = pointer
            self._open = {n: known for n, known in self._open.items() if (self.path / SEGMENTS / n).is_dir()}
            return Snapshot.of(segments, encoder)
        raise StoreError(f"{self.path} changes faster than it can be read; try again")

    def keep(self, segment: Segment) -> Segment:
        """Write a segment and open it from the disk; it belongs to no generation yet. For writers only."""
        return self.keep_written(partial(segments.write, segment))

    def keep_written(self, write: Callable[[Path], None]) -> Segment:
        """As `keep`, of a segment whose files `write` puts into an empty folder. For writers only."""
        with _explained(self.path):
            with self.new_segment() as folder:
                write(folder)
            written = unhurried(sorted(folder.iterdir()))
            files = {f.name: FileEntry(f.stat().st_size, checksum(f)) for f in written}
            ends, _ = np.load(folder / segments.ROWS, allow_pickle=False)
            rows = int(ends[-1]) if len(ends) else 0
            return self._segment(SegmentEntry(folder.name, len(ends), rows, (), files))

    @contextmanager
    def new_segment(self) -> Iterator[Path]:
        """An empty folder, whose files are on the disk when the block ends. For writers only."""
        with self._guard:
            taken = [int(f.name.rpartition("-")[2]) for f in (self.path / SEGMENTS).glob("segment-*")]
            folder = self.path / SEGMENTS / f"segment-{max(taken, default=0) + 1:06}"
            folder.mkdir()
        yield folder
        for file in unhurried(folder.iterdir()):
            sync(file)
        sync(folder)
        sync(folder.parent)

    def commit(self, parts: Sequence[tuple[Segment, frozenset[int]]], *, encoder: str, dimensions: int) -> None:
        """Serve these kept segments without the documents that are gone. For writers only."""
        entries = [replace(self._open[segment.name][0], gone=sorted(gone)) for segment, gone in parts]
        with _explained(self.path):
            self.serve(entries, encoder=encoder, dimensions=dimensions)

    def serve(self, entries: Sequence[SegmentEntry], *, encoder: str, dimensions: int) -> None:
        """Make these the next generation and swap the pointer. For writers only. Raises StoreDamaged."""
        for entry in entries:
            if not (self.path / SEGMENTS / entry.name).is_dir():
                raise StoreDamaged(f"{self.path / SEGMENTS / entry.name} is missing; restore a backup")
        names = [left.name.partition(".")[0] for left in self.path.glob("generation-*")]
        numbers = [int(name.removeprefix("generation-")) for name in names]
        manifest = Manifest(max(numbers, default=0) + 1, encoder, dimensions, entries)
        pointer = Pointer.to(manifest)
        give_way()
        write_whole(self.path / manifest.name, manifest.to_bytes())
        give_way()
        write_whole(self.path / POINTER, pointer.to_bytes())
        self._loaded, self._served = pointer, manifest

    def verify(self) -> list[str]:
        """Names of damaged and missing files, empty when all is well. Raises StoreNotFound, StoreFormatError."""
        self.upgraded()
        pointer = Pointer.read(self.path)
        try:
            content = (self.path / pointer.manifest).read_bytes()
        except OSError:
            return [POINTER]
        try:
            manifest = Manifest.from_bytes(content, pointer.manifest)
        except StoreDamaged:
            return [pointer.manifest]
        files = [(f"{SEGMENTS}/{s.name}/{name}", entry) for s in manifest.segments for name, entry in s.files.items()]
        damaged = []
        if Pointer.to(manifest) != pointer or content != manifest.to_bytes():
            damaged.append(POINTER if content == manifest.to_bytes() else pointer.manifest)
        for name, entry in files:
            file = self.path / name
            if not file.is_file() or checksum(file) != entry.sha256:
                damaged.append(name)
        return damaged

    def stats(self) -> StoreStats:
        """Raises StoreNotFound, StoreFormatError, StoreDamaged."""
        manifest = self.upgraded().load(self.path)
        gone = {entry.name: len(entry.gone) for entry in manifest.segments}
        removed = 0
        for entry in manifest.segments:
            if entry.gone:
                ends, _ = np.load(self.path / SEGMENTS / entry.name / segments.ROWS, allow_pickle=False)
                sizes = np.diff(ends, prepend=0)
                removed += int(sizes[list(entry.gone)].sum())
        return StoreStats(
            FORMAT,
            manifest.generation,
            manifest.encoder,
            sum(entry.documents - gone[entry.name] for entry in manifest.segments),
            sum(entry.paragraphs for entry in manifest.segments) - removed,
            removed,
            len(manifest.segments),
            sum(file.bytes for entry in manifest.segments for file in entry.files.values()),
        )

    def upgraded(self) -> Pointer:
        """The pointer, to a generation of this format. One of an earlier format is written anew first, and served until
        that is whole. Raises StoreNotFound."""
        pointer = Pointer.read(self.path)
        if migrations.needed(self.path, pointer):
            with self.writing(), _explained(self.path):
                pointer = Pointer.read(self.path)
                if migrations.needed(self.path, pointer):
                    segment, encoder = migrations.read(self.path, pointer)
                    kept = [(self.keep(segment), frozenset[int]())]
                    self.commit(kept, encoder=encoder, dimensions=segment.vectors.dimensions)
                    pointer = Pointer.read(self.path)
        return pointer

    def _segment(self, entry: SegmentEntry) -> Segment:
        known = self._open.get(entry.name)
        if known and known[0].files == entry.files:
            return known[1]
        folder = self.path / SEGMENTS / entry.name
        for name, file in entry.files.items():
            size = (folder / name).stat().st_size
            if size != file.bytes:
                raise StoreDamaged(f"{folder / name} has {size:,} bytes, not {file.bytes:,}; restore a backup")
        try:
            segment = segments.load(folder)
        except (RuntimeError, ValueError, sqlite3.DatabaseError) as error:
            raise StoreDamaged(f"a file in {folder} cannot be read ({error}); `youju store verify` names it") from error
        self._open[entry.name] = (entry, segment)
        give_way()
        return segment

    def _sweep(self) -> None:
        """After a change, remove what belongs to no generation; what cannot be removed is left to the next change."""
        if self._served is None:
            return
        manifest, self._served = self._served, None
        served = {entry.name for entry in manifest.segments}
        self._open = {name: known for name, known in self._open.items() if name in served}
        left = [folder for folder in (self.path / SEGMENTS).glob("*") if folder.name not in served]
        for path in [*left, *(p for p in self.path.glob("generation-*") if p.name != manifest.name)]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()


def check_encoder(manifest: Manifest, encoder: Encoder, path: Path) -> None:
    """Raises EncoderMismatch."""
    if manifest.encoder != encoder.fingerprint:
        raise EncoderMismatch(
            f"{path} was made with encoder {manifest.encoder}, this one is {encoder.fingerprint}; "
            "open it with that encoder, or make it over for this one with `youju store reencode`"
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What the system refuses, as a StoreError."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise StoreError(
            f"{path} could not be written ({error}); nothing was changed, what it held is still served"
        ) from error


__all__ = ["PATIENCE", "Store", "StoreNotFound", "StoreStats"]

"""A store as one file, taken while it is served, and brought back in one step."""

import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from embeddings import Encoder
from rag.errors import StoreDamaged, StoreError
from rag.store.files import sync
from rag.store.folder import SEGMENTS, Store, check_encoder
from rag.store.manifest import POINTER, Manifest, Pointer

ORIGINALS = "originals"
"""Below the store, the files that documents were read from, where whoever serves it keeps them."""

_TRIES = 20
_BLOCK = 1 << 20


def backup(store: Store, file: Path) -> None:
    """Write the generation that is served now to an uncompressed tar, with feedback, keys and originals beside it.

    Neither readers nor writers wait for it. `file` appears once it is whole. Raises StoreNotFound, StoreError.
    """
    for _ in range(_TRIES):
        with ExitStack() as stack:
            pointer = store.upgraded()
            try:
                manifest = pointer.load(store.path)
                opened = [(name, stack.enter_context((store.path / name).open("rb"))) for name in _names(manifest)]
            except FileNotFoundError as error:
                if store.upgraded() == pointer:
                    raise StoreDamaged(f"{error.filename} is missing; `youju store verify` names what is") from error
                continue
            _write(store.path, file, manifest, opened)
            return
    raise StoreError(f"{store.path} changes faster than it can be read; try again")


def restore(store: Store, file: Path, *, encoder: Encoder | None = None) -> None:
    """Serve what a backup holds, in place of what the store holds now; killed at any instant, either is served.

    What stood beside the generation is brought back where there is none; newer feedback is not overwritten.
    Changes nothing and raises StoreDamaged when the backup is not whole, EncoderMismatch when `encoder` did not
    make it, StoreFormatError, StoreLocked.
    """
    try:
        with tarfile.open(file, "r:") as archive, store.writing():
            manifest = _manifest(archive, file)
            if encoder is not None:
                check_encoder(manifest, encoder, file)
            entries = []
            for entry in manifest.segments:
                with store.new_segment() as folder:
                    for name, wanted in entry.files.items():
                        got = _extract(archive, f"{SEGMENTS}/{entry.name}/{name}", folder / PurePosixPath(name).name)
                        if got != wanted.sha256:
                            raise StoreDamaged(f"{entry.name}/{name} in {file} does not fit its checksum")
                entries.append(replace(entry, name=folder.name))
            for member in archive.getnames():
                where = _beside(store.path, member)
                if where is not None and not where.exists():
                    where.parent.mkdir(exist_ok=True)
                    new = where.with_name(where.name + ".new")
                    _extract(archive, member, new)
                    new.replace(where)
            store.serve(entries, encoder=manifest.encoder, dimensions=manifest.dimensions)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise StoreDamaged(f"{file} is not a whole backup ({error})") from error
    except OSError as error:
        raise StoreError(f"{file} could not be restored to {store.path} ({error}); nothing was changed") from error


def _names(manifest: Manifest) -> Iterator[str]:
    for entry in manifest.segments:
        yield from (f"{SEGMENTS}/{entry.name}/{name}" for name in entry.files)


def _beside(path: Path, member: str) -> Path | None:
    """Where a member of a backup that belongs to no generation goes; its name leads nowhere else."""
    parts = PurePosixPath(member).parts
    if len(parts) == 1 and member.endswith(".sqlite"):
        return path / parts[0]
    if len(parts) == 2 and parts[0] == ORIGINALS and parts[1] not in ("..", "."):
        return path / ORIGINALS / parts[1]
    return None


def _write(path: Path, file: Path, manifest: Manifest, opened: Sequence[tuple[str, IO[bytes]]]) -> None:
    new = file.with_name(file.name + ".new")
    try:
        with new.open("wb") as out:
            with tarfile.open(fileobj=out, mode="w") as archive:
                for name, content in ((POINTER, Pointer.to(manifest).to_bytes()), (manifest.name, manifest.to_bytes())):
                    _append(archive, name, io.BytesIO(content), len(content))
                for name, source in opened:
                    _append(archive, name, source, os.fstat(source.fileno()).st_size)
                for database in sorted(path.glob("*.sqlite")):
                    with _copied(database) as copy:
                        _append(archive, database.name, copy, os.fstat(copy.fileno()).st_size)
                for original in sorted((path / ORIGINALS).glob("*.pdf")):
                    with suppress(FileNotFoundError), original.open("rb") as kept:  # gone since: so is its document
                        _append(archive, f"{ORIGINALS}/{original.name}", kept, os.fstat(kept.fileno()).st_size)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
        sync(file.absolute().parent)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise StoreError(f"the backup could not be written to {file} ({error})") from error


def _append(archive: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    archive.addfile(member, source)


@contextmanager
def _copied(database: Path) -> Iterator[IO[bytes]]:
    """A database as of one instant, though it is written to."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        source = sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True)
        target = sqlite3.connect(copy.name)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
        with Path(copy.name).open("rb") as opened:
            yield opened


def _manifest(archive: tarfile.TarFile, file: Path) -> Manifest:
    name, _, sha256 = _content(archive, POINTER).decode("utf-8", "replace").partition(" ")
    content = _content(archive, name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreDamaged(f"{name} in {file} does not fit its checksum")
    return Manifest.from_bytes(content, f"{name} in {file}")


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member.read()


def _extract(archive: tarfile.TarFile, name: str, to: Path) -> str:
    """Checksum of the member that was written."""
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    digest = hashlib.sha256()
    with to.open("wb") as out:
        while block := member.read(_BLOCK):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()

"""Files that hold several documents, archives and e-mails with attachments: an outcome told for each."""

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from rag.errors import DamagedFile, EmptyDocument, ReadError
from rag.reading.files import MAX_BYTES, SUFFIXES, id_of, load, read_bytes, safe_id
from rag.reading.packages import open_package
from rag.types import Document

ARCHIVES = (".zip",)
_MAX_MEMBERS = 5_000
_MAX_DEPTH = 3  # of e-mails attached to e-mails


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a document, or the error that says why not. A member of an archive is "a.zip/b.txt".

    `data` are the bytes that the document was read from.
    """

    path: str
    document: Document | None = None
    error: ReadError | None = None
    data: bytes = field(default=b"", repr=False)


def read_file(path: Path, *, root: Path, max_bytes: int = MAX_BYTES) -> Iterator[Outcome]:
    """One file's outcome; of an archive or an e-mail with attachments, one for each document in it."""
    try:
        data = load(path, max_bytes=max_bytes)
    except ReadError as error:
        yield Outcome(str(path), error=error)
        return
    yield from read_parts(data, path.name, id=id_of(path, root), source=str(path), max_bytes=max_bytes)


def read_parts(
    data: bytes, name: str, *, id: str, source: str, max_bytes: int = MAX_BYTES, _depth: int = 0
) -> Iterator[Outcome]:
    """Like `read_file`, for bytes at hand (an upload)."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in ARCHIVES:
        yield from _members(data, name, id=id, source=source, max_bytes=max_bytes)
        return
    try:
        yield Outcome(source, read_bytes(data, name, id=id, source=source), data=data)
    except ReadError as error:
        yield Outcome(source, error=error)
        return
    if suffix == ".eml":
        yield from _attached(data, name, id=id, source=source, max_bytes=max_bytes, depth=_depth)


def _attached(data: bytes, name: str, *, id: str, source: str, max_bytes: int, depth: int) -> Iterator[Outcome]:
    # Imported here: most runs meet no e-mail.
    from rag.reading.mail import attachments

    taken: set[str] = set()
    for filename, content in islice(attachments(data, name), _MAX_MEMBERS):
        suffix, where = PurePosixPath(filename).suffix.lower(), f"{source}/{filename}"
        inner = _free(f"{id}/{safe_id(filename)}", suffix, taken)
        if suffix in ARCHIVES:
            yield Outcome(
                where, error=ReadError(f"{filename} is an archive within {name}: save it and add it by itself.")
            )
        elif depth >= _MAX_DEPTH:
            yield Outcome(where, error=ReadError(f"{filename} is an e-mail within e-mails, too deep to be followed."))
        else:
            yield from read_parts(content, filename, id=inner, source=where, max_bytes=max_bytes, _depth=depth + 1)


def _members(data: bytes, name: str, *, id: str, source: str, max_bytes: int) -> Iterator[Outcome]:
    """Documents of an archive. No file is written: a name that leads elsewhere (../../x) has nowhere to lead."""
    try:
        package = open_package(data, name, kind="a zip archive")
        infos = [i for i in package.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
        if len(infos) > _MAX_MEMBERS:
            raise ReadError(f"{name} holds {len(infos)} files; at most {_MAX_MEMBERS} are read. Split it into parts.")
    except ReadError as error:
        yield Outcome(source, error=error)
        return
    taken: set[str] = set()
    with package:
        for info in infos:
            member = _member_name(info.filename, info.flag_bits)
            suffix = PurePosixPath(member).suffix.lower()
            base = PurePosixPath(member).name
            if base.startswith("."):
                continue
            inner = _free(f"{id}/{safe_id(member)}", suffix, taken)
            where = f"{source}/{member}"
            try:
                if suffix in ARCHIVES:
                    raise ReadError(
                        f"{member} is an archive within the archive {name}: unpack it and add it by itself."
                    )
                if info.flag_bits & 1:
                    raise ReadError(f"{member} in {name} is encrypted. Unpack it with its password first.")
                if stat.S_ISLNK(info.external_attr >> 16):
                    raise ReadError(f"{member} in {name} is a link, not a file. Pack the file itself.")
                content = _unpacked(package, info, max_bytes) if suffix in SUFFIXES else b""
            except ReadError as error:
                yield Outcome(where, error=error)
                continue
            yield from read_parts(content, member, id=inner, source=where, max_bytes=max_bytes)
    if not taken:
        kinds = " ".join(SUFFIXES)
        yield Outcome(source, error=EmptyDocument(f"{name} holds no document. Expected files of these kinds: {kinds}."))


def _free(id: str, suffix: str, taken: set[str]) -> str:
    """The id, with the suffix or a number where another member has it already."""
    candidate, number = id, 1
    while candidate in taken:
        candidate = f"{id}{suffix}" if number == 1 else f"{id}{suffix}-{number}"
        number += 1
    taken.add(candidate)
    return candidate


def _unpacked(package: ZipFile, info: ZipInfo, max_bytes: int) -> bytes:
    """A member's bytes; what it says of its size is not believed."""
    try:
        with package.open(info) as member:
            data = member.read(max_bytes + 1)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DamagedFile(f"{info.filename} in the archive is damaged ({error}). Pack it anew.") from error
    if len(data) > max_bytes:
        raise ReadError(f"{info.filename} unpacks to more than {max_bytes // 2**20} MB, the most that is read.")
    return data


def _member_name(name: str, flags: int) -> str:
    """Names in archives packed on Chinese Windows are GB18030 that passes for cp437."""
    if flags & 0x800 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name

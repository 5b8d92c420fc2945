"""Zip containers, Office files among them, opened with care: broken, locked and bombs are told apart first."""

import io
from zipfile import BadZipFile, ZipFile

from rag.errors import DamagedFile, ReadError

MAX_UNPACKED = 2**30
_MAX_RATIO = 200  # text packs 1:10, empty sheets 1:50; a bomb 1:1000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_package(data: bytes, name: str, *, kind: str) -> ZipFile:
    """A zip whose contents are of bearable size. Raises DamagedFile or ReadError otherwise."""
    if data.startswith(_OLE):
        raise ReadError(
            f"{name} is either protected by a password or in the format of Office 97. "
            "Remove the password, or save it in the present format."
        )
    try:
        package = ZipFile(io.BytesIO(data))
    except BadZipFile as error:
        raise DamagedFile(f"{name} is not {kind} or is cut off ({error}). Copy or save it anew.") from error
    unpacked = sum(info.file_size for info in package.infolist())
    if unpacked > MAX_UNPACKED or (unpacked > 2**24 and unpacked > _MAX_RATIO * len(data)):
        raise ReadError(
            f"{name} would unpack to {unpacked / 2**20:,.0f} MB from {len(data) / 2**20:.2f} MB: it is not opened, "
            f"as a file made to exhaust memory looks like this. At most {MAX_UNPACKED // 2**20:,} MB are unpacked."
        )
    return package


def check_package(data: bytes, name: str, *, kind: str, holds: str) -> None:
    """Raises like `open_package`, and DamagedFile when the part `holds` is not in it."""
    with open_package(data, name, kind=kind) as package:
        names = package.namelist()
    if holds not in names:
        raise DamagedFile(f"{name} is a zip archive but not {kind}: {holds} is missing. Check its suffix.")

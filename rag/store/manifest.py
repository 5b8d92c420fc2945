"""What a generation consists of, and the pointer that says which generation is served."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import StoreDamaged, StoreFormatError, StoreNotFound

FORMAT = 2
POINTER = "CURRENT"


@dataclass(frozen=True, slots=True)
class FileEntry:
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A folder below segments/. `gone` are the ordinals of its documents that were removed or replaced since."""

    name: str
    documents: int
    paragraphs: int
    gone: Sequence[int]
    files: Mapping[str, FileEntry]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `encoder` is the fingerprint of the one that made the vectors."""

    generation: int
    encoder: str
    dimensions: int
    segments: Sequence[SegmentEntry]

    @property
    def name(self) -> str:
        return f"generation-{self.generation:06}.json"

    def to_bytes(self) -> bytes:
        state = _canonical(asdict(self))
        return b'{"format": %d, "checksum": "%s", "state":\n%s}\n' % (FORMAT, _sha256(state).encode(), state)

    @classmethod
    def from_bytes(cls, content: bytes, name: str) -> "Manifest":
        """Raises StoreFormatError for another format, StoreDamaged when it does not fit its checksum."""
        try:
            whole: dict[str, Any] = json.loads(content)
            version, state = whole["format"], whole["state"]
            if version == FORMAT and whole["checksum"] != _sha256(_canonical(state)):
                raise ValueError("its checksum does not fit")
        except (ValueError, KeyError, TypeError) as error:
            raise StoreDamaged(f"{name} cannot be read ({error}); restore a backup") from error
        if version != FORMAT:
            raise StoreFormatError(
                f"{name} has store format {version!r}, this version of Youju reads up to {FORMAT}; "
                "use the version that wrote it, or index the documents again"
            )
        segments = [
            SegmentEntry(**{**entry, "files": {name: FileEntry(**file) for name, file in entry["files"].items()}})
            for entry in state["segments"]
        ]
        return cls(state["generation"], state["encoder"], state["dimensions"], segments)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Content of CURRENT: the manifest's name and the checksum of all of it. Format 1 had no checksum."""

    manifest: str
    sha256: str

    @classmethod
    def to(cls, manifest: Manifest) -> "Pointer":
        return cls(manifest.name, _sha256(manifest.to_bytes()))

    @classmethod
    def read(cls, folder: Path) -> "Pointer":
        """Raises StoreNotFound."""
        try:
            name, _, sha256 = (folder / POINTER).read_text(encoding="utf-8", errors="replace").partition(" ")
        except FileNotFoundError:
            raise StoreNotFound(f"no store at {folder}; `youju index PATH --store {folder}` makes one") from None
        return cls(name, sha256)

    def to_bytes(self) -> bytes:
        return f"{self.manifest} {self.sha256}".encode()

    def load(self, folder: Path) -> Manifest:
        """The manifest it names. Raises StoreDamaged, StoreFormatError, FileNotFoundError."""
        if "/" in self.manifest or not self.manifest.startswith("generation-"):
            raise StoreDamaged(f"{folder / POINTER} names {self.manifest!r}, which is no generation; restore a backup")
        content = (folder / self.manifest).read_bytes()
        manifest = Manifest.from_bytes(content, str(folder / self.manifest))
        if _sha256(content) != self.sha256:
            raise StoreDamaged(f"{folder / POINTER} does not fit {self.manifest}; restore a backup")
        return manifest


def _canonical(state: Mapping[str, Any]) -> bytes:
    return json.dumps(state, ensure_ascii=False, sort_keys=True).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

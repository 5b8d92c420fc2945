"""Where in which Milvus: milvus+http://user:password@host:19530/name, milvus+file:/path/to/x.db"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rag.errors import StoreError

_SCHEME = "milvus+"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")
LOCAL_NAME = "youju"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """`uri` as Milvus's client takes it: of a server, or a file that Milvus Lite keeps. `name` is the collection's."""

    uri: str
    name: str = LOCAL_NAME
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, text: str) -> "MilvusAddress | None":
        """None for what is not meant as one. Raises StoreError."""
        if not text.startswith(_SCHEME):
            return None
        parts = urlsplit(text.removeprefix(_SCHEME))
        name = parts.path.strip("/")
        if parts.scheme == "file" and parts.path.endswith(".db"):
            return cls(text.removeprefix(_SCHEME).removeprefix("file:").removeprefix("//"))
        if parts.scheme in ("http", "https") and parts.hostname and _NAME.fullmatch(name):
            host = parts.netloc.rpartition("@")[2]
            return cls(f"{parts.scheme}://{host}", name, unquote(parts.username or ""), unquote(parts.password or ""))
        raise StoreError(
            f"got {text!r}, expected milvus+http://HOST:19530/NAME, NAME of letters, digits and _, or milvus+file:X.db"
        )

    @property
    def file(self) -> Path | None:
        """Of Milvus Lite."""
        return None if self.uri.startswith(("http:", "https:")) else Path(self.uri)

    def __str__(self) -> str:
        """Without the password."""
        return f"{_SCHEME}{self.uri}/{self.name}" if self.file is None else f"{_SCHEME}file:{self.uri}"

"""A snapshot on disk: one folder a generation, and a pointer that is swapped in one step.

store/CURRENT                 name of the generation that is served
store/generation-000007/      manifest.json, documents.sqlite, lexical.npz, vectors.faiss
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Encoder
from rag.errors import EncoderMismatch, StoreDamaged, StoreFormatError, StoreNotFound
from rag.lexical import LexicalIndex
from rag.snapshot import Snapshot
from rag.types import Document, Paragraph
from rag.vectors import VectorIndex

FORMAT = 1
_SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, title TEXT, text TEXT, source TEXT, date TEXT, attributes TEXT);
CREATE TABLE paragraphs (row INTEGER PRIMARY KEY, id TEXT, document_id TEXT, section TEXT, start INTEGER, "end" INTEGER,
                         page INTEGER);
"""


def exists(path: Path) -> bool:
    """Whether a store was finished here."""
    return (path / "CURRENT").is_file()


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a new generation beside the old and swap the pointer; killed at any instant, the old one stays whole."""
    path.mkdir(parents=True, exist_ok=True)
    previous = _current(path) if exists(path) else None
    number = int(previous.name.rpartition("-")[2]) + 1 if previous else 1
    generation = path / f"generation-{number:06}"
    shutil.rmtree(generation, ignore_errors=True)
    generation.mkdir()
    _write_documents(snapshot, generation / "documents.sqlite")
    lexical = snapshot.lexical
    np.savez(
        generation / "lexical.npz",
        terms=np.frombuffer("\n".join(lexical.term_ids).encode(), np.uint8),
        starts=lexical.starts,
        rows=lexical.rows,
        counts=lexical.counts,
        lengths=lexical.lengths,
    )
    snapshot.vectors.save(generation / "vectors.faiss")
    manifest = {
        "format": FORMAT,
        "encoder": snapshot.encoder.fingerprint,
        "documents": len(snapshot.documents),
        "paragraphs": len(snapshot.paragraphs),
        "files": {file.name: _checksum(file) for file in sorted(generation.iterdir())},
    }
    (generation / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for file in generation.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    pointer = path / "CURRENT.new"
    pointer.write_text(generation.name, encoding="utf-8")
    pointer.replace(path / "CURRENT")
    if previous:
        shutil.rmtree(previous, ignore_errors=True)


def load(path: Path, *, encoder: Encoder) -> Snapshot:
    """The generation the pointer names. Raises StoreNotFound, StoreFormatError, EncoderMismatch, StoreDamaged."""
    if not exists(path):
        raise StoreNotFound(f"no store at {path}; `youju index PATH --store {path}` makes one")
    generation = _current(path)
    manifest = _manifest(generation)
    if manifest["encoder"] != encoder.fingerprint:
        raise EncoderMismatch(
            f"the store at {path} was made with encoder {manifest['encoder']}, this one is {encoder.fingerprint}; "
            "open it with that encoder, or index the documents again"
        )
    documents, paragraphs = _read_documents(generation / "documents.sqlite")
    with np.load(generation / "lexical.npz", allow_pickle=False) as arrays:
        names = arrays["terms"].tobytes().decode()
        term_ids = {term: number for number, term in enumerate(names.split("\n"))} if names else {}
        lexical = LexicalIndex(term_ids, arrays["starts"], arrays["rows"], arrays["counts"], arrays["lengths"])
    vectors = VectorIndex.load(generation / "vectors.faiss")
    return Snapshot(documents, paragraphs, lexical, vectors, encoder)


def verify(path: Path) -> list[str]:
    """Names of the damaged or missing files, empty when all is well. Raises StoreNotFound, StoreFormatError."""
    if not exists(path):
        raise StoreNotFound(f"no store at {path}; `youju index PATH --store {path}` makes one")
    generation = _current(path)
    files = _manifest(generation)["files"]
    return [n for n, wanted in files.items() if not (generation / n).is_file() or _checksum(generation / n) != wanted]


def _current(path: Path) -> Path:
    return path / (path / "CURRENT").read_text(encoding="utf-8").strip()


def _manifest(generation: Path) -> Mapping[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreDamaged(f"{generation / 'manifest.json'} cannot be read ({error}); restore a backup") from error
    if manifest.get("format") != FORMAT:
        raise StoreFormatError(
            f"{generation} has store format {manifest.get('format')!r}, this version reads {FORMAT}; "
            "index the documents again"
        )
    return manifest


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write_documents(snapshot: Snapshot, file: Path) -> None:
    database = sqlite3.connect(file)
    with database:
        database.executescript(_SCHEMA)
        database.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
            [
                (d.id, d.title, d.text, d.source, d.date, json.dumps(dict(d.attributes), ensure_ascii=False))
                for d in snapshot.documents.values()
            ],
        )
        database.executemany(
            "INSERT INTO paragraphs VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (row, p.id, p.document_id, json.dumps(p.section, ensure_ascii=False), p.start, p.end, p.page)
                for row, p in enumerate(snapshot.paragraphs)
            ],
        )
    database.close()


def _read_documents(file: Path) -> tuple[dict[str, Document], list[Paragraph]]:
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    documents = {
        id: Document(id, title, text, source, date, json.loads(attributes))
        for id, title, text, source, date, attributes in database.execute("SELECT * FROM documents ORDER BY rowid")
    }
    paragraphs = [
        Paragraph(id, owner, tuple(json.loads(section)), start, end, documents[owner].text[start:end], page)
        for _, id, owner, section, start, end, page in database.execute("SELECT * FROM paragraphs ORDER BY row")
    ]
    database.close()
    return documents, paragraphs

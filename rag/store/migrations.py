"""Stores of earlier formats, brought to this one a step at a time when they are opened.

Format 1 was one folder a generation: documents.sqlite, lexical.npz with the terms themselves, vectors.faiss.
"""

import json
import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np

from rag.errors import StoreDamaged
from rag.index.postings import Postings
from rag.index.segment import HeldTexts, Segment
from rag.index.vectors import VectorFile
from rag.store.manifest import Pointer
from rag.text.hashed import hashes
from rag.types import Document, Paragraph


def needed(path: Path, pointer: Pointer) -> bool:
    """Whether an earlier format is served."""
    return (path / pointer.manifest / "manifest.json").is_file()


def read(path: Path, pointer: Pointer) -> tuple[Segment, str]:
    """All that an earlier format's generation holds, and its encoder's fingerprint. Raises StoreDamaged."""
    folder = path / pointer.manifest
    try:
        encoder = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["encoder"]
        return _from_format_1(folder), str(encoder)
    except (OSError, ValueError, KeyError, RuntimeError, sqlite3.DatabaseError) as error:
        raise StoreDamaged(f"{folder} cannot be read ({error}); restore a backup") from error


def _from_format_1(folder: Path) -> Segment:
    database = sqlite3.connect((folder / "documents.sqlite").absolute().as_uri() + "?mode=ro", uri=True)
    documents = [
        Document(id, title, text, source, date, json.loads(attributes))
        for id, title, text, source, date, attributes in database.execute("SELECT * FROM documents ORDER BY rowid")
    ]
    text_of = {document.id: document.text for document in documents}
    paragraphs = [
        Paragraph(id, owner, tuple(json.loads(section)), start, end, text_of[owner][start:end], page)
        for _, id, owner, section, start, end, page in database.execute("SELECT * FROM paragraphs ORDER BY row")
    ]
    database.close()
    with np.load(folder / "lexical.npz", allow_pickle=False) as arrays:
        names = arrays["terms"].tobytes().decode()
        keys = hashes(names.split("\n") if names else [])
        order = np.argsort(keys)
        sizes = np.diff(arrays["starts"])[order]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        places = np.repeat(arrays["starts"][:-1][order] - starts[:-1], sizes) + np.arange(starts[-1])
        postings = Postings(
            keys[order],
            starts,
            arrays["rows"][places],
            np.minimum(arrays["counts"][places], 255).astype(np.uint8),
            arrays["lengths"].astype(np.int32),
        )
    owned = Counter(paragraph.document_id for paragraph in paragraphs)
    first_rows = np.concatenate([[0], np.cumsum([owned[document.id] for document in documents])]).astype(np.int64)
    return Segment(
        HeldTexts.of(documents, paragraphs), np.arange(len(documents)), first_rows, postings, VectorFile.load(folder)
    )

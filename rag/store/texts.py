"""Documents and paragraphs of a segment in SQLite."""

import json
import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rag.errors import StoreDamaged
from rag.index import imprint
from rag.index.imprint import Imprint
from rag.index.passages import Passage
from rag.index.segment import Segment
from rag.text.spotting import Sheet
from rag.turns import unhurried
from rag.types import Document, DocumentHead, Paragraph

FILE = "texts.sqlite"
HEADINGS = 4_000
"""Different headings and attributes of which it is kept what they say; many paragraphs have the same."""

FOUND = 10_000
"""Documents of which place and head are kept once they were asked for; half a kilobyte each."""
_AT_ONCE = 500  # values in a statement

# A paragraph's text stands beside its offsets: to cut it out of a long document takes as long as reading that.
# The file's user_version is that of the imprints: of another version, or of none, they are worked out anew.
_SCHEMA = f"""
PRAGMA user_version = {imprint.VERSION};
CREATE TABLE documents (ordinal INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, source TEXT, date TEXT,
                        attributes TEXT, text TEXT);
CREATE TABLE paragraphs (row INTEGER PRIMARY KEY, id TEXT, document INTEGER, section TEXT, start INTEGER,
                         "end" INTEGER, page INTEGER, text TEXT,
                         language TEXT, years TEXT, lengths BLOB, units BLOB);
"""


class StoredTexts:
    """Read when asked for. One connection for all threads: the file may be unlinked while it is still read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = sqlite3.connect(
            file.absolute().as_uri() + "?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()
        self._found: dict[str, int] = {}
        self._heads: dict[int, DocumentHead] = {}
        self._connection.execute("SELECT 1 FROM documents")  # opens the file, which connect() does not
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        self._more = ", language, years, lengths, units" if version == imprint.VERSION else ""

    def __del__(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()

    def find(self, id: str) -> int | None:
        ordinal = self._found.get(id)
        if ordinal is None:
            found = self._rows("SELECT ordinal FROM documents WHERE id = ?", id)
            if not found:
                return None
            ordinal = found[0][0]
            if len(self._found) >= FOUND:
                self._found.clear()
            self._found[id] = ordinal
        return ordinal

    def ids(self) -> Sequence[str]:
        return [id for (id,) in self._rows("SELECT id FROM documents ORDER BY ordinal")]

    def heads(self) -> Sequence[DocumentHead]:
        found = self._rows("SELECT id, title, source, date, attributes FROM documents ORDER BY ordinal")
        return [
            DocumentHead(id, title, source, date, json.loads(attributes))
            for id, title, source, date, attributes in found
        ]

    def document(self, ordinal: int) -> Document:
        (found,) = self._rows(
            "SELECT id, title, text, source, date, attributes FROM documents WHERE ordinal = ?", ordinal
        )
        id, title, text, source, date, attributes = found
        return Document(id, title, text, source, date, json.loads(attributes))

    def texts(self, first: int, count: int) -> Sequence[tuple[str, str]]:
        return self._rows(
            "SELECT id, text FROM documents WHERE ordinal >= ? AND ordinal < ? ORDER BY ordinal", first, first + count
        )

    def paragraph(self, row: int) -> Paragraph:
        (found,) = self._rows(
            'SELECT p.id, d.id, section, start, "end", p.text, page '
            "FROM paragraphs p JOIN documents d ON d.ordinal = p.document WHERE row = ?",
            row,
        )
        id, document, section, *rest = found
        return Paragraph(id, document, _section(section), *rest)

    def passages(self, rows: Sequence[int]) -> Sequence[Passage]:
        found: dict[int, Passage] = {}
        for start in range(0, len(rows), _AT_ONCE):
            wanted = rows[start : start + _AT_ONCE]
            read = self._rows(
                f'SELECT row, document, id, section, start, "end", text, page{self._more} '
                f"FROM paragraphs WHERE row IN ({_marks(len(wanted))})",
                *wanted,
            )
            heads = self._heads_of({document for _, document, *_ in read})
            for row, document, id, section, begin, end, text, page, *kept in read:
                head = heads[document]
                paragraph = Paragraph(id, head.id, _section(section), begin, end, text, page)
                found[row] = Passage.of(paragraph, head, _imprint(*kept) if kept else Imprint.of(text))
        return [found[row] for row in rows]

    def _heads_of(self, ordinals: Collection[int]) -> Mapping[int, DocumentHead]:
        """What is known of these documents."""
        held = {ordinal: head for ordinal in ordinals if (head := self._heads.get(ordinal)) is not None}
        missing = [ordinal for ordinal in ordinals if ordinal not in held]
        if missing:
            read = self._rows(
                "SELECT ordinal, id, title, source, date, attributes FROM documents "
                f"WHERE ordinal IN ({_marks(len(missing))})",
                *missing,
            )
            new = {
                ordinal: DocumentHead(id, title, source, date, _attributes(attributes))
                for ordinal, id, title, source, date, attributes in read
            }
            if len(self._heads) + len(new) > FOUND:
                self._heads.clear()
            self._heads.update(new)
            held |= new
        return held

    def _rows(self, query: str, *values: Any) -> list[Any]:
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreDamaged(f"{self._file} cannot be read ({error}); restore a backup") from error


@lru_cache(maxsize=HEADINGS)
def _section(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


def _imprint(language: str, years: str, lengths: bytes, units: bytes) -> Imprint:
    return Imprint(Sheet(units, lengths), language, _years(years))


@lru_cache(maxsize=HEADINGS)
def _years(written: str) -> frozenset[int]:
    return frozenset(map(int, written.split()))


@lru_cache(maxsize=HEADINGS)
def _attributes(written: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(written))


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def write(segment: Segment, file: Path) -> None:
    texts, first_rows = segment.texts, segment.first_rows.tolist()
    database = sqlite3.connect(file)
    try:
        # The file is synced when it is whole, and thrown away when it never gets so.
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        with database:
            for ordinal in unhurried(range(len(segment.positions))):
                d = texts.document(ordinal)
                attributes = json.dumps(dict(d.attributes), ensure_ascii=False)
                row = (ordinal, d.id, d.title, d.source, d.date, attributes, d.text)
                database.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                rows = range(first_rows[ordinal], first_rows[ordinal + 1])
                passages = unhurried(zip(rows, texts.passages(rows), strict=True))
                entries = (_entry(row, ordinal, p) for row, p in passages)
                database.executemany(f"INSERT INTO paragraphs VALUES ({_marks(12)})", entries)
    finally:
        database.close()


def _entry(row: int, document: int, passage: Passage) -> tuple[Any, ...]:
    p, own = passage.paragraph, passage.imprint
    section = json.dumps(p.section, ensure_ascii=False)
    years = " ".join(map(str, sorted(own.years)))
    of_search = (own.language, years, own.sheet.lengths, own.sheet.units)
    return row, p.id, document, section, p.start, p.end, p.page, p.text, *of_search

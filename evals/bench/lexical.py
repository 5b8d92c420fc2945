"""Lexical engines over one set of Chinese paragraphs: build, open, search, memory, one more document.

`python -m evals.bench.lexical --paragraphs 100000 [--texts FILE.jsonl] [--engines ours,bm25s,tantivy,fts5] [--json]`

Every engine indexes the same terms (`embeddings.terms`), so that what differs is the engine. Each has a process of its
own; what is not installed is left out.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.terms import terms
from evals.bench.made import paragraphs
from evals.bench.worker import peak_mb, size_mb, timed
from evals.environment import commit, machine
from rag.index.lexical import LexicalIndex
from rag.index.postings import Postings
from rag.index.rows import LiveRows
from rag.milvus.tables import word

K = 10
_TIMEOUT = 7200.0
_LINE = "{:<8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{:>10}"


class Engine(Protocol):
    """A lexical index in a folder."""

    @classmethod
    def build(cls, texts: Iterator[Sequence[str]], folder: Path) -> None: ...

    @classmethod
    def open(cls, folder: Path) -> "Engine": ...

    def search(self, words: Sequence[str]) -> Sequence[int]:
        """The K best rows, best first."""
        ...

    def add(self, words: Sequence[str]) -> None:
        """One more row, to be found by the next search."""
        ...


class Ours:
    """`rag.index.lexical`: arrays mapped into memory; what is added is a segment of its own."""

    def __init__(self, parts: Sequence[Postings], folder: Path) -> None:
        self._parts = list(parts)
        self._folder = folder
        self._index = _over(self._parts)

    @classmethod
    def build(cls, texts: Iterator[Sequence[str]], folder: Path) -> None:
        Postings.from_terms(texts).save(folder)

    @classmethod
    def open(cls, folder: Path) -> "Ours":
        return cls([Postings.load(folder)], folder)

    def search(self, words: Sequence[str]) -> Sequence[int]:
        found: list[int] = self._index.search(dict.fromkeys(words, 1.0), K)[0].tolist()
        return found

    def add(self, words: Sequence[str]) -> None:
        more = self._folder / f"more-{len(self._parts)}"
        more.mkdir()
        Postings.from_terms([words]).save(more)
        self._parts.append(Postings.load(more))
        self._index = _over(self._parts)


def _over(parts: Sequence[Postings]) -> LexicalIndex:
    first, live = 0, []
    for part in parts:
        live.append((part, LiveRows(len(part), first)))
        first += len(part)
    return LexicalIndex(live)


class Bm25s:
    """bm25s, mapped into memory; it is built anew for what is added."""

    def __init__(self, index: Any, folder: Path) -> None:
        self._index = index
        self._folder = folder

    @classmethod
    def build(cls, texts: Iterator[Sequence[str]], folder: Path) -> None:
        import bm25s

        held = [list(words) for words in texts]
        index = bm25s.BM25()
        index.index(held, show_progress=False)
        index.save(str(folder))
        (folder / "terms.json").write_text(json.dumps(held), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "Bm25s":
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True), folder)

    def search(self, words: Sequence[str]) -> Sequence[int]:
        known = [word for word in words if word in self._index.vocab_dict]
        if not known:
            return []
        found, _ = self._index.retrieve([known], k=K, show_progress=False)
        rows: list[int] = found[0].tolist()
        return rows

    def add(self, words: Sequence[str]) -> None:
        held = json.loads((self._folder / "terms.json").read_text(encoding="utf-8"))
        Bm25s.build(iter([*held, words]), self._folder)
        self._index = Bm25s.open(self._folder)._index


class Tantivy:
    """tantivy, the library behind several search servers, through its Python binding."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._count = index.searcher().num_docs

    @classmethod
    def build(cls, texts: Iterator[Sequence[str]], folder: Path) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("words", tokenizer_name="whitespace")
        schema.add_integer_field("row", stored=True)
        index = tantivy.Index(schema.build(), path=str(folder))
        writer = index.writer(256_000_000, 1)
        for row, words in enumerate(texts):
            writer.add_document(tantivy.Document(words=" ".join(words), row=row))
        writer.commit()
        writer.wait_merging_threads()

    @classmethod
    def open(cls, folder: Path) -> "Tantivy":
        import tantivy

        return cls(tantivy.Index.open(str(folder)))

    def search(self, words: Sequence[str]) -> Sequence[int]:
        import tantivy

        schema, searcher = self._index.schema, self._index.searcher()
        each = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", word)) for word in words]
        hits = searcher.search(tantivy.Query.boolean_query(each), K).hits
        return [searcher.doc(address)["row"][0] for _, address in hits]

    def add(self, words: Sequence[str]) -> None:
        import tantivy

        writer = self._index.writer(64_000_000, 1)
        writer.add_document(tantivy.Document(words=" ".join(words), row=self._count))
        writer.commit()
        self._index.reload()
        self._count += 1


class Fts5:
    """SQLite's FTS5 without the texts; its tokenizer takes terms that are written as ASCII words whole."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def build(cls, texts: Iterator[Sequence[str]], folder: Path) -> None:
        database = sqlite3.connect(folder / "fts.sqlite")
        database.execute("CREATE VIRTUAL TABLE rows USING fts5(words, content='')")
        with database:
            rows = ((row, " ".join(map(word, words))) for row, words in enumerate(texts))
            database.executemany("INSERT INTO rows(rowid, words) VALUES (?, ?)", rows)
        database.close()

    @classmethod
    def open(cls, folder: Path) -> "Fts5":
        return cls(sqlite3.connect(folder / "fts.sqlite"))

    def search(self, words: Sequence[str]) -> Sequence[int]:
        query = " OR ".join(map(word, words))
        found = self._database.execute("SELECT rowid FROM rows WHERE rows MATCH ? ORDER BY rank LIMIT ?", (query, K))
        return [row for (row,) in found]

    def add(self, words: Sequence[str]) -> None:
        with self._database:
            self._database.execute("INSERT INTO rows(words) VALUES (?)", (" ".join(map(word, words)),))


ENGINES: Mapping[str, tuple[type[Engine], str]] = {
    "ours": (Ours, "rag"),
    "bm25s": (Bm25s, "bm25s"),
    "tantivy": (Tantivy, "tantivy"),
    "fts5": (Fts5, "sqlite3"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, milliseconds and MiB. `found_at_10` is the share of queries whose own paragraph is among the ten."""

    build_s: float
    open_ms: float
    first_ms: float
    p50_ms: float
    p99_ms: float
    cpu_p50_ms: float
    build_peak_mb: float
    search_peak_mb: float
    disk_mb: float
    add_ms: float
    found_at_10: float


def measure(name: str, texts: Path | None, count: int, queries: int, folder: Path, *, part: str) -> dict[str, float]:
    """Of one engine, in a process of its own: `part` is "build", which leaves the index in `folder`, or "search"."""
    engine = ENGINES[name][0]
    if part == "build":
        began = time.perf_counter()
        engine.build((terms(text) for text in _texts(texts, count)), folder)
        return {"build_s": time.perf_counter() - began, "build_peak_mb": peak_mb(), "disk_mb": size_mb(folder)}
    rows = np.sort(np.random.default_rng(1).choice(count, min(queries, count), replace=False)).tolist()
    wanted = set(rows)
    asked = {row: _question(text) for row, text in enumerate(_texts(texts, count)) if row in wanted}
    began = time.perf_counter()
    index = engine.open(folder)
    opened = time.perf_counter()
    index.search(list(dict.fromkeys(terms(asked[rows[0]]))))
    first = time.perf_counter()
    cut = {text: list(dict.fromkeys(terms(text))) for text in asked.values()}
    spent = timed(lambda text: index.search(cut[text]), list(asked.values()))
    found = sum(row in index.search(cut[text]) for row, text in asked.items()) / len(asked)
    searched = peak_mb()
    adding = time.perf_counter()
    index.add(terms("青川区二〇二三年新增养老床位五百三十七张。"))
    index.search(terms("青川区养老床位"))
    return {
        "open_ms": 1000 * (opened - began),
        "first_ms": 1000 * (first - opened),
        "p50_ms": spent["p50"],
        "p99_ms": spent["p99"],
        "cpu_p50_ms": spent["cpu_p50"],
        "search_peak_mb": searched,
        "add_ms": 1000 * (time.perf_counter() - adding),
        "found_at_10": found,
    }


def compare(engines: Sequence[str], *, count: int, texts: Path | None, queries: int) -> dict[str, Measured]:
    """Each engine in turn."""
    found = {}
    for name in engines:
        with tempfile.TemporaryDirectory(prefix="youju-lexical-") as folder:
            parts = [_apart(name, texts, count, queries, folder, part) for part in ("build", "search")]
        found[name] = Measured(**dict(chain.from_iterable(part.items() for part in parts)))
    return found


def _apart(name: str, texts: Path | None, count: int, queries: int, folder: str, part: str) -> dict[str, float]:
    task = json.dumps([name, str(texts or ""), count, queries, folder, part])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "evals.bench.lexical", "--task", task],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _texts(texts: Path | None, count: int) -> Iterator[str]:
    if texts is None:
        yield from (made.text for made in paragraphs(count))
        return
    with texts.open(encoding="utf-8") as lines:
        for _, line in zip(range(count), lines, strict=False):
            yield json.loads(line)["text"]


def _question(text: str) -> str:
    """Some words of a paragraph: the second quarter of it, at most twenty characters."""
    start = len(text) // 4
    return text[start : start + 20]


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    parser = argparse.ArgumentParser(description="Lexical engines over the same terms.")
    parser.add_argument("--paragraphs", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--texts", type=Path, help="JSONL with a text in each row; made paragraphs without it")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        name, texts, count, queries, folder, part = json.loads(args.task)
        found = measure(name, Path(texts) if texts else None, count, queries, Path(folder), part=part)
        write(json.dumps(found) + "\n")
        return
    engines = [name for name in args.engines.split(",") if find_spec(ENGINES[name][1])]
    measured = compare(engines, count=args.paragraphs, texts=args.texts, queries=args.queries)
    if args.json:
        report = {name: asdict(result) for name, result in measured.items()}
        write(
            json.dumps(
                {"paragraphs": args.paragraphs, "commit": commit(), "machine": machine(), "engines": report}, indent=2
            )
            + "\n"
        )
        return
    write(_LINE.format("", "build s", "open ms", "p50 ms", "p99 ms", "found", "peak MiB", "disk", "add ms") + "\n")
    for name, r in measured.items():
        cells = (r.build_s, r.open_ms, r.p50_ms, r.p99_ms, r.found_at_10, r.search_peak_mb, r.disk_mb, r.add_ms)
        write(_LINE.format(name, *(f"{cell:.2f}" if cell < 100 else f"{cell:.0f}" for cell in cells)) + "\n")


if __name__ == "__main__":
    main()

"""What one question sees of the documents in Milvus: found there, scored here by the formulas of the embedded store."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Vectors
from rag.index.lexical import K1, B, idf
from rag.index.passages import Passage
from rag.index.rows import Rows, Scores, best_of
from rag.index.segment import LiveSegment
from rag.index.snapshot import Snapshot
from rag.milvus.tables import HeldHead, HeldParagraph, Tables, word
from rag.questions.subjects import Catalog, names_of
from rag.types import Document, DocumentHead, Paragraph

SAMPLE = 10_000
"""Paragraphs whose words are counted to tell how rare a term is: all of them, or a random sample of so many."""

CATALOGUED = 100_000
"""Documents up to which a question is bound to the places and bodies their titles name; more are not held here."""

DEEPER = 2
"""Times as many as are wanted that Milvus is asked for: each of its segments weighs words by its own statistics."""

_TIMES_PER_WEIGHT = 2  # how often a word is said to Milvus, which takes no weights of a query's words
_READ_AHEAD = 16


@dataclass(frozen=True)
class Statistics:
    """Of `rows` paragraphs: how many hold each word, and how many terms they have on average."""

    rows: int
    frequency: Mapping[str, int]
    average: float

    @classmethod
    def from_tables(cls, tables: Tables, paragraphs: int) -> "Statistics":
        frequency: Counter[str] = Counter()
        rows = total = 0
        for words in tables.words(SAMPLE, paragraphs):
            frequency.update(words.keys())
            total += words.total()
            rows += 1
        return cls(rows, frequency, max(total / max(rows, 1), 1.0))


class Known:
    """What is held of one generation, each part worked out when first asked for, once for all threads."""

    def __init__(self, tables: Tables, generation: int) -> None:
        self.tables = tables
        self.generation = generation
        self._lock = threading.RLock()

    @property
    def paragraphs(self) -> int:
        with self._lock:
            return self._paragraphs

    @property
    def statistics(self) -> Statistics:
        with self._lock:
            return self._statistics

    @property
    def heads(self) -> Sequence[HeldHead]:
        """In the order added."""
        with self._lock:
            return self._heads

    @property
    def catalog(self) -> Catalog:
        with self._lock:
            return self._catalog

    @cached_property
    def _paragraphs(self) -> int:
        return self.tables.count()

    @cached_property
    def _statistics(self) -> Statistics:
        return Statistics.from_tables(self.tables, self._paragraphs)

    @cached_property
    def _heads(self) -> Sequence[HeldHead]:
        return self.tables.heads()

    @cached_property
    def _catalog(self) -> Catalog:
        if len(self._heads) > CATALOGUED:
            return Catalog({}, {})
        return Catalog.from_names(
            {held.head.id: names_of(held.head) for held in self._heads}, lambda id: self.tables.texts([id]).get(id, "")
        )


class Seen(dict[int, HeldParagraph]):
    """Row -> paragraph, of what one question has met."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self._tables = tables

    def __missing__(self, row: int) -> HeldParagraph:
        held = self._tables.get(row)
        if held is None:
            raise KeyError(row)
        self[row] = held
        return held

    def meet(self, found: Sequence[HeldParagraph]) -> Rows:
        """Their rows."""
        self.update({held.row: held for held in found})
        return np.fromiter((held.row for held in found), np.int64, len(found))

    def of(self, rows: Rows) -> list[HeldParagraph]:
        return [self[row] for row in rows.tolist()]


@dataclass(frozen=True)
class OnlyDocuments:
    """The filter of a search that is limited to some documents."""

    ids: frozenset[str]
    seen: Seen

    def __getitem__(self, rows: Rows) -> NDArray[np.bool_]:
        return np.array([held.paragraph.document_id in self.ids for held in self.seen.of(rows)], bool)


@dataclass(frozen=True)
class MilvusLexical:
    """BM25: Milvus's own finds candidates, ours scores them, with the statistics of all paragraphs or a sample."""

    known: Known
    seen: Seen

    def __len__(self) -> int:
        return self.known.statistics.rows

    def frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        frequency = self.known.statistics.frequency
        return np.array([frequency.get(word(term), 0) for term in terms], np.int64)

    def search(self, weighted: Mapping[str, float], k: int, within: OnlyDocuments | None = None) -> tuple[Rows, Scores]:
        if not weighted or (within is not None and not within.ids):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        said = {word(term): max(1, round(_TIMES_PER_WEIGHT * weight)) for term, weight in weighted.items()}
        found = self.known.tables.by_words(said, DEEPER * k, None if within is None else within.ids)
        rows = self.seen.meet(found)
        return best_of(rows, self.scores_of(weighted, rows), k)

    def search_beside(
        self, weighted: Mapping[str, float], k: int, others: Callable[[], Rows], within: OnlyDocuments | None = None
    ) -> tuple[Rows, Scores]:
        """The k best rows and `others`, all rising, each with its score."""
        rows = np.union1d(self.search(weighted, k, within)[0], others())
        return rows, self.scores_of(weighted, rows)

    def scores_of(self, weighted: Mapping[str, float], rows: Rows) -> Scores:
        """BM25 of these rows only, shape (len(rows),)."""
        statistics = self.known.statistics
        weights = np.fromiter(weighted.values(), np.float32, len(weighted))
        weights = weights * idf(statistics.rows, self.frequency(list(weighted))) * (K1 + 1)
        words = [word(term) for term in weighted]
        counted = [held.words for held in self.seen.of(rows)]
        tf = np.array([[counts[word] for word in words] for counts in counted], np.float32).reshape(-1, len(words))
        lengths = np.array([counts.total() for counts in counted], np.float32)
        norm = K1 * (1 - B + B * lengths / statistics.average)
        return np.asarray((tf / (tf + norm[:, None])) @ weights, np.float32)


@dataclass(frozen=True)
class MilvusDense:
    """The nearest by Milvus's index."""

    known: Known
    seen: Seen

    def search(self, query: Vectors, k: int, within: OnlyDocuments | None = None) -> tuple[Rows, Scores]:
        if within is not None and not within.ids:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows = self.seen.meet(self.known.tables.by_vector(query, k, None if within is None else within.ids))
        return best_of(rows, self.score(query, rows), k)

    def begin(self, query: Vectors, k: int, within: OnlyDocuments | None = None) -> Callable[[], Rows]:
        """As `search`, at once: what is seen is kept for one thread."""
        rows = self.search(query, k, within)[0]
        return lambda: rows

    def score(self, query: Vectors, rows: Rows) -> Scores:
        """Cosine of the query with each of these rows, shape (len(rows),)."""
        if not len(rows):
            return np.zeros(0, np.float32)
        return np.asarray(np.stack([held.vector for held in self.seen.of(rows)]) @ query, np.float32)


class MilvusDocuments(Mapping[str, Document]):
    """Read when asked for, some at a time when all are."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._held: dict[str, Document] = {}

    def __getitem__(self, id: str) -> Document:
        if id not in self._held:
            self._read([held.head for held in self._known.tables.heads_of([id]).values()])
        return self._held[id]

    def __iter__(self) -> Iterator[str]:
        heads = [held.head for held in self._known.heads]
        for start in range(0, len(heads), _READ_AHEAD):
            ahead = heads[start : start + _READ_AHEAD]
            self._held.clear()
            self._read(ahead)
            yield from (head.id for head in ahead if head.id in self._held)

    def __len__(self) -> int:
        return len(self._known.heads)

    def _read(self, heads: Sequence[DocumentHead]) -> None:
        texts = self._known.tables.texts([head.id for head in heads])
        for head in heads:
            if head.id in texts:
                self._held[head.id] = Document(
                    head.id, head.title, texts[head.id], head.source, head.date, head.attributes
                )


class MilvusParagraphs(Sequence[Paragraph]):
    """By row; how many there are, but not which."""

    def __init__(self, known: Known, seen: Seen) -> None:
        self._known = known
        self._seen = seen

    def __len__(self) -> int:
        return self._known.paragraphs

    @overload
    def __getitem__(self, row: int) -> Paragraph: ...
    @overload
    def __getitem__(self, row: slice) -> list[Paragraph]: ...
    def __getitem__(self, row: int | slice) -> Paragraph | list[Paragraph]:
        if isinstance(row, slice):
            raise TypeError("rows in Milvus are hashes; a slice of them means nothing")
        return self._seen[int(row)].paragraph


@dataclass(frozen=True)
class MilvusSnapshot(Snapshot):
    """For one question: what it has met stays as it was met. Later searches see later changes."""

    parts: Sequence[LiveSegment]
    encoder: Encoder
    known: Known = field(kw_only=True)

    @classmethod
    def from_known(cls, known: Known, encoder: Encoder) -> "MilvusSnapshot":
        return cls((), encoder, known=known)

    @cached_property
    def _seen(self) -> Seen:
        return Seen(self.known.tables)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        return MilvusDocuments(self.known)

    def heads(self) -> list[DocumentHead]:
        return [held.head for held in self.known.heads]

    @cached_property
    def paragraphs(self) -> Sequence[Paragraph]:
        return MilvusParagraphs(self.known, self._seen)

    @cached_property
    def lexical(self) -> MilvusLexical:
        return MilvusLexical(self.known, self._seen)

    @cached_property
    def vectors(self) -> MilvusDense:
        return MilvusDense(self.known, self._seen)

    @cached_property
    def catalog(self) -> Catalog:
        return self.known.catalog

    def passages(self, rows: Rows) -> list[Passage]:
        held = self._seen.of(rows)
        return [self._prepared(h.paragraph, DocumentHead(h.paragraph.document_id, h.title, date=h.date)) for h in held]

    def rows_of(self, id: str) -> Rows:
        if id not in self.documents:
            raise KeyError(id)
        return self._seen.meet(self.known.tables.paragraphs_of(id))

    def mask(self, only: Collection[str] | None) -> OnlyDocuments | None:
        return None if only is None else OnlyDocuments(frozenset(only), self._seen)

"""The two collections of a knowledge base in Milvus: NAME holds paragraphs, NAME_documents what they were cut from.

A paragraph's row is a hash of its id, so that any of them make a random sample. Its terms are written as ASCII words,
which Milvus's `standard` tokenizer leaves whole, and its own BM25 indexes those.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from embeddings import Vectors
from embeddings.terms import terms
from rag.errors import StoreError, StoreFormatError
from rag.index.lexical import K1, B
from rag.index.segment import indexed_text
from rag.milvus.address import MilvusAddress
from rag.types import Document, DocumentHead, Paragraph

FORMAT = 1
T = TypeVar("T")

_LONGEST = 65_535  # bytes of a VARCHAR
_WORD = 8
_MOST_WORDS = _LONGEST // (_WORD + 1)
_PIECE = 16_000  # characters of a text in one row: at most four bytes each
_BATCH = 500
_PAGE = 4_000
_SAMPLED = 1_000
_META = "meta"
_GRAPH = {"M": 32, "efConstruction": 256}
_LOOKED_AT = 512
"""Paragraphs looked at in the graph of vectors, however few are wanted: with as many as are wanted, some of the ten
nearest are missed even among a few hundred."""
_STRONG = "Strong"  # what was changed before a search began is seen by it, whoever changed it
_OF_PARAGRAPH = ["about", "document", "text", "terms", "vector"]


@lru_cache(maxsize=200_000)
def word(term: str) -> str:
    """Eight letters and digits that stand for a term: two of ten million share one with a chance of 1 in 100,000."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=5).digest()
    return base64.b32encode(digest).decode().lower()


def row_of(paragraph_id: str) -> int:
    """63 bits: among a thousand million paragraphs two share a row with a chance of 1 in 20."""
    digest = hashlib.blake2b(paragraph_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


@dataclass(frozen=True, slots=True)
class Meta:
    """What the whole is made of. `generation` is another after each change."""

    format: int
    encoder: str
    generation: int


@dataclass(frozen=True, slots=True)
class HeldHead:
    """`position` orders documents; `whole` once all of it was written."""

    head: DocumentHead
    position: int
    whole: bool


@dataclass(frozen=True, slots=True)
class HeldParagraph:
    """A paragraph, what its document is called, how often it holds each word, and its vector."""

    row: int
    paragraph: Paragraph
    title: str
    date: str | None
    words: Counter[str]
    vector: Vectors


class Tables:
    """Reads and writes both collections. Every method raises StoreError when Milvus does."""

    def __init__(self, client: Any, address: MilvusAddress) -> None:
        self._client = client
        self._name = address.name
        self._documents = f"{address.name}_documents"
        self._address = address

    @classmethod
    def open(cls, address: MilvusAddress) -> "Tables":
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise StoreError(f"{address} takes Milvus's client ({error}); pip install 'youju[milvus]'") from error
        if address.file is not None:
            address.file.absolute().parent.mkdir(parents=True, exist_ok=True)
        with _explained(address):
            client = MilvusClient(address.uri, user=address.user, password=address.password, timeout=30)
            tables = cls(client, address)
            if tables.exist():
                client.load_collection(tables._name)
                client.load_collection(tables._documents)
        return tables

    def exist(self) -> bool:
        with _explained(self._address):
            return bool(self._client.has_collection(self._documents) and self._client.has_collection(self._name))

    def create(self, dimensions: int) -> None:
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("document", DataType.VARCHAR, max_length=4096)
        schema.add_field("about", DataType.JSON)
        schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST)
        schema.add_field(
            "terms",
            DataType.VARCHAR,
            max_length=_LONGEST,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "standard"},
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
        schema.add_function(
            Function("bm25", FunctionType.BM25, input_field_names=["terms"], output_field_names=["sparse"])
        )
        index = MilvusClient.prepare_index_params()
        index.add_index("document", index_type="INVERTED")
        index.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
        index.add_index(
            "sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={"bm25_k1": K1, "bm25_b": B}
        )
        documents = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        documents.add_field("key", DataType.VARCHAR, max_length=4200, is_primary=True)
        documents.add_field("document", DataType.VARCHAR, max_length=4096)
        documents.add_field("piece", DataType.INT64)
        documents.add_field("position", DataType.INT64)
        documents.add_field("whole", DataType.BOOL)
        documents.add_field("about", DataType.JSON)
        documents.add_field("text", DataType.VARCHAR, max_length=_LONGEST)
        documents.add_field("none", DataType.FLOAT_VECTOR, dim=2)  # a collection has to have a vector
        documents_index = MilvusClient.prepare_index_params()
        documents_index.add_index("document", index_type="INVERTED")
        documents_index.add_index("none", index_type="FLAT", metric_type="IP")
        with _explained(self._address):
            for name, made, indexes in ((self._name, schema, index), (self._documents, documents, documents_index)):
                if not self._client.has_collection(name):
                    self._client.create_collection(name, schema=made, index_params=indexes, consistency_level=_STRONG)

    def meta(self) -> Meta | None:
        """None until the first change. Raises StoreFormatError."""
        found = self._query(self._documents, f'key == "{_META}"', ["position", "about"])
        if not found:
            return None
        about = found[0]["about"]
        if about["format"] != FORMAT:
            raise StoreFormatError(
                f"{self._address} has format {about['format']!r}, this version of Youju reads {FORMAT}; "
                "use the version that wrote it, or index the documents again under another name"
            )
        return Meta(about["format"], about["encoder"], found[0]["position"])

    def set_meta(self, meta: Meta) -> None:
        about = {"format": meta.format, "encoder": meta.encoder}
        self._upsert(self._documents, [_document_row(_META, "", -1, meta.generation, True, about, "")])

    def heads(self) -> list[HeldHead]:
        """Of all documents, in the order added."""
        rows = self._all(self._documents, "piece == 0", ["document", "position", "whole", "about"])
        return sorted((_head(row) for row in rows), key=lambda held: (held.position, held.head.id))

    def heads_of(self, ids: Collection[str]) -> dict[str, HeldHead]:
        """Of these documents; unknown ids are passed over."""
        rows = [
            row
            for some in _batches(sorted(ids), _BATCH)
            for row in self._query(
                self._documents, f"piece == 0 and {_among(some)}", ["document", "position", "whole", "about"]
            )
        ]
        return {row["document"]: _head(row) for row in rows}

    def texts(self, ids: Collection[str]) -> dict[str, str]:
        """Of these documents; unknown ids are passed over."""
        pieces: dict[str, list[tuple[int, str]]] = {}
        for row in self._all(self._documents, _among(ids), ["document", "piece", "text"]) if ids else ():
            pieces.setdefault(row["document"], []).append((row["piece"], row["text"]))
        return {id: "".join(text for _, text in sorted(found)) for id, found in pieces.items()}

    def put_heads(self, held: Iterable[HeldHead], texts: Mapping[str, str]) -> None:
        """Documents with their texts."""
        rows = []
        for entry in held:
            head, text = entry.head, texts[entry.head.id]
            about = {
                "title": head.title,
                "source": head.source,
                "date": head.date,
                "attributes": dict(head.attributes),
            }
            for piece, start in enumerate(range(0, max(len(text), 1), _PIECE)):
                key = f"{piece:06}/{head.id}"
                content = text[start : start + _PIECE]
                rows.append(_document_row(key, head.id, piece, entry.position, entry.whole, about, content))
        self._upsert(self._documents, rows)

    def put_paragraphs(self, owned: Sequence[tuple[Document, Paragraph]], vectors: Vectors) -> None:
        """`vectors` has shape (len(owned), dimensions)."""
        for start in range(0, len(owned), _BATCH):
            rows = [
                _paragraph_row(document, paragraph, vector)
                for (document, paragraph), vector in zip(
                    owned[start : start + _BATCH], vectors[start : start + _BATCH], strict=True
                )
            ]
            self._upsert(self._name, rows)

    def rows_of(self, ids: Collection[str]) -> set[int]:
        """Of the paragraphs of these documents."""
        return {row["row"] for row in self._all(self._name, _among(ids), ["row"])} if ids else set()

    def remove_rows(self, rows: Collection[int]) -> None:
        with _explained(self._address):
            for some in _batches(sorted(rows), _PAGE):
                self._client.delete(self._name, filter=f"row in {list(some)}")

    def remove(self, ids: Collection[str]) -> None:
        """These documents; the paragraphs first, so that what is left of a broken removal can be removed again."""
        with _explained(self._address):
            for some in _batches(sorted(ids), _BATCH):
                self._client.delete(self._name, filter=_among(some))
                self._client.delete(self._documents, filter=_among(some))

    def drop_pieces(self, texts: Mapping[str, str]) -> None:
        """The pieces that these documents had when they were longer."""
        with _explained(self._address):
            for id, text in texts.items():
                pieces = max(-(-len(text) // _PIECE), 1)
                self._client.delete(self._documents, filter=f"{_among([id])} and piece >= {pieces}")

    def settle(self) -> None:
        """Milvus Lite indexes what is not flushed anew for each search; a cluster sees to that itself."""
        if self._address.file is not None:
            with _explained(self._address):
                self._client.flush(self._name)

    def count(self) -> int:
        """How many paragraphs there are."""
        (found,) = self._query(self._name, "", ["count(*)"])
        return int(found["count(*)"])

    def words(self, rows: int, total: int) -> Iterator[Counter[str]]:
        """How often each word stands in each paragraph, of about so many of them, drawn by chance; of all if fewer."""
        pages = -(-min(rows, total) // _SAMPLED)
        bounds = [number * min(rows, total) * 2**63 // (total * pages) for number in range(pages + 1)] if pages else []
        for low, high in pairwise(bounds):
            for row in self._all(self._name, f"row >= {low} and row <= {high - 1}", ["terms"]):
                yield Counter(row["terms"].split())

    def paragraphs_of(self, id: str) -> list[HeldParagraph]:
        """In the order of the text."""
        found = [self._held(row) for row in self._all(self._name, _among([id]), ["row", *_OF_PARAGRAPH])]
        return sorted(found, key=lambda held: (held.paragraph.start, held.paragraph.end, held.paragraph.id))

    def get(self, row: int) -> HeldParagraph | None:
        found = self._query(self._name, f"row == {row}", ["row", *_OF_PARAGRAPH])
        return self._held(found[0]) if found else None

    def by_words(self, weighted: Mapping[str, int], k: int, only: Collection[str] | None) -> list[HeldParagraph]:
        """The k best by Milvus's BM25 for words that count so many times, best first."""
        text = " ".join(word for word, times in weighted.items() for _ in range(times))
        return self._search("sparse", text, "BM25", k, only)

    def by_vector(self, vector: Vectors, k: int, only: Collection[str] | None) -> list[HeldParagraph]:
        """The k nearest, best first."""
        return self._search("vector", vector.tolist(), "IP", k, only, {"ef": max(_LOOKED_AT, 4 * k)})

    def _search(
        self,
        field: str,
        query: Any,
        metric: str,
        k: int,
        only: Collection[str] | None,
        params: Mapping[str, int] | None = None,
    ) -> list[HeldParagraph]:
        with _explained(self._address):
            (found,) = self._client.search(
                self._name,
                data=[query],
                anns_field=field,
                filter="" if only is None else _among(only),
                limit=k,
                output_fields=_OF_PARAGRAPH,
                search_params={"metric_type": metric, "params": params or {}},
                consistency_level=_STRONG,
            )
        return [self._held({"row": hit["row"], **hit["entity"]}) for hit in found]

    def _held(self, row: Mapping[str, Any]) -> HeldParagraph:
        about, text = row["about"], row["text"]
        start, end = about["start"], about["end"]
        if len(text) < end - start:
            text = self.texts([row["document"]])[row["document"]][start:end]
        paragraph = Paragraph(about["id"], row["document"], tuple(about["section"]), start, end, text, about["page"])
        vector = np.asarray(row["vector"], np.float32)
        return HeldParagraph(
            row["row"], paragraph, about["title"], about["date"], Counter(row["terms"].split()), vector
        )

    def _query(self, collection: str, filter: str, fields: Sequence[str]) -> list[Mapping[str, Any]]:  # noqa: A002
        """_PAGE rows at most."""
        limit = {} if "count(*)" in fields else {"limit": _PAGE}
        with _explained(self._address):
            return list(
                self._client.query(
                    collection, filter=filter, output_fields=list(fields), consistency_level=_STRONG, **limit
                )
            )

    def _all(self, collection: str, filter: str, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:  # noqa: A002
        rows = self._query(collection, filter, fields)
        if len(rows) < _PAGE:
            yield from rows
            return
        with _explained(self._address):
            pages = self._client.query_iterator(
                collection, batch_size=_PAGE, filter=filter, output_fields=list(fields), consistency_level=_STRONG
            )
            try:
                while page := pages.next():
                    yield from page
            finally:
                pages.close()

    def _upsert(self, collection: str, rows: Sequence[Mapping[str, Any]]) -> None:
        with _explained(self._address):
            for some in _batches(rows, _BATCH):
                self._client.upsert(collection, list(some))


def _document_row(
    key: str, id: str, piece: int, position: int, whole: bool, about: Mapping[str, Any], text: str
) -> dict[str, Any]:
    return {
        "key": key,
        "document": id,
        "piece": piece,
        "position": position,
        "whole": whole,
        "about": about,
        "text": text,
        "none": [0.0, 1.0],
    }


def _paragraph_row(document: Document, paragraph: Paragraph, vector: Vectors) -> dict[str, Any]:
    found = terms(indexed_text(document, paragraph))[:_MOST_WORDS]
    about = {
        "id": paragraph.id,
        "title": document.title,
        "date": document.date,
        "section": list(paragraph.section),
        "start": paragraph.start,
        "end": paragraph.end,
        "page": paragraph.page,
    }
    return {
        "row": row_of(paragraph.id),
        "document": document.id,
        "about": about,
        "text": paragraph.text[:_PIECE],
        "terms": " ".join(word(term) for term in found),
        "vector": vector.tolist(),
    }


def _head(row: Mapping[str, Any]) -> HeldHead:
    about = row["about"]
    head = DocumentHead(row["document"], about["title"], about["source"], about["date"], about["attributes"])
    return HeldHead(head, row["position"], row["whole"])


def _among(ids: Collection[str]) -> str:
    return f"document in {json.dumps(sorted(ids), ensure_ascii=False)}"


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


@contextmanager
def _explained(address: MilvusAddress) -> Iterator[None]:
    """What Milvus refuses, as a StoreError."""
    from pymilvus import MilvusException

    try:
        yield
    except MilvusException as error:
        raise StoreError(
            f"{address} did not do what was asked ({error.message}); is it running and reachable?"
        ) from error

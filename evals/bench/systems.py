"""What our search is measured beside: each answers with row numbers, from the same texts and the same vectors.

None is tuned: each is used as its own first example shows, exact where it offers that, ten results wanted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings import Encoder, Vectors
from embeddings.terms import terms

BATCH = 4096  # rows handed over at once where a store limits that


@dataclass(frozen=True)
class Corpus:
    """Texts, what encodes them, and their vectors, shape (texts, dimensions); row numbers name both."""

    texts: Sequence[str]
    encoder: Encoder
    vectors: Vectors


class System(Protocol):
    """One way to search; `search` gives at most k row numbers, best first, from the question as text."""

    def search(self, query: str, k: int) -> Sequence[int]: ...


Builder = Callable[[Corpus, Path], System]


def _batches(count: int) -> Iterator[slice]:
    return (slice(start, start + BATCH) for start in range(0, count, BATCH))


class Faiss:
    """A flat index and nothing else: the floor of any exact dense search."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import faiss

        self._encoder = corpus.encoder
        self._index = faiss.IndexFlatIP(corpus.vectors.shape[1])
        self._index.add(corpus.vectors)
        faiss.write_index(self._index, str(folder / "index.faiss"))

    def search(self, query: str, k: int) -> Sequence[int]:
        found: list[int] = self._index.search(self._encoder.encode_query(query)[None, :], k)[1][0].tolist()
        return found


class Bm25s:
    """BM25 over our own terms, by the bm25s package."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import bm25s

        self._index = bm25s.BM25(k1=1.2, b=0.5)
        self._index.index([terms(text) for text in corpus.texts], show_progress=False)
        self._index.save(str(folder))

    def search(self, query: str, k: int) -> Sequence[int]:
        rows, _ = self._index.retrieve([terms(query)], k=k, show_progress=False)
        found: list[int] = rows[0].tolist()
        return found


class LangchainFaiss:
    """LangChain's FAISS store holding vectors made beforehand; `embed` gives the vector of a question."""

    def __init__(
        self,
        corpus: Corpus,
        folder: Path,
        *,
        vectors: Vectors | None = None,
        embed: Callable[[str], Vectors] | None = None,
    ) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import Embeddings

        asked = embed or corpus.encoder.encode_query

        class Asked(Embeddings):
            def embed_query(self, text: str) -> list[float]:
                vector: list[float] = asked(text).tolist()
                return vector

            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return [self.embed_query(text) for text in texts]

        made = corpus.vectors if vectors is None else vectors
        pairs = zip(corpus.texts, made.tolist(), strict=True)
        rows = [{"row": row} for row in range(len(corpus.texts))]
        self._store = FAISS.from_embeddings(pairs, Asked(), metadatas=rows)
        self._store.save_local(str(folder))

    def search(self, query: str, k: int) -> Sequence[int]:
        return [document.metadata["row"] for document in self._store.similarity_search(query, k=k)]


class LangchainMiniLM:
    """LangChain's FAISS store behind a 12-layer, 384-wide sentence-transformers model of random weights.

    Speed does not depend on the weights. Only a sample of the corpus is encoded, for the rate; the rest is random.
    """

    SAMPLE = 256

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import time

        model = random_minilm(corpus.texts[: 10 * self.SAMPLE], folder / "model")
        sample = list(corpus.texts[: self.SAMPLE])
        began = time.perf_counter()
        model.encode(sample, show_progress_bar=False)
        self.encoded_per_second = len(sample) / (time.perf_counter() - began)
        vectors = np.random.default_rng(0).standard_normal((len(corpus.texts), 384)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self._inner = LangchainFaiss(
            corpus, folder, vectors=vectors, embed=lambda text: model.encode(text, show_progress_bar=False)
        )

    def search(self, query: str, k: int) -> Sequence[int]:
        return self._inner.search(query, k)


def random_minilm(texts: Sequence[str], folder: Path) -> Any:
    """A SentenceTransformer of MiniLM-L12's size that knows the characters of `texts`; nothing is downloaded."""
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    known = [*special, *sorted({char for text in texts for char in text})]
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(known)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    named = {f"{name[1:-1].lower()}_token": name for name in special}
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, model_max_length=128, **named).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(known),
        hidden_size=384,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=1536,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    return SentenceTransformer(str(folder), device="cpu")


class Hnswlib:
    """A graph index, approximate."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import hnswlib

        self._encoder = corpus.encoder
        self._index = hnswlib.Index(space="ip", dim=corpus.vectors.shape[1])
        self._index.init_index(max_elements=len(corpus.vectors), M=16, ef_construction=200, random_seed=0)
        self._index.add_items(corpus.vectors)
        self._index.set_ef(64)
        self._index.save_index(str(folder / "index.hnsw"))

    def search(self, query: str, k: int) -> Sequence[int]:
        found: list[int] = self._index.knn_query(self._encoder.encode_query(query), k=k)[0][0].tolist()
        return found


class Chroma:
    """Chroma, kept on disk, inner product."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import chromadb

        settings = chromadb.Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(path=str(folder), settings=settings)
        self._encoder = corpus.encoder
        self._rows = client.create_collection("rows", metadata={"hnsw:space": "ip"}, embedding_function=None)
        for part in _batches(len(corpus.texts)):
            texts, vectors = list(corpus.texts[part]), corpus.vectors[part]
            ids = [str(row) for row in range(part.start, part.start + len(texts))]
            self._rows.add(ids=ids, embeddings=vectors, documents=texts)

    def search(self, query: str, k: int) -> Sequence[int]:
        found = self._rows.query(query_embeddings=self._encoder.encode_query(query)[None, :], n_results=k)
        return [int(row) for row in found["ids"][0]]


class LanceDB:
    """LanceDB without an index, which is how it starts: exact."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        import lancedb

        self._encoder = corpus.encoder
        database = lancedb.connect(str(folder))

        def rows() -> Iterator[list[dict[str, Any]]]:
            for part in _batches(len(corpus.texts)):
                pairs = zip(corpus.texts[part], corpus.vectors[part], strict=True)
                numbered = enumerate(pairs, part.start)
                yield [{"row": row, "text": text, "vector": vector} for row, (text, vector) in numbered]

        batches = rows()
        self._table = database.create_table("rows", data=next(batches))
        for batch in batches:
            self._table.add(batch)

    def search(self, query: str, k: int) -> Sequence[int]:
        asked = self._table.search(self._encoder.encode_query(query)).metric("dot").limit(k)
        return [found["row"] for found in asked.to_list()]


class MilvusLite:
    """Milvus Lite in its own file, its default index."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        from pymilvus import MilvusClient

        self._encoder = corpus.encoder
        self._client = MilvusClient(str(folder / "milvus.db"))
        self._client.create_collection("rows", dimension=corpus.vectors.shape[1], metric_type="IP")
        for part in _batches(len(corpus.texts)):
            pairs = zip(corpus.texts[part], corpus.vectors[part].tolist(), strict=True)
            rows = [{"id": row, "text": text, "vector": vector} for row, (text, vector) in enumerate(pairs, part.start)]
            self._client.insert("rows", rows)

    def search(self, query: str, k: int) -> Sequence[int]:
        found = self._client.search("rows", data=[self._encoder.encode_query(query).tolist()], limit=k)
        return [hit["id"] for hit in found[0]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A system, what must be installed for it, and whether its ten should be the exact dense ten.

    `queries` bounds those asked of a slow system; None asks all.
    """

    build: Builder
    packages: tuple[str, ...]
    dense: bool = True
    queries: int | None = None

    @property
    def installed(self) -> bool:
        return all(find_spec(package) is not None for package in self.packages)


PEERS: Mapping[str, Peer] = {
    "faiss-flat": Peer(Faiss, ("faiss",)),
    "langchain-faiss": Peer(LangchainFaiss, ("langchain_community", "faiss")),
    "langchain-minilm-l12": Peer(
        LangchainMiniLM, ("langchain_community", "sentence_transformers", "faiss"), dense=False
    ),
    "bm25s": Peer(Bm25s, ("bm25s",), dense=False),
    "hnswlib": Peer(Hnswlib, ("hnswlib",)),
    "chroma": Peer(Chroma, ("chromadb",)),
    "lancedb": Peer(LanceDB, ("lancedb",)),
    "milvus-lite": Peer(MilvusLite, ("pymilvus", "milvus_lite")),
}

"""Measures one system in a process of its own, so that memory and imports are its alone.

`python -m evals.bench.worker TASK.json` reads what to do and writes what was found beside it.
"""

import json
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Vectors, load_encoder
from embeddings.terms import terms
from evals.bench.made import Made, documents, paragraphs
from evals.bench.systems import PEERS, Corpus
from evals.statistics import percentiles
from rag.knowledge_base import KnowledgeBase
from rag.types import Document, Leg

K = 10
WARM_UP = 10
OURS = "youju"


@dataclass(frozen=True, slots=True)
class Task:
    """One measurement. `texts` names a file of {text, question} lines to measure on; "" makes the paragraphs."""

    system: str
    count: int
    queries: int
    seed: int
    texts: str
    folder: str


def timed(act: Callable[[str], Any], queries: Sequence[str]) -> dict[str, float | int]:
    """Milliseconds of one call at a time, after a few to warm up, and how many a second that makes."""
    return timed_by_turns({"": act}, queries)[""]


def timed_by_turns(
    acts: Mapping[str, Callable[[str], Any]], queries: Sequence[str]
) -> dict[str, dict[str, float | int]]:
    """As `timed`, each query through every act before the next, so that a busy moment of the machine hits all alike.

    `cpu_p50` is the processor's time over all threads, which other people's work on the machine hardly changes.
    """
    for act in acts.values():
        for query in queries[:WARM_UP]:
            act(query)
    spent: dict[str, list[float]] = {name: [] for name in acts}
    busy: dict[str, list[float]] = {name: [] for name in acts}
    for query in queries:
        for name, act in acts.items():
            began, began_busy = time.perf_counter(), time.process_time()
            act(query)
            spent[name].append(1000 * (time.perf_counter() - began))
            busy[name].append(1000 * (time.process_time() - began_busy))
    return {
        name: {
            **percentiles(spent[name]).to_dict(),
            "per_second": round(1000 * len(queries) / sum(spent[name]), 1),
            "cpu_p50": round(percentiles(busy[name]).p50, 3),
        }
        for name in acts
    }


def peak_mb() -> float:
    """The most memory this process ever held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def size_mb(folder: Path) -> float:
    """Of all files below, in MiB."""
    return round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 2**20, 1)


def load(task: Task) -> list[Made]:
    """The paragraphs of the task."""
    if not task.texts:
        return list(paragraphs(task.count, seed=task.seed))
    with Path(task.texts).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Made(row["text"], row.get("question") or row["text"][:40], "") for row in rows[: task.count]]


def asked(made: Sequence[Made], task: Task) -> list[int]:
    """Rows whose questions are asked: spread over the corpus by the seed."""
    count = min(task.queries, len(made))
    rows: list[int] = np.random.default_rng(task.seed).choice(len(made), size=count, replace=False).tolist()
    return rows


def exact(vectors: Vectors, queries: Vectors) -> list[set[int]]:
    """The true ten nearest of each query."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return [set(rows) for rows in index.search(queries, K)[1].tolist()]


def measure_peer(task: Task) -> dict[str, Any]:
    """Build, search, memory, disk and recall of a system other than ours."""
    made = load(task)
    rows = asked(made, task)
    queries = [made[row].question for row in rows]
    texts = [part.text for part in made]
    encoder = load_encoder()
    vectors = encode(encoder.encode_passages, texts)
    base = peak_mb()
    folder = Path(task.folder)
    began = time.perf_counter()
    peer = PEERS[task.system]
    system = peer.build(Corpus(texts, encoder, vectors), folder)
    built = time.perf_counter() - began
    results: dict[str, list[int]] = {}

    def search(query: str) -> None:
        results[query] = list(system.search(query, K))

    found: dict[str, Any] = {
        "search_ms": timed(search, queries[: peer.queries]),
        "build_seconds": round(built, 2),
        "per_second": round(len(texts) / built, 1),
        "peak_mb": peak_mb(),
        "base_mb": base,
        "disk_mb": size_mb(folder),
    }
    asked_of = [(row, query) for row, query in zip(rows, queries, strict=True) if query in results]
    found["found_at_10"] = _share(row in results[query] for row, query in asked_of)
    if peer.dense:
        nearest = exact(vectors, np.stack([encoder.encode_query(query) for query in queries]))
        shared = sum(len(wanted & set(results[query])) for wanted, query in zip(nearest, queries, strict=True))
        found["recall_at_10"] = round(shared / K / len(rows), 4)
    if hasattr(system, "encoded_per_second"):
        # Only a sample was encoded: the rate is of encoding, which is nearly all the work.
        found |= {"per_second": round(system.encoded_per_second, 1), "build_seconds": None, "found_at_10": None}
    return found


def encode(passages: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
    """In parts, so that the making of them takes no more memory than the result."""
    return np.concatenate([passages(texts[start : start + 8192]) for start in range(0, len(texts), 8192)])


def measure_ours(task: Task) -> dict[str, Any]:
    """The store on disk as users have it: index, reopen, search by leg, the bare calls, ask, one more document."""
    made = load(task)
    rows = asked(made, task)
    queries = [made[row].question for row in rows]
    encoder = load_encoder()
    folder = Path(task.folder) / "store"
    reports = list(documents(made))
    base = peak_mb()
    began = time.perf_counter()
    KnowledgeBase.open(folder, create=True, encoder=encoder).add(reports)
    built = time.perf_counter() - began
    began = time.perf_counter()
    kb = KnowledgeBase.open(folder, encoder=encoder)
    kb.search(queries[0])
    opened = time.perf_counter() - began
    found: dict[str, Any] = {
        "build_seconds": round(built, 2),
        "per_second": round(len(made) / built, 1),
        "open_seconds": round(opened, 3),
        **timed_by_turns(
            {
                "search_ms": lambda query: kb.search(query, k=K),
                "bare_ms": lambda query: bare(kb, query),
                "lexical_ms": lambda query: kb.search(query, k=K, leg=Leg.LEXICAL),
                "dense_ms": lambda query: kb.search(query, k=K, leg=Leg.DENSE),
                "encode_query_ms": encoder.encode_query,
                "ask_ms": kb.ask,
            },
            queries,
        ),
        "peak_mb": peak_mb(),
        "base_mb": base,
        "disk_mb": size_mb(folder),
    }
    got = [[hit.paragraph.text for hit in kb.search(query, k=K)] for query in queries]
    found["found_at_10"] = _share(made[row].text in texts for row, texts in zip(rows, got, strict=True))
    found["found_at_1"] = _share(texts[:1] == [made[row].text] for row, texts in zip(rows, got, strict=True))
    found["recall_at_10"] = _dense_recall(kb, queries)
    found["adding"] = adding(kb, queries)
    return found


def bare(kb: KnowledgeBase, query: str) -> None:
    """What a hybrid search cannot do without: the terms, the query's vector, and a search of either index."""
    snapshot = kb.snapshot
    weighted = dict.fromkeys(terms(query), 1.0)
    snapshot.lexical.search(weighted, K)
    snapshot.vectors.search(snapshot.encoder.encode_query(query), K)


def _dense_recall(kb: KnowledgeBase, queries: Sequence[str]) -> float:
    """Of the ten that comparing the query with every vector finds, the share that the dense leg finds."""
    snapshot = kb.snapshot
    every = np.arange(len(snapshot.paragraphs))
    hits = 0
    for query in queries:
        vector = snapshot.encoder.encode_query(query)
        scores = snapshot.vectors.score(vector, every)
        nearest = set(np.argpartition(-scores, min(K, len(scores)) - 1)[:K].tolist())
        hits += len(nearest & set(snapshot.vectors.search(vector, K)[0].tolist()))
    return round(hits / K / len(queries), 4)


def adding(kb: KnowledgeBase, queries: Sequence[str], *, times: int = 3) -> dict[str, Any]:
    """Seconds until one more document is searchable, and what asking costs meanwhile beside what it costs before."""
    done = threading.Event()
    spent: list[float] = []

    def keep_asking() -> None:
        for i in range(10**9):
            if done.is_set():
                return
            began = time.perf_counter()
            kb.ask(queries[i % len(queries)])
            spent.append(1000 * (time.perf_counter() - began))

    before = timed(kb.ask, queries)
    asker = threading.Thread(target=keep_asking)
    asker.start()
    seconds = []
    for number in range(times):
        text = "\n\n".join(part.text for part in paragraphs(20, seed=10_000 + number))
        began = time.perf_counter()
        kb.add([Document(f"added-{number}", "补充报告", text)])
        seconds.append(time.perf_counter() - began)
    done.set()
    asker.join()
    during = percentiles(spent)
    return {
        "seconds": [round(second, 3) for second in seconds],
        "ask_p95_before_ms": before["p95"],
        "ask_p95_during_ms": round(during.p95, 3),
        "asked_meanwhile": during.n,
    }


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return round(sum(counted) / len(counted), 4)


def main(task_file: str) -> None:
    task = Task(**json.loads(Path(task_file).read_text(encoding="utf-8")))
    found = measure_ours(task) if task.system == OURS else measure_peer(task)
    Path(task_file).with_suffix(".found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

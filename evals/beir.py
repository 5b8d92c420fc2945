"""Retrieval on a BEIR folder: corpus.jsonl, queries.jsonl and qrels/test.tsv.

Figures are BEIR's own: nDCG@10, recall@k and MRR@10, a mean over the judged queries. Run files are TREC's, so that
trec_eval and ranx read them.
"""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings import Encoder
from evals.environment import commit, machine
from evals.retrieval import BEIR_MEASURES, measure
from evals.statistics import Percentiles, percentiles
from rag.errors import BadQuestions
from rag.knowledge_base import KnowledgeBase
from rag.types import Leg

DEPTH = 100  # documents a query is answered with, as BEIR's own runs

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A retrieval test: id to (title, text), id to query, query id to document id to relevance (0 and up)."""

    name: str
    corpus: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class LegResult:
    """One leg's figures, 0 to 1, higher is better, and the time of a search."""

    figures: Mapping[str, float]
    search_ms: Percentiles
    run_file: str


@dataclass(frozen=True, slots=True)
class BeirResult:
    """What `youju eval --beir --json` prints."""

    name: str
    documents: int
    queries: int
    encoder: str
    index_seconds: float
    legs: Mapping[Leg, LegResult]

    def to_dict(self) -> dict[str, Any]:
        """Each leg's figures under its name, as in {"hybrid": {"ndcg@10": 0.97, …}, …}."""
        return {
            "name": self.name,
            "documents": self.documents,
            "queries": self.queries,
            **{
                str(leg): {
                    **{name: round(value, 4) for name, value in result.figures.items()},
                    "search_ms": result.search_ms.to_dict(),
                    "run_file": result.run_file,
                }
                for leg, result in self.legs.items()
            },
            "encoder": self.encoder,
            "index_seconds": round(self.index_seconds, 2),
            "commit": commit(),
            "machine": machine(),
        }


def evaluate_beir(
    folder: Path,
    out: Path | None = None,
    *,
    encoder: Encoder | None = None,
    legs: Collection[Leg] = tuple(Leg),
    progress: Progress | None = None,
) -> BeirResult:
    """Indexes the corpus in memory and searches every judged query on each leg.

    `out` receives `beir.json` and one `{leg}.trec` a leg. A document counts once, at its best paragraph.
    Wire-up: `youju eval --beir DIR [--out DIR]` prints `to_dict()` as JSON.

    Raises:
        BadQuestions: the folder is not a BEIR folder, or a line of it cannot be used (named with its file and line).
    """
    test = read_beir(folder)
    began = time.perf_counter()
    ids = list(test.corpus)
    titles, texts = [test.corpus[id][0] for id in ids], [test.corpus[id][1] for id in ids]
    kb = KnowledgeBase.from_texts(texts, titles=titles, ids=ids, encoder=encoder)
    indexed = time.perf_counter() - began
    kb.search(next(iter(test.queries.values())))
    queries = [query for query in test.judgements if any(test.judgements[query].values())]
    results: dict[Leg, LegResult] = {}
    for number, leg in enumerate(legs):
        ranking: dict[str, dict[str, float]] = {}
        spent = []
        for done, query in enumerate(queries, 1):
            started = time.perf_counter()
            hits = kb.search(test.queries[query], k=DEPTH, leg=leg)
            spent.append(1000 * (time.perf_counter() - started))
            # Places, not scores: the measures then see our own order of equal scores.
            found = dict.fromkeys(hit.paragraph.document_id for hit in hits)
            ranking[query] = {id: float(len(found) - place) for place, id in enumerate(found)}
            if progress:
                progress(number * len(queries) + done, len(legs) * len(queries))
        values = measure({query: test.judgements[query] for query in queries}, ranking, BEIR_MEASURES)
        figures = {name: sum(v[name] for v in values.values()) / len(values) for name in BEIR_MEASURES}
        run_file = f"{leg}.trec"
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            write_trec(ranking, out / run_file, tag=f"youju-{leg}")
        results[leg] = LegResult(figures, percentiles(spent), run_file if out is not None else "")
    result = BeirResult(test.name, len(ids), len(queries), kb.encoder.fingerprint, indexed, results)
    if out is not None:
        written = json.dumps(result.to_dict(), ensure_ascii=False, indent=1)
        (out / "beir.json").write_text(f"{written}\n", encoding="utf-8")
    return result


def read_beir(folder: Path) -> BeirSet:
    """Raises BadQuestions, naming file and line."""
    corpus: dict[str, tuple[str, str]] = {}
    for line, row in _objects(folder / "corpus.jsonl"):
        corpus[_text(row, "_id", folder / "corpus.jsonl", line)] = (
            str(row.get("title") or ""),
            _text(row, "text", folder / "corpus.jsonl", line),
        )
    queries: dict[str, str] = {}
    for line, row in _objects(folder / "queries.jsonl"):
        queries[_text(row, "_id", folder / "queries.jsonl", line)] = _text(row, "text", folder / "queries.jsonl", line)
    judgements = _judgements(folder / "qrels" / "test.tsv")
    unknown = [query for query in judgements if query not in queries]
    if unknown:
        raise BadQuestions(f"{folder}/qrels/test.tsv judges {unknown[0]!r}, which is not in queries.jsonl")
    if not corpus or not any(any(wanted.values()) for wanted in judgements.values()):
        raise BadQuestions(f"{folder}: no document, or no query with a relevant one; nothing to measure")
    return BeirSet(folder.resolve().name, corpus, queries, judgements)


def _objects(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise BadQuestions(f"{path} line {number}: not JSON ({error.msg})") from error
            if not isinstance(row, dict):
                raise BadQuestions(f"{path} line {number}: a JSON object is expected, got {line[:40]!r}")
            yield number, row


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise BadQuestions(
            f"{path}: missing; a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv"
        ) from error


def _text(row: Mapping[str, Any], key: str, path: Path, line: int) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise BadQuestions(f"{path} line {line}: {key!r} must be a text, got {type(value).__name__}")
    return value


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    """Tab-separated query, document, relevance; the heading row BEIR writes is passed over."""
    judgements: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and cells[-1] == "score"):
            continue
        try:
            query, document, relevance = cells[0], cells[1], int(cells[2])
        except (IndexError, ValueError) as error:
            raise BadQuestions(f"{path} line {number}: expected query, document, relevance; got {line!r}") from error
        judgements.setdefault(query, {})[document] = relevance
    return judgements


def write_trec(ranking: Mapping[str, Mapping[str, float]], path: Path, *, tag: str) -> None:
    """Lines of `query Q0 document rank score tag`, ranks from 1, best first."""
    with path.open("w", encoding="utf-8") as file:
        for query, found in ranking.items():
            for rank, (document, score) in enumerate(found.items(), 1):
                file.write(f"{query} Q0 {document} {rank} {score:g} {tag}\n")

"""`youju bench`: speed, memory and size of our search, beside what else there is, on one machine in one go."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.bench.budgets import verdicts
from evals.bench.http_load import CLIENTS, cold_start, load, served
from evals.bench.made import documents, paragraphs
from evals.bench.systems import PEERS
from evals.bench.worker import OURS, Task, size_mb
from evals.environment import commit, machine, package_version
from rag.errors import BadQuestions
from rag.knowledge_base import KnowledgeBase

PARAGRAPHS = 10_000
QUERIES = 200
SERVED_PARAGRAPHS = 700  # what the five reports have
_TIMEOUT = 3600.0  # seconds for one system

Progress = Callable[[int, int, str], None]
"""Steps done, steps in all, and what comes next."""

_PACKAGES = {
    "faiss-flat": "faiss-cpu",
    "langchain-faiss": "langchain-community",
    "langchain-minilm-l12": "sentence-transformers",
    "bm25s": "bm25s",
    "hnswlib": "hnswlib",
    "chroma": "chromadb",
    "lancedb": "lancedb",
    "milvus-lite": "milvus-lite",
}


@dataclass(frozen=True, slots=True)
class BenchResult:
    """Everything measured, as a result file holds it: `sizes` by paragraphs, then system; and `served`."""

    results: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {**self.results, "ratios": self.ratios, "budgets": verdicts(self.results)}

    @property
    def ratios(self) -> dict[str, dict[str, dict[str, float]]]:
        """How many times our value each other system's is: search time at p50, memory above its start, disk."""
        ratios: dict[str, dict[str, dict[str, float]]] = {}
        for size, systems in self.results["sizes"].items():
            ours = systems.get(OURS)
            if not ours:
                continue
            ratios[size] = {"bare calls": {"search_p50": _ratio(ours["bare_ms"]["p50"], ours["search_ms"]["p50"])}}
            for name, other in systems.items():
                if name != OURS and "failed" not in other:
                    ratios[size][name] = {
                        "search_p50": _ratio(other["search_ms"]["p50"], ours["search_ms"]["p50"]),
                        "per_second": _ratio(other["per_second"], ours["per_second"]),
                        "peak_mb": _ratio(other["peak_mb"], ours["peak_mb"]),
                        "disk_mb": _ratio(other["disk_mb"], ours["disk_mb"]),
                    }
        return ratios

    def to_text(self) -> str:
        """Ratios first, then what they are ratios of, then the budgets."""
        lines: list[str] = []
        for size, systems in self.results["sizes"].items():
            lines.append(f"{int(size):,} paragraphs; x = times ours")
            lines.append(
                _columns("", "search p50", "p99", "cpu p50", "found", "recall", "build/s", "peak MiB", "disk MiB")
            )
            for name, found in systems.items():
                lines.append(_failed_line(name, found) if "failed" in found else self._line(size, name, found))
        if reached := self.results.get("served"):
            for clients, given in reached["load"].items():
                ms = given["ask_ms"]
                lines.append(
                    f"HTTP, {clients} clients: {given['answers_per_second']} answers/s, p50 {ms['p50']:.0f} ms, "
                    f"p99 {ms['p99']:.0f} ms, {given['wrong']} errors"
                )
        for verdict in verdicts(self.results):
            if verdict["met"] is not None:
                mark = "met " if verdict["met"] else "OVER"
                value = f"{float(verdict['measured']):g} {verdict['unit']}".strip()
                lines.append(f"{mark}  {verdict['what']}: {value} (budget {verdict['budget']})")
        facts = self.results["machine"]
        lines.append(
            f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gib']} GiB, commit {self.results['commit']}"
        )
        return "\n".join(lines)

    def _line(self, size: str, name: str, found: Mapping[str, Any]) -> str:
        ratio = self.ratios.get(size, {}).get(name, {}).get("search_p50")
        times = f" ({ratio:g}x)" if ratio else ""
        search = found["search_ms"]
        cells = (
            f"{search['p50']:.2f} ms{times}",
            f"{search['p99']:.2f}",
            f"{search['cpu_p50']:.2f}",
            _number(found.get("found_at_10")),
            _number(found.get("recall_at_10")),
            f"{found['per_second']:,.0f}",
            f"{found['peak_mb']:,.0f}",
            f"{found['disk_mb']:,.0f}",
        )
        line = _columns(name, *cells)
        if name == OURS:
            bare = found["bare_ms"]
            spent = (f"{bare['p50']:.2f} ms", f"{bare['p99']:.2f}", f"{bare['cpu_p50']:.2f}")
            line += "\n" + _columns("  its bare calls", *spent, *[""] * 5)
        return line


def bench(
    *,
    sizes: Sequence[int] = (PARAGRAPHS,),
    queries: int = QUERIES,
    texts: Path | None = None,
    systems: Collection[str] | None = None,
    over_http: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> BenchResult:
    """Measures ours and each other system at each size, one process a system, one at a time.

    `systems` names those beside ours: keys of `PEERS`; None takes whichever are installed. `texts` is a JSONL file of
    {text, question} rows to use in place of made paragraphs. `over_http` adds cold start and 1, 8 and 32 clients on a
    served store of 700 paragraphs. A system that fails is reported, and the others go on.

    Wire-up: `youju bench [--paragraphs N] [--queries N] [--texts FILE] [--systems A,B] [--http] [--json]` prints
    `to_text()` or `to_dict()`; several sizes are `--paragraphs 1000,10000`.

    Raises:
        BadQuestions: a system is not known, or not installed (`pip install .[bench]`).
    """
    chosen = _chosen(systems)
    steps = [(size, name) for size in sizes for name in (OURS, *chosen)]
    found: dict[str, dict[str, Any]] = {str(size): {} for size in sizes}
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        for done, (size, name) in enumerate(steps):
            if progress:
                progress(done, len(steps) + over_http, f"{name}, {size:,} paragraphs")
            place = Path(folder) / f"{size}-{name}"
            place.mkdir()
            task = Task(name, size, queries, seed, str(texts.resolve()) if texts else "", str(place))
            found[str(size)][name] = _in_its_own_process(task, Path(folder) / f"{size}-{name}.json")
        if over_http:
            if progress:
                progress(len(steps), len(steps) + 1, "HTTP")
            reached: dict[str, Any] | None = _over_http(Path(folder), seed)
        else:
            reached = None
    return BenchResult(
        {
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "machine": machine(),
            "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
            "versions": {name: package_version(_PACKAGES[name]) for name in chosen},
            "queries": queries,
            "seed": seed,
            "texts": texts.name if texts else "made",
            "sizes": found,
            **({"served": reached} if reached else {}),
        }
    )


def _chosen(systems: Collection[str] | None) -> list[str]:
    if systems is None:
        return [name for name, peer in PEERS.items() if peer.installed]
    for name in systems:
        if name not in PEERS:
            raise BadQuestions(f"no system {name!r} to measure beside ours; there are {', '.join(PEERS)}")
        if not PEERS[name].installed:
            raise BadQuestions(f"{name} is not installed; `pip install .[bench]` brings it")
    return list(systems)


def _in_its_own_process(task: Task, file: Path) -> dict[str, Any]:
    file.write_text(json.dumps(asdict(task)), encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "evals.bench.worker", str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done within {_TIMEOUT:.0f} s"}
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"}
    found: dict[str, Any] = json.loads(file.with_suffix(".found.json").read_text(encoding="utf-8"))
    return found


def _over_http(folder: Path, seed: int, *, seconds: float = 10.0) -> dict[str, Any]:
    made = list(paragraphs(SERVED_PARAGRAPHS, seed=seed))
    store = folder / "served" / "store"
    KnowledgeBase.open(store, create=True).add(documents(made))
    questions = [part.question for part in made]
    cold = cold_start(store, questions[0])
    with served(store) as service:
        load(service.port, questions, clients=1, seconds=1.0)
        given = {str(n): load(service.port, questions, clients=n, seconds=seconds).to_dict() for n in CLIENTS}
        ready, resident = service.ready_seconds, service.peak_mb
    return {
        "paragraphs": SERVED_PARAGRAPHS,
        "cold": cold,
        "ready_seconds": round(ready, 2),
        "resident_mb_at_ready": resident,
        "load": given,
        "encoder_mb": _bundled_mb(),
        "widget_kb": _widget_kb(),
    }


def _root() -> Path:
    return Path(__file__).parents[2]


def _bundled_mb() -> float | None:
    bundled = _root() / "embeddings" / "bundled"
    return size_mb(bundled) if bundled.is_dir() else None


def _widget_kb() -> float | None:
    """What a page with the widget fetches, gzipped: the launcher and, once opened, the panel."""
    files = [_root() / "ui" / "widget" / name for name in ("youju.js", "panel.js")]
    if not all(file.is_file() for file in files):
        return None
    return round(sum(len(gzip.compress(file.read_bytes())) for file in files) / 1024, 1)


def _ratio(theirs: float, ours: float) -> float:
    return round(theirs / ours, 2) if ours else 0.0


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _columns(name: str, *cells: str) -> str:
    widths = (22, 9, 9, 7, 8, 10, 9, 9)
    return f"{name:<22}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _failed_line(name: str, found: Mapping[str, Any]) -> str:
    return f"{name:<22}  failed: {found['failed'][:120]}"

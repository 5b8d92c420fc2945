"""What the design allows each thing to cost, and what it did cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Budget:
    """`measured` finds the value in a bench result; at most `limit` is allowed, or at least, as `at_least` says."""

    what: str
    unit: str
    limit: float
    measured: Callable[[Results], float | None]
    at_least: bool = False

    def verdict(self, results: Results) -> dict[str, Any]:
        """`met` is None where the bench did not measure it."""
        value = self.measured(results)
        met = None if value is None else (value >= self.limit if self.at_least else value <= self.limit)
        bound = f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.unit}".rstrip()
        return {"what": self.what, "budget": bound, "measured": value, "unit": self.unit, "met": met}


def _at(*path: str) -> Callable[[Results], Any]:
    """The value at the end of a path of keys, or None where any is missing."""

    def find(results: Results) -> Any:
        value: Any = results
        for key in path:
            value = value.get(key) if value else None
        return value

    return find


def _of(size: str, *path: str) -> Callable[[Results], Any]:
    """Our own value at a size ("paragraphs" as text), or None."""
    return _at("sizes", size, "youju", *path)


def _over_bare(results: Results) -> float | None:
    search, plain = _of("100000", "search_ms", "p50")(results), _of("100000", "bare_ms", "p50")(results)
    return round(search / plain, 2) if search and plain else None


def _slowest_addition(results: Results) -> float | None:
    adding = _of("100000", "adding")(results)
    return max(adding["seconds"]) if adding else None


def _disturbance(results: Results) -> float | None:
    adding = _of("100000", "adding")(results)
    return round(adding["ask_p95_during_ms"] / adding["ask_p95_before_ms"], 2) if adding else None


def _served(*path: str) -> Callable[[Results], Any]:
    return _at("served", *path)


def _gib(results: Results) -> float | None:
    peak = _of("1000000", "peak_mb")(results)
    return round(peak / 1024, 2) if peak else None


BUDGETS: Sequence[Budget] = (
    Budget("`youju ask` cold, whole process", "s", 1.5, _served("cold", "median_seconds")),
    Budget("`youju ask` imports torch", "", 0, _served("cold", "torch_imported")),
    Budget("`youju serve` to ready", "s", 6, _served("ready_seconds")),
    Budget("question to hits, 700 paragraphs, p50", "ms", 1, _of("700", "search_ms", "p50")),
    Budget("question to answer, 700 paragraphs, p50", "ms", 5, _of("700", "ask_ms", "p50")),
    Budget("question to answer, 700 paragraphs, p99", "ms", 15, _of("700", "ask_ms", "p99")),
    Budget("question to hits, 100,000 paragraphs, p50", "ms", 4, _of("100000", "search_ms", "p50")),
    Budget("the same over the bare FAISS + BM25 calls", "x", 1.15, _over_bare),
    Budget("question to hits, 1,000,000 paragraphs, p50", "ms", 15, _of("1000000", "search_ms", "p50")),
    Budget("peak memory, 1,000,000 paragraphs", "GiB", 4, _gib),
    Budget("indexing", "paragraphs/s", 3000, _of("10000", "per_second"), at_least=True),
    Budget("one more document at 100,000 paragraphs", "s", 2, _slowest_addition),
    Budget("ask p95 meanwhile, over before", "x", 1.5, _disturbance),
    Budget("32 clients over HTTP", "answers/s", 100, _served("load", "32", "answers_per_second"), at_least=True),
    Budget("32 clients over HTTP, p99", "ms", 700, _served("load", "32", "ask_ms", "p99")),
    Budget("32 clients over HTTP, errors", "", 0, _served("load", "32", "wrong")),
    Budget("bundled encoder, size", "MiB", 48, _served("encoder_mb")),
    Budget("bundled encoder, query p50", "ms", 0.2, _of("10000", "encode_query_ms", "p50")),
    Budget("widget, gzipped", "KiB", 20, _served("widget_kb")),
)


def verdicts(results: Results) -> list[dict[str, Any]]:
    """Every budget with its measured value beside it."""
    return [budget.verdict(results) for budget in BUDGETS]

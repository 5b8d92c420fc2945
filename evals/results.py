"""What a run is: every row's result, and the figures reckoned from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from evals.judge import Verdict
from evals.rows import Evidence, Problem, Row
from evals.scoring import Given, Share
from evals.statistics import (
    Array,
    Estimate,
    Percentiles,
    RiskCoverage,
    estimate,
    percentiles,
    risk_coverage,
)
from rag.types import Answer

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as a run keeps it; `relevant` says that it holds a piece of the evidence."""

    document_id: str
    paragraph_id: str
    section: tuple[str, ...]
    text: str
    score: float
    relevant: bool
    features: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "document_id": self.document_id,
            "paragraph_id": self.paragraph_id,
            "section": list(self.section),
            "text": self.text,
            "score": self.score,
            "relevant": self.relevant,
            "features": {name: round(value, 4) for name, value in self.features.items()},
        }


@dataclass(frozen=True, slots=True)
class Result:
    """One row: what was asked, given and found, and its part in every figure.

    `answer` is the whole answer as JSON; empty when there was none, and then `error` says why.
    """

    row: Row
    given: Given
    shares: Mapping[str, Share]
    resolved: str = ""
    hits: Mapping[str, tuple[Found, ...]] = field(default_factory=dict)
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    unheld: int = 0
    error: str = ""
    verdict: Verdict | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def correct(self) -> bool:
        return self.shares["overall"].total == 1

    def to_dict(self) -> dict[str, Any]:
        """A line of answers.jsonl; `id`, `text`, `abstained` and `citations` stand where a scorer looks for them."""
        line: dict[str, Any] = {**self.answer, "id": self.row.id, "text": self.given.text}
        line |= {"abstained": self.given.abstained, "confidence": self.given.confidence}
        line |= {"resolved_question": self.resolved, "row": self.row.to_dict(), "correct": self.correct}
        line["shares"] = {
            name: [int(s.total) if float(s.total).is_integer() else s.total, s.count] for name, s in self.shares.items()
        }
        line["hits"] = {leg: [hit.to_dict() for hit in hits] for leg, hits in self.hits.items()}
        line["milliseconds"] = {name: round(value, 3) for name, value in self.milliseconds.items()}
        line |= {"unheld": self.unheld, "error": self.error}
        line["verdict"] = asdict(self.verdict) if self.verdict else None
        return line

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "Result":
        row = line["row"]
        return cls(
            row=Row(
                id=row["id"],
                question=row["question"],
                lang=row["lang"],
                type=row["type"],
                answers=tuple(row["answers"]),
                evidence=tuple(Evidence(e["doc"], e["text"]) for e in row["evidence"]),
                all=row.get("all", False),
                history=tuple((question, answer) for question, answer in row.get("history", ())),
            ),
            given=Given.from_dict(line),
            shares={name: Share(total, count) for name, (total, count) in line["shares"].items()},
            resolved=line["resolved_question"],
            hits={
                leg: tuple(Found(**{**hit, "section": tuple(hit["section"])}) for hit in hits)
                for leg, hits in line.get("hits", {}).items()
            },
            milliseconds=line["milliseconds"],
            unheld=line["unheld"],
            error=line["error"],
            verdict=Verdict(**line["verdict"]) if line["verdict"] else None,
            answer={k: v for k, v in line.items() if k in ANSWER_KEYS},
        )


ANSWER_KEYS = frozenset(Answer("", "", "").to_dict())


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run was made of and on, so that two figures can be told apart or made again."""

    name: str
    questions: str
    questions_fingerprint: str
    started: str
    encoder: str
    store: str
    documents: int
    paragraphs: int
    commit: str | None
    machine: Mapping[str, str | int | float]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A question set, answered and scored.

    `figures` go by the names of the shared scorer, plus `exact_match`, `character_f1`, `verified_citations` and
    `{leg}.{measure}`; `groups` break them down: "type", "lang" or "document", then the group, then the figure.
    """

    conditions: Conditions
    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    figures: Mapping[str, Estimate]
    groups: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    curve: RiskCoverage
    latency: Mapping[str, Percentiles]
    seconds: float

    @property
    def failures(self) -> list[Result]:
        return [result for result in self.results if not result.correct]

    def to_dict(self) -> dict[str, Any]:
        """run.json."""
        return {
            "format": FORMAT,
            **asdict(self.conditions),
            "rows": len(self.results),
            "seconds": round(self.seconds, 2),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "aurc": round(self.curve.area, 4),
            "excess_aurc": round(self.curve.excess, 4),
            "latency_ms": {name: times.to_dict() for name, times in self.latency.items()},
            "groups": {
                kind: {group: {name: f.to_dict() for name, f in figures.items()} for group, figures in groups.items()}
                for kind, groups in self.groups.items()
            },
            "risk_coverage": [
                [round(c, 4), round(r, 4), round(confidence, 4)]
                for c, r, confidence in zip(self.curve.coverage, self.curve.risk, self.curve.confidence, strict=True)
            ],
            "problems": [asdict(problem) for problem in self.problems],
        }


def share_matrix(results: Sequence[Result], names: Sequence[str]) -> tuple[Array, Array]:
    """Totals and counts, each of shape (rows, names); zero where a figure does not apply to a row."""
    totals, counts = np.zeros((2, len(results), len(names)))
    for i, result in enumerate(results):
        for j, name in enumerate(names):
            share = result.shares.get(name)
            if share:
                totals[i, j], counts[i, j] = share.total, share.count
    return totals, counts


def summarise(conditions: Conditions, results: Sequence[Result], problems: Iterable[Problem], seconds: float) -> Run:
    """Every figure, for all rows and by group, with its interval; `settings` hold the samples and the seed."""
    names = sorted({name for result in results for name in result.shares})
    totals, counts = share_matrix(results, names)
    samples, seed = conditions.settings["samples"], conditions.settings["seed"]

    def figures_of(chosen: Sequence[int]) -> dict[str, Estimate]:
        estimates = estimate(totals[chosen], counts[chosen], samples=samples, seed=seed)
        return {name: figure for name, figure in zip(names, estimates, strict=True) if figure}

    groups = {
        kind: {group: figures_of(chosen) for group, chosen in sorted(_grouped(results, kind).items())}
        for kind in ("type", "lang", "document")
    }
    figures = figures_of(range(len(results)))
    for lang, of_lang in groups["lang"].items():
        figures |= {f"{n}.{lang}": of_lang[n] for n in ("answer_accuracy", "citation_recall") if n in of_lang}
    figures |= {f"by_type.{name}": of_type["overall"] for name, of_type in groups["type"].items()}
    timed = sorted({name for result in results for name in result.milliseconds})
    return Run(
        conditions=conditions,
        results=tuple(results),
        problems=tuple(problems),
        figures=dict(sorted(figures.items())),
        groups=groups,
        curve=risk_coverage(
            [r.given.confidence for r in results],
            [r.correct for r in results],
            [r.given.abstained is not False for r in results],
        ),
        latency={n: percentiles([r.milliseconds[n] for r in results if n in r.milliseconds]) for n in timed},
        seconds=seconds,
    )


def _grouped(results: Sequence[Result], kind: str) -> dict[str, list[int]]:
    """Rows by group; a row on several documents stands under each, an unanswerable one under none."""
    grouped: dict[str, list[int]] = {}
    for i, result in enumerate(results):
        row = result.row
        names = {"type": {row.type}, "lang": {row.lang}, "document": {e.doc for e in row.evidence}}[kind]
        for name in names:
            grouped.setdefault(name, []).append(i)
    return grouped

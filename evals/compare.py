"""Two runs on the same rows: what got better, what broke, and whether the difference is more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.results import Result, Run, share_matrix
from evals.statistics import CONFIDENCE, SAMPLES, Difference, paired_difference
from rag.errors import BadQuestions

WATCHED = ("overall",)
"""Figures whose fall is a regression, unless others are chosen."""

LOWER_IS_BETTER = frozenset({"false_abstention"})


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose answer turned right or wrong between the runs."""

    id: str
    type: str
    question: str
    wanted: tuple[str, ...]
    before: str
    after: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "question": self.question,
            "wanted": list(self.wanted),
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A. `differences` are B less A by figure; `regressions` name the watched ones that fell significantly.

    Rows are compared where both runs ask the same question under the same id; the others are named, not counted.
    """

    a: str
    b: str
    rows: int
    watched: tuple[str, ...]
    differences: dict[str, Difference]
    better: tuple[Change, ...]
    broken: tuple[Change, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    asked_otherwise: tuple[str, ...]
    confidence: float

    @property
    def regressions(self) -> tuple[str, ...]:
        return tuple(name for name in self.watched if _fell(name, self.differences.get(name)))

    @property
    def exit_code(self) -> int:
        """1 when a watched figure fell significantly, else 0."""
        return 1 if self.regressions else 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "rows": self.rows,
            "watched": list(self.watched),
            "regressions": list(self.regressions),
            "confidence": self.confidence,
            "differences": {
                name: {
                    "a": round(d.a, 4),
                    "b": round(d.b, 4),
                    "difference": round(d.value, 4),
                    "low": round(d.low, 4),
                    "high": round(d.high, 4),
                    "p": round(d.p, 4),
                    "significant": d.significant,
                }
                for name, d in self.differences.items()
            },
            "better": [change.to_dict() for change in self.better],
            "broken": [change.to_dict() for change in self.broken],
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "asked_otherwise": list(self.asked_otherwise),
        }

    def to_text(self) -> str:
        """For a terminal: watched figures first, then every significant one, then the rows."""
        lines = [f"{self.a} → {self.b}: {self.rows} rows in both"]
        for name in sorted(self.differences, key=lambda name: (name not in self.watched, name)):
            difference = self.differences[name]
            if name in self.watched or difference.significant:
                lines.append(_line(name, difference))
        for title, changes in (("broken", self.broken), ("better", self.better)):
            lines.append(f"{title}: {len(changes)}")
            for change in changes:
                lines.append(f"  {change.id} [{change.type}] {change.question}")
                lines.append(f"    wanted {' / '.join(change.wanted) or 'to decline'}")
                lines.append(f"    before {_one_line(change.before)}")
                lines.append(f"    after  {_one_line(change.after)}")
        for title, ids in (
            (f"only in {self.a}", self.only_a),
            (f"only in {self.b}", self.only_b),
            ("asked otherwise, not compared", self.asked_otherwise),
        ):
            if ids:
                lines.append(f"{title}: {', '.join(ids)}")
        verdict = ", ".join(self.regressions)
        lines.append(f"REGRESSION: {verdict}" if verdict else "no significant regression")
        return "\n".join(lines)


def compare(
    a: Run,
    b: Run,
    *,
    watched: Sequence[str] = WATCHED,
    samples: int = 10 * SAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> Comparison:
    """Every figure the two runs share: paired bootstrap interval and randomization test.

    Wire-up: `youju eval compare A B` loads both with `run_folder.load`, prints `to_text()` (with --json,
    `to_dict()`) and exits with `exit_code`. `--watch NAME` fills `watched`.

    Raises:
        BadQuestions: the runs share no row, or a watched figure is in neither.
    """
    before = {result.row.id: result for result in a.results}
    after = {result.row.id: result for result in b.results}
    shared = [id for id in before if id in after]
    otherwise = [id for id in shared if _asked(before[id]) != _asked(after[id])]
    same = [id for id in shared if id not in set(otherwise)]
    if not same:
        raise BadQuestions(
            f"{a.conditions.name} and {b.conditions.name} share no row; compare runs of one question set"
        )
    pairs = [(before[id], after[id]) for id in same]
    names = sorted({name for pair in pairs for result in pair for name in result.shares})
    unknown = [name for name in watched if name not in names]
    if unknown:
        raise BadQuestions(f"no figure {', '.join(unknown)} in these runs; there are {', '.join(names)}")
    differences = paired_difference(
        share_matrix([old for old, _ in pairs], names),
        share_matrix([new for _, new in pairs], names),
        samples=samples,
        confidence=confidence,
        seed=seed,
    )
    return Comparison(
        a=a.conditions.name,
        b=b.conditions.name,
        rows=len(pairs),
        watched=tuple(watched),
        differences={name: d for name, d in zip(names, differences, strict=True) if d},
        better=tuple(_change(old, new) for old, new in pairs if new.correct and not old.correct),
        broken=tuple(_change(old, new) for old, new in pairs if old.correct and not new.correct),
        only_a=tuple(id for id in before if id not in after),
        only_b=tuple(id for id in after if id not in before),
        asked_otherwise=tuple(otherwise),
        confidence=confidence,
    )


def _asked(result: Result) -> tuple[Any, ...]:
    row = result.row
    return row.question, row.history, row.type, row.answers, row.all, row.evidence


def _fell(name: str, difference: Difference | None) -> bool:
    if difference is None or not difference.significant:
        return False
    return difference.value > 0 if name in LOWER_IS_BETTER else difference.value < 0


def _change(old: Result, new: Result) -> Change:
    row = new.row
    return Change(row.id, row.type, row.question, row.answers, old.given.text, new.given.text)


def _line(name: str, d: Difference) -> str:
    mark = " *" if d.significant else ""
    return f"  {name:<24} {d.a:.4f} → {d.b:.4f}  {d.value:+.4f} [{d.low:+.4f}, {d.high:+.4f}] p={d.p:.3f}{mark}"


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else f"{flat[:119]}…"

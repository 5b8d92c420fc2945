"""What each rule that refuses an answer refuses by itself: python -m rag.fitting.refusals [--reports FOLDER]

A line a rule, with how many of our own questions that nothing answers it alone keeps from being answered, and how many
right answers it alone keeps back: what changes when the rule never holds. A pattern stands for the rules that begin
with it. A rule that has 0 in both columns does nothing for these questions; one with more in the second than in the
first does harm.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from embeddings import load_encoder
from rag.answers import answering, confidence, wanted
from rag.answers.finding import Candidate
from rag.answers.weighing import weigh
from rag.fitting import cases, stages
from rag.questions import lacking, measures, naming, premise, scope
from rag.questions.parts import parts
from rag.search import retrieval
from rag.search.asking import Asking
from rag.types import Hit

MODULES = (premise, scope, naming, lacking, measures, wanted, confidence)
RULES = (
    (confidence, "lacks"), (confidence, "refuted"), (confidence, "contradicted"), (confidence, "nothing_named"),
    (confidence, "lacking"), (confidence, "unheard"), (confidence, "of_another_part"), (confidence, "sets_a_task"),
    (wanted, "told_without_figure"), (wanted, "told_as_share"), (wanted, "counts_another"),
    (wanted, "neighbour_in_place"), (wanted, "abbreviation_missing"), (wanted, "suffered_nothing"),
    (wanted, "deed_missing"), (wanted, "unmeasured"), (wanted, "code_missing"), (wanted, "uncounted"),
    (premise, "of_another_measure"),
)  # fmt: skip
"""Functions that say whether something is refused."""
_NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what is found for it; `right` where that answers it."""

    asking: Asking
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    features: Mapping[str, float]
    answerable: bool
    right: bool

    @property
    def refused(self) -> bool:
        return confidence.ruled_out(self.asking, self.hits, self.candidates, self.features)


@dataclass(frozen=True, slots=True)
class Refusals:
    """By how much a rule counts: `unanswerable` questions, `right` answers that it alone refuses."""

    rule: str
    unanswerable: int
    right: int


def judged(body: cases.Body) -> Iterator[Judged]:
    """The questions of a body for which something is found, but for those moved to another place or year."""
    snapshot = body.snapshot
    for case in body.cases:
        if case.source.endswith("displaced"):
            continue
        part = parts(stages.question_of(case, snapshot), snapshot.catalog)[0]
        asking = Asking.from_question(part.question, snapshot)
        hits = retrieval.find(snapshot, asking, only=part.documents)
        candidates = weigh(snapshot, asking, hits[: answering.PASSAGES])
        if candidates:
            features = confidence.features(asking, hits, candidates)
            right = case.answerable and any(stages.answers(case, candidate) for candidate in candidates[:2])
            yield Judged(asking, hits, candidates, features, case.answerable, right)


def refusals(questions: Sequence[Judged]) -> list[Refusals]:
    """Of each rule and pattern, those that refuse most unanswerable questions first."""
    before = [question.refused for question in questions]

    def without(module: ModuleType, name: str, other: object) -> Refusals:
        with _replaced(module, name, other):
            freed = [q for q, refused in zip(questions, before, strict=True) if refused and not q.refused]
        rule = f"{module.__name__.rpartition('.')[2]}.{name}"
        return Refusals(rule, sum(not q.answerable for q in freed), sum(q.right for q in freed))

    found = [without(module, name, _refuses_nothing) for module, name in RULES]
    for module in MODULES:
        patterns = [name for name, value in vars(module).items() if isinstance(value, re.Pattern)]
        found += [without(module, name, _NEVER) for name in patterns]
    return sorted(found, key=lambda each: (-each.unanswerable, each.right, each.rule))


def _refuses_nothing(*_: Any, **__: Any) -> bool:
    return False


@contextmanager
def _replaced(module: ModuleType, name: str, other: object | Callable[..., bool]) -> Iterator[None]:
    """With something else under a name of a module."""
    held = getattr(module, name)
    setattr(module, name, other)
    try:
        yield
    finally:
        setattr(module, name, held)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rag.fitting.refusals", description=__doc__)
    parser.add_argument("--reports", type=Path, help="the reports that the sample corpus tells anew")
    given = parser.parse_args()
    encoder = load_encoder()
    bodies = [cases.own(encoder), cases.own(encoder, languages=("zh",))]
    bodies += [cases.reports(given.reports, encoder)] if given.reports else []
    questions = [question for body in bodies for question in judged(body)]
    print(f"{'rule':40} unanswerable  right   of {len(questions)} questions")
    for each in refusals(questions):
        print(f"{each.rule:40} {each.unanswerable:12} {each.right:6}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

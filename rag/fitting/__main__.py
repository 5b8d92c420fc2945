"""Fits the weight files: python -m rag.fitting --data FOLDER [--reports FOLDER] [--stage ranking choosing …]

Ranking and choosing are fitted on one half of the rows and reported on the other; the halves are cut by a hash, so that
nothing moves between them. Of picking and the confidence, each fold is judged by what was fitted on the others:
thresholds and figures come from that, and what is kept is fitted on all. What the rules beside it refuse is counted by
`python -m rag.fitting.refusals`.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from embeddings import load_encoder
from rag.answers.network import Network, fitted_network
from rag.fitting import cases, logit, rows, stages
from rag.fitting.cases import Body
from rag.fitting.judging import fit_confidence
from rag.fitting.logit import Group
from rag.fitting.picking import fit_picking
from rag.fitting.stages import Choice, Judgement
from rag.search import ranking
from rag.search.linear import WEIGHTS, Linear, fitted

Gathered = TypeVar("Gathered", Group, Choice, Judgement)


def bodies(data: Path, reports: Path | None, stage: str, *, size: int) -> Iterator[Body]:
    encoder = load_encoder()
    sources = rows.SEARCH if stage == "ranking" else rows.READING
    read = rows.read(data, sources)
    yield cases.across(rows.aligned(data, most=3 * size), encoder, passages=4 * size, questions=size)
    yield cases.own(encoder)
    yield cases.own(encoder, languages=("zh",))
    if reports is not None:
        yield cases.reports(reports, encoder)
    yield from cases.public(read, encoder, passages=300 if stage == "confidence" else 1000, questions=size)
    named = {source: read[source] for source in rows.READING if source != rows.ANONYMISED}
    if stage == "ranking":
        yield from cases.large(read, encoder, passages=30_000, questions=size)
    elif stage in ("choosing", "picking"):
        yield from cases.five(named, encoder, questions=size // 2 if stage == "choosing" else size)
    elif stage == "confidence":
        yield from cases.five(named, encoder, questions=5 * size)
        yield from cases.five_own(encoder)
    if stage != "ranking":
        yield from cases.papers(encoder)


def gather(read: Iterator[Body], stage: str, collect: Callable[[Body], Iterator[Gathered]]) -> list[Gathered]:
    found: list[Gathered] = []
    for number, body in enumerate(read):
        found += [each for each in collect(body) if each.features]
        if number % 100 == 0:
            print(f"{stage}: {len(found)} questions", file=sys.stderr)
    return found


SHRUNK = 2e-3
"""Ridge of what counts in large bodies only. Made passages want it strong, real ones weak: of the half learnt from, -4
ranks real ones at .863 MRR and made ones at .712, -7 at .862 and .723, none at .866 and .547."""


def fit_choice(groups: Sequence[Group], about: Mapping[str, object]) -> tuple[Linear, Mapping[str, object]]:
    """A model that puts a right candidate first; figures are the share of held-apart questions where it does. What
    counts in large bodies only is fitted on those, with all else held."""
    names = logit.names_of([row for g in groups for row in g.features])
    usual, large = (
        [g for g in groups if not g.held_apart and g.source.startswith(cases.LARGE) == is_large]
        for is_large in (False, True)
    )
    weights = logit.choose(usual, names)
    if large:
        held = {name: float(weight) for name, weight in zip(names, weights, strict=True) if name != ranking.OF_MANY}
        weights = logit.choose(large, names, held=held, ridge=SHRUNK)
    tops: dict[str, list[float]] = defaultdict(list)
    for g in groups:
        if g.held_apart:
            tops[g.source].append(float(g.right[int(np.argmax(logit.matrix(g.features, names) @ weights))]))
    figures = {source: round(float(np.mean(values)), 4) for source, values in tops.items()}
    told = {**about, "questions": len(groups), "held_apart_top1": figures}
    return Linear(names, weights.astype(np.float32), 0.0, told), figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rag.fitting", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reports", type=Path, help="the reports that the sample corpus tells anew")
    parser.add_argument("--stage", nargs="*", default=list(stages.STAGES), choices=stages.STAGES)
    parser.add_argument("--size", type=int, default=400, help="questions a source")
    given = parser.parse_args()
    for stage in given.stage:
        read = bodies(given.data, given.reports, stage, size=given.size)
        about = {"encoder": load_encoder().fingerprint, "made_by": "python -m rag.fitting"}
        models: Mapping[str, Linear | Network]
        if stage == "confidence":
            models, figures = fit_confidence(gather(read, stage, stages.judging), about)
        elif stage == "picking":
            picked, figures = fit_picking(gather(read, stage, stages.picking), about)
            models = {stage: picked}
        else:
            groups = gather(read, stage, stages.ranking if stage == "ranking" else stages.choosing)
            model, figures = fit_choice(groups, about)
            models = {stage: model}
        for name, fitted_model in models.items():
            fitted_model.save(WEIGHTS / f"{name}.json")
        fitted.cache_clear()
        fitted_network.cache_clear()
        for name, figure in figures.items():
            print(f"  {name}: {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

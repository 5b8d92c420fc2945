"""Fits the weight files: python -m rag.fitting --data FOLDER [--reports FOLDER] [--stage ranking choosing confidence]

Ranking and choosing are fitted on one half of the rows and reported on the other; the halves are cut by a hash, so that
nothing moves between them. Of the confidence, each of ten folds is judged by what was fitted on the others: thresholds
and figures come from that, and what is kept is fitted on all. What the rules beside it refuse is counted by
`python -m rag.fitting.refusals`.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import load_encoder
from rag.answers import confidence
from rag.answers.trees import Trees, chance_of, fitted_trees
from rag.fitting import boosting, cases, logit, rows, stages
from rag.fitting.cases import Body
from rag.fitting.logit import Group
from rag.search import ranking
from rag.search.linear import WEIGHTS, Linear, fitted

FALSE_ABSTENTION = {"zh": 0.035, "en": 0.045, "few": 0.06}
"""Share of our own answerable questions that the threshold may silence, asked of the reports where they are there: in
their own words less speaks for a passage than in ours; and of those in the documents' words, since in everyday ones
more is doubtful that is right. An English question is mostly asked of Chinese documents, where less does still. Of few
paragraphs, those of five on one topic. Chinese ones were at .05 until questions in everyday words, written to measure
by, were declined in .10 to .16: totals on those flatter by that choice. English ones were at .06 until .04 to .09 of
those in four sets that are looked at were declined; of what nothing answers there, no more got an answer at .20 than
at .27."""


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
    elif stage == "choosing":
        yield from cases.five(named, encoder, questions=size // 2)
    elif stage == "confidence":
        yield from cases.five(named, encoder, questions=5 * size)
        yield from cases.five_own(encoder)
        yield from cases.papers(encoder)


def gather(read: Iterator[Body], stage: str, collect: Callable[[Body], Iterator[Group]]) -> list[Group]:
    groups = []
    for number, body in enumerate(read):
        groups += [group for group in collect(body) if group.features]
        if number % 100 == 0:
            print(f"{stage}: {len(groups)} questions", file=sys.stderr)
    return groups


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
    return Linear(names, weights.astype(np.float32), 0.0, {**about, "held_apart_top1": figures}), figures


SHARES = {
    "own": 6.0,
    "reports": 4.0,
    "papers": 2.0,
    "displaced": 1.0,
    "withheld": 1.0,
    "five": 2.0,
    "public": 0.5,
    "across": 0.5,
}
"""How much each kind of question counts: our own, those moved elsewhere, those whose evidence was taken away, …"""


def family_of(group: Group) -> str:
    """Kind of question and whether it is answerable."""
    source = group.source
    kind = (
        "displaced"
        if source.endswith("displaced")
        else next(
            (name for name in ("withheld", "own", "reports", "five", "across", "papers") if source.startswith(name)),
            "public",
        )
    )
    return f"{kind} {group.right[0]}"


def fit_confidence(
    groups: Sequence[Group], about: Mapping[str, object]
) -> tuple[Mapping[str, Trees], Mapping[str, object]]:
    """A calibrated chance, thresholds at the false abstention allowed, and the risk-coverage curve. Of a handful of
    paragraphs, among which few words are rare, a second one is fitted to those alone, and the mean of both counts. Each
    fold is judged by what was fitted on the others; what is kept is fitted on all."""
    marks = ("ruled_out", "missed")
    ruled_out, missed = (np.array([bool(g.features[0].get(mark)) for g in groups]) for mark in marks)
    names = tuple(name for name in logit.names_of([g.features[0] for g in groups]) if name not in marks)
    x = logit.matrix([g.features[0] for g in groups], names)
    yes = np.array([g.right[0] for g in groups], bool)
    fold = np.array([g.fold for g in groups])
    family = [family_of(g) for g in groups]
    share = np.array([SHARES[name.split()[0]] / family.count(name) for name in family])
    lot = lots(x, names)
    few = lot == "few"

    def fit(learnt: NDArray[np.bool_]) -> Trees:
        learnt = learnt & ~ruled_out & ~missed
        return boosting.boost(x[learnt], yes[learnt], share[learnt], names)

    chance = np.zeros(len(groups))
    for number in range(rows.FOLDS):
        of_any, of_few = fit(fold != number), fit(few & (fold != number))
        for row in np.flatnonzero((fold == number) & ~ruled_out).tolist():
            models = (of_any, of_few) if few[row] else (of_any,)
            chance[row] = chance_of(*models, features=groups[row].features[0])
    kinds = np.array([name.split()[0] for name in family])
    plain = np.array([rows.EVERYDAY not in g.source for g in groups])
    asked = yes & plain & np.isin(kinds, ("five", "reports" if "reports" in kinds else "own"))
    thresholds = {
        name: round(float(np.quantile(chance[asked & (lot == name)], allowed)), 3)
        for name, allowed in FALSE_ABSTENTION.items()
    }
    silent = chance < np.array([thresholds[name] for name in lot])
    figures: dict[str, object] = {"thresholds": thresholds}
    for kind in sorted(set(kinds)):
        figures[kind] = {
            figure: round(float(silent[of & (kinds == kind)].mean()), 3)
            for figure, of in (("abstention_recall", ~yes), ("false_abstention", yes))
            if (of & (kinds == kind)).any()
        }
    told = {**about, **figures, "threshold_coverage_risk": risk_curve(chance, yes)}
    told_of_few = {**about, "threshold_coverage_risk": risk_curve(chance[few], yes[few])}
    kept = {
        confidence.ANY: replace(fit(np.ones(len(groups), bool)), about=told),
        confidence.FEW: replace(fit(few), about=told_of_few),
    }
    return kept, figures


def risk_curve(chance: NDArray[np.float64], yes: NDArray[np.bool_]) -> list[list[float]]:
    """[threshold, share that is answered, share of those that is wrong]."""
    return [
        [round(t, 2), round(float((chance >= t).mean()), 3), round(float((~yes[chance >= t]).mean()), 3)]
        for t in np.arange(0.05, 1.0, 0.05)
    ]


def lots(x: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.str_]:
    """Which threshold each question is held to, as `confidence.threshold` has it."""
    few, english = x[:, names.index("few")] > 0, x[:, names.index("english")] > 0
    return np.where(few, "few", np.where(english, "en", "zh"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rag.fitting", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reports", type=Path, help="the reports that the sample corpus tells anew")
    parser.add_argument("--stage", nargs="*", default=list(stages.STAGES), choices=stages.STAGES)
    parser.add_argument("--size", type=int, default=400, help="questions a source")
    given = parser.parse_args()
    collectors = {"ranking": stages.ranking, "choosing": stages.choosing, "confidence": stages.judging}
    for stage in given.stage:
        read = bodies(given.data, given.reports, stage, size=given.size)
        groups = gather(read, stage, collectors[stage])
        about = {"encoder": load_encoder().fingerprint, "questions": len(groups), "made_by": "python -m rag.fitting"}
        models: Mapping[str, Linear | Trees]
        if stage == "confidence":
            models, figures = fit_confidence(groups, about)
        else:
            model, figures = fit_choice(groups, about)
            models = {stage: model}
        for name, fitted_model in models.items():
            fitted_model.save(WEIGHTS / f"{name}.json")
        fitted.cache_clear()
        fitted_trees.cache_clear()
        for name, figure in figures.items():
            print(f"  {name}: {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

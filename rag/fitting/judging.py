"""Fits the chance that what was found is an answer, and the thresholds below which none is given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.answers import confidence, sentencewise, wordwise
from rag.answers.network import Network, chance_of
from rag.fitting import logit, rows
from rag.fitting.stages import Judgement
from rag.fitting.training import Rows, tables, train

FOLDS = 5
FALSE_ABSTENTION = {"zh": 0.035, "en": 0.045, "few": 0.035}
"""Share of our own answerable questions that the threshold may silence beside those that a rule refuses, asked of the
reports where they are there: in their own words less speaks for a passage than in ours; and of those in the documents'
words, since in everyday ones more is doubtful that is right. Of few paragraphs, those of five on one topic. Chosen on
questions that are looked at: between thresholds of .16 and .30 as many of 821 Chinese ones are answered rightly or
rightly declined, to .006, and of 327 English ones to .006; these come to .19 and .22."""
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


def family_of(judged: Judgement) -> str:
    """Kind of question and whether it is answerable."""
    source = judged.source
    kinds = ("withheld", "own", "reports", "five", "across", "papers")
    kind = "displaced" if source.endswith("displaced") else next(filter(source.startswith, kinds), "public")
    return f"{kind} {judged.yes}"


def fit_confidence(
    judged: Sequence[Judgement], about: Mapping[str, object]
) -> tuple[Mapping[str, Network], Mapping[str, object]]:
    """A calibrated chance, thresholds at the false abstention allowed, and the risk-coverage curve. Of a handful of
    paragraphs, among which few words are rare, a second one is fitted to those alone, and the mean of both counts. Each
    fold is judged by what was fitted on the others; what is kept is fitted on all."""
    names = logit.names_of([each.features for each in judged])
    features = logit.matrix([each.features for each in judged], names)
    family = [family_of(each) for each in judged]
    kinds = np.array([name.split()[0] for name in family])
    of_family = Counter(family)
    share = np.array([SHARES[kind] / of_family[name] for kind, name in zip(kinds, family, strict=True)])
    yes, refused, missed = (np.array([getattr(j, each) for j in judged], bool) for each in ("yes", "refused", "missed"))
    fold = np.array([each.fold for each in judged]) % FOLDS
    all_rows = Rows(features.astype(np.float32), tables([each.words for each in judged]), yes, share)
    lot = lots(features, names)
    few = lot == "few"

    def fit(learnt: NDArray[np.bool_]) -> Network:
        return train(all_rows.only(learnt & ~refused & ~missed), names, [wordwise.NAMES, sentencewise.NAMES])

    chance = np.zeros(len(judged))
    for number in range(FOLDS):
        of_any, of_few = fit(fold != number), fit(few & (fold != number))
        for row in np.flatnonzero((fold == number) & ~refused).tolist():
            networks = (of_any, of_few) if few[row] else (of_any,)
            chance[row] = chance_of(*networks, features=judged[row].features, words=judged[row].words)
    plain = np.array([rows.EVERYDAY not in each.source for each in judged])
    asked = yes & ~refused & plain & np.isin(kinds, ("five", "reports" if "reports" in kinds else "own"))
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
    about = {**about, "questions": len(judged)}
    told = {**about, **figures, "threshold_coverage_risk": risk_curve(chance, yes)}
    told_of_few = {**about, "threshold_coverage_risk": risk_curve(chance[few], yes[few])}
    kept = {
        confidence.ANY: replace(fit(np.ones(len(judged), bool)), about=told),
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

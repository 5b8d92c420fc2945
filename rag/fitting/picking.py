"""Fits what the network adds to the scores of sentences."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.answers import wordwise
from rag.answers.network import Network
from rag.fitting import logit
from rag.fitting.stages import Choice
from rag.fitting.training import Choices, tables, train_choice

FOLDS = 4


def fit_picking(
    choices: Sequence[Choice], about: Mapping[str, object]
) -> tuple[Network, Mapping[str, Mapping[str, Sequence[float]]]]:
    """Each fold is judged by what was fitted on the others; what is kept is fitted on all. Figures are the shares of
    questions, those with a right sentence among what is weighed, whose best one is right: by the linear scores, and
    with what the network adds."""
    choices = [each for each in choices if any(each.right)]
    names = logit.names_of([row for each in choices for row in each.features])

    def fit(learnt: Sequence[Choice]) -> Network:
        of_source = Counter(each.source for each in learnt)
        share = [
            (logit.OURS if each.source.startswith(logit.OUR_SOURCES) else 1.0) / of_source[each.source]
            for each in learnt
        ]
        rows = [row for each in learnt for row in each.features]
        made = Choices(
            logit.matrix(rows, names).astype(np.float32),
            tables([row for each in learnt for row in each.words]),
            np.array([score for each in learnt for score in each.scores], np.float32),
            np.array([right for each in learnt for right in each.right], bool),
            np.cumsum([0, *(len(each.right) for each in learnt)]),
            np.array(share),
        )
        return train_choice(made, names, [wordwise.NAMES])

    tops: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for number in range(FOLDS):
        network = fit([each for each in choices if each.fold % FOLDS != number])
        for each in choices:
            if each.fold % FOLDS == number:
                scores = np.array(each.scores)
                by_both = scores + network.log_odds(each.features, each.words)
                tops[each.source].append((each.right[int(scores.argmax())], each.right[int(by_both.argmax())]))
    figures = {source: [round(float(share), 4) for share in np.mean(told, axis=0)] for source, told in tops.items()}
    told = {**about, "questions": len(choices), "top1_without_and_with": figures}
    return replace(fit(choices), about=told), {"top1_without_and_with": figures}

"""Boosted trees by scikit-learn, taken over into our own small form."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from rag.answers.trees import Node, Trees
from rag.fitting.logit import Floats

TREES, DEPTH, RATE, LEAF = 400, 4, 0.05, 20


def boost(x: Floats, yes: NDArray[np.bool_], share: Floats, names: Sequence[str]) -> Trees:
    """Gradient boosting of the log loss (Friedman 2001); `share` is how much each row counts."""
    model = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=RATE,
        subsample=0.7,
        min_samples_leaf=LEAF,
        max_features=0.4,
        random_state=0,
    )
    model.fit(x, yes, sample_weight=share * len(share) / share.sum())
    prior = float((share * yes).sum() / share.sum())
    trees = [_taken(tree[0].tree_, 0, names) for tree in model.estimators_]
    return Trees(trees, float(np.log(prior / (1 - prior))), {})


def _taken(tree: Any, place: int, names: Sequence[str]) -> Node | float:
    if tree.children_left[place] < 0:
        return RATE * float(tree.value[place, 0, 0])
    return Node(
        names[tree.feature[place]],
        float(tree.threshold[place]),
        _taken(tree, int(tree.children_left[place]), names),
        _taken(tree, int(tree.children_right[place]), names),
    )

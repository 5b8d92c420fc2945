"""Small boosted trees over named features, kept in a file one can read."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.search.linear import WEIGHTS


@dataclass(frozen=True, slots=True)
class Node:
    """Goes to `below` when the feature is at most the threshold, else to `above`."""

    feature: str
    threshold: float
    below: "Node | float"
    above: "Node | float"


@dataclass(frozen=True)
class Trees:
    """log odds = bias + sum of the leaves reached; `about` says how and on what it was fitted."""

    trees: Sequence[Node | float]
    bias: float
    about: Mapping[str, Any]

    @classmethod
    def from_file(cls, path: Path) -> "Trees":
        written = json.loads(path.read_text(encoding="utf-8"))
        return cls([_node(tree) for tree in written["trees"]], written["bias"], written["about"])

    def save(self, path: Path) -> None:
        """One tree a line: [feature, threshold, below, above], leaves as numbers."""
        trees = ",\n".join(json.dumps(_written(tree), ensure_ascii=False) for tree in self.trees)
        about = json.dumps(dict(self.about), ensure_ascii=False, indent=1)
        path.write_text(f'{{"bias": {self.bias:.4f},\n"about": {about},\n"trees": [\n{trees}\n]}}\n', encoding="utf-8")

    def chance(self, features: Mapping[str, float]) -> float:
        """0 to 1; a feature that is not given counts as 0."""
        return chance_of(self, features=features)

    def log_odds(self, features: Mapping[str, float]) -> float:
        return self.bias + self._table.total(features)

    @cached_property
    def _table(self) -> "_Table":
        return _Table.of(self.trees)


def chance_of(*models: Trees, features: Mapping[str, float]) -> float:
    """What several come to together: the mean of their log odds, as a chance."""
    return 1 / (1 + math.exp(-sum(model.log_odds(features) for model in models) / len(models)))


@dataclass(frozen=True, slots=True)
class _Table:
    """All nodes in arrays, so that all trees are walked down side by side. A leaf leads to itself; `leaves` has what it
    adds. `wanted[i]` is the number in `names` of the feature node i looks at."""

    names: Sequence[str]
    roots: NDArray[np.intp]
    wanted: NDArray[np.intp]
    thresholds: NDArray[np.float64]
    below: NDArray[np.intp]
    above: NDArray[np.intp]
    leaves: NDArray[np.float64]
    depth: int

    @classmethod
    def of(cls, trees: Sequence[Node | float]) -> "_Table":
        names: dict[str, int] = {}
        rows: list[tuple[int, float, int, int, float]] = []

        def place(node: Node | float) -> tuple[int, int]:
            """Its number, and the steps from it to its deepest leaf."""
            own = len(rows)
            if not isinstance(node, Node):
                rows.append((0, 0.0, own, own, node))
                return own, 0
            rows.append((0, 0.0, 0, 0, 0.0))
            (below, left), (above, right) = place(node.below), place(node.above)
            rows[own] = (names.setdefault(node.feature, len(names)), node.threshold, above, below, 0.0)
            return own, 1 + max(left, right)

        placed = [place(tree) for tree in trees]
        wanted, thresholds, above, below, leaves = np.array(rows, np.float64).reshape(-1, 5).T
        return cls(
            list(names) or [""],
            np.array([root for root, _ in placed], np.intp),
            wanted.astype(np.intp),
            thresholds.copy(),
            below.astype(np.intp),
            above.astype(np.intp),
            leaves.copy(),
            max((depth for _, depth in placed), default=0),
        )

    def total(self, features: Mapping[str, float]) -> float:
        values = np.array([features.get(name, 0.0) for name in self.names])
        # Of every node at once: numpy takes longer to be called than to compare them all.
        onward = np.where(values[self.wanted] <= self.thresholds, self.below, self.above)
        nodes = self.roots
        for _ in range(self.depth):
            nodes = onward[nodes]
        return float(self.leaves[nodes].sum())


def _node(written: Any) -> Node | float:
    if isinstance(written, list):
        feature, threshold, below, above = written
        return Node(feature, threshold, _node(below), _node(above))
    return float(written)


def _written(node: Node | float) -> list[Any] | float:
    if isinstance(node, Node):
        return [node.feature, round(node.threshold, 4), _written(node.below), _written(node.above)]
    return round(node, 4)


@cache
def fitted_trees(name: str) -> Trees:
    """The trees shipped under this name in rag/weights."""
    return Trees.from_file(WEIGHTS / f"{name}.json")

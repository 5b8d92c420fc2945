"""Small boosted trees over named features, kept in a file one can read."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rag.linear import WEIGHTS


@dataclass(frozen=True, slots=True)
class Node:
    """Goes to `below` when the feature is at most the threshold, else to `above`."""

    feature: str
    threshold: float
    below: "Node | float"
    above: "Node | float"


@dataclass(frozen=True)
class Trees:
    """chance = logistic(bias + sum of the leaves reached); `about` says how and on what it was fitted."""

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
        total = self.bias
        for tree in self.trees:
            node = tree
            while isinstance(node, Node):
                node = node.below if features.get(node.feature, 0.0) <= node.threshold else node.above
            total += node
        return 1 / (1 + math.exp(-total))


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

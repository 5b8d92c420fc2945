"""A linear model over named features, kept in a file one can read."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

WEIGHTS = Path(__file__).parents[1] / "weights"


@dataclass(frozen=True)
class Linear:
    """score = bias + sum of weight x feature; higher is better. `about` says how and on what it was fitted."""

    names: tuple[str, ...]
    weights: Matrix
    bias: float
    about: Mapping[str, Any]

    @classmethod
    def from_file(cls, path: Path) -> "Linear":
        written = json.loads(path.read_text(encoding="utf-8"))
        weights: dict[str, float] = written["weights"]
        return cls(tuple(weights), np.array(list(weights.values()), np.float32), written["bias"], written["about"])

    def weight(self, name: str) -> float:
        """Of one feature; 0 when the model does not know it."""
        return float(self.weights[self._places[name]]) if name in self._places else 0.0

    def save(self, path: Path) -> None:
        rounded = {name: round(float(weight), 4) for name, weight in zip(self.names, self.weights, strict=True)}
        written = {"bias": round(self.bias, 4), "weights": rounded, "about": dict(self.about)}
        path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def score(self, features: Sequence[Mapping[str, float]]) -> Matrix:
        """Shape (len(features),); a feature that is not given counts as 0."""
        if not features:
            return np.zeros(0, np.float32)
        matrix = np.zeros((len(features), len(self.names)), np.float32)
        alike: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(features):
            alike.setdefault(tuple(row), []).append(number)
        for names, rows in alike.items():
            known = [(self._places[name], i) for i, name in enumerate(names) if name in self._places]
            if known:
                places, columns = zip(*known, strict=True)
                values = np.array([list(features[number].values()) for number in rows], np.float32)
                matrix[np.ix_(rows, places)] = values[:, columns]
        return np.asarray(matrix @ self.weights + self.bias, np.float32)

    def score_table(self, names: tuple[str, ...], table: NDArray[np.floating[Any]]) -> Matrix:
        """As `score`, of the features named: table[i] has the values of names[i], one for each row."""
        known, places = self._known(names)
        matrix = np.zeros((table.shape[1], len(self.names)), np.float32)
        matrix[:, places] = table[known].T
        return np.asarray(matrix @ self.weights + self.bias, np.float32)

    @cached_property
    def _known(self) -> Callable[[tuple[str, ...]], tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Which of the features named it knows, and their places in it; the same ones are named again and again."""

        def find(names: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
            known = [i for i, name in enumerate(names) if name in self._places]
            return np.array(known, np.intp), np.array([self._places[names[i]] for i in known], np.intp)

        return cache(find)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.names)}


@cache
def fitted(name: str) -> Linear:
    """The model shipped under this name in rag/weights."""
    return Linear.from_file(WEIGHTS / f"{name}.json")

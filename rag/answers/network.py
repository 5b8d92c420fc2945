"""A small network over named features and over what is known of each word, kept in a file one can read."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.search.coverage import Values
from rag.search.linear import WEIGHTS

MOST_WORDS = 32
"""Of a question that are read."""
FARTHEST = 4.0
"""Spreads from the mean beyond which a feature counts no more."""
SUM = 6.0
"""What the sum over the words is divided by."""
DIGITS = 4


@dataclass(frozen=True, eq=False)
class Layer:
    """x @ weights + biases; weights have shape (in, out)."""

    weights: NDArray[np.float64]
    biases: NDArray[np.float64]

    def __call__(self, x: Values) -> Values:
        return np.asarray(x @ self.weights + self.biases)


@dataclass(frozen=True, eq=False)
class Member:
    """One network. Each word goes through `word` and `meaning`; of what comes out the greatest, the sum and the mean by
    `attention` stand for the question beside the features (pooling as in Deep Sets, Zaheer et al. 2017), and `joined`
    and `last` make log odds of them."""

    word: Layer
    meaning: Layer
    attention: Layer
    joined: Layer
    last: Layer

    def log_odds(self, features: Values, words: Values) -> Values:
        """Of features of shape (rows, names), at the mean 0 and 1 apart, and of words of shape (rows, words, their
        names); shape (rows,)."""
        if words.shape[1]:
            read = _positive(self.meaning(_positive(self.word(words))))
            noted = self.attention(read)[..., 0]
            heed = np.exp(noted - noted.max(axis=1, keepdims=True))
            heeded = np.einsum("rw,rwm->rm", heed / heed.sum(axis=1, keepdims=True), read)
            pooled = [read.max(axis=1), read.sum(axis=1) / SUM, heeded]
        else:
            pooled = [np.zeros((len(features), 3 * len(self.meaning.biases)))]
        return np.asarray(self.last(_positive(self.joined(np.concatenate([*pooled, features], axis=1))))[:, 0])


@dataclass(frozen=True, eq=False)
class Network:
    """log odds = the mean of the members'; `about` says how and on what it was fitted. Features are taken by `names`,
    less `mean`, over `spread`; `word_names` are the columns of the words."""

    names: Sequence[str]
    word_names: Sequence[str]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    members: Sequence[Member]
    about: Mapping[str, Any]

    @classmethod
    def from_file(cls, path: Path) -> "Network":
        written = json.loads(path.read_text(encoding="utf-8"))
        members = [
            Member(**{name: Layer(np.array(layer["weights"]), np.array(layer["biases"])) for name, layer in m.items()})
            for m in written["members"]
        ]
        mean, spread = np.array(written["mean"]), np.array(written["spread"])
        return cls(written["names"], written["word_names"], mean, spread, members, written["about"])

    def save(self, path: Path) -> None:
        """One row of weights a line."""
        members = ",\n".join(
            "{" + ",\n".join(f'"{each.name}": {_written(getattr(m, each.name))}' for each in fields(m)) + "}"
            for m in self.members
        )
        told = [f'"about": {json.dumps(dict(self.about), ensure_ascii=False, indent=1)}']
        told += [f'"{name}": {json.dumps(list(getattr(self, name)))}' for name in ("names", "word_names")]
        told += [f'"{name}": {_numbers(getattr(self, name))}' for name in ("mean", "spread")]
        told += [f'"members": [\n{members}\n]']
        path.write_text("{" + ",\n".join(told) + "}\n", encoding="utf-8")

    def log_odds(self, features: Sequence[Mapping[str, float]], words: Sequence[Values]) -> Values:
        """Of rows with the words of each, of shape (words, len(word_names)); a feature that is not given counts as 0.
        Shape (rows,)."""
        values = np.array([[row.get(name, 0.0) for name in self.names] for row in features])
        apart = np.clip((values - self.mean) / self.spread, -FARTHEST, FARTHEST)
        found = np.zeros(len(words))
        for count in set(map(len, words)):  # of one question those in its language, and those in the other
            rows = [row for row, each in enumerate(words) if len(each) == count]
            read = np.array([words[row][:MOST_WORDS] for row in rows])
            found[rows] = np.mean([member.log_odds(apart[rows], read) for member in self.members], axis=0)
        return found


def chance_of(*networks: Network, features: Mapping[str, float], words: Values) -> float:
    """What several come to together: the mean of their log odds, as a chance."""
    odds = [float(network.log_odds([features], [words])[0]) for network in networks]
    return 1 / (1 + math.exp(-sum(odds) / len(odds)))


def _positive(x: Values) -> Values:
    return np.maximum(x, 0.0)


def _numbers(values: NDArray[np.float64]) -> str:
    return json.dumps([round(value, DIGITS) for value in values.tolist()])


def _written(layer: Layer) -> str:
    rows = ",\n".join(map(_numbers, layer.weights))
    return f'{{"weights": [\n{rows}],\n"biases": {_numbers(layer.biases)}}}'


@cache
def fitted_network(name: str) -> Network:
    """The one shipped under this name in rag/weights."""
    return Network.from_file(WEIGHTS / f"{name}.json")

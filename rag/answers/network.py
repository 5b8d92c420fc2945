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

Words = Sequence[Values]
"""What is known of words: a table for each reader of a network, of shape (words, their names)."""

MOST_WORDS = 40
"""Of a table that are read."""
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
class Reader:
    """Each word goes through `word` and `meaning`; of what comes out the greatest, the sum and the mean by `attention`
    stand for all (pooling as in Deep Sets, Zaheer et al. 2017)."""

    word: Layer
    meaning: Layer
    attention: Layer

    def __call__(self, words: Values) -> Values:
        """Of shape (rows, words, their names); shape (rows, 3 * what comes out of each)."""
        if not words.shape[1]:
            return np.zeros((len(words), 3 * len(self.meaning.biases)))
        read = _positive(self.meaning(_positive(self.word(words))))
        noted = self.attention(read)[..., 0]
        heed = np.exp(noted - noted.max(axis=1, keepdims=True))
        heeded = np.einsum("rw,rwm->rm", heed / heed.sum(axis=1, keepdims=True), read)
        return np.concatenate([read.max(axis=1), read.sum(axis=1) / SUM, heeded], axis=1)


@dataclass(frozen=True, eq=False)
class Member:
    """One network: what the readers make of the words, a table each, stands beside the features, and `joined` and
    `last` make log odds of them."""

    readers: Sequence[Reader]
    joined: Layer
    last: Layer

    def log_odds(self, features: Values, words: Words) -> Values:
        """Of features of shape (rows, names), at the mean 0 and 1 apart, and of words, for each reader of shape (rows,
        words, their names); shape (rows,)."""
        pooled = [reader(table) for reader, table in zip(self.readers, words, strict=True)]
        return np.asarray(self.last(_positive(self.joined(np.concatenate([*pooled, features], axis=1))))[:, 0])


@dataclass(frozen=True, eq=False)
class Network:
    """log odds = the mean of the members'; `about` says how and on what it was fitted. Features are taken by `names`,
    less `mean`, over `spread`; `word_names` are the columns of the words, for each reader."""

    names: Sequence[str]
    word_names: Sequence[Sequence[str]]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    members: Sequence[Member]
    about: Mapping[str, Any]

    @classmethod
    def from_file(cls, path: Path) -> "Network":
        written = json.loads(path.read_text(encoding="utf-8"))
        members = [
            Member([Reader(**_layers(reader)) for reader in member.pop("readers")], **_layers(member))
            for member in written["members"]
        ]
        mean, spread = np.array(written["mean"]), np.array(written["spread"])
        return cls(written["names"], written["word_names"], mean, spread, members, written["about"])

    def save(self, path: Path) -> None:
        """One row of weights a line."""
        members = ",\n".join(
            f'{{"readers": [\n{readers}],\n"joined": {_written(m.joined)},\n"last": {_written(m.last)}}}'
            for m in self.members
            for readers in [",\n".join(map(_written_reader, m.readers))]
        )
        told = [f'"about": {json.dumps(dict(self.about), ensure_ascii=False, indent=1)}']
        told += [f'"{name}": {json.dumps(list(getattr(self, name)))}' for name in ("names", "word_names")]
        told += [f'"{name}": {_numbers(getattr(self, name))}' for name in ("mean", "spread")]
        told += [f'"members": [\n{members}\n]']
        path.write_text("{" + ",\n".join(told) + "}\n", encoding="utf-8")

    def log_odds(self, features: Sequence[Mapping[str, float]], words: Sequence[Words]) -> Values:
        """Of rows with the words of each; a feature that is not given counts as 0. Shape (rows,)."""
        values = np.array([[row.get(name, 0.0) for name in self.names] for row in features])
        apart = np.clip((values - self.mean) / self.spread, -FARTHEST, FARTHEST)
        found = np.zeros(len(words))
        alike: dict[tuple[int, ...], list[int]] = {}
        for row, tables in enumerate(words):  # of one question those in its language, and those in the other
            alike.setdefault(tuple(map(len, tables)), []).append(row)
        for rows in alike.values():
            read = [
                np.array([table[:MOST_WORDS] for table in tables])
                for tables in zip(*map(words.__getitem__, rows), strict=True)
            ]
            found[rows] = np.mean([member.log_odds(apart[rows], read) for member in self.members], axis=0)
        return found


def chance_of(*networks: Network, features: Mapping[str, float], words: Words) -> float:
    """What several come to together: the mean of their log odds, as a chance."""
    odds = [float(network.log_odds([features], [words])[0]) for network in networks]
    return 1 / (1 + math.exp(-sum(odds) / len(odds)))


def _positive(x: Values) -> Values:
    return np.maximum(x, 0.0)


def _numbers(values: NDArray[np.float64]) -> str:
    return json.dumps([round(value, DIGITS) for value in values.tolist()])


def _layers(written: Mapping[str, Any]) -> dict[str, Layer]:
    return {name: Layer(np.array(layer["weights"]), np.array(layer["biases"])) for name, layer in written.items()}


def _written_reader(reader: Reader) -> str:
    layers = ",\n".join(f'"{each.name}": {_written(getattr(reader, each.name))}' for each in fields(reader))
    return f"{{{layers}}}"


def _written(layer: Layer) -> str:
    rows = ",\n".join(map(_numbers, layer.weights))
    return f'{{"weights": [\n{rows}],\n"biases": {_numbers(layer.biases)}}}'


@cache
def fitted_network(name: str) -> Network:
    """The one shipped under this name in rag/weights."""
    return Network.from_file(WEIGHTS / f"{name}.json")

"""Texts to bags of vocabulary features."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.features import HAN, LONGER, NUMBER, WORD, Extractor, hash_pieces
from embeddings.folding import fold

_CHUNK = 32_768
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Hashed:
    """Features of many texts: those of text i are hashes[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    counts: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class Bags:
    """Vocabulary rows of many texts and their weights: those of text i are ids[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features with a row of their own. `keys` rise; `weights` are inverse document frequencies."""

    keys: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    weights: NDArray[np.float32]
    frequencies: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    def bags(self, hashed: Hashed) -> Bags:
        """Only what the vocabulary has; weight = inverse document frequency x square root of the count."""
        places = np.searchsorted(self.keys, hashed.hashes)
        places[places == len(self.keys)] = 0
        known = self.keys[places] == hashed.hashes
        before = np.concatenate(([0], np.cumsum(known)))
        ids = places[known].astype(np.int32)
        return Bags(before[hashed.starts], ids, self.weights[ids] * np.sqrt(hashed.counts[known]))

    def save(self, path: Path) -> None:
        np.savez(path, keys=self.keys, kinds=self.kinds, weights=self.weights, frequencies=self.frequencies)

    @classmethod
    def open(cls, path: Path) -> "Vocabulary":
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in ("keys", "kinds", "weights", "frequencies")})


def long_words(words: Iterable[str]) -> NDArray[np.uint64]:
    """Hashes, rising, of the words of three characters and more: only these longer n-grams are counted at all."""
    folded = {fold(word) for word in words}
    return np.unique(hash_pieces(w for w in folded if len(w) > 2))


def hash_texts(texts: Sequence[str], longer: NDArray[np.uint64]) -> Hashed:
    """Features of the texts; n-grams of three characters and more only if they are among `longer`."""
    chunks = [texts[i : i + _CHUNK] for i in range(0, len(texts), _CHUNK)]
    hash_chunk = partial(_hash_chunk, longer=longer)
    if len(chunks) <= 1:
        parts = [hash_chunk(texts)]
    else:
        with ProcessPoolExecutor(_PROCESSES) as pool:
            parts = list(pool.map(hash_chunk, chunks))
    sizes = np.concatenate([part[0] for part in parts])
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Hashed(starts, *(np.concatenate([part[i] for part in parts]) for i in (1, 2, 3)))


def _hash_chunk(
    texts: Sequence[str], longer: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.float32]]:
    extract = Extractor()
    none = np.zeros(0, dtype=np.int64)
    parts = [(none, none.astype(np.uint64), none.astype(np.uint8), none.astype(np.float32))]
    for i in range(0, len(texts), 512):
        found = extract(texts[i : i + 512])
        keep = found.kinds < LONGER
        rest = np.flatnonzero(found.kinds == LONGER)
        places = np.searchsorted(longer, found.hashes[rest])
        places[places == len(longer)] = 0
        keep[rest] = longer[places] == found.hashes[rest]
        keep |= (found.kinds == WORD) | (found.kinds == NUMBER)
        sizes = np.bincount(found.text[keep], minlength=len(texts[i : i + 512]))
        parts.append((sizes, found.hashes[keep], found.kinds[keep], found.counts[keep]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def build_vocabulary(corpora: Sequence[Hashed]) -> Vocabulary:
    """Every feature found and its inverse document frequency, among the texts of its language."""
    keys = np.zeros(0, dtype=np.uint64)
    kinds = np.zeros(0, dtype=np.uint8)
    frequencies = np.zeros(0, dtype=np.int64)
    chinese_texts = english_texts = 0
    for corpus in corpora:
        found, first, counts = np.unique(corpus.hashes, return_index=True, return_counts=True)
        if (corpus.kinds == HAN).any() and (corpus.kinds == HAN).mean() > 0.1:
            chinese_texts += len(corpus)
        else:
            english_texts += len(corpus)
        joined_kinds = np.concatenate((kinds, corpus.kinds[first]))
        keys, first, inverse = np.unique(np.concatenate((keys, found)), return_index=True, return_inverse=True)
        kinds = joined_kinds[first]
        frequencies = np.bincount(inverse, weights=np.concatenate((frequencies, counts))).astype(np.int64)
    totals = np.where(kinds == WORD, english_texts, chinese_texts)
    weights = np.log1p(totals / (frequencies + 1.0)).astype(np.float32)
    return Vocabulary(keys, kinds, weights, frequencies)

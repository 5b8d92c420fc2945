"""The bundled encoder: one trained vector for every feature of its vocabulary, added up.

A feature outside the vocabulary adds a fixed sparse direction drawn from its hash, so that a name or figure never seen
in training still matches itself. Rows are kept in four bits a number, the even share of the error being far below what
adding up a text averages out.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from embeddings.features import BIGRAM, HAN, NUMBER, SYMBOL, WORD, Extractor, Features, hash_piece
from embeddings.syllables import syllables

BUNDLED = Path(__file__).with_name("bundled")
FORMAT = 1
CONFIG = "youju_static.json"

_BATCH = 256
_DIRECTION_SIZE = 4  # numbers other than zero in the direction of an unknown feature
_LIKELY_BITS = 22
_SHORT = 8  # features of a text that are added up together with those of others
_MIDDLE = 7.5  # four bits are read as -7.5 to 7.5
_SIGNS = np.array([1.0, -1.0]) / np.sqrt(_DIRECTION_SIZE)
_PROBE = "2023年1月，杨浦區一般公共預算收入1,261.5億元，增长百分之五。The district's revenues grew; Yangpu 😀"
_SUFFIXES = ("es", "ed", "ing", "d", "ly", "er", "al", "ness", "ment", "ian", "an")


@dataclass(frozen=True, slots=True)
class StaticConfig:
    """What `youju_static.json` says.

    `unknown_weights` are those of features outside the vocabulary, by kind; `count_power` is what the count of a
    feature in a text is raised to.
    """

    dimensions: int
    rows: int
    unknown_weights: tuple[float, ...]
    count_power: float
    fingerprint: str
    format: int = FORMAT


class StaticEncoder:
    """See the module. Encoding is deterministic and safe from several threads."""

    def __init__(
        self,
        config: StaticConfig,
        *,
        keys: NDArray[np.uint64],
        rows: NDArray[np.uint8],
        scales: NDArray[np.float32],
        folder: Path | None = None,
    ) -> None:
        """`keys`: hashes in rising order; `rows`: two numbers a byte, the low half of the dimensions in the low bits;
        `scales`: what a row's numbers are multiplied by; `folder`: where another process can open the same."""
        self.folder = folder
        self._config = config
        self._keys = keys
        self._rows = np.asarray(rows)  # a memmap looks the same and indexes slower
        self._scales = scales
        self._unknown_weights = np.array(config.unknown_weights, dtype=np.float32)
        # By the first bits of a hash, whether the vocabulary may have it: of six pieces that begin at a character four
        # are sorted and looked up in vain otherwise.
        self._likely = np.zeros(1 << _LIKELY_BITS, bool)
        self._likely[_first_bits(keys)] = True
        self._extract = Extractor(lambda hashes: self._likely[_first_bits(hashes)])

    @classmethod
    def open(cls, folder: Path = BUNDLED) -> "StaticEncoder":
        """The encoder saved in a folder; its rows stay on disk until they are needed."""
        path = folder / CONFIG
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw.get("format") != FORMAT:
            raise ValueError(f"{path}: format {raw.get('format')}, expected {FORMAT}; install the version it is for")
        config = StaticConfig(**{**raw, "unknown_weights": tuple(raw["unknown_weights"])})
        return cls(
            config,
            keys=np.load(folder / "keys.npy"),
            rows=np.load(folder / "rows.npy", mmap_mode="r"),
            scales=np.load(folder / "scales.npy").astype(np.float32),
            folder=folder.absolute(),
        )

    def save(self, folder: Path) -> None:
        """Four files that `open` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "keys.npy", self._keys)
        np.save(folder / "rows.npy", self._rows)
        np.save(folder / "scales.npy", self._scales.astype(np.float16))
        text = json.dumps(asdict(self._config), indent=1) + "\n"
        (folder / CONFIG).write_text(text, encoding="utf-8")

    @classmethod
    def untrained(cls, *, dimensions: int = 512) -> "StaticEncoder":
        """An encoder without a vocabulary: exact matches only."""
        weights = [0.0] * 6
        weights[HAN] = weights[BIGRAM] = weights[WORD] = weights[NUMBER] = weights[SYMBOL] = 1.0
        return cls(
            StaticConfig(dimensions, 0, tuple(weights), 0.75, f"static-untrained-{dimensions}"),
            keys=np.zeros(0, dtype=np.uint64),
            rows=np.zeros((0, dimensions // 2), dtype=np.uint8),
            scales=np.zeros(0, dtype=np.float32),
        )

    @property
    def dimensions(self) -> int:
        return self._config.dimensions

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the weights, and with how text is folded and taken apart."""
        digest = sha256(self._config.fingerprint.encode())
        features = Extractor()([_PROBE])
        digest.update(features.hashes.tobytes() + features.counts.tobytes())
        return "static-" + digest.hexdigest()[:16]

    def table(self) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """Keys of the vocabulary and their rows, shape (len(keys), dimensions), as numbers: 360 MB when bundled."""
        low, high = (self._rows & 15).astype(np.float32), (self._rows >> 4).astype(np.float32)
        rows = (np.concatenate((low, high), axis=1) - np.float32(_MIDDLE)) * self._scales[:, None]
        return self._keys.copy(), rows

    def packed(self) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
        """Rows as they are kept, two numbers a byte, and their scales."""
        return self._rows, self._scales.astype(np.float16)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        parts = [self._encode(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def encode_query(self, text: str) -> Vectors:
        """Shape (dimensions,)."""
        vector: Vectors = self._encode([text])[0]
        return vector

    def _encode(self, texts: Sequence[str]) -> Vectors:
        features = self._extract(texts)
        count = len(texts)
        known, places = self._look_up(features.hashes)
        weights = features.counts**self._config.count_power
        unknown = (~known).nonzero()[0]
        sums = self._directions(features, unknown, weights, count)
        at = known.nonzero()[0]
        text, rows, factors = features.text[at], places[at], weights[at]
        guesses = self._guess(features, unknown[features.kinds[unknown] == WORD])
        if guesses:
            at, guessed = (np.array(column, dtype=np.int64) for column in zip(*guesses, strict=True))
            order = np.argsort(np.concatenate((text, features.text[at])), kind="stable")
            text = np.concatenate((text, features.text[at]))[order]
            rows = np.concatenate((rows, guessed))[order]
            factors = np.concatenate((factors, weights[at]))[order]
        factors = factors * self._scales[rows]
        bounds = np.searchsorted(text, np.arange(count + 1)) if count > 1 else np.array([0, len(text)])
        half = self.dimensions // 2
        sizes = np.diff(bounds)
        short = (sizes <= _SHORT) & (sizes > 0)
        for i in (sizes > _SHORT).nonzero()[0].tolist():
            start, end = bounds[i], bounds[i + 1]
            packed = self._rows[rows[start:end]]
            factor = factors[start:end]
            sums[i] -= _MIDDLE * factor.sum()
            sums[i, :half] += factor @ (packed & 15).astype(np.float32)
            sums[i, half:] += factor @ (packed >> 4).astype(np.float32)
        if short.any():  # words and the like, all at once
            among = short.repeat(sizes)
            packed, factor = self._rows[rows[among]], factors[among, None]
            starts = np.cumsum(sizes[short]) - sizes[short]
            sums[short] -= _MIDDLE * np.add.reduceat(factor, starts)
            sums[short, :half] += np.add.reduceat((packed & 15) * factor, starts)
            sums[short, half:] += np.add.reduceat((packed >> 4) * factor, starts)
        norms = np.sqrt(np.einsum("ij,ij->i", sums, sums))
        bare = norms < 1e-6
        if bare.any():  # nothing but features of weight zero, or what cancels out
            sums[bare, 0], norms[bare] = 1.0, 1.0
            sums[bare, 1:] = 0.0
        sums /= norms[:, None]
        return sums

    def _look_up(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which hashes are in the vocabulary, and the rows of those that are."""
        if not len(self._keys):
            return np.zeros(len(hashes), dtype=bool), np.zeros(len(hashes), dtype=np.int64)
        places = np.minimum(self._keys.searchsorted(hashes), len(self._keys) - 1)
        return self._keys[places] == hashes, places

    def _guess(self, features: Features, unknown: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Rows that stand for unknown English words: the word without its ending, or the syllables of a name."""
        guesses = []
        for i in unknown.tolist():
            word = features.folded[features.starts[i] : features.ends[i]]
            guesses += [(i, row) for row in self._rows_of_parts(word)]
        return guesses

    def _rows_of_parts(self, word: str) -> list[int]:
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) > 3:
                rows = self._rows_of((word[: -len(suffix)], word[: -len(suffix)] + "e"))
                if rows:
                    return rows[:1]
        return self._rows_of(syllables(word))

    def _rows_of(self, pieces: Sequence[str]) -> list[int]:
        hashes = np.array([hash_piece(piece) for piece in pieces], dtype=np.uint64)
        known, places = self._look_up(hashes)
        return [int(place) for place in places[known]]

    def _directions(
        self, features: Features, unknown: NDArray[np.int64], weights: NDArray[np.float32], count: int
    ) -> NDArray[np.float32]:
        """Sums of the directions of unknown features, shape (count, dimensions)."""
        values = self._unknown_weights[features.kinds[unknown]] * weights[unknown]
        counting = values.nonzero()[0]
        size = self.dimensions
        if not len(counting):
            return np.zeros((count, size), dtype=np.float32)
        used = unknown[counting]
        drawn = features.hashes[used].view(np.uint16)  # four a hash
        columns = (drawn & 0x7FFF).astype(np.int64) * size >> 15
        if count > 1:
            columns += features.text[used].repeat(_DIRECTION_SIZE) * size
        signed = values[counting].repeat(_DIRECTION_SIZE) * _SIGNS[drawn >> 15]
        return np.bincount(columns, signed, count * size).reshape(count, size).astype(np.float32)


def _first_bits(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    return (hashes >> np.uint64(64 - _LIKELY_BITS)).view(np.int64)


def fingerprint(*arrays: NDArray[Any], note: str = "") -> str:
    """Changes with any of the arrays and with the note."""
    digest = sha256(note.encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]

"""The bundled encoder: a weighted sum of feature vectors, half of it trained, half of it exact.

A vector is two parts side by side, each of unit length before they are weighted. The trained part sums the rows the
vocabulary has for a text's features; it carries meaning across words and languages. The exact part sums a fixed sparse
direction drawn from each feature's hash, so that a name or figure never seen in training still matches itself.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from embeddings.features import BIGRAM, HAN, LONGER, NUMBER, SUBWORD, SYMBOL, WORD, Extractor, Features

BUNDLED = Path(__file__).with_name("bundled")
FORMAT = 1
_CONFIG = "youju_static.json"
_BATCH = 256

_HASHES_PER_FEATURE = 4


@dataclass(frozen=True, slots=True)
class StaticConfig:
    """What `youju_static.json` says. `exact_share` is how much of a cosine the exact part decides, 0 to 1."""

    trained_dimensions: int
    exact_dimensions: int
    exact_share: float
    fallback_weights: tuple[float, ...]
    fingerprint: str
    format: int = FORMAT


class StaticEncoder:
    """See the module. Vectors have unit length; encoding is deterministic and safe from several threads."""

    def __init__(
        self,
        config: StaticConfig,
        *,
        keys: NDArray[np.uint64],
        weights: NDArray[np.float32],
        rows: NDArray[np.int8],
        scales: NDArray[np.float32],
    ) -> None:
        """`keys`: hashes in rising order; `weights`: of the exact part; `rows` times `scales`: of the trained part."""
        self._config = config
        self._keys = keys
        self._weights = weights
        self._rows = rows
        self._scales = scales
        self._fallback = np.array(config.fallback_weights, dtype=np.float32)
        self._extract = Extractor()

    @classmethod
    def open(cls, folder: Path = BUNDLED) -> "StaticEncoder":
        """The encoder saved in a folder; its rows stay on disk until they are needed."""
        raw = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        raw["fallback_weights"] = tuple(raw["fallback_weights"])
        config = StaticConfig(**raw)
        if config.format != FORMAT:
            raise ValueError(f"{folder}: format {config.format}, this version reads {FORMAT}; install the one it fits")
        return cls(
            config,
            keys=np.load(folder / "keys.npy"),
            weights=np.load(folder / "weights.npy").astype(np.float32),
            rows=np.load(folder / "rows.npy", mmap_mode="r"),
            scales=np.load(folder / "scales.npy").astype(np.float32),
        )

    @classmethod
    def untrained(cls, *, exact_dimensions: int = 512) -> "StaticEncoder":
        """The exact part alone, each kind of feature with one weight."""
        weights = [0.0] * 7
        weights[HAN], weights[BIGRAM], weights[WORD], weights[NUMBER], weights[SYMBOL] = 0.2, 1.0, 1.0, 1.0, 1.0
        weights[LONGER] = weights[SUBWORD] = 0.0
        config = StaticConfig(0, exact_dimensions, 1.0, tuple(weights), f"static-untrained-{exact_dimensions}-{FORMAT}")
        return cls(
            config,
            keys=np.zeros(0, dtype=np.uint64),
            weights=np.zeros(0, dtype=np.float32),
            rows=np.zeros((0, 0), dtype=np.int8),
            scales=np.zeros(0, dtype=np.float32),
        )

    @property
    def dimensions(self) -> int:
        return self._config.trained_dimensions + self._config.exact_dimensions

    @property
    def fingerprint(self) -> str:
        return self._config.fingerprint

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
        places = np.searchsorted(self._keys, features.hashes)
        known = np.zeros(len(places), dtype=bool)
        inside = places < len(self._keys)
        known[inside] = self._keys[places[inside]] == features.hashes[inside]
        weights = self._fallback[features.kinds]
        weights[known] = self._weights[places[known]]
        exact = self._exact(features, weights, count)
        if self._config.trained_dimensions == 0:
            return _unit(exact)
        trained = self._trained(features, places, known, count)
        share = self._config.exact_share
        vectors = np.concatenate((_unit(trained) * np.sqrt(1 - share), _unit(exact) * np.sqrt(share)), axis=1)
        return _unit(vectors.astype(np.float32))

    def _trained(
        self, features: Features, places: NDArray[np.int64], known: NDArray[np.bool_], count: int
    ) -> NDArray[np.float32]:
        sums = np.zeros((count, self._config.trained_dimensions), dtype=np.float32)
        found = places[known]
        factors = self._scales[found] * np.sqrt(features.counts[known])
        bounds = np.searchsorted(features.text[known], np.arange(count + 1)).tolist()
        for i in range(count):
            start, end = bounds[i], bounds[i + 1]
            sums[i] = factors[start:end] @ self._rows[found[start:end]].astype(np.float32)
        return sums

    def _exact(self, features: Features, weights: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        used = np.flatnonzero(weights)
        hashes = features.hashes[used]
        values = weights[used] * np.sqrt(features.counts[used])
        size = self._config.exact_dimensions
        shifts = np.arange(_HASHES_PER_FEATURE, dtype=np.uint64) * np.uint64(16)
        drawn = (hashes[:, None] >> shifts) & np.uint64(0xFFFF)
        columns = ((drawn & np.uint64(0x7FFF)) * np.uint64(size) >> np.uint64(15)).astype(np.int64)
        signs = 1.0 - 2.0 * (drawn >> np.uint64(15)).astype(np.float32)
        flat = features.text[used, None] * size + columns
        sums = np.bincount(flat.ravel(), weights=(values[:, None] * signs).ravel(), minlength=count * size)
        return sums.reshape(count, size).astype(np.float32)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows at unit length; a row of zeros stays."""
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    unit: NDArray[np.float32] = rows / np.maximum(norms, np.float32(1e-12))
    return unit


def fingerprint_of(*arrays: NDArray[np.generic], extra: str = "") -> str:
    """Changes with any of the arrays and with how text becomes features."""
    digest = hashlib.sha256(extra.encode())
    for name in ("folding.py", "features.py", "static.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return "static-" + digest.hexdigest()[:16]

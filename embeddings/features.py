"""Text to the features the bundled encoder sums: hashes of character n-grams, words, subwords and numbers.

All texts of a batch are hashed at once: with G the running sum of c[j] * P**j (mod 2**64), the piece [s, e) has the
hash (G[e] - G[s]) * P**-s wherever it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.folding import fold

MAX_CHARACTERS = 65_536
"""Of one text; what follows has no part in its vector."""

MAX_HAN = 6
"""Longest n-gram of Chinese characters looked up in the vocabulary."""

HAN, BIGRAM, LONGER, WORD, NUMBER, SYMBOL, SUBWORD = range(7)
"""Kinds of features. LONGER and SUBWORD only count when the vocabulary has them."""

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_SALTS = np.array([0, 0, 0, 0, 0, 0, 0xD1B54A32D192ED03], dtype=np.uint64)

_OTHER, _IDEOGRAPH, _LETTER, _DIGIT = range(4)


def _character_classes() -> NDArray[np.uint8]:
    classes = np.zeros(0x10000, dtype=np.uint8)
    for start, end in ((0xC0, 0x2B0), (0x370, 0x2000), (0x2C00, 0x2E00), (0xA640, 0xAC00)):
        classes[start:end] = _LETTER
    classes[ord("a") : ord("z") + 1] = _LETTER
    classes[ord("0") : ord("9") + 1] = _DIGIT
    for start, end in ((0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7B0), (0xF900, 0xFB00)):
        classes[start:end] = _IDEOGRAPH
    return classes


@dataclass(frozen=True, slots=True)
class Features:
    """Each feature of each text once. `text` rises; `hashes` are 64 bits; `counts` are occurrences."""

    text: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    counts: NDArray[np.float32]


class Extractor:
    """Finds the features of texts."""

    def __init__(self) -> None:
        self._classes = _character_classes()
        self._powers = np.ones(1, dtype=np.uint64)
        self._inverses = np.ones(1, dtype=np.uint64)

    def __call__(self, texts: Sequence[str]) -> Features:
        """Features of the texts together; every text has at least one."""
        folded = [fold(text[:MAX_CHARACTERS]) or " " for text in texts]
        joined = "\n".join(folded)
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
        classes = self._classify(codes)
        running = self._running_sums(codes)
        starts, ends, kinds = _pieces(codes, classes)
        sizes = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
        borders = np.cumsum(sizes + 1)
        text = np.searchsorted(borders, starts, side="right")
        bare = np.flatnonzero(np.bincount(text, minlength=len(folded)) == 0)
        if len(bare):
            extra = np.concatenate([np.arange(borders[i] - sizes[i] - 1, borders[i] - 1) for i in bare.tolist()])
            starts, ends = np.concatenate((starts, extra)), np.concatenate((ends, extra + 1))
            kinds = np.concatenate((kinds, np.full(len(extra), SYMBOL, dtype=np.uint8)))
            text = np.concatenate((text, np.repeat(bare, sizes[bare])))
        hashes = _mix((running[ends] - running[starts]) * self._inverses[starts] + _SALTS[kinds])
        return _unique(text, hashes, kinds)

    def _classify(self, codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
        classes = self._classes[np.minimum(codes, 0xFFFF)]
        if codes.max() > 0xFFFF:
            classes[(codes >= 0x20000) & (codes < 0x32000)] = _IDEOGRAPH
        points = np.flatnonzero(codes == ord("."))
        if len(points):
            inner = points[(points > 0) & (points < len(codes) - 1)]
            inner = inner[(classes[inner - 1] == _DIGIT) & (classes[inner + 1] == _DIGIT)]
            classes[inner] = _DIGIT
        return classes

    def _running_sums(self, codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
        size = len(codes)
        if size >= len(self._powers):
            room = max(4096, 2 * size)
            for name, base in (("_powers", _BASE), ("_inverses", _INVERSE)):
                powers = np.full(room, base, dtype=np.uint64)
                powers[0] = 1
                setattr(self, name, np.cumprod(powers, dtype=np.uint64))
        running = np.empty(size + 1, dtype=np.uint64)
        running[0] = 0
        np.cumsum((codes + np.uint64(1)) * self._powers[:size], out=running[1:])
        return running


def hash_piece(piece: str, kind: int) -> int:
    """The hash `Extractor` gives this piece of folded text."""
    total = int(_SALTS[kind])
    for position, character in enumerate(piece):
        total += (ord(character) + 1) * pow(_BASE, position, 2**64)
    return int(_mix(np.array([total % 2**64], dtype=np.uint64))[0])


def _pieces(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Start, end and kind of every piece."""
    size = len(codes)
    borders = np.flatnonzero(classes[1:] != classes[:-1]) + 1
    run_starts = np.concatenate(([0], borders))
    run_ends = np.concatenate((borders, [size]))
    run_classes = classes[run_starts]
    starts, ends, kinds = [], [], []

    han = np.flatnonzero(classes == _IDEOGRAPH)
    if len(han):
        left = np.repeat(run_ends, run_ends - run_starts)[han] - han
        lengths = np.arange(1, MAX_HAN + 1)
        where, which = np.nonzero(left[:, None] >= lengths)
        starts.append(han[where])
        ends.append(han[where] + lengths[which])
        kinds.append(np.minimum(which, LONGER))

    words = np.flatnonzero(run_classes == _LETTER)
    if len(words):
        first, last = run_starts[words], run_ends[words]
        final = codes[last - 1]
        before = codes[np.maximum(last - 2, 0)]
        plural = (last - first > 3) & (final == ord("s"))
        plural &= (before != ord("s")) & (before != ord("u")) & (before != ord("i"))
        last = last - plural
        starts.append(first)
        ends.append(last)
        kinds.append(np.full(len(first), WORD))

    numbers = np.flatnonzero(run_classes == _DIGIT)
    if len(numbers):
        starts.append(run_starts[numbers])
        ends.append(run_ends[numbers])
        kinds.append(np.full(len(numbers), NUMBER))
    if not starts:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty.astype(np.uint8)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(kinds).astype(np.uint8)


def _mix(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads every bit over all 64 (the finaliser of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _unique(text: NDArray[np.int64], hashes: NDArray[np.uint64], kinds: NDArray[np.uint8]) -> Features:
    order = np.lexsort((hashes, text))
    text, hashes, kinds = text[order], hashes[order], kinds[order]
    new = np.empty(len(text), dtype=bool)
    new[0] = True
    np.not_equal(hashes[1:], hashes[:-1], out=new[1:])
    new[1:] |= text[1:] != text[:-1]
    firsts = np.flatnonzero(new)
    counts = np.diff(np.append(firsts, len(text))).astype(np.float32)
    return Features(text[firsts], hashes[firsts], kinds[firsts], counts)

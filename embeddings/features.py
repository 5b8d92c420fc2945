"""Text to the features the bundled encoder sums: hashes of characters, their n-grams, words and numbers.

All texts of a batch are hashed at once: with G the running sum of c[j] * P**j (mod 2**64), the piece [s, e) has the
hash (G[e] - G[s]) * P**-s wherever it stands.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings.folding import fold

MAX_CHARACTERS = 65_536
"""Of one text; what follows has no part in its vector."""

MAX_HAN = 6
"""Longest n-gram of Chinese characters looked up in the vocabulary."""

HAN, BIGRAM, LONGER, WORD, NUMBER, SYMBOL = range(6)
"""Kinds of features. LONGER only counts when the vocabulary has it."""

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_OTHER, _IDEOGRAPH, _LETTER, _DIGIT = range(4)
_LENGTHS = np.arange(1, MAX_HAN + 1)
_KIND_OF_LENGTH = np.array([HAN, BIGRAM] + [LONGER] * (MAX_HAN - 2), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Features:
    """Each feature of each text once. `text` rises; `hashes` have 64 bits; `counts` are occurrences.

    `folded[starts[i]:ends[i]]` is where feature i stands for the first time.
    """

    text: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    counts: NDArray[np.float32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    folded: str


class Extractor:
    """Finds the features of texts; of LONGER ones only those that are `listed`, which says it of their hashes."""

    def __init__(self, listed: Callable[[NDArray[np.uint64]], NDArray[np.bool_]] | None = None) -> None:
        self._listed = listed
        self._classes = _character_classes()
        self._powers = _powers(_BASE, 4096)
        self._inverses = _powers(_INVERSE, 4096)

    def __call__(self, texts: Sequence[str]) -> Features:
        """Features of the texts together; every text has at least one."""
        folded = [fold(text[:MAX_CHARACTERS]) or " " for text in texts]
        joined = folded[0] if len(folded) == 1 else "\n".join(folded)
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
        starts, ends, kinds = _pieces(codes, self._classify(codes))
        if len(folded) == 1:
            text = np.zeros(len(starts), dtype=np.int64)
            if not len(starts):
                starts = np.arange(len(codes))
                ends, kinds, text = starts + 1, np.full(len(codes), SYMBOL, dtype=np.uint8), np.zeros_like(starts)
        else:
            borders = np.cumsum(np.fromiter(map(len, folded), dtype=np.int64, count=len(folded)) + 1)
            text = np.searchsorted(borders, starts, side="right")
            bare = np.flatnonzero(np.bincount(text, minlength=len(folded)) == 0).tolist()
            for i in bare:
                extra = np.arange(borders[i] - 1 - len(folded[i]), borders[i] - 1)
                starts, ends = np.concatenate((starts, extra)), np.concatenate((ends, extra + 1))
                kinds = np.concatenate((kinds, np.full(len(extra), SYMBOL, dtype=np.uint8)))
                text = np.concatenate((text, np.full(len(extra), i)))
        running = self._running_sums(codes)
        hashes = _mix((running[ends] - running[starts]) * self._inverses[starts])
        if self._listed is not None:
            counting = ((kinds != LONGER) | self._listed(hashes)).nonzero()[0]
            if len(counting):
                text, hashes, kinds = text[counting], hashes[counting], kinds[counting]
                starts, ends = starts[counting], ends[counting]
        # One key in place of two sorts four times as fast. Of a hash it lacks as many bits as tell the texts apart.
        bits = (len(folded) - 1).bit_length()
        keys = (text.astype(np.uint64) << np.uint64(64 - bits)) | (hashes >> np.uint64(bits)) if bits else hashes
        order = keys.argsort(kind="stable")
        text, hashes = text[order], hashes[order]
        new = np.empty(len(order), dtype=bool)
        new[0] = True
        np.not_equal(hashes[1:], hashes[:-1], out=new[1:])
        if len(folded) > 1:
            new[1:] |= text[1:] != text[:-1]
        firsts = new.nonzero()[0]
        counts = np.empty(len(firsts), dtype=np.float32)
        counts[:-1] = firsts[1:] - firsts[:-1]
        counts[-1] = len(order) - firsts[-1]
        order = order[firsts]
        return Features(text[firsts], hashes[firsts], kinds[order], counts, starts[order], ends[order], joined)

    def _classify(self, codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
        classes = self._classes[np.minimum(codes, np.uint32(0xFFFF))]
        if codes.max() > 0xFFFF:
            classes[(codes >= 0x20000) & (codes < 0x32000)] = _IDEOGRAPH
        points = (codes == ord(".")).nonzero()[0]
        if len(points):
            inner = points[(points > 0) & (points < len(codes) - 1)]
            inner = inner[(classes[inner - 1] == _DIGIT) & (classes[inner + 1] == _DIGIT)]
            classes[inner] = _DIGIT
        return classes

    def _running_sums(self, codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
        size = len(codes)
        if size >= len(self._powers):
            powers, inverses = _powers(_BASE, 2 * size), _powers(_INVERSE, 2 * size)
            self._inverses, self._powers = inverses, powers
        running = np.zeros(size + 1, dtype=np.uint64)
        np.cumsum((codes + np.uint64(1)) * self._powers[:size], out=running[1:])
        return running


def hash_pieces(pieces: Iterable[str]) -> NDArray[np.uint64]:
    """The hashes `Extractor` gives these pieces of folded text."""
    totals = [
        sum((ord(character) + 1) * _first_power(position) for position, character in enumerate(piece)) % 2**64
        for piece in pieces
    ]
    return _mix(np.array(totals, dtype=np.uint64))


@lru_cache(maxsize=4096)
def hash_piece(piece: str) -> int:
    """As `hash_pieces`, of one."""
    return int(hash_pieces([piece])[0])


@cache
def _first_power(position: int) -> int:
    return pow(_BASE, position, 2**64)


def _pieces(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Start, end and kind of every piece."""
    borders = (classes[1:] != classes[:-1]).nonzero()[0] + 1
    run_starts = np.concatenate(([0], borders))
    run_ends = np.concatenate((borders, [len(codes)]))
    run_classes = classes[run_starts]
    present = set(run_classes.tolist())
    starts, ends, kinds = [], [], []

    if _IDEOGRAPH in present:
        ideographs = run_classes == _IDEOGRAPH
        first, last = run_starts[ideographs], run_ends[ideographs]
        places = (classes == _IDEOGRAPH).nonzero()[0]
        left = last.repeat(last - first) - places
        where, which = (left[:, None] >= _LENGTHS).nonzero()
        begin = places[where]
        starts.append(begin)
        ends.append(begin + _LENGTHS[which])
        kinds.append(_KIND_OF_LENGTH[which])

    if _LETTER in present:
        letters = run_classes == _LETTER
        first, last = run_starts[letters], run_ends[letters]
        before = codes[np.maximum(last - 2, 0)]
        plural = (last - first > 3) & (codes[last - 1] == ord("s"))
        plural &= (before != ord("s")) & (before != ord("u")) & (before != ord("i"))
        starts.append(first)
        ends.append(last - plural)
        kinds.append(np.full(len(first), WORD, dtype=np.uint8))

    if _DIGIT in present:
        digits = run_classes == _DIGIT
        starts.append(run_starts[digits])
        ends.append(run_ends[digits])
        kinds.append(np.full(int(digits.sum()), NUMBER, dtype=np.uint8))

    if not starts:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty.astype(np.uint8)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(kinds)


def _mix(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads every bit over all 64 (the finaliser of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _powers(base: int, size: int) -> NDArray[np.uint64]:
    powers = np.full(size, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _character_classes() -> NDArray[np.uint8]:
    classes = np.zeros(0x10000, dtype=np.uint8)
    for start, end in ((0xC0, 0x2B0), (0x370, 0x2000), (0x2C00, 0x2E00), (0xA640, 0xAC00)):
        classes[start:end] = _LETTER
    classes[ord("a") : ord("z") + 1] = _LETTER
    classes[ord("0") : ord("9") + 1] = _DIGIT
    for start, end in ((0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7B0), (0xF900, 0xFB00)):
        classes[start:end] = _IDEOGRAPH
    return classes

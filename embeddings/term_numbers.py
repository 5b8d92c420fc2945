"""`terms` of many texts at once, as numbers: what indexing needs.

All n-grams are hashed together and looked up in jieba's dictionary, and the likeliest cutting of every run of Chinese
characters is found for all runs at once, one character at a time from their ends. The terms are those of
`embeddings.terms`, down to ties.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log

import numpy as np
from numpy.typing import NDArray

from embeddings.folding import fold
from embeddings.terms import LOG_TOTAL, STOPWORDS, jieba_lines, stem, terms

_OTHER = re.compile(r"\d+(?:\.\d+)*|[^\W\d_㐀-䶿一-鿿豈-﫿𠀀-𲎯]+(?:['’][^\W\d_㐀-䶿一-鿿豈-﫿𠀀-𲎯]+)*")
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
_RARE_HAN = (0x20000, 0x323B0)
_UNUSUAL = 0xA000  # Hangul, emoji and the like: texts that hold any go the slow way
_LONGEST_RUN = 400
_FILTER_BITS = 23
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)

Places = NDArray[np.int64]


class TermNumbers:
    """The terms of the texts added, each as often as it occurs, as numbers into `vocabulary`."""

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self._by_hash: dict[int, int] = {}
        self._by_term: dict[str, int] = {}
        self._numbers: list[NDArray[np.int64]] = []
        self._sizes: list[NDArray[np.int64]] = []

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Those of the first text, those of the second, …, of each in any order."""
        return np.concatenate([np.zeros(0, np.int64), *self._numbers])

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many terms each text has."""
        return np.concatenate([np.zeros(0, np.int64), *self._sizes])

    def add(self, texts: Sequence[str]) -> None:
        """Some hundreds at a time: the work of a call takes about 1 KB for each of their characters."""
        if not texts:
            return
        folded = [fold(text) for text in texts]
        slow = [i for i, text in enumerate(folded) if _is_unusual(text)]
        for i in slow:
            folded[i] = ""
        numbers, owners = self._of_chinese(folded)
        more = [(self._number(term), i) for i in slow for term in terms(texts[i])]
        for i, text in enumerate(folded):
            more += [(self._number(stem(run)), i) for run in _OTHER.findall(text) if run not in STOPWORDS]
        if more:
            other, of = np.array(more, np.int64).T
            numbers, owners = np.concatenate((numbers, other)), np.concatenate((owners, of))
        self._numbers.append(numbers[np.argsort(owners, kind="stable")])
        self._sizes.append(np.bincount(owners, minlength=len(texts)).astype(np.int64))

    def _of_chinese(self, folded: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The number of each Chinese term and which text it is of."""
        joined = "\n".join(folded)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        runs = _Runs.of(codes)
        if not len(runs.starts):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        hashed = _Hashed.of(codes)
        starts, lengths = _pieces(codes, runs, hashed)
        distinct, first, inverse = np.unique(hashed(starts, lengths), return_index=True, return_inverse=True)
        by_hash, numbers = self._by_hash, np.empty(len(distinct), np.int64)
        pieces = zip(distinct.tolist(), starts[first].tolist(), lengths[first].tolist(), strict=True)
        for place, (key, start, length) in enumerate(pieces):
            number = by_hash.get(key)
            if number is None:
                number = by_hash[key] = self._number(joined[start : start + length])
            numbers[place] = number
        borders = np.cumsum([len(text) + 1 for text in folded])
        return numbers[inverse], np.searchsorted(borders, starts, side="right")

    def _number(self, term: str) -> int:
        number = self._by_term.get(term)
        if number is None:
            number = self._by_term[term] = len(self.vocabulary)
            self.vocabulary.append(term)
        return number


def _is_unusual(text: str) -> bool:
    highest = max(text, default="")
    if highest < chr(_UNUSUAL) and len(text) <= _LONGEST_RUN:
        return False
    odd = any(ord(c) >= _UNUSUAL and not _RARE_HAN[0] <= ord(c) < _RARE_HAN[1] for c in text)
    return odd or re.search(rf"[㐀-䶿一-鿿豈-﫿𠀀-𲎯]{{{_LONGEST_RUN},}}", text) is not None


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of Chinese characters. `end_of` has, for each of `places`, the end of its run."""

    starts: Places
    ends: Places
    places: Places
    end_of: Places

    @classmethod
    def of(cls, codes: NDArray[np.uint32]) -> "_Runs":
        han = _is_han()[np.minimum(codes, np.uint32(0xFFFF))]
        han |= (codes >= _RARE_HAN[0]) & (codes < _RARE_HAN[1])
        edges = np.diff(han.astype(np.int8), prepend=0, append=0)
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        return cls(starts, ends, np.flatnonzero(han), np.repeat(ends, ends - starts))


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Hashes of pieces of one text: with G the running sum of c[j] * P**j, [s, e) has (G[e] - G[s]) * P**-s."""

    sums: NDArray[np.uint64]
    inverses: NDArray[np.uint64]

    @classmethod
    def of(cls, codes: NDArray[np.uint32]) -> "_Hashed":
        sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum((codes + np.uint64(1)) * _powers(_BASE, len(codes)), out=sums[1:])
        return cls(sums, _powers(_INVERSE, len(codes)))

    def __call__(self, starts: Places, lengths: Places | int) -> NDArray[np.uint64]:
        hashes = (self.sums[starts + lengths] - self.sums[starts]) * self.inverses[starts]
        hashes = (hashes ^ (hashes >> np.uint64(32))) * np.uint64(0xBF58476D1CE4E5B9)
        return np.asarray(hashes ^ (hashes >> np.uint64(29)), np.uint64)


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """jieba's words by hash, keys rising, with the logarithm of their probability.

    `filter` says of the first bits of a hash whether any word has them, `beginnings` of the first four characters of
    the words that are longer.
    """

    keys: NDArray[np.uint64]
    values: NDArray[np.float64]
    filter: NDArray[np.bool_]
    beginnings: NDArray[np.bool_]
    longest: int

    def look_up(self, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Minus infinity for what is no word."""
        values = np.full(len(hashes), -np.inf)
        likely = np.flatnonzero(self.filter[_first_bits(hashes)])
        places = np.minimum(np.searchsorted(self.keys, hashes[likely]), len(self.keys) - 1)
        values[likely] = np.where(self.keys[places] == hashes[likely], self.values[places], -np.inf)
        return values


@cache
def _dictionary() -> _Dictionary:
    codes, lengths, values = _entries(jieba_lines())
    starts = np.cumsum(lengths) - lengths
    hashed = _Hashed.of(codes)
    keys = hashed(starts, lengths)
    order = np.argsort(keys, kind="stable")
    order = order[np.append(np.diff(keys[order]) > 0, True)]  # of two entries of a word the last counts, as in jieba
    marks, beginnings = np.zeros(1 << _FILTER_BITS, bool), np.zeros(1 << _FILTER_BITS, bool)
    marks[_first_bits(keys)] = True
    beginnings[_first_bits(hashed(starts[lengths > 4], 4))] = True
    return _Dictionary(keys[order], values[order], marks, beginnings, int(lengths.max()))


def _entries(lines: str) -> tuple[NDArray[np.uint32], Places, NDArray[np.float64]]:
    """The characters of jieba's words, one word after the other, how many each has, and the logarithm of its
    probability. All lines at once: one by one they take four times as long."""
    codes = np.frombuffer(lines.encode("utf-32-le"), np.uint32)
    blanks = np.flatnonzero(codes == ord(" ")).reshape(-1, 2)
    starts = np.concatenate(([0], np.flatnonzero(codes == ord("\n")) + 1))[: len(blanks)]
    lengths, figures = blanks[:, 0] - starts, blanks[:, 0] + 1
    frequency = np.zeros(len(blanks), np.int64)
    for place in range(int((blanks[:, 1] - figures).max())):
        more = figures + place < blanks[:, 1]
        frequency[more] = 10 * frequency[more] + codes[figures[more] + place] - ord("0")
    distinct, own = np.unique(frequency, return_inverse=True)
    values = np.array([log(each or 1) - LOG_TOTAL for each in distinct.tolist()])
    return codes[_each_place(starts, lengths)], lengths, values[own]


def _pieces(codes: NDArray[np.uint32], runs: _Runs, hashed: _Hashed) -> tuple[Places, Places]:
    """Starts and lengths of the Chinese terms: search words and bigrams."""
    scores = _scores(codes, runs, hashed)
    words = _words(runs, _likeliest_ends(runs, scores))
    starts, lengths = [words[0]], [words[1]]
    for size in (2, 3):
        longer = words[1] > size
        inner = _each_place(words[0][longer], words[1][longer] - size + 1)
        if size < len(scores) + 1:
            starts.append(inner[scores[-size][inner] > -np.inf])
            lengths.append(np.full(len(starts[-1]), size))
    pairs = runs.places[runs.end_of - runs.places >= 2]
    alone = runs.starts[runs.ends - runs.starts == 1]
    starts += [pairs, alone]
    lengths += [np.full(len(pairs), 2), np.full(len(alone), 1)]
    return np.concatenate(starts), np.concatenate(lengths)


def _scores(codes: NDArray[np.uint32], runs: _Runs, hashed: _Hashed) -> NDArray[np.float64]:
    """Logarithm of the probability of the word of each length that begins at each place, the longest words first."""
    dictionary = _dictionary()
    left = runs.end_of - runs.places
    rows: list[NDArray[np.float64]] = []
    for length in range(1, dictionary.longest + 1):
        places = runs.places[left >= length]
        if length == 5:
            likely = dictionary.beginnings[_first_bits(hashed(places, 4))]
            places, left = places[likely], left[left >= length][likely]
            runs = _Runs(runs.starts, runs.ends, places, places + left)
        if not len(places):
            break
        row = np.full(len(codes), -np.inf)
        row[places] = dictionary.look_up(hashed(places, length))
        rows.append(row)
    rows[0][rows[0] == -np.inf] = -LOG_TOTAL
    return np.stack(rows[::-1])


def _likeliest_ends(runs: _Runs, scores: NDArray[np.float64]) -> Places:
    """Where the first word of the likeliest cutting of the rest of a run ends; of equals the longest word."""
    longest, size = scores.shape
    total = np.zeros(size + longest + 1)
    ends = np.zeros(size, np.int64)
    by_length = np.argsort(runs.starts - runs.ends, kind="stable")
    last, lengths = runs.ends[by_length] - 1, np.sort(runs.ends - runs.starts)
    steps = np.arange(longest, 0, -1)[:, None]
    for back in range(int(lengths[-1])):
        count = len(lengths) - int(np.searchsorted(lengths, back, side="right"))
        places = last[:count] - back
        sums = scores[:, places] + total[places + steps]
        best = sums.argmax(axis=0)
        total[places] = sums[best, np.arange(count)]
        ends[places] = places + longest - best
    return ends


def _words(runs: _Runs, ends: Places) -> tuple[Places, Places]:
    """Starts and lengths of the words that follow one another in each run."""
    starts, current, end = [], runs.starts, runs.ends
    while len(current):
        starts.append(current)
        current = ends[current]
        going_on = current < end
        current, end = current[going_on], end[going_on]
    found = np.concatenate(starts)
    return found, ends[found] - found


def _each_place(starts: Places, counts: Places) -> Places:
    """starts[0], starts[0] + 1, …, counts[0] of them, then from starts[1] on."""
    ends = np.cumsum(counts)
    places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return np.asarray(places, np.int64)


def _first_bits(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.asarray(hashes >> np.uint64(64 - _FILTER_BITS), np.int64)


@cache
def _is_han() -> NDArray[np.bool_]:
    han = np.zeros(0x10000, bool)
    for start, end in _HAN:
        han[start:end] = True
    return han


def _powers(base: int, size: int) -> NDArray[np.uint64]:
    powers: NDArray[np.uint64] = _most_powers(base, max(1 << 17, 1 << (size - 1).bit_length()))
    return powers[:size]


@lru_cache(maxsize=8)
def _most_powers(base: int, size: int) -> NDArray[np.uint64]:
    powers = np.full(size, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)

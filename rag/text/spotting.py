"""Where the terms of a question stand in many texts, found in all of them at once.

A text is looked into as UTF-16 units: its folded form, then its numbers and Latin words, each after a mark. So every
term is a piece to be found: a Chinese one anywhere, a Latin one where a word begins, a number as a whole.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.uint16]
Held = NDArray[np.bool_]
"""Which terms a text holds, one column a term; often of several texts, one row each."""

TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+(?:['’][a-z]+)*")
"""Numbers and Latin words."""

_MARK, _END = "\0", "\1"  # neither is left in a folded text
_BLOCK = 4  # units that are compared at once
_MASKS = np.array([0, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF], np.uint64)
_SPREAD = np.uint16(40503)


def units_of(folded: Sequence[str]) -> tuple[Units, Sequence[int]]:
    """Folded texts as they are looked into, run together, and how many units each has."""
    texts = [f"{text}{_MARK}{_MARK.join(sorted(set(TOKEN.findall(text))))}{_MARK}{_END}" for text in folded]
    units, lengths = _encoded("".join(texts)), tuple(map(len, texts))
    if sum(lengths) < len(units):  # characters of two units each
        lengths = tuple(len(_encoded(text)) for text in texts)
    return units, lengths


def units_of_text(text: str) -> Units:
    """As `units_of`, where only Chinese terms are looked for."""
    return _encoded(text + _END)


@lru_cache(maxsize=4096)
def units_of_heading(folded: str) -> Units:
    """As `units_of`, kept: many passages stand under the same title."""
    return units_of([folded])[0]


@lru_cache(maxsize=8192)
def _piece(term: str) -> bytes:
    if term[0] >= "㐀":
        piece = term
    elif term[0].isdigit():
        piece = f"{_MARK}{term}{_MARK}"
    else:
        piece = _MARK + term.replace(" ", _MARK)
    return piece.encode("utf-16-le", "surrogatepass")


def _encoded(text: str) -> Units:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


class Spotter:
    """Looks for some terms."""

    def __init__(self, terms: Iterable[str]) -> None:
        pieces = [_piece(term) for term in terms]
        self._count = len(pieces)
        self._lengths = np.array([len(piece) // 2 for piece in pieces], np.int64)
        self._blocks = -(-int(self._lengths.max(initial=1)) // _BLOCK)
        padded = b"".join(piece.ljust(2 * _BLOCK * self._blocks, b"\0") for piece in pieces)
        self._wanted = np.frombuffer(padded, np.uint64).reshape(-1, self._blocks)
        left = self._lengths[:, None] - _BLOCK * np.arange(self._blocks)
        self._masks = _MASKS[np.minimum(np.maximum(left, 0), _BLOCK)]
        units = np.frombuffer(padded, np.uint16).reshape(-1, _BLOCK * self._blocks)
        self._alone = [(units[i, 0], i) for i in (self._lengths == 1).nonzero()[0].tolist()]
        # Pieces by a hash of their first two units; bucket 0 stands for a hash that none has.
        longer = (self._lengths > 1).nonzero()[0]
        hashes = units[longer, 0] * _SPREAD + units[longer, 1]
        order = hashes.argsort(kind="stable")
        self._pieces, hashes = longer[order], hashes[order]
        changes = (hashes[1:] != hashes[:-1]).nonzero()[0] + 1
        bounds = np.concatenate([[0], changes, [len(hashes)]]) if len(hashes) else np.zeros(1, np.intp)
        self._bucket_of = np.zeros(1 << 16, np.uint16)
        self._bucket_of[hashes[bounds[:-1]]] = np.arange(1, len(bounds))
        self._starts = np.concatenate([[0], bounds[:-1]])
        self._sizes = np.concatenate([[0], bounds[1:] - bounds[:-1]])

    def spot(self, texts: Sequence[Units], lengths: Sequence[int]) -> Held:
        """Which terms each text holds, shape (len(lengths), terms). `texts` may be several run together; `lengths`
        takes them apart."""
        units = np.concatenate([*texts, np.zeros(_BLOCK * self._blocks, np.uint16)])
        ends = np.cumsum(lengths)
        found = np.zeros((len(ends), self._count), bool)
        places, pieces = self._likely(units)
        windows: NDArray[np.uint64] = np.ndarray((len(units) - _BLOCK + 1,), np.uint64, units.data, strides=(2,))
        for block in range(self._blocks):
            same = windows[places + _BLOCK * block] & self._masks[pieces, block] == self._wanted[pieces, block]
            places, pieces = places[same], pieces[same]
            if not (self._lengths[pieces] > _BLOCK * (block + 1)).any():
                break
        found[ends.searchsorted(places, side="right"), pieces] = True
        for unit, piece in self._alone:
            found[ends.searchsorted((units == unit).nonzero()[0], side="right"), piece] = True
        return found

    def _likely(self, units: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places whose first two units have the hash of a piece's, each with every such piece."""
        room = _BLOCK * self._blocks
        buckets = self._bucket_of.take(units[:-room] * _SPREAD + units[1 : 1 - room])
        places = buckets.nonzero()[0]
        sizes, starts = self._sizes[buckets[places]], self._starts[buckets[places]]
        if len(sizes) and int(sizes.max()) > 1:
            ends = sizes.cumsum()
            places = places.repeat(sizes)
            starts = np.arange(len(places)) + (starts - (ends - sizes)).repeat(sizes)
        return places, self._pieces[starts]

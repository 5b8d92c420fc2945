"""Where the terms of a question stand in many texts, found in all of them at once.

A text is looked into as UTF-16 units: its folded form, then its numbers and Latin words, each after a mark. So every
term is a piece to be found: a Chinese one anywhere, a Latin one where a word begins, a number as a whole. No term goes
on from one sentence into the next.
"""

import re
import struct
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.uint16]
Held = NDArray[np.bool_]
"""Which terms a text holds, one column a term; often of several texts, one row each."""

TOKEN = re.compile(r"\d+(?:\.\d+)*|[a-z]+(?:['’][a-z]+)*")
"""Numbers and Latin words."""

_MARK, _END = "\0", "\1"  # neither is left in a folded text
_NONE = frozenset[str]()
_BLOCK = 4  # units that are compared at once
_MASKS = np.array([0, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF], np.uint64)
_SPREAD = np.uint16(40503)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text of n sentences laid out to be looked into. `units` are its folded form, the words of the whole, and those
    of each sentence, in UTF-16. `lengths` says in 32 bits each how many units those 3n + 2 zones have: what stands
    before the first sentence, it, what stands before the second, ..., after the last; the words of the whole; ..."""

    units: bytes
    lengths: bytes

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "Sheet":
        """Of the folded sentences and what stands around each of them, 2n + 1 pieces."""
        words = [set(TOKEN.findall(piece)) if piece else _NONE for piece in pieces]
        zones = [*pieces, _listed(_NONE.union(*words)), *map(_listed, words[1::2])]
        units, lengths = _coded("".join(zones)), list(map(len, zones))
        if 2 * sum(lengths) < len(units):  # characters of two units each
            lengths = [len(_coded(zone)) // 2 for zone in zones]
        return cls(units, struct.pack(f"<{len(lengths)}I", *lengths))

    @property
    def size(self) -> int:
        """How many sentences."""
        return (len(self.lengths) // 4 - 2) // 3

    @property
    def text(self) -> str:
        """The folded form of the whole."""
        return "".join(self._pieces())

    @property
    def sentences(self) -> Sequence[str]:
        """Their folded forms."""
        return self._pieces()[1::2]

    def _pieces(self) -> Sequence[str]:
        lengths = np.frombuffer(self.lengths, "<u4")[: 2 * self.size + 1]
        bounds = [0, *(2 * np.cumsum(lengths)).tolist()]
        return [self.units[start:end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(bounds)]


@dataclass(frozen=True, eq=False)
class Sheets:
    """Sheets looked into together: `units` of all, `lengths` of all zones and an empty one that ends them, and of each
    sheet the first zone of it and how many sentences it has."""

    units: Units
    lengths: NDArray[np.int64]
    firsts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, sheets: Sequence[Sheet]) -> "Sheets":
        """Of one at least."""
        lengths = np.frombuffer(b"".join([*(sheet.lengths for sheet in sheets), bytes(4)]), "<u4").astype(np.int64)
        zones = np.array([len(sheet.lengths) // 4 for sheet in sheets])
        units = np.frombuffer(b"".join([sheet.units for sheet in sheets]), np.uint16)
        return cls(units, lengths, zones.cumsum() - zones, (zones - 2) // 3)

    def held(self, zones: Held) -> tuple[Held, Held]:
        """What each text and each sentence holds, given what the zones do."""
        bounds = np.stack([self.firsts, self.firsts + 2 * self.sizes + 2], axis=1).ravel()
        texts = np.logical_or.reduceat(zones, bounds)[::2]
        number = np.arange(self.sizes.sum()) - (self.sizes.cumsum() - self.sizes).repeat(self.sizes)
        first, size = self.firsts.repeat(self.sizes), self.sizes.repeat(self.sizes)
        spans = zones[first + 2 * number + 1] | zones[first + 2 * size + 2 + number]
        # A phrase of Latin words may stand among those of a sentence and not among those of the whole.
        return texts, spans & texts.repeat(self.sizes, axis=0)


def _listed(words: Set[str]) -> str:
    """Numbers and Latin words between marks, and an end that keeps the last mark from what follows."""
    return f"{_MARK}{_MARK.join(sorted(words))}{_MARK}{_END}" if words else _END


def units_of_text(text: str) -> Units:
    """Of a text where only Chinese terms are looked for."""
    return np.frombuffer(_coded(text + _END), np.uint16)


@lru_cache(maxsize=4096)
def units_of_heading(folded: str) -> Units:
    """Of a folded text without sentences, kept: many passages stand under the same title."""
    return np.frombuffer(_coded(f"{folded}{_listed(set(TOKEN.findall(folded)))}"), np.uint16)


@lru_cache(maxsize=8192)
def _piece(term: str) -> bytes:
    if term[0] >= "㐀":
        piece = term
    elif term[0].isdigit():
        piece = f"{_MARK}{term}{_MARK}"
    else:
        piece = _MARK + term.replace(" ", _MARK)
    return _coded(piece)


def _coded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


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
        # Pieces by a hash of their first two units; bucket 0 stands for a hash that none has. There is room for many
        # more hashes than pieces have, and no more: where few are looked for, all of it stays at hand.
        self._hashed = np.uint16((1 << min(max(len(pieces).bit_length() + 6, 10), 16)) - 1)
        longer = (self._lengths > 1).nonzero()[0]
        hashes = units[longer, 0] * _SPREAD + units[longer, 1] & self._hashed
        order = hashes.argsort(kind="stable")
        self._pieces, hashes = longer[order], hashes[order]
        changes = (hashes[1:] != hashes[:-1]).nonzero()[0] + 1
        bounds = np.concatenate([[0], changes, [len(hashes)]]) if len(hashes) else np.zeros(1, np.intp)
        self._bucket_of = np.zeros(int(self._hashed) + 1, np.uint16)
        self._bucket_of[hashes[bounds[:-1]]] = np.arange(1, len(bounds))
        self._starts = np.concatenate([[0], bounds[:-1]])
        self._sizes = np.concatenate([[0], bounds[1:] - bounds[:-1]])

    def spot(self, texts: Sequence[Units], lengths: Sequence[int] | NDArray[np.int64]) -> Held:
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
            places = (units == unit).nonzero()[0]
            if len(places):
                found[ends.searchsorted(places, side="right"), piece] = True
        return found

    def _likely(self, units: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places whose first two units have the hash of a piece's, each with every such piece."""
        room = _BLOCK * self._blocks
        buckets = self._bucket_of.take(units[:-room] * _SPREAD + units[1 : 1 - room] & self._hashed)
        places = buckets.nonzero()[0]
        sizes, starts = self._sizes[buckets[places]], self._starts[buckets[places]]
        if len(sizes) and int(sizes.max()) > 1:
            ends = sizes.cumsum()
            places = places.repeat(sizes)
            starts = np.arange(len(places)) + (starts - (ends - sizes)).repeat(sizes)
        return places, self._pieces[starts]

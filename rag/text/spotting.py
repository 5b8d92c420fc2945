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
from typing import NamedTuple

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
_ROOM = 16  # units that nearly no term goes beyond, whole blocks
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
class Found:
    """Which of `shape[0]` texts hold which of `shape[1]` terms: pairs of their numbers, in any order."""

    texts: NDArray[np.int64]
    terms: NDArray[np.int64]
    shape: tuple[int, int]

    def held(self) -> Held:
        """Shape `shape`."""
        held = np.zeros(self.shape, bool)
        held[self.texts, self.terms] = True
        return held

    def held_together(self, owner: NDArray[np.int64], owners: int) -> Held:
        """What the texts of each of so many owners hold together, the first text being owner[0]'s."""
        held = np.zeros((owners, self.shape[1]), bool)
        held[owner.take(self.texts), self.terms] = True
        return held


@dataclass(frozen=True, eq=False)
class Sheets:
    """Sheets looked into together: `units` of all, `lengths` of all zones and an empty one that ends them, and of each
    sheet the first zone of it and how many sentences it has. The sentences of sheet i are bounds[i]:bounds[i + 1] of
    all."""

    units: Units
    lengths: NDArray[np.int64]
    firsts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, sheets: Sequence[Sheet]) -> "Sheets":
        """Of one at least."""
        lengths = np.frombuffer(b"".join([*(sheet.lengths for sheet in sheets), bytes(4)]), "<u4").astype(np.int64)
        units = np.frombuffer(b"".join([sheet.units for sheet in sheets]), np.uint16)
        zones = np.array([0, *(len(sheet.lengths) // 4 for sheet in sheets)])
        bounds = (zones - 2) // 3
        bounds[0] = 0
        sizes = bounds[1:].copy()
        return cls(units, lengths, zones.cumsum()[:-1], sizes, bounds.cumsum())

    def held(self, found: Found, zones: Held, *, before: int) -> tuple[Held, Held]:
        """What each text and each sentence holds, given what the zones do, pair by pair and as a table; as many other
        texts stand before them."""
        parts = np.empty(2 * len(self.sizes) + 1, np.int64)  # of each text, and what is none of any, by turns
        parts[0], parts[1::2], parts[2::2] = before, 2 * self.sizes + 2, self.sizes
        parts[-1] += 1
        texts = found.held_together(np.arange(len(parts)).repeat(parts), len(parts))[1::2]
        sheet = np.arange(len(self.sizes)).repeat(self.sizes)
        number = np.arange(len(sheet)) - self.bounds.take(sheet)
        first = self.firsts.take(sheet) + (before + 1)
        words = zones.take(first + 2 * self.sizes.take(sheet) + 1 + number, axis=0)
        spans = zones.take(first + 2 * number, axis=0) | words
        # A phrase of Latin words may stand among those of a sentence and not among those of the whole.
        return texts, spans & texts.take(sheet, axis=0)


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


class _Piece(NamedTuple):
    """What is looked for: so many units, a 1 for each of their bits, both filled up to _ROOM at least, and a key made
    of the first two; -1 for one alone."""

    units: bytes
    bits: bytes
    length: int
    key: int


@lru_cache(maxsize=8192)
def _piece(term: str) -> _Piece:
    if term[0] >= "㐀":
        piece = term
    elif term[0].isdigit():
        piece = f"{_MARK}{term}{_MARK}"
    else:
        piece = _MARK + term.replace(" ", _MARK)
    units = _coded(piece)
    first, second = int.from_bytes(units[:2], "little"), int.from_bytes(units[2:4], "little")
    key = first * int(_SPREAD) + second if len(units) > 2 else -1
    room = 2 * _ROOM
    return _Piece(units.ljust(room, b"\0"), (b"\xff" * len(units)).ljust(room, b"\0"), len(units) // 2, key)


def _coded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


class Spotter:
    """Looks for some terms."""

    def __init__(self, terms: Iterable[str]) -> None:
        pieces = list(map(_piece, terms))
        units, bits, lengths, keys = zip(*pieces, strict=True) if pieces else ((), (), (), ())
        self._count = len(pieces)
        self._blocks = -(-max(_ROOM, *lengths, 0) // _BLOCK)
        self._lengths = np.array(lengths, np.int64)
        self._wanted = self._by_block(units)
        self._masks = self._by_block(bits)
        alone = [i for i, key in enumerate(keys) if key < 0]
        self._alone = np.array(alone, np.int64)
        self._units_alone = np.frombuffer(b"".join([units[i][:2] for i in alone]), np.uint16)[:, None]
        # Pieces by a hash of their first two units; bucket 0 stands for a hash that none has. There is room for many
        # more hashes than pieces have, and no more: where few are looked for, all of it stays at hand.
        hashed = (1 << min(max(len(pieces).bit_length() + 6, 10), 16)) - 1
        buckets: dict[int, list[int]] = {}
        for i, key in enumerate(keys):
            if key >= 0:
                buckets.setdefault(key & hashed, []).append(i)
        self._hashed = np.uint16(hashed)
        self._bucket_of = np.zeros(hashed + 1, np.uint16)
        self._bucket_of[list(buckets)] = np.arange(1, len(buckets) + 1)
        self._pieces = np.array([i for bucket in buckets.values() for i in bucket], np.int64)
        sizes = [0, *map(len, buckets.values())]
        self._fullest = max(sizes)
        self._sizes = np.array(sizes)
        self._starts = self._sizes.cumsum() - self._sizes

    def _by_block(self, pieces: Sequence[bytes]) -> Sequence[NDArray[np.uint64]]:
        """Block by block, as one number each; what goes beyond a piece is 0."""
        if self._blocks * _BLOCK > _ROOM:
            pieces = [piece.ljust(2 * _BLOCK * self._blocks, b"\0") for piece in pieces]
        blocks = np.frombuffer(b"".join(pieces), np.uint64)
        return [blocks[block :: self._blocks] for block in range(self._blocks)]

    def find(self, texts: Sequence[Units], lengths: Sequence[int] | NDArray[np.int64]) -> Found:
        """Which terms each text holds. `texts` may be several run together; `lengths` takes them apart."""
        units = np.concatenate([*texts, np.zeros(_BLOCK * self._blocks, np.uint16)])
        ends = np.asarray(lengths).cumsum()
        places, pieces = self._likely(units)
        windows: NDArray[np.uint64] = np.ndarray((len(units) - _BLOCK + 1,), np.uint64, units.data, strides=(2,))
        for block, (wanted, masks) in enumerate(zip(self._wanted, self._masks, strict=True)):
            here = windows[places + _BLOCK * block if block else places]
            same = (here & masks.take(pieces)) == wanted.take(pieces)
            places, pieces = places[same], pieces[same]
            if not np.count_nonzero(self._lengths.take(pieces) > _BLOCK * (block + 1)):
                break
        if len(self._alone):
            numbers, alone = (units == self._units_alone).nonzero()
            places = np.concatenate([places, alone])
            pieces = np.concatenate([pieces, self._alone.take(numbers)])
        return Found(ends.searchsorted(places, side="right"), pieces, (len(ends), self._count))

    def spot(self, texts: Sequence[Units], lengths: Sequence[int] | NDArray[np.int64]) -> Held:
        """As `find`, as a table."""
        return self.find(texts, lengths).held()

    def _likely(self, units: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places whose first two units have the hash of a piece's, each with every such piece."""
        room = _BLOCK * self._blocks
        buckets = self._bucket_of.take(units[:-room] * _SPREAD + units[1 : 1 - room] & self._hashed)
        places = (buckets != 0).nonzero()[0]  # of numbers it takes seven times as long
        buckets = buckets.take(places)
        starts = self._starts.take(buckets)
        if self._fullest > 1:
            sizes = self._sizes.take(buckets)
            ends = sizes.cumsum()
            places = places.repeat(sizes)
            starts = np.arange(len(places)) + (starts - (ends - sizes)).repeat(sizes)
        return places, self._pieces.take(starts)

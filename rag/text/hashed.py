"""Tables of terms kept as 64-bit hashes that rise."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

FEW = 10
"""Terms up to which they are looked up one by one: a question has few that none had before it."""


@lru_cache(maxsize=100_000)
def term_hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hashes(terms: Iterable[str]) -> Keys:
    return np.fromiter(map(term_hash, terms), np.uint64)


def places_of(terms: Sequence[str], keys: Keys) -> list[int | None]:
    """Where each term's hash stands among keys that rise; None where it does not."""
    if len(terms) <= FEW:
        numbers = cast(Sequence[int], keys.data)  # of an array each number takes three times as long
        return [_place(term_hash(term), numbers) for term in terms]
    wanted = hashes(terms)
    places = keys.searchsorted(wanted)
    known = keys.take(places, mode="clip") == wanted if len(keys) else np.zeros(len(wanted), bool)
    return [place if same else None for place, same in zip(places.tolist(), known.tolist(), strict=True)]


def _place(key: int, keys: Sequence[int]) -> int | None:
    place = bisect_left(keys, key)
    return place if place < len(keys) and keys[place] == key else None

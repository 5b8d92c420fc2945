"""What was found for words and the like, kept for a while: questions have most of theirs in common."""

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar, cast

Key = TypeVar("Key")
Found = TypeVar("Found")


class Remembered(Generic[Key, Found]):
    """What `find` finds for each of several keys, never None; it is asked for those alone that are not kept. No more
    than `most` are kept beside those of one call. Threads may share it."""

    def __init__(self, find: Callable[[Sequence[Key]], Sequence[Found]], most: int) -> None:
        self._find, self._most = find, most
        self._held: dict[Key, Found] = {}

    def __call__(self, keys: Collection[Key]) -> list[Found]:
        found = list(map(self._held.get, keys))
        if None in found:
            missing = list(dict.fromkeys(key for key, one in zip(keys, found, strict=True) if one is None))
            if len(self._held) > self._most:
                self._held.clear()
            made = dict(zip(missing, self._find(missing), strict=True))
            self._held.update(made)
            found = [made[key] if one is None else one for key, one in zip(keys, found, strict=True)]
        return cast(list[Found], found)

"""Words of one field that mean different things, 汽油车 and 柴油车, 签约 and 竣工: what is told of one is no answer for
another. Beside them stand the words that mean the same. A table of our own, from general knowledge."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "weights" / "neighbours.txt"
SHORTEST = 2
"""Characters that a word has at least."""
BEHIND = 2
"""Characters behind a word by which its place is known again."""
_HAN = re.compile("[一-龥]+")


@dataclass(frozen=True, slots=True)
class Fields:
    """`same` are a word's other names, itself among them; `others` the words that stand beside it and are not it."""

    same: Mapping[str, Collection[str]]
    others: Mapping[str, Collection[str]]


@cache
def fields() -> Fields:
    same: dict[str, set[str]] = defaultdict(set)
    others: dict[str, set[str]] = defaultdict(set)
    for line in FILE.read_text(encoding="utf-8").splitlines():
        entries = [entry.split("/") for entry in line.split()]
        for number, entry in enumerate(entries):
            rest = {word for i, other in enumerate(entries) if i != number for word in other}
            for word in entry:
                same[word].update(entry)
                others[word].update(rest)
    return Fields(same, {word: found - same[word] for word, found in others.items()})


def contrasted(asked: str, told: str, near: str) -> Sequence[str]:
    """The words of a folded question that a text `told` has others of their field for, of which the question says none,
    while neither they nor what means the same stand in it or `near` it."""
    known, said = fields(), words_in(asked)
    apart = [word for word in said if not any(way in told or way in near for way in known.same[word])]
    held = frozenset(words_in(told)) if apart else frozenset()
    return [word for word in apart if any(other in held and other not in said for other in known.others[word])]


def stands_in_place(word: str, asked: str, told: str) -> bool:
    """Whether a word of the field of one of a folded question stands in a text before what stands behind that in the
    question: 篮球特色学校 where it is 游泳特色学校 that is asked for."""
    behind = asked[asked.find(word) + len(word) :][:BEHIND]
    if len(behind) < BEHIND or not _HAN.fullmatch(behind):
        return False
    return any(other + behind in told for other in fields().others[word])


def tellable(word: str, ways: Iterable[str], text: str) -> Collection[str]:
    """Those of other words for a word that a folded text may tell it by: where a neighbour stands, nothing that is part
    of its name, 床位 beside 养老床位 where it is 病床 that is asked for."""
    beside = [other for other in fields().others.get(word, ()) if other in text]
    return [way for way in ways if not any(way in other for other in beside)]


@lru_cache(maxsize=4096)
def words_in(folded: str) -> Sequence[str]:
    """The words of the table that stand in a text, each once; none within a longer one."""
    sizes = _sizes()
    found: dict[str, None] = {}
    end = 0
    for start in range(len(folded) - 1):
        for size in sizes.get(folded[start : start + SHORTEST], ()):
            if folded[start : start + size] in fields().same:
                if start + size > end:
                    found[folded[start : start + size]] = None
                    end = start + size
                break
    return tuple(found)


@cache
def _sizes() -> Mapping[str, Sequence[int]]:
    """The lengths of the words that begin with each two characters, the longest first."""
    sizes: dict[str, set[int]] = defaultdict(set)
    for word in fields().same:
        sizes[word[:SHORTEST]].add(len(word))
    return {beginning: sorted(found, reverse=True) for beginning, found in sizes.items()}

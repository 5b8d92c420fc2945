"""Words of one field that mean different things, 汽油车 and 柴油车, 签约 and 竣工: what is told of one is no answer for
another. Beside them stand the words that mean the same. A table of our own, from general knowledge."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "weights" / "neighbours.txt"
SHORTEST, LONGEST = 2, 11
"""Characters of a word that is looked for."""
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
    known = fields()
    said, held = dict.fromkeys(_words(asked)), frozenset(_words(told))
    return [
        word
        for word in said
        if not any(way in told or way in near for way in known.same[word])
        and any(other in held and other not in said for other in known.others[word])
    ]


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


def _words(folded: str) -> Iterator[str]:
    """The words of the table that stand in a text; none within a longer one."""
    known = fields().same
    end = 0
    for start in range(len(folded)):
        for size in range(min(LONGEST, len(folded) - start), SHORTEST - 1, -1):
            if folded[start : start + size] in known:
                if start + size > end:
                    yield folded[start : start + size]
                    end = start + size
                break

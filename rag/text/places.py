"""Places that are known by their name alone, 静安 as well as 静安区: provinces, cities and well-known districts of
China, countries and large cities abroad. A table of our own, from general knowledge; what is a word beside a name
(和平, 朝阳) is left out."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from embeddings.terms import words

_OTHERS = "日本 俄罗斯 印度 加拿大 澳大利亚 新加坡 朝鲜 意大利 西班牙 葡萄牙 越南 巴西 埃及"
_COUNTRIES = frozenset(_OTHERS.split())
"""Those beside the ones that end in 国."""
FILE = Path(__file__).parents[1] / "weights" / "places.txt"


@cache
def known() -> frozenset[str]:
    return frozenset(FILE.read_text(encoding="utf-8").split())


@cache
def _pairs() -> frozenset[str]:
    """The first two characters of each."""
    return frozenset(name[:2] for name in known())


def stands(place: str, text: str) -> bool:
    """Whether a place stands in a folded text by the first two characters of its name, or, a country, by the one that
    is put for it: 赴法, 中法, 法籍."""
    if place[:2] in text:
        return True
    if not (place.endswith("国") or place in _COUNTRIES):
        return False
    return re.search(rf"[赴访驻旅留对中美日英法德俄]{place[0]}|{place[0]}[籍方资商企裔侨国]", text) is not None


def places_in(folded: str) -> Sequence[str]:
    """Those that a folded text names by a word of its own, in the order named; 海南 is none of 上海南站."""
    if not any(folded[at : at + 2] in _pairs() for at in range(len(folded) - 1)):
        return []
    found = [word for word in dict.fromkeys(words(folded)) if word in known()]
    return [name for name in found if folded[folded.find(name) - 1 : folded.find(name) + 1] not in known()]

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
_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
)
_PUT = (
    "京 津 沪申 渝 冀 晋 辽 吉 黑 苏 浙 皖 闽 赣 鲁 豫 鄂 湘 粤 琼 川蜀 贵黔 云滇 陕秦 甘陇 青 台 蒙 桂 藏 宁 疆 港 澳"
)
_SHORT = dict(zip(_PROVINCES.split(), _PUT.split(), strict=True))
"""What is put for a province."""
_LETTERS, _CLEAR = "".join(_SHORT.values()), "沪渝冀皖闽赣鄂湘粤琼川黔滇陕浙豫"
_SHORT_RUN = re.compile(
    f"[{_LETTERS}][{_CLEAR}]|[{_CLEAR}][{_LETTERS}]|[{_LETTERS}]{{3,}}|[{_LETTERS}](?=籍[^贯]|两[省地市])"
)
"""Several of those side by side, one at least that is no common word, or one that says whose."""
FILE = Path(__file__).parents[1] / "weights" / "places.txt"


@cache
def known() -> frozenset[str]:
    return frozenset(FILE.read_text(encoding="utf-8").split())


@cache
def _pairs() -> frozenset[str]:
    """The first two characters of each."""
    return frozenset(name[:2] for name in known())


def stands(place: str, text: str) -> bool:
    """Whether a place stands in a folded text by the first two characters of its name, or by the one that is put for
    it: a country's in 赴法, 中法, 法籍, a province's beside another's, 云贵藏, or in 滇籍."""
    if place[:2] in text:
        return True
    if place in _SHORT:
        return any(letter in _SHORT[place] for run in _SHORT_RUN.findall(text) for letter in run)
    if not (place.endswith("国") or place in _COUNTRIES):
        return False
    return re.search(rf"[赴访驻旅留对中美日英法德俄]{place[0]}|{place[0]}[籍方资商企裔侨国]", text) is not None


def places_in(folded: str) -> Sequence[str]:
    """Those that a folded text names by a word of its own, in the order named; 海南 is none of 上海南站."""
    if not any(folded[at : at + 2] in _pairs() for at in range(len(folded) - 1)):
        return []
    found = [word for word in dict.fromkeys(words(folded)) if word in known()]
    return [name for name in found if folded[folded.find(name) - 1 : folded.find(name) + 1] not in known()]

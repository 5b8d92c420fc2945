"""One form for everything that reads the same, so that matching does not see how a thing was written.

繁/简, full and half width, capitals, Latin accents, 二〇二三 and 2023, 百分之五点二 and 5.2%, 1,261 and 1261.
Only for matching: what is shown is always the original, found again through `fold_with_offsets`.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

_SIMPLIFIED = Path(__file__).with_name("tables") / "simplified.txt"

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG_UNITS = {"万": 10**4, "亿": 10**8}

_D = "零〇○一二两三四五六七八九"
_NUMERAL = f"[{_D}十百千万亿]"
_HELD_LENGTH = 2000  # characters of a text whose folded form is kept for a while

# The first character is taken before the cases are told apart: a set of characters is quickly searched for.
_PATTERN = re.compile(
    rf"[百千{_D}十万亿\d](?:"
    rf"(?<=[百千万])分之(?P<of>\d+(?:\.\d+)?|{_NUMERAL}+(?:点[{_D}]+)?)"
    rf"|(?P<decimal>(?<={_NUMERAL}){_NUMERAL}*点[{_D}]+)(?=个?百分点|[万亿倍%])"
    rf"|(?P<year>(?<=[{_D}])[{_D}]{{3}})(?=年)"
    rf"|(?P<digits>(?:(?<=[〇○])|(?<=[{_D}])[{_D}]*[〇○])[{_D}]*)"
    rf"|(?P<numeral>(?:(?<=[{_D}])|(?<=十)(?=[{_D}万亿])){_NUMERAL}+)"
    r"|(?P<grouped>(?<=\d)(?<![\d.]\d)(?<!\d,\d)\d{0,2}(?:,\d{3})+)(?![\d,])"
    r")"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and where each character of it came from.

    `offsets` is one longer than `text`: folded[a:b] came from original[offsets[a]:offsets[b]].
    """

    text: str
    offsets: tuple[int, ...]


class _Characters(dict[int, str]):
    """Code point -> folded characters, worked out when first met."""

    def __init__(self, simplified: dict[str, str]) -> None:
        super().__init__()
        self._simplified = simplified

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded

    def _fold(self, character: str) -> str:
        category = unicodedata.category(character)
        if category == "Cf" or "\u0300" <= character <= "\u036f" or "\ufe00" <= character <= "\ufe0f":
            return ""
        if category in ("Cc", "Zs", "Zl", "Zp"):
            return character if character == "\n" else " "
        if category == "Cs":
            return "\ufffd"
        folded = unicodedata.normalize("NFKC", character).lower()
        base = unicodedata.normalize("NFD", folded)
        if len(base) > 1 and base[0].isascii():
            folded = "".join(c for c in base if not unicodedata.combining(c))
        return "".join(self._simplified.get(c, c) for c in folded)


@cache
def _characters() -> _Characters:
    traditional, simplified = _SIMPLIFIED.read_text(encoding="utf-8").split("\n")[:2]
    return _Characters(dict(zip(traditional, simplified, strict=True)))


def fold(text: str) -> str:
    """The form matching sees."""
    return _fold_again(text) if len(text) <= _HELD_LENGTH else _fold(text)


def fold_pieces(pieces: Sequence[str]) -> list[str]:
    """As `fold`, of each of several texts, in one go."""
    # Folding neither makes nor takes away a line break, and sees it as it sees the end of a text.
    folded = _fold("\n".join(pieces)).split("\n")
    if len(folded) == len(pieces):
        return folded
    lines = iter(folded)
    return ["\n".join(islice(lines, piece.count("\n") + 1)) for piece in pieces]


def _fold(text: str) -> str:
    if text.isascii() and "," not in text:
        return text.lower() if text.isprintable() else text.lower().translate(_characters())
    return _PATTERN.sub(_replace, text.translate(_characters()))


# Both legs fold each paragraph, and both its terms and its matching the same question.
_fold_again = lru_cache(maxsize=2048)(_fold)


def fold_with_offsets(text: str) -> Folded:
    """The form matching sees, and the way back to the original. A figure written out, such as 百分之五, is one piece:
    all its folded characters point at its first, so that a span over them covers the whole of it."""
    return _with_offsets_again(text) if len(text) <= _HELD_LENGTH else _with_offsets(text)


def _with_offsets(text: str) -> Folded:
    characters = _characters()
    pieces = [characters[ord(c)] for c in text]
    plain = "".join(pieces)
    origin = [i for i, piece in enumerate(pieces) for _ in piece]
    folded: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _PATTERN.finditer(plain):
        replacement = _replace(match)
        if replacement == match[0]:
            continue
        start, end = match.span()
        folded += plain[done:start], replacement
        offsets += origin[done:start]
        if len(replacement) == end - start:
            offsets += origin[start:end]
        else:
            offsets += [origin[start]] * len(replacement)
        done = end
    folded.append(plain[done:])
    offsets += origin[done:]
    offsets.append(len(text))
    return Folded("".join(folded), tuple(offsets))


_with_offsets_again = lru_cache(maxsize=512)(_with_offsets)


def _replace(match: re.Match[str]) -> str:
    assert match.lastgroup is not None
    return _REPLACEMENTS[match.lastgroup](match) or match[0]


def _share(match: re.Match[str]) -> str | None:
    value = _decimal(match["of"])
    if value is None:
        return None
    return value + {"百": "%", "千": "‰", "万": "‱"}[match[0][0]]


def _decimal(text: str) -> str | None:
    """五点二 -> 5.2; figures stay as they are; None for what is no number."""
    if text[0].isdigit() and text.isascii():
        return text
    whole, point, fraction = text.partition("点")
    value = _value(whole)
    if value is None:
        return None
    return str(value) + ("." + _figures(fraction) if point else "")


def _figures(text: str) -> str:
    return "".join(str(_DIGITS[c]) for c in text)


def _numeral(text: str) -> str | None:
    """二十三 -> 23, 五千万 -> 5000万 (as reports write it), 三万五千 -> 35000; None for 十四五, 万千 and the like."""
    if text[-1] in _BIG_UNITS:
        small = text.rstrip("万亿")
        if not set(small) & set(_BIG_UNITS):
            value = _small(small)
            return None if value is None else str(value) + text[len(small) :]
    if all(c in _DIGITS for c in text):
        return None
    value = _value(text)
    return None if value is None else str(value)


def _value(text: str) -> int | None:
    """The number a numeral stands for, None when it is not one."""
    total = 0
    for unit in ("亿", "万"):
        head, found, text = text.rpartition(unit)
        if found:
            value = _value(head) if unit == "亿" else _small(head)
            if value is None:
                return None
            total += value * _BIG_UNITS[unit]
            text = text.lstrip("零〇")
            if not text:
                return total
    value = _small(text)
    return None if value is None else total + value


def _small(text: str) -> int | None:
    """A numeral below ten thousand: units fall, each with one digit before it (the 1 of 十五 may be left out)."""
    if not text:
        return None
    if text == "百":
        return 100
    total, digit, last_unit = 0, None, 10_000
    for position, c in enumerate(text):
        if c in _UNITS:
            unit = _UNITS[c]
            if unit >= last_unit or (digit is None and not (c == "十" and position == 0)):
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
        elif c in "零〇○" and digit is None and position:
            continue
        elif c in _DIGITS and digit is None:
            digit = _DIGITS[c]
        else:
            return None
    if digit is None:
        return total
    if last_unit > 10 and last_unit < 10_000 and text[-2] not in "零〇○":
        digit *= last_unit // 10  # 三百五 is 350
    return total + digit


_REPLACEMENTS: dict[str, Callable[[re.Match[str]], str | None]] = {
    "of": _share,
    "grouped": lambda match: match[0].replace(",", ""),
    "decimal": lambda match: _decimal(match[0]),
    "year": lambda match: _figures(match[0]),
    "digits": lambda match: _figures(match[0]) if len(match[0]) > 1 else None,
    "numeral": lambda match: _numeral(match[0]),
}

"""Numbered headings and list items: what stands before them, and how deep they lie."""

import re
from enum import IntEnum
from typing import NamedTuple


class Rank(IntEnum):
    """Depth of a heading; a smaller one closes every larger one. Markdown levels lie outside of all, -9 to -4."""

    CHAPTER_OF_CONTENTS = 0
    PART = 1
    CHAPTER = 2
    SECTION = 3
    PLAIN = 4
    PLAIN_REPEATED = 5
    ARTICLE = 6
    FIRST = 7  # 一、
    SECOND = 8  # (一)
    THIRD = 9  # 1.
    DOTTED = 10  # 1.1, one deeper for each further dot up to 12
    FOURTH = 13  # (1)
    FIFTH = 14  # ①, 一是
    PLAIN_INSIDE = 15


class Mark(NamedTuple):
    """A number before a heading: its depth, its value, and how many characters it takes."""

    rank: int
    ordinal: int
    length: int


_N = "零〇一二三四五六七八九十百"
# Measures after a number make it a quantity, not a numbering: 2.5万户, 1个.
_MEASURE = "万亿千百元倍个%‰米公平年月日次户人家项条件岁度级版号时点分秒吨类大届名座所台套栋辆种期位场批届街"
_MARK = re.compile(
    rf"(?P<part>第\s?[{_N}\d]{{1,4}}\s?(?:部分|[编篇])|Part\s+(?:[IVX]+|\d+)\b)[\s:、.—-]*"
    rf"|(?P<chapter>第\s?[{_N}\d]{{1,4}}\s?章|Chapter\s+(?:[IVX]+|\d+)\b)[\s:、.—-]*"
    rf"|(?P<section>第\s?[{_N}\d]{{1,4}}\s?节)[\s:、.—-]*"
    rf"|(?P<article>第\s?[{_N}\d]{{1,5}}\s?条(?:之[{_N}])?|Article\s+\d+\b)[\s:、.—-]*"
    rf"|(?P<annex>附[件表录]\s*[{_N}\d]{{0,3}}(?=[\s:.、]|$)|(?:Annex|Appendix)\s+[A-Z\d]+\b)[\s:、.—-]*"
    rf"|(?P<first>[{_N}]{{1,4}}\s*[、.]|[IVX]{{1,5}}\.(?=\s))\s*"
    rf"|(?P<second>[(]?\s*[{_N}]{{1,4}}\s*[)])[、.]?\s*"
    rf"|(?P<dotted>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?=[\s、]|[\u4e00-\u9fff](?<![{_MEASURE}])))[.、]?\s*"
    r"|(?P<third>\d{1,3}\s*(?:、|\.(?:(?![\d%])|(?=(?:19|20)\d{2}年))))\s*"
    r"|(?P<fourth>[(]\s*\d{1,3}\s*[)]|\d{1,3}[)])[、.]?\s*"
    rf"|(?P<fifth>[①-⑳]|[{_N}]{{1,2}}是(?=[^的否由]))\s*"
    rf"|(?P<glued>\d{{1,2}})(?=[\u4e00-\u9fff](?<![{_MEASURE}]))"
)
_STARTS = frozenset(_N + "第附0123456789((PCAIVX①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_RANKS = {
    "part": Rank.PART,
    "chapter": Rank.CHAPTER,
    "section": Rank.SECTION,
    "annex": Rank.PLAIN,
    "article": Rank.ARTICLE,
    "first": Rank.FIRST,
    "second": Rank.SECOND,
    "third": Rank.THIRD,
    "glued": Rank.THIRD,
    "fourth": Rank.FOURTH,
    "fifth": Rank.FIFTH,
}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
_ROMAN = {"I": 1, "V": 5, "X": 10}


def mark_of(text: str) -> Mark | None:
    """The number that `text` begins with, None if it begins with none. A glued one (1疫情) ends with its digits."""
    if text[0] not in _STARTS:
        return None
    match = _MARK.match(text, 0, 40)
    if match is None:
        return None
    kind = str(match.lastgroup)
    label = match[kind]
    rank = _RANKS[kind] if kind != "dotted" else Rank.DOTTED - 1 + label.count(".")
    return Mark(int(rank), _ordinal(label), match.end())


def is_glued(text: str, mark: Mark) -> bool:
    """Whether nothing stands between the number and the words."""
    return mark.rank == Rank.THIRD and text[mark.length - 1].isdigit()


def _ordinal(label: str) -> int:
    digits = re.findall(r"\d+", label)
    if digits:
        return int(digits[-1])
    roman = re.search(r"\b[IVX]+\b", label)
    if roman:
        values = [_ROMAN[c] for c in roman[0]]
        return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))
    if label[0] in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return ord(label[0]) - ord("①") + 1
    return chinese_number("".join(c for c in label if c in _N))


def chinese_number(numeral: str) -> int:
    """The value of 一 to 九百九十九, or of digits in a row (二〇二三); 0 for an empty one."""
    if not any(c in "十百" for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral) or "0")
    total = digit = 0
    for c in numeral:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit

"""What a question puts in quotation marks, and where it stands, whatever marks are around or within it. All text is
folded."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from embeddings.folding import fold
from rag.questions.question import Kind, Question, without_preamble
from rag.text import literal

_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,16})[”\"」』]")
_PURPOSE = re.compile("^为了?[^,]{2,24},")
"""What somebody says of what something is for, in words of their own: 为了让天空没有“蜘蛛网”,…"""
_TITLED = re.compile(r"《([^《》]{2,30})》")
_ANY = re.compile(r"[“\"「『]([^“\"「『”」』]{1,16})[”\"」』]")
_ENTRY = re.compile(r"\s*\d{1,2}[、.]\s*[“\"「『]([^”\"」』]{1,16})[”\"」』]\s*:")
_MARKED = ("“{}”", '"{}"', "「{}」", "『{}』")
_MEANS = re.compile("即|指|包括|分别")
_IS = re.compile("即|就?是|指|为|:|包括|包含|意为|分为|由")
_CHINESE = re.compile(r"[一-龥]{2}")
_MARKS = str.maketrans("", "", " \t\n\r\u3000“”\"‘’'「」『』《》·,，、。()（）+—–-")


def quoted(question: Question) -> Sequence[str]:
    """The Chinese names it puts in quotation marks, without marks."""
    return _named(question.folded)[0]


def quotes(question: Question) -> bool:
    """Whether it puts anything in quotation marks."""
    return _ANY.search(question.folded) is not None


def told_share(question: Question, texts: Sequence[str]) -> list[float]:
    """Of each text, what share of the names and titles that a question quotes stands in it; 0 where it quotes none."""
    names = [name for found in _named(question.folded) for name in found]
    if not names:
        return [0.0] * len(texts)
    return [sum(name in text for name in names) / len(names) for text in map(_without_marks, texts)]


def defines(question: Question, sentence: str, around: str) -> bool:
    """Whether a sentence says what the last of several things is that a question quotes, part of another of them that
    stands around it: “3”即… of the “3” in “1+3+X”; or says so of the one thing that it asks the meaning of: “四库”即…,
    2.“数字化小区”:."""
    *others, last = _ANY.findall(question.folded) or [""]
    if not others:
        if not last or question.kind not in (Kind.DEFINITION, Kind.LIST):
            return False
        entry = _ENTRY.match(sentence)
        told = any(literal.stands(marked.format(last), sentence, behind=_MEANS) for marked in _MARKED)
        return told or (entry is not None and entry[1] == last)
    if not any(last in other for other in others) or not all(other in around for other in others):
        return False
    return any(literal.stands(marked.format(last), sentence, behind=_IS) for marked in _MARKED)


def unheard(question: Question, passages: Iterable[str]) -> bool:
    """Whether a Chinese name is put in quotation marks that stands in none of these passages, as written."""
    names = [name for name in quoted(question) if not _NUMBERED.fullmatch(name)]
    if not names:
        return False
    texts = [_without_marks(fold(passage)) for passage in passages]
    return any(not any(name in text for text in texts) for name in names)


_NUMBERED = re.compile("[两三四五六七八九十][一-龥]")
"""What a paper lists and others number: “四化” of 专业化、国际化、品牌化和标准化."""


@lru_cache(maxsize=256)
def _named(folded: str) -> tuple[Sequence[str], Sequence[str]]:
    said = _PURPOSE.sub("", without_preamble(folded))
    names, titles = ([_without_marks(name) for name in found.findall(said)] for found in (_QUOTED, _TITLED))
    return [name for name in names if _CHINESE.search(name)], [name for name in titles if _CHINESE.search(name)]


def _without_marks(text: str) -> str:
    return text.translate(_MARKS)

"""Text to the terms a lexical index counts: Chinese words and character bigrams, English words, numbers."""

import re
import sys
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from math import log
from pathlib import Path
from typing import Any

from embeddings.folding import fold

_RUN = re.compile(
    r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯]+|\d+(?:\.\d+)*|[^\W\d_㐀-䶿一-鿿豈-﫿𠀀-𲎯]+(?:['’][^\W\d_㐀-䶿一-鿿豈-﫿𠀀-𲎯]+)*"
)

_FUNCTION_WORDS = (
    "a an the of to in on at by for from with and or but if as is are was were be been being am do does "
    "did has have had it its this that these those there their they he she his her we our you your i my "
    "me us them what which who whom whose when where why how many much not no will would can could should "
    "shall may might about into than then so such"
)
LOG_TOTAL = log(60_101_967)
"""The frequencies of jieba 0.42.1's dictionary add up to this."""

STOPWORDS = frozenset(_FUNCTION_WORDS.split())


def terms(text: str) -> list[str]:
    """Words, then bigrams, each as often as it occurs."""
    folded = fold(text)
    return _words(folded) + _bigrams(folded)


def words(text: str) -> list[str]:
    """jieba's search words (a long word and the shorter ones inside it), stemmed English words without function
    words, and numbers with their decimals ("154.99")."""
    return _words(fold(text))


def bigrams(text: str) -> list[str]:
    """Neighbouring pairs of Chinese characters; a character alone stands for itself."""
    return _bigrams(fold(text))


def _is_han(run: str) -> bool:
    return run[0] >= "㐀" and ("一" <= run[0] <= "鿿" or run[0] <= "䶿" or run[0] >= "豈") and not run[0].isdigit()


def _bigrams(folded: str) -> list[str]:
    found = []
    for run in _RUN.findall(folded):
        if _is_han(run):
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found


def _words(folded: str) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(folded):
        if _is_han(run):
            found += _cut(run)
        elif run not in STOPWORDS:
            found.append(stem(run))
    return found


@lru_cache(maxsize=4096)
def _cut(run: str) -> tuple[str, ...]:
    """Kept for a while: a question is cut whole, without the names in it, and in parts."""
    return tuple(segmenter().search_words(run))


def stem(word: str) -> str:
    """An English word without its plural or possessive s; nothing else is cut off."""
    if len(word) > 3 and word[-1] == "s":
        if word.endswith(("'s", "’s")):
            return word[:-2]
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        if word[-2] not in "sui":
            return word[:-1]
    return word


@cache
def segmenter() -> Any:
    """jieba's tokenizer over jieba's dictionary, of which it reads the words that begin as words of a text may."""
    return _segmenter_class()()


def jieba_dictionary() -> Iterator[tuple[str, str]]:
    """The words of jieba's dictionary and their part of speech ("ns" places, "nr" persons)."""
    for line in jieba_lines().splitlines():
        word, _, tag = line.split()
        yield word, tag


def jieba_lines() -> str:
    """jieba's dictionary: a word, its frequency and its part of speech a line, blanks between them."""
    return Path(_import_jieba().__file__).with_name("dict.txt").read_text(encoding="utf-8")


def _segmenter_class() -> Any:
    jieba = _import_jieba()

    class Segmenter(jieba.Tokenizer):  # type: ignore[misc, name-defined, unused-ignore]
        """jieba's maximum probability path without its guesses at unknown words, which bigrams cover."""

        def __init__(self) -> None:
            super().__init__()
            lines = _Lines(Path(jieba.__file__).with_name("dict.txt").read_bytes())
            self._ones, self._pairs = _Ones(lines), _Pairs(lines)
            self.initialized = True

        def search_words(self, run: str) -> list[str]:
            """Words of a run of Chinese characters and the two- and three-character words inside them."""
            ones, pairs = self._ones, self._pairs
            size = len(run)
            # best[i]: log probability of the best cutting of run[i:], and the end of its first word.
            best = [0.0] * (size + 1)
            ends = [0] * size
            following = ""
            for i in range(size - 1, -1, -1):
                end = i + 1
                top = ones[run[i]] + best[end]
                entries = pairs[run[i] + following] if following else _NONE
                for length in entries.lengths:
                    j = i + length
                    if j > size:
                        break
                    score = entries.get(run[i:j])
                    if score is not None:
                        score += best[j]
                        if score >= top:
                            top, end = score, j
                best[i], ends[i] = top, end
                following = run[i]
            found: list[str] = []
            i = 0
            while i < size:
                end = ends[i]
                if end - i > 2:
                    found += [run[k : k + 2] for k in range(i, end - 1) if run[k : k + 2] in pairs[run[k : k + 2]]]
                    if end - i > 3:
                        found += [run[k : k + 3] for k in range(i, end - 2) if run[k : k + 3] in pairs[run[k : k + 2]]]
                found.append(run[i:end])
                i = end
            return found

    return Segmenter


def _import_jieba() -> Any:
    """jieba without pkg_resources, which it would import (0.5 s, and a warning) only to open a file."""
    hidden = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
    finally:
        if hidden is None:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = hidden
    return jieba


class _Entries(dict[str, float]):
    """Words that begin with the same two characters -> log probability, and the lengths they come in."""

    lengths: tuple[int, ...] = ()


_NONE = _Entries()
_HELD = 100_000  # pairs of characters


class _Lines(dict[str, list[str]]):
    """First character -> the lines of jieba's dictionary that begin with it, rising; read when first met, for a whole
    parse takes 0.6 s."""

    def __init__(self, dictionary: bytes) -> None:
        super().__init__()
        import numpy as np

        self._dictionary = dictionary
        buffer = np.frombuffer(dictionary, dtype=np.uint8)
        starts = np.concatenate(([0], np.flatnonzero(buffer == ord("\n")) + 1))
        if starts[-1] == len(buffer):
            starts = starts[:-1]
        first = [buffer[np.minimum(starts + i, len(buffer) - 1)].astype(np.uint32) for i in range(3)]
        keys = (first[0] << 16) | (first[1] << 8) | first[2]
        changes = np.concatenate(([0], np.flatnonzero(np.diff(keys)) + 1, [len(keys)]))
        bounds = np.append(starts, len(buffer))
        self._spans: dict[bytes, list[tuple[int, int]]] = {}
        for a, b in zip(changes[:-1].tolist(), changes[1:].tolist(), strict=True):
            start = int(bounds[a])
            self._spans.setdefault(dictionary[start : start + 3], []).append((start, int(bounds[b])))

    def __missing__(self, character: str) -> list[str]:
        spans = self._spans.get(character.encode("utf-8", "replace")[:3], ())
        lines = [line for start, end in spans for line in self._dictionary[start:end].decode("utf-8").splitlines()]
        lines.sort()  # but for a few they are in order
        self[character] = lines
        return lines

    def words(self, beginning: str) -> Iterator[tuple[str, float]]:
        """Those whose line begins so, and their log probability."""
        lines = self[beginning[0]]
        for place in range(bisect_left(lines, beginning), len(lines)):
            if not lines[place].startswith(beginning):
                return
            word, frequency, _ = lines[place].split(" ")
            yield word, log(int(frequency) or 1) - LOG_TOTAL


class _Ones(dict[str, float]):
    """Character -> its log probability as a word, looked up when first met; that of an unknown word for others."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, character: str) -> float:
        found = dict(self._lines.words(f"{character} ")).get(character, -LOG_TOTAL)
        self[character] = found
        return found


class _Pairs(dict[str, _Entries]):
    """Two characters -> the words that begin with them, looked up when first met."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, pair: str) -> _Entries:
        entries = _Entries(self._lines.words(pair))
        entries.lengths = tuple(sorted(set(map(len, entries))))
        if len(self) >= _HELD:
            self.clear()
        found = self[pair] = entries if entries else _NONE
        return found

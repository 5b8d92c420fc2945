"""How each word of a question stands to a sentence found for it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answers.wanted import ASKS
from rag.index.passages import Passage, Span
from rag.questions import light
from rag.search.asking import Asking
from rag.search.coverage import Values
from rag.text.matching import Matchable
from rag.text.nearness import cosines
from rag.types import Hit

Place = tuple[Passage, int]
"""A passage and the number of one of its sentences."""

OF_QUESTION = (
    "weight", "telling", "unseen", "head", "before_asking", "behind_asking", "place", "length", "digits", "latin",
    "light",
)  # fmt: skip
OF_SENTENCE = (
    "in_sentence", "near", "in_passage", "above", "in_another", "in_others", "in_rest", "word_before", "word_behind",
    "nearest", "characters", "characters_around", "figure_far", "figure_clause", "figures",
)  # fmt: skip
NAMES = (*OF_QUESTION, *OF_SENTENCE)
"""What is known of a word, each 0 to 1 or little above:

- `weight`: how telling it is, over 10, as in `rag.search.rarity`; `telling`: over that of the most telling one
- `unseen`: the documents have it nowhere; `head`: it names what is asked for
- `before_asking`, `behind_asking`: how far it stands from what asks, over 20 characters; `place`: where in the question
- `length`: characters over 8; `digits`, `latin`, `light`: what kind of word
- `in_sentence`, `near`, `in_passage`, `above`: how surely it, or another for it, stands there, as in
  `rag.text.matching.Group.credit`
- `in_another`, `in_others`: the best and the mean of the other passages found; `in_rest`: the best of the other
  sentences weighed
- `word_before`, `word_behind`: `in_sentence` of the words beside it
- `nearest`: the cosine to the nearest word of the sentence
- `characters`, `characters_around`: the share of its characters that stand in the sentence; in the passage and above it
- `figure_far`: how far the nearest figure of the sentence stands from it, over 30 characters; 1 without one
- `figure_clause`: whether a figure stands in its clause; `figures`: whether the sentence has any
"""

OTHERS = 5
"""Other passages looked at."""
FAR, LONG, APART = 20, 8, 30

_CLAUSE_END = re.compile("[,;。:!?、]")


@dataclass(frozen=True, slots=True)
class Word:
    """One of a question's."""

    word: str
    weight: float
    unseen: bool
    head: bool
    ways: Sequence[str]
    """The word and others for it."""


def of(asking: Asking, hits: Sequence[Hit], places: Sequence[Place]) -> list[Values]:
    """Of each sentence, shape (words, len(NAMES)), in the question's order. All passages of the hits and the places
    have been looked at."""
    found: list[Values] = [np.zeros((0, len(NAMES)))] * len(places)
    for across in (False, True):
        rows = [row for row, (p, _) in enumerate(places) if (p.language != asking.question.language) is across]
        words = words_of(asking, across=across) if rows else ()
        if words:
            for row, values in zip(rows, _told(asking, hits, [places[r] for r in rows], words, across), strict=True):
                found[row] = values
    return found


def words_of(asking: Asking, *, across: bool) -> Sequence[Word]:
    """Those that sentences in the question's language are told by, or in the other."""
    asked = asking.asked
    if across:
        return [Word(g.word, g.weight, g.unseen, g.head, list(g.terms)) for g in asked.groups]
    return [
        Word(word, weight, word in asked.unseen, word in asked.head, [word, *asked.alike.get(word, ())])
        for word, weight in asked.words.items()
    ]


def _told(
    asking: Asking, hits: Sequence[Hit], places: Sequence[Place], words: Sequence[Word], across: bool
) -> list[Values]:
    """Of sentences in one language."""
    asked = np.array(_of_question(asking, words), np.float64)
    credits_of = asking.coverage.groups_held if across else asking.coverage.words_held
    sights = [asking.sight(passage) for passage, _ in places]
    hit_ids = [hit.paragraph.id for hit in hits[: OTHERS + 1]]
    whole = {id: seen.spans.any(axis=0) for id in hit_ids if (seen := asking.seen(id)) is not None}
    own = [
        row
        for sight, (_, index) in zip(sights, places, strict=True)
        for row in (sight.spans[index], sight.near[index], sight.spans.any(axis=0), sight.above)
    ]
    credit = credits_of(np.array([*own, *whole.values()]))
    spans = [passage.spans[index] for passage, index in places]
    alike = cosines([each.word for each in words], [span.words for span in spans])
    mine, others = credit[: len(own)].reshape(len(places), 4, -1), credit[len(own) :]
    in_sentence, none = mine[:, 0], np.zeros((len(places), 1))
    besides = np.array([[id != passage.paragraph.id for id in whole] for passage, _ in places], bool)
    besides &= besides.cumsum(axis=1) <= OTHERS
    figures = [_beside_figures(span, words) for span in spans]
    columns = [
        *(np.broadcast_to(column, in_sentence.shape) for column in asked.T),
        *mine.swapaxes(0, 1),
        _best(others, besides),
        besides @ others / np.maximum(besides.sum(axis=1), 1)[:, None],
        _best(in_sentence, ~np.eye(len(places), dtype=bool)),
        np.concatenate((none, in_sentence[:, :-1]), axis=1),
        np.concatenate((in_sentence[:, 1:], none), axis=1),
        np.array([each.max(axis=0, initial=-1.0) if len(each) else np.zeros(len(words)) for each in alike]),
        *_characters(places, words),
        *np.array(figures, np.float64).transpose(2, 0, 1),
    ]
    return list(np.stack(columns, axis=-1))


def _best(held: Values, of: NDArray[np.bool_]) -> Values:
    """The greatest of the rows of `held` that `of` says, 0 without any; shape (len(of), words)."""
    return np.asarray((held * of[:, :, None]).max(axis=1, initial=0.0))


def _of_question(asking: Asking, words: Sequence[Word]) -> Sequence[tuple[float, ...]]:
    """The columns of OF_QUESTION, a row a word."""
    folded = asking.question.folded
    top = max(each.weight for each in words)
    asks = next(reversed([found.start() for found in ASKS.finditer(folded)]), None)
    rows = []
    for each in words:
        at = folded.find(each.word)
        apart = at - asks if asks is not None and at >= 0 else 0
        rows.append(
            (
                each.weight / 10,
                each.weight / top,
                each.unseen,
                each.head,
                min(max(-apart, 0), FAR) / FAR,
                min(max(apart, 0), FAR) / FAR,
                max(at, 0) / len(folded),
                min(len(each.word), LONG) / LONG,
                any(map(str.isdigit, each.word)),
                each.word.isascii(),
                each.word in light.CHINESE,
            )
        )
    return rows


def _characters(places: Sequence[Place], words: Sequence[Word]) -> Sequence[Values]:
    """The columns `characters` and `characters_around`, each of shape (places, words)."""
    each = list(dict.fromkeys(character for word in words for character in word.word))
    shares = np.array([[word.word.count(character) / len(word.word) for word in words] for character in each])
    found = []
    for passage, index in places:
        told = passage.spans[index].text.folded
        whole = "".join((told, passage.title.folded, passage.section.folded, passage.text.folded))
        found += [[character in text for character in each] for text in (told, whole)]
    held = np.array(found, bool) @ shares
    return held[::2], held[1::2]


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where the figures of a sentence stand, and where its clauses end."""

    figures: Sequence[tuple[int, int]]
    ends: Sequence[int]
    counted: frozenset[int]
    """The clauses with figures."""

    @classmethod
    def of(cls, text: Matchable) -> "Clauses":
        figures = [(figure.start, figure.end) for figure in text.figures]
        ends = [end.start() for end in _CLAUSE_END.finditer(text.folded)] if figures else []
        return cls(figures, ends, frozenset(bisect_left(ends, start) for start, _ in figures))

    def has_figure(self, at: int) -> bool:
        """Whether one stands in the clause of this place."""
        return bisect_left(self.ends, at) in self.counted

    def far(self, at: int) -> int:
        """How far the nearest figure is; APART without one."""
        return min((min(abs(at - start), abs(at - end)) for start, end in self.figures), default=APART)

    def to_figures(self, start: int, end: int) -> tuple[int, int]:
        """How far from what stands there it is to the next figure and to the last one before; APART without one."""
        behind = min((first - end for first, _ in self.figures if first >= end), default=APART)
        return behind, min((start - last for _, last in self.figures if last <= start), default=APART)


def _beside_figures(span: Span, words: Sequence[Word]) -> Sequence[tuple[float, ...]]:
    """The columns of OF_SENTENCE from `figure_far` on, a row a word."""
    clauses, told = Clauses.of(span.text), span.text.folded
    if not clauses.figures:
        return [(1.0, 0.0, 0.0)] * len(words)
    rows = []
    for each in words:
        places = [at for way in each.ways if (at := told.find(way)) >= 0]
        far = min(map(clauses.far, places), default=APART)
        rows.append((min(far, APART) / APART, float(any(map(clauses.has_figure, places))), 1.0))
    return rows

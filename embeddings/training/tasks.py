"""What is learnt from: batches of pairs that belong together, drawn from the sources in turn."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.training.align import Alignment
from embeddings.training.learn import Side
from embeddings.training.prepare import Bags, Vocabulary

ENGLISH = frozenset(
    ("pairs", "windows", "dictionary", "names", "rest-en", "cloze-en", "cloze-cross", "questions-cross")
)
"""The tasks that English rows learn from."""
_TRANSLATIONS = 5
_WITHIN = 0.035
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Lines that translate each other. `blocks` are bounds of lines that stand together; `weights` say how often a
    line is drawn, `context_weights` how often as part of its block (0: its neighbours are no context)."""

    chinese: Bags
    english: Bags
    blocks: Index
    weights: NDArray[np.float64]
    context_weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentences of Chinese texts; `bounds` of one text are bounds[i]:bounds[i + 1]; `usable` texts may be drawn."""

    sentences: Bags
    bounds: Index
    usable: Index


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions, the text of `passages` each one is answered by, and how often each is drawn."""

    questions: Bags
    passages: Texts
    passage_of: Index
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """English and Chinese bags that belong together: english[i] with chinese[partner[i]]."""

    english: Bags
    chinese: Bags
    partner: Index
    usable: Index


@dataclass(frozen=True, slots=True)
class Task:
    """A way to draw a batch, how often it has its turn, and how much larger than usual its batches are.

    `temperature` is that of its contrast: a low one tells near misses apart, as exact matching within a language
    needs; across languages it would hold on to what happens to stand in both.
    """

    name: str
    share: float
    enlarge: int
    draw: Callable[[int], tuple[Side, Side]]
    temperature: float = 0.05


class Tasks:
    """Draws batches; the same seed draws the same ones."""

    def __init__(
        self,
        *,
        parallel: Parallel,
        news: Texts,
        questions: Questions,
        dictionary: Pairs,
        names: Pairs,
        alignment: Alignment,
        vocabulary: Vocabulary,
        seed: int,
        only: Collection[str] | None = None,
    ) -> None:
        """`only`: names of the tasks to draw from, all where it is not given."""
        self._random = np.random.default_rng(seed)
        self._parallel, self._news, self._questions = parallel, news, questions
        self._dictionary, self._names = dictionary, names
        self._block_of = np.repeat(np.arange(len(parallel.blocks) - 1), np.diff(parallel.blocks))
        self._weights = vocabulary.weights
        self._translations, self._chances = _inverse(alignment, len(vocabulary))
        every = (
            Task("pairs", 3, 2, self._pairs),
            Task("windows", 4, 1, self._windows),
            Task("dictionary", 1, 2, lambda size: self._listed(self._dictionary, size)),
            Task("names", 0.4, 2, lambda size: self._listed(self._names, size)),
            Task("rest", 2, 1, self._rest, _WITHIN),
            Task("rest-en", 0.5, 1, self._english_rest, _WITHIN),
            Task("cloze", 2, 1, self._cloze, _WITHIN),
            Task("cloze-en", 1, 1, self._english_cloze, _WITHIN),
            Task("cloze-cross", 1.5, 1, self._cross_cloze),
            Task("questions", 2.8, 1, self._ask, _WITHIN),
            Task("questions-cross", 1.5, 1, self._cross_ask),
        )
        nothing = {name for name, pairs in (("dictionary", dictionary), ("names", names)) if not len(pairs.usable)}
        wanted = {task.name for task in every} if only is None else set(only)
        self.all: Sequence[Task] = [task for task in every if task.name in wanted - nothing]
        self._shares = np.cumsum([task.share for task in self.all])

    def next(self) -> Task:
        return self.all[int(self._draw(self._shares, 1)[0])]

    def _pairs(self, size: int) -> tuple[Side, Side]:
        at = self._draw(np.cumsum(self._parallel.weights), size)
        return (
            self._side(self._parallel.english, at, at + 1, drop=0.15),
            self._side(self._parallel.chinese, at, at + 1, drop=0.15),
        )

    def _windows(self, size: int) -> tuple[Side, Side]:
        """Half of a sentence against the passage around its translation."""
        at, start, end = self._context(size)
        left, right = self._parallel.english, self._parallel.chinese
        if self._random.random() > 0.6:
            left, right = right, left
        return self._side(left, at, at + 1, drop=0.5), self._side(right, start, end, drop=0.4)

    def _listed(self, pairs: Pairs, size: int) -> tuple[Side, Side]:
        at = pairs.usable[self._random.integers(0, len(pairs.usable), size)]
        other = pairs.partner[at]
        return self._side(pairs.english, at, at + 1), self._side(pairs.chinese, other, other + 1)

    def _rest(self, size: int) -> tuple[Side, Side]:
        """A sentence against the rest of its passage."""
        texts, at, start, end = self._sentence(size, longest=5)
        rest = join(
            self._side(texts.sentences, start, at, drop=0.4), self._side(texts.sentences, at + 1, end, drop=0.4)
        )
        return self._side(texts.sentences, at, at + 1, drop=0.3), rest

    def _english_rest(self, size: int) -> tuple[Side, Side]:
        at, start, end = self._context(size)
        english = self._parallel.english
        rest = join(self._side(english, start, at, drop=0.4), self._side(english, at + 1, end, drop=0.4))
        return self._side(english, at, at + 1, drop=0.3), rest

    def _cloze(self, size: int) -> tuple[Side, Side]:
        """A few features of a sentence against its passage: what exact matching needs."""
        texts, at, start, end = self._sentence(size, longest=6)
        few = self._side(texts.sentences, at, at + 1, drop=self._random.uniform(0.5, 0.8))
        return few, self._side(texts.sentences, start, end, drop=0.4)

    def _english_cloze(self, size: int) -> tuple[Side, Side]:
        at, start, end = self._context(size)
        few = self._side(self._parallel.english, at, at + 1, drop=self._random.uniform(0.4, 0.7))
        return few, self._side(self._parallel.english, start, end, drop=0.4)

    def _cross_cloze(self, size: int) -> tuple[Side, Side]:
        texts, at, start, end = self._sentence(size, longest=6)
        few = self._in_english(self._side(texts.sentences, at, at + 1, drop=0.5))
        return few, self._side(texts.sentences, start, end, drop=0.4)

    def _ask(self, size: int) -> tuple[Side, Side]:
        question, start, end = self._question(size)
        asked = self._side(self._questions.questions, question, question + 1, drop=0.1)
        return asked, self._side(self._questions.passages.sentences, start, end, drop=0.4)

    def _cross_ask(self, size: int) -> tuple[Side, Side]:
        question, start, end = self._question(size)
        asked = self._side(self._questions.questions, question, question + 1)
        passage = self._side(self._questions.passages.sentences, start, end, drop=0.5)
        if self._random.random() < 0.65:
            return self._in_english(asked), passage
        return asked, self._in_english(passage)

    def _question(self, size: int) -> tuple[Index, Index, Index]:
        question = self._draw(np.cumsum(self._questions.weights), size)
        passage = self._questions.passage_of[question]
        bounds = self._questions.passages.bounds
        return question, bounds[passage], bounds[passage + 1]

    def _sentence(self, size: int, *, longest: int) -> tuple[Texts, Index, Index, Index]:
        texts = self._news if self._random.random() < 0.6 and len(self._news.usable) else self._questions.passages
        chosen = texts.usable[self._beside(self._random.integers(0, len(texts.usable), size), 1, 3, len(texts.usable))]
        first, last = texts.bounds[chosen], texts.bounds[chosen + 1]
        at = first + (self._random.random(size) * (last - first)).astype(np.int64)
        return texts, at, *self._around(at, first, last, longest)

    def _context(self, size: int) -> tuple[Index, Index, Index]:
        drawn = self._draw(np.cumsum(self._parallel.context_weights), size)
        at = self._beside(drawn, 8, 40, len(self._block_of))
        at = np.where(self._parallel.context_weights[at] > 0, at, drawn)
        block = self._block_of[at]
        return at, *self._around(at, self._parallel.blocks[block], self._parallel.blocks[block + 1], 4)

    def _around(self, at: Index, first: Index, last: Index, longest: int) -> tuple[Index, Index]:
        before, after = self._random.integers(1, longest, (2, len(at)))
        return np.maximum(first, at - before), np.minimum(last, at + after + 1)

    def _beside(self, at: Index, least: int, most: int, size: int) -> Index:
        """The second half of a batch stands near the first: neighbours are the negatives hardest to tell apart."""
        half = len(at) // 2
        moved = at[:half] + self._random.integers(least, most, half) * self._random.choice([-1, 1], half)
        return np.concatenate((at[:half], np.clip(moved, 0, size - 1), at[2 * half :]))

    def _draw(self, cumulated: NDArray[np.float64], size: int) -> Index:
        at: Index = np.searchsorted(cumulated, self._random.random(size) * cumulated[-1], side="right")
        return at

    def _side(self, bags: Bags, start: Index, end: Index, *, drop: float = 0.0) -> Side:
        side = spans(bags, start, end)
        return self._keep(side, self._random.random(len(side.ids)) >= drop) if drop else side

    def _in_english(self, side: Side) -> Side:
        """Each feature put into English by chance of its translations; what has none is left out."""
        drawn = (self._random.random(len(side.ids))[:, None] > self._chances[side.ids]).sum(1)
        ids = self._translations[side.ids, np.minimum(drawn, _TRANSLATIONS - 1)]
        keep = (ids >= 0) & (self._random.random(len(ids)) < 0.8)
        return self._keep(Side(side.starts, ids, self._weights[np.maximum(ids, 0)]), keep)

    def _keep(self, side: Side, keep: NDArray[np.bool_]) -> Side:
        starts = np.concatenate(([0], np.cumsum(keep)))[side.starts]
        return Side(starts, side.ids[keep], side.weights[keep])


def spans(bags: Bags, start: Index, end: Index) -> Side:
    """Bags start[i] to end[i] put together."""
    first, last = bags.starts[start], bags.starts[end]
    starts = np.concatenate(([0], np.cumsum(last - first)))
    at = np.arange(starts[-1]) - np.repeat(starts[:-1] - first, last - first)
    return Side(starts, bags.ids[at], bags.weights[at])


def merge(side: Side) -> Side:
    """Each feature of a text once, as an encoded text has it: n times counts as the square root of n."""
    texts = np.repeat(np.arange(len(side)), np.diff(side.starts))
    keys = (texts << 32) | side.ids
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], side.weights[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    totals = np.add.reduceat(weights, firsts) if len(firsts) else weights
    return Side(
        np.searchsorted(keys[firsts], np.arange(len(side) + 1) << 32),
        (keys[firsts] & 0xFFFFFFFF).astype(np.int32),
        np.sqrt(totals * weights[firsts]),
    )


def join(left: Side, right: Side) -> Side:
    """Each text of the left with the same of the right."""
    sizes = np.diff(left.starts), np.diff(right.starts)
    texts = np.concatenate([np.repeat(np.arange(len(size)), size) for size in sizes])
    order = np.argsort(texts, kind="stable")
    return Side(
        np.concatenate(([0], np.cumsum(sizes[0] + sizes[1]))),
        np.concatenate((left.ids, right.ids))[order],
        np.concatenate((left.weights, right.weights))[order],
    )


def _inverse(alignment: Alignment, size: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """For each Chinese feature the English ones that it translates, and their cumulated chances."""
    english = np.repeat(alignment.english, alignment.chinese.shape[1])
    chinese, scores = alignment.chinese.ravel(), alignment.scores.ravel()
    good = (chinese >= 0) & (scores > 0.03)
    english, chinese, scores = english[good], chinese[good], scores[good]
    order = np.lexsort((-scores, chinese))
    english, chinese, scores = english[order], chinese[order], scores[order]
    rank = np.arange(len(chinese)) - np.searchsorted(chinese, chinese)
    first = rank < _TRANSLATIONS
    ids = np.full((size, _TRANSLATIONS), -1, dtype=np.int32)
    chances = np.zeros((size, _TRANSLATIONS))
    ids[chinese[first], rank[first]] = english[first]
    chances[chinese[first], rank[first]] = scores[first]
    chances = np.cumsum(chances / np.maximum(chances.sum(1, keepdims=True), 1e-9), axis=1)
    return ids, chances

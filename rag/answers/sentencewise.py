"""How each word of a sentence found stands to the question: what it tells that was not asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.answers.wordwise import APART, LONG, Clauses, words_of
from rag.search.asking import Asking
from rag.search.coverage import Values
from rag.text.background import background
from rag.text.nearness import cosines

if TYPE_CHECKING:
    from rag.answers.finding import Candidate

NAMES = (
    "near_asked", "near_telling", "near_head", "in_question", "characters", "above", "elsewhere", "in_passages",
    "rarity", "figure_behind", "figure_before", "figure_clause", "place", "length", "digits", "latin", "word_before",
    "word_behind",
)  # fmt: skip
"""What is known of a word of the sentence, each 0 to 1 or little above:

- `near_asked`: the cosine to the nearest word of the question; `near_telling`: the greatest, each times how telling
  that word is; `near_head`: to the nearest that names what is asked for
- `in_question`: whether the question has it, or it is another for a word of it; `characters`: the share of its
  characters that the question has
- `above`: whether it stands over the sentence; `elsewhere`, `in_passages`: in what share of the other sentences
  weighed, and of the passages they are of
- `rarity`: how rare it is in ordinary writing, over 10
- `figure_behind`, `figure_before`: how far it is to the next figure, and to the last one before it, over 30 characters;
  `figure_clause`: whether a figure stands in its clause
- `place`: where in the sentence; `length`: characters over 8; `digits`, `latin`: what kind of word
- `word_before`, `word_behind`: `in_question` of the words beside it
"""


def of(asking: Asking, candidates: "Sequence[Candidate]") -> Values:
    """Of the sentence of the first candidate, shape (words, len(NAMES)); the others are what else was weighed."""
    best = candidates[0]
    passage, span = best.passage, best.passage.spans[best.index]
    asked = words_of(asking, across=passage.language != asking.question.language)
    if not span.words or not asked:
        return np.zeros((0, len(NAMES)))
    folded, told = asking.question.folded, span.text.folded
    (cosine,) = cosines([each.word for each in asked], [span.words])
    telling = np.array([each.weight for each in asked]) / max(each.weight for each in asked)
    heads = np.array([each.head for each in asked], float)
    ways = {way for each in asked for way in each.ways}
    others = [set(c.passage.spans[c.index].words) for c in candidates[1:]]
    passages = {c.passage.paragraph.id: c.passage.text.folded for c in candidates}
    above = f"{passage.title.folded} {passage.section.folded}"
    clauses = Clauses.of(span.text)
    inside = [float(word in folded or word in ways) for word in span.words]
    rows = []
    at = 0
    for word in span.words:
        found = told.find(word)
        at = found if found >= 0 else at  # an English word may stand there with an ending
        behind, before = clauses.to_figures(at, at + len(word))
        rows.append(
            (
                sum(map(folded.__contains__, word)) / len(word),
                word in above,
                sum(word in other for other in others) / max(len(others), 1),
                sum(word in text for text in passages.values()) / len(passages),
                min(behind, APART) / APART,
                min(before, APART) / APART,
                clauses.has_figure(at),
                at / len(told),
                min(len(word), LONG) / LONG,
                any(map(str.isdigit, word)),
                word.isascii(),
            )
        )
    table = np.array(rows, np.float64)
    return np.column_stack(
        (
            cosine.max(axis=1),
            (cosine * telling).max(axis=1),
            (cosine * heads).max(axis=1, initial=0.0),
            inside,
            table[:, :4],
            -np.log(background().share(span.words)) / 10,
            table[:, 4:],
            [0.0, *inside[:-1]],
            [*inside[1:], 0.0],
        )
    )

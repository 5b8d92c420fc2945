"""The sentences of the best passages, weighed for a question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.answers import wordwise
from rag.answers.choosing import ABOVE, features, lack_of
from rag.answers.finding import Candidate
from rag.answers.network import fitted_network
from rag.answers.preferring import preferred
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.questions.question import Kind, Question
from rag.questions.quoting import defines, quotes
from rag.search import ranking
from rag.search.asking import Asking
from rag.search.coverage import Values
from rag.search.linear import fitted
from rag.search.ranking import Features
from rag.types import Hit

PICKING = "picking"
"""The file of the network's weights."""
OTHER_YEAR = 3.0
"""What a sentence loses for speaking of another year: a figure of that year never stands for the one asked for."""
WEIGHED = 8
"""Sentences, best by what matches, that are also compared with the question by their vectors."""
ACROSS = 16
"""The same where question and passages differ in language, and little else tells them apart."""
LACKING = 3.0
"""What a sentence loses that has nothing of the kind asked for."""
UNNAMED = 8.0
"""What a sentence loses that knows nothing of what a question names beside the topic of the one before: that topic's
own sentence has been told already."""


def weigh(snapshot: Snapshot, asking: Asking, hits: Sequence[Hit], *, aspect: float = 0.0) -> list[Candidate]:
    """The sentences of these hits, best first, ties by paragraph and place."""
    candidates = weighed_by_word(scored(snapshot, asking, hits, aspect=aspect))
    ranked = sorted(candidates, key=lambda c: (-c.score, *c.place))
    return preferred(asking, ranked) if ranked else []


def scored(
    snapshot: Snapshot, asking: Asking, hits: Sequence[Hit], *, aspect: float = 0.0, depth: int = WEIGHED
) -> list[Candidate]:
    """The best sentences of these hits with the scores that are linear in their features."""
    passages = [snapshot.passage_of(hit.paragraph) for hit in hits]
    places = [(passage, index) for passage in passages for index in range(len(passage.spans))]
    found = features(asking, passages, [hit.score - hits[0].score for hit in hits])
    weighed = ranking.scores(fitted("choosing"), found).astype(np.float64)
    for each in found:
        weighed[each.rows] += bonus(asking.question, each, aspect=aspect, beside=asking.beside)
    scores = weighed.tolist()
    order = sorted(range(len(places)), key=lambda row: (-scores[row], places[row][0].paragraph.id, places[row][1]))
    across = any(passage.language != asking.question.language for passage, _ in places)
    kept = order[: max(depth, ACROSS) if across else depth]
    if quotes(asking.question):  # what says what is quoted, however little else of the question it has
        kept += [row for row in order[len(kept) :] if _defines(asking.question, *places[row])]
    if not kept:
        return []
    sentences = [places[row] for row in kept]
    cosines = (snapshot.sentence_vectors(sentences) @ asking.vector).tolist()
    words = wordwise.of(asking, hits, sentences)
    told = zip(sentences, kept, ranking.named(found, kept), cosines, words, strict=True)
    return [_candidate(asking, *place, scores[row], own, cosine, known) for place, row, own, cosine, known in told]


def _defines(question: Question, passage: Passage, index: int) -> bool:
    return defines(question, passage.spans[index].text.folded, passage.text.folded)


def weighed_by_word(candidates: Sequence[Candidate]) -> list[Candidate]:
    """With what the network adds to their scores for how each word of the question stands to them."""
    if not candidates:
        return []
    added = fitted_network(PICKING).log_odds(read_of(candidates), [(c.words,) for c in candidates])
    return [replace(c, score=c.score + more) for c, more in zip(candidates, added.tolist(), strict=True)]


def read_of(candidates: Sequence[Candidate]) -> Sequence[Mapping[str, float]]:
    """What the network reads of each beside its words: its features and how far it is `behind` the best, at or below
    0."""
    best = max((c.score for c in candidates), default=0.0)
    return [{**c.features, "behind": c.score - best} for c in candidates]


def _candidate(
    asking: Asking,
    passage: Passage,
    index: int,
    score: float,
    features: Mapping[str, float],
    cosine: float,
    words: Values,
) -> Candidate:
    """Scored with the cosine of its sentence to the question as well."""
    name = "similarity" if passage.language == asking.question.language else "across:similarity"
    score += fitted("choosing").weight(name) * cosine
    near = asking.sight(passage).held_near(index)
    return Candidate(passage, index, score, {**features, name: cosine}, near, words)


def bonus(question: Question, found: Features, *, aspect: float, beside: str = "") -> Values:
    """Added to the scores of sentences: for the aspect asked for, against one that speaks of another year than asked,
    and against one without the place, the date, the sum or the share that is asked for."""
    across = "across:words" in found.names
    prefix = "across:" if across else ""
    another_year = found.column(f"{prefix}year") == -1.0
    score = np.asarray(aspect * found.column(f"{prefix}aspect") - OTHER_YEAR * another_year)
    place = ("across:place" if across else "place:place", 0.0) if question.kind is Kind.PLACE else None
    lack = place or lack_of(question, across=across)
    if beside and not across:
        score -= UNNAMED * (found.column("head") == 0.0)
    if lack is not None:
        name, nothing = lack
        values = found.column(name)
        score -= LACKING * (values == nothing) + LACKING / 2 * (values == ABOVE)
    return score

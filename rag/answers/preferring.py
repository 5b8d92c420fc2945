"""Which of sentences that score nearly alike comes first: what was told later, what is not refuted, what gives the
reason, the name or the item that is asked for."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answers import confidence, wanted
from rag.answers.composing import names_item
from rag.answers.finding import Candidate
from rag.questions.measures import measure_asked
from rag.questions.naming import labels, name_missing
from rag.questions.premise import gives_reason
from rag.questions.question import Kind
from rag.questions.quoting import defines
from rag.search.asking import Asking
from rag.search.rarity import LITTLE
from rag.text import literal

_NUMBER = re.compile(
    r"(?<![\d.,a-z-])(?!(?:19|20)\d\d(?![\d.]))\d+(?:\.\d+)?(?![\d.,%]*(?:[号年月日届次期线]|st|nd|rd|th))(?![a-z\d-])"
)
NEARLY = 1.25
"""How far below the best a sentence of a newer document may score and still be taken for the same thing, later."""
GROUNDS = 2.0
"""The same for a sentence that says outright why, where the best gives no reason."""
OF_MEASURE = 3.0
"""The same for a sentence with the measure asked for, where the best is none of it."""
NUMBERED = 2.0
"""The same for a sentence with the numbers that a question names."""
LABEL = 2.5
"""The same for the name of an item, which says little by itself."""
DEFINED = 8.0
"""The same for a sentence that defines what is quoted."""
ALL = 0.999
"""Coverage from which all is held."""
TOLD_AGAIN = 8.0
"""How far below the best, in the other language, a sentence of the question's may score that tells the same."""
MOSTLY = 0.5
"""Coverage of the question from which a sentence that has one of the best one's figures tells the same; one nearly as
good does with less."""


def preferred(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Sentences that stand in the order of their scores, in the order in which they are told."""
    ordered = ranked if asking.question.years else latest_first(ranked)
    match asking.question.kind:
        case Kind.REASON:
            return with_grounds(asking, ordered)
        case Kind.PERSON:
            ordered = by_label(asking, ordered)
    return defined_first(asking, unrefuted_first(asking, counted_first(asking, numbered_first(asking, ordered))))


def _put_first(first: Candidate | None, ranked: list[Candidate]) -> list[Candidate]:
    """With one of them before the others; as they stand where that is None."""
    return ranked if first is None else [first, *(c for c in ranked if c is not first)]


def latest_first(ranked: list[Candidate]) -> list[Candidate]:
    """Without a year in the question the latest is meant: of sentences nearly as good that hold all of the question
    that the best one holds, the one of the newest document comes first."""
    best = ranked[0]
    alike = [c for c in ranked if best.score - c.score <= NEARLY and c.near >= best.near]
    latest = max(alike, key=lambda c: max(c.passage.title_years, default=0))
    if max(latest.passage.title_years, default=0) <= max(best.passage.title_years, default=0):
        return ranked
    return [latest, *(c for c in ranked if c is not latest)]


def own_language_first(asking: Asking, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """Where the best sentence is in the other language, one in the question's that tells the same comes before it: that
    has one of its figures where a figure is asked for and speaks of most that is asked; else of all of it."""
    language = asking.question.language
    if not ranked or ranked[0].passage.language == language:
        return ranked
    best = ranked[0]
    wants_figure = asking.question.kind in (Kind.NUMERIC, Kind.DATE)
    for candidate in ranked:
        behind = best.score - candidate.score
        if candidate.passage.language != language or behind > TOLD_AGAIN:
            continue
        held = asking.asked.word_coverage(candidate.near)
        told = bool(best.values & candidate.values) and (held > MOSTLY or behind <= NEARLY)
        if (told if wants_figure else held > ALL) and not confidence.refutes(asking, candidate):
            return [candidate, *(c for c in ranked if c is not candidate)]
    return ranked


def unrefuted_first(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where the best sentence cannot answer, names no company or counts nothing where that is asked for, one nearly as
    good that can comes first; one with the measure that is asked for from further behind."""
    best, measure = ranked[0], measure_asked(asking.question.folded)

    def near(c: Candidate) -> bool:
        behind = best.score - c.score
        has = measure is not None and behind <= OF_MEASURE and measure.search(c.passage.spans[c.index].text.folded)
        return behind <= NEARLY or bool(has)

    nearly = [c for c in ranked[1:] if near(c)]
    if not nearly or not confidence.refutes(asking, best):
        return ranked
    return _put_first(next((c for c in nearly if not confidence.refutes(asking, c)), None), ranked)


def defined_first(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where a question quotes a part of something it quotes, the sentence that says what the part is comes first."""
    first = next(
        (
            c
            for c in ranked
            if ranked[0].score - c.score <= DEFINED
            and defines(asking.question, c.passage.spans[c.index].text.folded, c.passage.text.folded)
        ),
        None,
    )
    return ranked if first is not None and _brings_along(ranked[0], first) else _put_first(first, ranked)


def _brings_along(best: Candidate, other: Candidate) -> bool:
    """Whether the best is the heading of the other, which is told with it."""
    return best.passage is other.passage and best.passage.spans[best.index].heads and other.index == best.index + 1


def numbered_first(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where a question names a number of things, "over 100 projects", 那7所学校, a sentence nearly as good that has all
    its numbers comes before one that does not."""
    asked = asking.question.folded
    numbers = [number for number in _NUMBER.findall(asked) if len(number) > 1]
    if not numbers or _tells(numbers, ranked[0]):
        return ranked
    first = next((c for c in ranked if ranked[0].score - c.score <= NUMBERED and _tells(numbers, c)), None)
    return _put_first(first, ranked)


def _tells(numbers: Sequence[str], candidate: Candidate) -> bool:
    told = candidate.passage.spans[candidate.index].text.folded.replace(",", "")
    return all(literal.number_stands(number, told) for number in numbers)


def counted_first(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where an English question asks how many, a Chinese sentence nearly as good that counts them by their name comes
    before one that does not."""
    if asking.question.language != "en" or ranked[0].passage.language != "zh":
        return ranked
    nearly = (c for c in ranked if ranked[0].score - c.score <= NEARLY)
    first = next((c for c in nearly if wanted.counted_by_name(asking, c.passage.told[c.index])), None)
    if first is None:
        return ranked
    return [replace(first, score=ranked[0].score), *(c for c in ranked if c is not first)]


def with_grounds(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where a reason is asked for and the best sentence gives none, one that gives it outright comes first, else one
    nearly as good that has grounds."""
    best = ranked[0]
    if not confidence.refutes(asking, best):
        return ranked
    grounded = [c for c in ranked if best.score - c.score <= GROUNDS and not confidence.refutes(asking, c)]
    outright = (c for c in grounded if gives_reason(c.passage.spans[c.index].text.folded))
    nearly = (c for c in grounded if best.score - c.score <= NEARLY)
    first = next(outright, None) or next(nearly, None)
    return _put_first(first, ranked)


def by_label(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where somebody is asked for and the best sentence names nobody, a line that gives a name for what is asked comes
    first: 主持人：副市长　韩述平."""
    if name_missing(asking.question, ranked[0].passage.told[ranked[0].index].folded) != 1.0:
        return ranked
    telling = {word for word, weight in asking.asked.words.items() if len(word) > 1 and weight > LITTLE}
    telling -= {subject.name for subject in asking.subjects}
    told = (c for c in ranked if labels(asking.question, c.passage.spans[c.index].text.folded, telling))
    first = next(told, None)
    return _put_first(first, ranked)


def under_its_name(asking: Asking, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """Where what a list names is asked for, the item that bears the name comes before sentences that but mention it, if
    it or what follows it is nearly as good: 二是“五化”隔离法。对…实行规范化管理。"""
    for candidate in ranked if asking.asked.head else ():
        passage = candidate.passage
        for item in (candidate.index, candidate.index - 1):
            if (
                ranked[0].score - candidate.score <= (LABEL if item == candidate.index else NEARLY)
                and item >= 0
                and names_item(passage.spans[item].text.folded)
                and asking.asked.head_coverage(asking.sight(passage).held(item)) > ALL
            ):
                first = replace(candidate, index=item)
                return [first, *(c for c in ranked if c.place != first.place)]
    return ranked

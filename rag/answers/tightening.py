"""A sentence cut to what answers: the run of clauses that fits, and the figure or name that is asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.folding import fold, fold_with_offsets
from embeddings.terms import bigrams, stem, words
from rag.answers.choosing import dates, kind_evidence
from rag.answers.columns import asked_cell
from rag.answers.rows import row_of
from rag.index.passages import Passage
from rag.questions.question import Kind, Question, bare
from rag.search.asking import Asking
from rag.text import literal
from rag.text.facts import OF_DATES, counts, quantities, values
from rag.text.matching import Matchable, Terms
from rag.text.measure import in_unit, unit_of

_HOW_MANY = re.compile(
    r"\bhow many (?:[a-z'-]+ ){0,3}?([a-z]{3,}s|people)"
    r"(?= (?:did|do|does|was|were|is|are|has|have|had|will|can|could|of|in|on|for)\b)"
)
_BREAK = re.compile(r"[,;，；。](?!\d{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LETTER = re.compile("[a-z]")
_CLAUSE = re.compile(r"[^，,；;。！？!?\n]*(?:(?<=\d),(?=\d{3})[^，,；;。！？!?\n]*)*[，,；;。！？!?\n]*[”’」』）)]*")

TOPIC = 0.2
"""What a term of the question before counts for a figure's place, beside those that a follow-up says itself."""
APART = 12
"""How much farther a term counts as being from a figure of another clause, where a follow-up is asked: in a sentence
found for its topic the figures stand clause by clause."""
UNFINISHED = 1.0
"""What a figure loses of what is only begun, "签约140台、完工170台", where that is not asked for."""
_BEGUN = re.compile("(?:签约|立项|开工|启动|在建|储备|受理|申请|意向|筹建)(?:了|约|近|超)?$")
AGAIN = 1.4
"""What a figure loses that the answer before told; less than what it gains by its unit, if that is asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a passage's paragraph; offsets count in its text. `said` is what is shown in its place,
    the heading that it stands under."""

    passage: Passage
    start: int
    end: int
    said: str = ""

    @property
    def text(self) -> str:
        return self.passage.paragraph.text[self.start : self.end]


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the clauses between two offsets, closing marks with their clause."""
    return [m.span() for m in _CLAUSE.finditer(text, start, end) if m.end() > m.start()]


def tighten(asking: Asking, passage: Passage, index: int, *, limit: int) -> Piece:
    """The sentence, or where it is longer than `limit` characters the run of its clauses that answers best.

    Starts from the best clause and grows by the better neighbour while it fits. A single clause longer than the limit
    is kept whole: a citation never ends inside a clause.
    """
    span = passage.spans[index]
    text = passage.paragraph.text
    if span.end - span.start <= limit:
        return Piece(passage, span.start, span.end)
    parts = clauses(text, span.start, span.end)
    across = passage.language != asking.question.language
    worth = [_worth(asking, text[start:end], across=across) for start, end in parts]
    first = last = max(range(len(parts)), key=lambda i: (worth[i], -i))
    while True:
        grown = [
            (worth[new], new < first, new)
            for new in (first - 1, last + 1)
            if 0 <= new < len(parts) and parts[max(new, last)][1] - parts[min(new, first)][0] <= limit
        ]
        if not grown:
            break
        _, _, new = max(grown)
        first, last = min(first, new), max(last, new)
    start, end = parts[first][0], parts[last][1]
    start += len(text[start:end]) - len(text[start:end].lstrip("，,；;、 \n"))
    return Piece(passage, start, len(text[:end].rstrip("，,；;、 \n")) if end < span.end else end)


def _worth(asking: Asking, clause: str, *, across: bool) -> float:
    text = Matchable(fold(clause))
    asked = asking.asked
    held = asked.matched(text)
    covered = 2 * asked.group_coverage(held) if across else asked.bigram_coverage(held) + asked.word_coverage(held)
    evidence = dict(kind_evidence(asking, text, lambda: held, across=across))
    sort = evidence.pop("sort", 0.0)  # not every name says of what sort it is
    return covered + 0.4 * sum(evidence.values()) + 0.2 * max(sort, 0.0)


def key_of(asking: Asking, piece: Piece) -> tuple[int, int] | None:
    """The figure or date in a piece that is asked for, as offsets in the paragraph: the fitting one nearest to what was
    asked; None when the question asks for neither."""
    kind = asking.question.kind
    if kind not in (Kind.NUMERIC, Kind.COMPARISON, Kind.DATE):
        return None
    cell = _cell_asked(asking, piece) if kind is not Kind.DATE else None
    if cell is not None:
        return cell
    folded = fold_with_offsets(piece.text)
    if kind is Kind.DATE:
        spans = _whole(dates(asking.question, folded.text))
    else:
        spans = [
            (q.start, q.end)
            for q in quantities(folded.text)
            if counts(folded.text, q)
            and q.unit not in OF_DATES
            and not _LETTER.match(folded.text, q.start - 1)  # PM2.5
        ]
    across = piece.passage.language != asking.question.language
    given = set(_NUMBER.findall(asking.question.folded)) if across else set()
    spans = [(s, e) for s, e in spans if folded.text[s:e] not in asking.question.folded]
    spans = [(s, e) for s, e in spans if not given & set(_NUMBER.findall(folded.text[s:e]))] or spans
    if not spans:
        return None
    held = asking.asked.matched(Matchable(folded.text))
    weights = asking.asked.bigrams
    if piece.passage.language != asking.question.language:
        weights = {t: group.weight * credit for group in asking.asked.groups for t, credit in group.terms.items()}
    named = _named_itself(asking)
    weights = {t: weight if t in named else TOPIC * weight for t, weight in weights.items()} if named else weights
    places = [(place, weights.get(t, 0.0)) for t in held for place in literal.places(t, folded.text)]
    unit, counted = asking.question.unit, _counted(asking.question)
    breaks = [m.start() for m in _BREAK.finditer(folded.text)] if named else []
    said = unit == "%" or (named and unit and unit_of(fold(asking.question.asked)) == unit)  # a share is no sum
    fitting = [span for span in spans if said and in_unit(unit, folded.text, *span)]

    def far(place: int, start: int) -> int:
        return 4 + abs(start - place) * (1 if place <= start else 2) + APART * _between(breaks, place, start)

    def fit(span: tuple[int, int]) -> tuple[float, int]:
        near = sum(weight / far(place, span[0]) for place, weight in places)
        told = in_unit(unit, folded.text, *span) if unit else bool(counted) and _counts(counted, folded.text, span[1])
        again = asking.question.told and values(folded.text[slice(*span)]) & asking.question.told
        begun = _BEGUN.search(folded.text[: span[0]])
        unfinished = begun is not None and begun[0][:2] not in asking.question.folded
        return near + (1.5 if told else 0.0) - (AGAIN if again else 0.0) - (UNFINISHED if unfinished else 0.0), -span[0]

    start, end = max(fitting or spans, key=fit)
    end = len(folded.text[:end].rstrip())
    return piece.start + folded.offsets[start], piece.start + folded.offsets[end]


def _named_itself(asking: Asking) -> Terms:
    """The terms that a follow-up says itself, beside those that it takes over from the question before; none where the
    question is whole."""
    if not asking.question.completed:
        return frozenset()
    own = bare(fold(asking.question.asked))
    said = {*words(own), *bigrams(own)}
    across = (term for group in asking.asked.groups if group.word in said for term in group.terms)
    return frozenset((*said, *across))


def _between(breaks: Sequence[int], one: int, other: int) -> int:
    """How many clauses end between two places."""
    return sum(min(one, other) < place < max(one, other) for place in breaks)


def _whole(dates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Dates with the month and the day that stand right behind a year or month put to them: 2022年7月."""
    found: list[tuple[int, int]] = []
    for start, end in dates:
        if found and found[-1][1] == start:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _cell_asked(asking: Asking, piece: Piece) -> tuple[int, int] | None:
    """Where the figure asked for stands in a row of a table, by the name of its column."""
    index = next((i for i, (start, _, _) in enumerate(piece.passage.sentences) if start == piece.start), None)
    row = row_of(piece.passage, index) if index is not None else None
    cell = asked_cell(asking, row) if row is not None else None
    return (cell.start, cell.end) if cell is not None and cell.end <= piece.end else None


def _counted(question: Question) -> str:
    """What an English question counts, without the plural s: "job" of "how many new jobs did it create"."""
    asked = _HOW_MANY.search(question.folded)
    return stem(asked[1]) if asked else ""


def _counts(counted: str, folded: str, end: int) -> bool:
    """Whether what a figure ending there is of is this: the word stands after it, before any other figure."""
    after = re.split(r"[\d.,;:]", folded[end : end + 40], maxsplit=1)[0]
    return counted in map(stem, re.findall(r"[a-z]+", after)[:4])

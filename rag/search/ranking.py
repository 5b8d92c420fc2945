"""Named features of passages for a question, by whose fitted sum they are ordered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from rag.index.passages import Passage
from rag.index.rows import Rows, Scores
from rag.questions.question import Aspect
from rag.questions.quoting import told_share
from rag.search.asking import Asking
from rag.search.coverage import Values
from rag.search.linear import Linear
from rag.search.sight import Sights

OF_MANY = "rarest_missing_of_many"
"""The feature that is 0 unless there are many paragraphs; fitted by itself, so that it changes nothing elsewhere."""

Column = Sequence[float] | Values


@dataclass(frozen=True, eq=False)
class Features:
    """Of the passages, or sentences, whose numbers are `rows`: `table` has a row for each feature named, a column for
    each of them."""

    rows: Rows
    names: tuple[str, ...]
    table: Values

    @classmethod
    def of(cls, rows: Rows, columns: Mapping[str, Column]) -> "Features":
        """Of each feature's values."""
        return cls(rows, tuple(columns), np.array(list(columns.values()), np.float64))

    def column(self, name: str) -> Values:
        """The values of a feature that is named, shape (len(rows),)."""
        return np.asarray(self.table[self.names.index(name)])

    def named(self, places: Sequence[int]) -> Iterator[Mapping[str, float]]:
        """Of rows[place] for each of these places."""
        return (dict(zip(self.names, row, strict=True)) for row in self.table.T[places].tolist())


def features(asking: Asking, passages: Sequence[Passage], *, lexical: Scores, dense: Scores) -> Sequence[Features]:
    """`lexical` is each passage's BM25 over the best passage's, 0 to 1; `dense` its cosine.

    Coverages are shares of the question's weight, 0 to 1; agreements are 1, 0 (nothing to compare) or -1. Passages in
    another language have features of their own ("across:…"): few of the question's terms can stand in them.
    """
    same = np.array([passage.language == asking.question.language for passage in passages], bool)
    kinds = [(rows, of) for rows, of in ((same.nonzero()[0], _same), ((~same).nonzero()[0], _across)) if len(rows)]
    chosen = [[passages[row] for row in rows.tolist()] for rows, _ in kinds]
    if not kinds:
        return []
    looked, first, found = asking.look([*chain.from_iterable(chosen)]), 0, []
    for (rows, of), own in zip(kinds, chosen, strict=True):
        sights = looked if len(kinds) == 1 else looked.only(first, first + len(own))
        columns = of(asking, own, sights, lexical[rows].astype(np.float64), dense[rows].astype(np.float64))
        found.append(Features.of(rows, columns))
        first += len(own)
    return found


def named(found: Sequence[Features], rows: Sequence[int]) -> list[Mapping[str, float]]:
    """The features of each of these rows."""
    if len(found) == 1:
        return list(found[0].named(rows))  # of all, in their order
    features: dict[int, Mapping[str, float]] = {}
    for each in found:
        places = {row: place for place, row in enumerate(each.rows.tolist())}
        own = [row for row in rows if row in places]
        features |= zip(own, each.named([places[row] for row in own]), strict=True)
    return [features[row] for row in rows]


def scores(model: Linear, found: Sequence[Features]) -> Scores:
    """Of all rows, in their order."""
    whole = np.zeros(sum(len(each.rows) for each in found), np.float32)
    for each in found:
        whole[each.rows] = model.score_table(each.names, each.table)
    return whole


def _same(
    asking: Asking, passages: Sequence[Passage], sights: Sights, lexical: Values, dense: Values
) -> Mapping[str, Values]:
    whole = sights.text | sights.title | sights.section
    count, coverage = len(passages), asking.coverage
    words_held = coverage.words_held(np.concatenate([whole, sights.text, sights.title, sights.section]))
    words = coverage.of_words(words_held).reshape(4, -1)
    bigrams = coverage.of_bigrams(np.concatenate([whole, sights.text, sights.spans]))
    missing = coverage.rarest_of_missing(words_held[:count])
    return {
        "lexical": lexical,
        "dense": dense,
        "words": words[0],
        "bigrams": bigrams[:count],
        "text_words": words[1],
        "text_bigrams": bigrams[count : 2 * count],
        "sentence": _best_of_each(bigrams[2 * count :], sights.bounds),
        "rarest_missing": missing,
        OF_MANY: missing * asking.many,
        "quoted": np.array(told_share(asking.question, [passage.text.folded for passage in passages])),
        "title": words[2],
        "section": words[3],
        **_agreements(asking, passages),
    }


def _across(
    asking: Asking, passages: Sequence[Passage], sights: Sights, lexical: Values, dense: Values
) -> Mapping[str, Values]:
    whole = sights.text | sights.title | sights.section
    covered = asking.coverage.of_groups(np.concatenate([whole, sights.text, sights.spans]))
    words, text_words, each = np.split(covered, np.arange(1, 3) * len(passages))
    named = {
        "lexical": lexical,
        "dense": dense,
        "words": words,
        "text_words": text_words,
        "sentence": _best_of_each(each, sights.bounds),
        "rarest_missing": asking.coverage.group_missing(whole),
        "quoted": np.array(told_share(asking.question, [passage.text.folded for passage in passages])),
        **_agreements(asking, passages),
    }
    return {"across": np.ones(len(passages))} | {f"across:{name}": values for name, values in named.items()}


def _best_of_each(values: Values, bounds: Rows) -> Values:
    """The highest value of each passage's sentences; 0 for one without any."""
    some = bounds[1:] > bounds[:-1]
    best = np.zeros(len(some))
    if len(values):
        best[some] = np.maximum.reduceat(values, bounds[:-1][some])
    return best


def _agreements(asking: Asking, passages: Sequence[Passage]) -> Mapping[str, Values]:
    question, none = asking.question, np.zeros(len(passages))
    subject = [subject_agreement(asking, passage) for passage in passages] if asking.subjects else none
    year = [year_agreement(question.years, passage) for passage in passages] if question.years else none
    aspect = [aspect_agreement(question.aspect, passage.aspect) for passage in passages] if question.aspect else none
    return {"subject": np.asarray(subject), "year": np.asarray(year), "aspect": np.asarray(aspect)}


def subject_agreement(asking: Asking, passage: Passage) -> float:
    """1 for a document of the subjects named, -1 for another's, 0 when none is named."""
    if asking.documents is None:
        return 0.0
    return 1.0 if passage.paragraph.document_id in asking.documents else -1.0


def year_agreement(asked: frozenset[int], passage: Passage) -> float:
    """1 when the heading above, else a sentence, gives a year asked for; half when the title does; -1 for another."""
    if not asked:
        return 0.0
    if passage.years & asked or passage.told_years & asked:
        return 1.0
    if passage.years:
        return -1.0
    if passage.title_years:
        return 0.5 if passage.title_years & asked else -0.5
    return 0.0


def aspect_agreement(asked: Aspect | None, given: Aspect | None) -> float:
    """1 when what was done (or is planned) is both asked for and told, -1 for the other, 0 when either is open."""
    if asked is None or given is None:
        return 0.0
    return 1.0 if asked is given else -1.0

"""What of a question stands in passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from rag.index.passages import Passage
from rag.text.matching import Asked, Terms
from rag.text.spotting import Held, Sheets, units_of_heading


@dataclass(frozen=True, eq=False)
class Sight:
    """Which of the question's terms stand over a passage, and, a row a sentence: in each sentence of it; over the
    passage, in the sentence, or in the one before; in the sentence after."""

    asked: Asked
    above: Held
    spans: Held
    near: Held
    after: Held

    def held(self, index: int) -> Terms:
        """The terms in one of its sentences."""
        return self.named(self.spans[index])

    def held_near(self, index: int) -> Terms:
        """Those `near` one of its sentences."""
        return self.named(self.near[index])

    def named(self, row: Held) -> Terms:
        return Terms(compress(self.asked.vocabulary, row.tolist()))


@dataclass(frozen=True, eq=False)
class Sights:
    """Of passages looked through together. `title`, `section` and `text` have a row a passage, `spans` a row a
    sentence: those of passage i are bounds[i]:bounds[i + 1]."""

    asked: Asked
    title: Held
    section: Held
    text: Held
    spans: Held
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, asked: Asked, passages: Sequence[Passage]) -> "Sights":
        above: dict[str, int] = {}
        titles = [above.setdefault(passage.title.folded, len(above)) for passage in passages]
        sections = [above.setdefault(passage.section.folded, len(above)) for passage in passages]
        headings = [units_of_heading(folded) for folded in above]
        sheets = Sheets.of([passage.imprint.sheet for passage in passages])
        lengths = np.concatenate([list(map(len, headings)), sheets.lengths])
        found = asked.spotter.find([*headings, sheets.units], lengths)
        each = found.held()
        text, spans = sheets.held(found, each, before=len(above))
        return cls(asked, each.take(titles, axis=0), each.take(sections, axis=0), text, spans, sheets.bounds)

    def only(self, start: int, stop: int) -> "Sights":
        """Of the passages start:stop."""
        first, last = self.bounds[[start, stop]].tolist()
        title, section, text = (held[start:stop] for held in (self.title, self.section, self.text))
        return Sights(self.asked, title, section, text, self.spans[first:last], self.bounds[start : stop + 1] - first)

    def __getitem__(self, place: int) -> Sight:
        rows = slice(self.bounds[place], self.bounds[place + 1])
        return Sight(self.asked, self._above[place], self.spans[rows], self._near[rows], self._after[rows])

    @cached_property
    def _above(self) -> Held:
        return self.title | self.section

    @cached_property
    def _near(self) -> Held:
        near = self.spans | self._above.repeat(np.diff(self.bounds), axis=0)
        near[1:] |= self.spans[:-1] & self._goes_on
        return near

    @cached_property
    def _after(self) -> Held:
        after = np.zeros_like(self.spans)
        after[:-1] = self.spans[1:] & self._goes_on
        return after

    @cached_property
    def _goes_on(self) -> Held:
        """Whether the next sentence is of the same passage, a row for each but the last; shape (rows, 1)."""
        passage = np.arange(len(self.bounds) - 1).repeat(np.diff(self.bounds))
        return np.equal(passage[1:], passage[:-1])[:, None]

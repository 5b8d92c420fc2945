"""What of a question stands in passages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from rag.matching import Asked, Terms
from rag.passages import Passage
from rag.spotting import Held, units_of_heading


@dataclass(frozen=True, slots=True)
class Sight:
    """Which of the question's terms stand in a passage: in the title, in the headings, in the text (one row each), and
    in each sentence of it (a row a sentence)."""

    asked: Asked
    title: Held
    section: Held
    text: Held
    spans: Held

    @property
    def above(self) -> Held:
        return self.title | self.section

    @property
    def near(self) -> Held:
        """Over the passage, in a sentence, or in the one before that: a row a sentence."""
        near = self.spans | self.above
        near[1:] |= self.spans[:-1]
        return near

    @property
    def after(self) -> Held:
        """In the next sentence: a row a sentence."""
        after = np.zeros_like(self.spans)
        after[:-1] = self.spans[1:]
        return after

    def held(self, index: int) -> Terms:
        """The terms in one of its sentences."""
        return self.named(self.spans[index])

    def held_near(self, index: int) -> Terms:
        """Those `near` one of its sentences."""
        return self.named(self.near[index])

    def named(self, row: Held) -> Terms:
        return Terms(compress(self.asked.vocabulary, row.tolist()))


def sights(asked: Asked, passages: Sequence[Passage]) -> Iterable[Sight]:
    """Of each passage, all looked through at once."""
    headings = {
        m.folded: i for i, m in enumerate({m.folded: m for p in passages for m in (p.title, p.section)}.values())
    }
    above = [units_of_heading(folded) for folded in headings]
    lengths = [*map(len, above), *(length for passage in passages for length in passage.lengths)]
    found = asked.spotter.spot([*above, *(passage.units for passage in passages)], lengths)
    row = len(above)
    for passage in passages:
        end = row + len(passage.lengths)
        title, section = found[headings[passage.title.folded]], found[headings[passage.section.folded]]
        # A sentence is folded by itself: what the whole does not hold is not there.
        yield Sight(asked, title, section, found[row], found[row + 1 : end] & found[row])
        row = end

"""A snapshot being changed: new segments, documents struck out, small segments merged."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from math import log

from rag.index.making import Maker
from rag.index.segment import LiveSegment, Segment
from rag.index.snapshot import Snapshot
from rag.turns import unhurried
from rag.types import Document

BATCH = 4_000_000
"""Characters of documents that become a segment together; what is in memory at once."""

SMALL = 1_000
"""Rows; segments below are of one size as far as merging goes. Each next size is TIER times larger."""
TIER = 8
CROWD, CROWD_OF_LARGE = 4, 3
"""Segments of one size that are merged; the second from TIER * SMALL rows on, where each costs a search a tenth of a
millisecond and more."""
LARGEST = 265_000
"""Rows; a merge makes no larger segment, as what it holds in memory grows with that: with 335,000 a million took 4.1
GiB. A million in three segments are searched in two thirds of the time that twenty-seven take."""
STALE = 0.25
"""A segment is written anew when so large a share of its rows is gone."""
_LARGE = 2  # as `_tier` has it, from TIER * SMALL rows on
AT_ONCE = 20_000
"""Rows that are merged before a change returns, if they are due; more are left to the background."""


class Change:
    """By one writer, whose new segments `maker` makes."""

    def __init__(self, snapshot: Snapshot, maker: Maker) -> None:
        self.parts = [(part.segment, part.gone) for part in snapshot.parts]
        self.added = 0
        self._changed: set[str] = set()
        self._before = snapshot
        self._encoder = snapshot.encoder
        self._maker = maker
        self._next = 1 + max((int(p.segment.positions.max(initial=-1)) for p in snapshot.parts), default=-1)

    def snapshot(self) -> Snapshot:
        made = Snapshot.of(self.parts, self._encoder)
        made.take_over(self._before, changed=self._changed)
        return made

    def add(self, documents: Iterable[Document]) -> None:
        """Add, or replace those of the same id; a document that is there already, the same in all, is passed over."""
        for batch in batches(documents):
            positions: dict[str, int] = {}
            fresh: dict[str, Document] = {}
            for document in unhurried(batch):
                held = self._find(document.id)
                if held and held[0].texts.document(held[1]) == document:
                    fresh.pop(document.id, None)
                    continue
                if held:
                    positions[document.id] = int(held[0].positions[held[1]])
                elif document.id not in positions:
                    positions[document.id] = self._next
                    self._next += 1
                fresh[document.id] = document
            if fresh:
                segment = self._maker.build(list(fresh.values()), [positions[id] for id in fresh])
                self.remove(fresh)
                self.parts.append((segment, frozenset()))
                self.added += len(segment)

    def remove(self, ids: Collection[str]) -> None:
        """Strike out; an unknown id is passed over."""
        self._changed.update(ids)
        for number, (segment, gone) in enumerate(self.parts):
            found = {ordinal for id in ids if (ordinal := segment.texts.find(id)) is not None}
            if not found <= gone:
                self.parts[number] = (segment, gone | found)

    def merge(self, *, at_most: int) -> None:
        """Merge what is due, as long as it has no more rows than `at_most`; what is empty goes."""
        self.parts = [(segment, gone) for segment, gone in self.parts if len(gone) < len(segment.positions)]
        while due := due_for_merging(Snapshot.of(self.parts, self._encoder).parts):
            if sum(len(part) for part in due) > at_most:
                break
            self.replace(due, self._maker.merge(due))

    def replace(self, merged: Sequence[LiveSegment], by: Segment) -> None:
        """Put the segment that was made of others in their place; what was struck out since then stays so."""
        ordinals = {id(part.segment): dict[int, int]() for part in merged}
        count = 0
        for part in merged:
            for ordinal in part.ordinals():
                ordinals[id(part.segment)][ordinal] = count
                count += 1
        gone: set[int] = set()
        parts: list[tuple[Segment, frozenset[int]]] = []
        place = -1
        for segment, struck in self.parts:
            if id(segment) not in ordinals:
                parts.append((segment, struck))
                continue
            place = len(parts) if place < 0 else place
            known = ordinals[id(segment)]
            gone |= {known[ordinal] for ordinal in struck if ordinal in known}
        parts.insert(place, (by, frozenset(gone)))
        self.parts = parts

    def _find(self, id: str) -> tuple[Segment, int] | None:
        for segment, gone in self.parts:
            ordinal = segment.texts.find(id)
            if ordinal is not None and ordinal not in gone:
                return segment, ordinal
        return None


def due_for_merging(parts: Sequence[LiveSegment]) -> Sequence[LiveSegment]:
    """Segments to merge into one, in their order; none when all is well. One that is mostly gone is due alone."""
    for part in parts:
        if part.rows.total - len(part) > STALE * part.rows.total:
            return [part]
    by_size = sorted(parts, key=len)
    for tier in sorted({_tier(len(part)) for part in parts}):
        group = [part for part in by_size if _tier(len(part)) <= tier]
        while sum(len(part) for part in group) > LARGEST:
            group.pop()
        if sum(_tier(len(part)) == tier for part in group) >= (CROWD if tier < _LARGE else CROWD_OF_LARGE):
            return sorted(group, key=lambda part: part.first)
    return []


def _tier(rows: int) -> int:
    return 0 if rows < SMALL else 1 + int(log(rows / SMALL, TIER))


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Of about BATCH characters."""
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if characters >= BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch

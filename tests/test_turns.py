"""Who adds gives way to who asks. How long anything takes is in `youju bench`."""

import threading
from collections.abc import Iterator

import pytest

from rag import Document, KnowledgeBase, turns
from rag.index.shelf import LocalShelf
from rag.index.snapshot import Snapshot
from tests.toys import ToyEncoder, lines


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds of each rest, none of them taken; every piece of work is long enough for one."""
    taken: list[float] = []
    monkeypatch.setattr(turns, "PIECE", 0.0)
    monkeypatch.setattr("rag.turns.time.sleep", taken.append)
    yield taken


def test_a_change_rests_while_somebody_asks_and_only_then(rests: list[float]) -> None:
    with turns.short_turns():
        turns.give_way()
        assert rests == []
        with turns.asking():
            turns.give_way()
            assert len(rests) == 1
        turns.give_way()
    assert len(rests) == 1


def test_who_asks_does_not_rest(rests: list[float]) -> None:
    with turns.asking():
        assert list(turns.unhurried([1, 2])) == [1, 2]
        with turns.short_turns():  # nor once its own change is done
            pass
        turns.give_way()
        assert rests == []
        other = threading.Thread(target=turns.give_way)
        other.start()
        other.join()
    assert rests == []


def test_a_rest_is_bounded(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "RESTS", 1e9)
    with turns.asking(), turns.short_turns():
        turns.give_way()
    assert rests == [turns.LONGEST_REST]


def test_a_change_that_has_rested_long_rests_less(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "RESTS", 1e9)
    monkeypatch.setattr(turns, "IN_HASTE", 0.0)
    monkeypatch.setattr(turns, "PATIENCE", 2 * turns.LONGEST_REST)
    with turns.asking(), turns.short_turns():
        for _ in range(4):
            turns.give_way()
    assert rests == [turns.LONGEST_REST] * 2 + [0.0] * 2


def test_it_is_known_whether_somebody_asked_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_last_asked", float("-inf"))
    assert not turns.asked_within(60)
    with turns.asking():
        assert turns.asked_within(0)
    assert turns.asked_within(60)


def test_adding_is_done_in_pieces(rests: list[float]) -> None:
    """Paragraph by paragraph, so that none of them makes who asks wait for the others."""
    kb = KnowledgeBase(LocalShelf(Snapshot.of([], ToyEncoder()), split=lines))
    with turns.asking():
        kb.add([Document("a", "甲区", "\n".join(["养老床位120张"] * 40))])
    assert len(rests) > 80
    assert len(kb.search("养老", k=50)) == 40

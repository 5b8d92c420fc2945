"""A search that goes on in a thread of its own finds what it finds without."""

import gc
import threading
import weakref

import pytest

from rag import KnowledgeBase, turns
from rag.index import beside
from rag.index.beside import Beside
from tests.toys import ToyEncoder


class Found:
    """Something that is kept or not."""


def test_what_was_begun_runs_in_the_other_thread_and_gives_its_value() -> None:
    assert Beside().begin(threading.get_ident)() != threading.get_ident()


def test_an_error_is_the_callers_and_the_thread_goes_on() -> None:
    thread = Beside()
    failing = thread.begin(lambda: {}["nothing"])
    with pytest.raises(KeyError, match="nothing"):
        failing()
    assert thread.begin(lambda: 1)() == 1


def test_where_the_thread_is_busy_the_caller_runs_it() -> None:
    thread, let_go = Beside(), threading.Event()
    first = thread.begin(let_go.wait)
    second = thread.begin(threading.get_ident)
    assert second() == threading.get_ident()
    let_go.set()
    assert first()


def test_a_value_nobody_asks_for_keeps_nobody_waiting_and_is_not_kept() -> None:
    thread, found = Beside(), Found()
    kept = weakref.ref(found)
    thread.begin(lambda found=found: found)  # type: ignore[misc]
    del found
    while thread.begin(threading.get_ident)() == threading.get_ident():
        pass
    gc.collect()
    assert kept() is None


def test_while_a_change_is_under_way_or_others_ask_the_caller_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_processors", lambda: 2)
    assert beside.begin(threading.get_ident)() != threading.get_ident()
    with turns.short_turns():
        assert beside.begin(threading.get_ident)() == threading.get_ident()
    with turns.asking():
        assert beside.begin(threading.get_ident)() != threading.get_ident()
        with turns.asking():
            assert beside.begin(threading.get_ident)() == threading.get_ident()
    monkeypatch.setattr(beside, "_processors", lambda: 1)
    assert beside.begin(threading.get_ident)() == threading.get_ident()


def test_hits_are_the_same_in_one_thread_and_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    kb = KnowledgeBase.from_texts([f"第{number}条，养老床位{number}张。" for number in range(40)], encoder=ToyEncoder())
    alone = kb.search("第7条的养老床位有几张？")
    asked: list[int] = []
    monkeypatch.setattr("rag.index.vectors.BESIDE", 0)
    monkeypatch.setattr("rag.index.vectors.begin", lambda run: asked.append(1) or beside.begin(run))
    assert kb.search("第7条的养老床位有几张？") == alone
    assert asked

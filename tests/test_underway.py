"""Questions called off: they end at once, draw no more than they should, and let the visitor ask again."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ui.page.underway import Underway
from ui.page.waiting import announced


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as made:
        yield made


def test_a_session_has_one_question_under_way():
    underway = Underway()
    with underway.begin("a") as first, underway.begin("a") as second, underway.begin("b") as other:
        assert first is not None and other is not None
        assert second is None
    with underway.begin("a") as third:
        assert third is not None


def test_a_question_refused_does_not_end_the_one_under_way():
    underway = Underway()
    with underway.begin("a") as first:
        with underway.begin("a"):
            pass
        assert underway.stop("a") is first


def test_whoever_sees_the_last_drawing_may_ask():
    underway = Underway()
    with underway.begin("a") as first:
        underway.end("a", first)
        with underway.begin("a") as second:
            assert second is not None
        assert underway.stop("a") is None


def test_stop_twice_is_stop():
    underway = Underway()
    assert underway.stop("a") is None
    with underway.begin("a") as asking:
        assert underway.stop("a") is underway.stop("a") is asking
        assert asking.enough.done()
        assert not asking.left.is_set()


def test_leaving_waits_until_nothing_more_is_drawn():
    underway, drawn = Underway(), []

    def answer():
        with underway.begin("a") as asking:
            begun.set()
            asking.enough.result(10)
            drawn.append(asking.left.is_set())

    begun = threading.Event()
    thread = threading.Thread(target=answer)
    thread.start()
    assert begun.wait(10)
    underway.leave("a", 10)
    assert drawn == [True]
    thread.join()


def test_word_is_given_before_what_takes_long(pool):
    held = threading.Event()

    def stream():
        assert held.wait(10)
        yield from "ab"

    answers = announced(stream(), 0.01, pool, enough=Future())
    assert next(answers) is None
    held.set()
    assert list(answers) == ["a", "b"]


def test_what_is_there_at_once_needs_no_word(pool):
    assert list(announced(iter("ab"), 10, pool, enough=Future())) == ["a", "b"]


def test_an_error_is_raised_after_the_word(pool):
    answers = announced((1 // n for n in [0]), 10, pool, enough=Future())
    assert next(answers) is None
    with pytest.raises(ZeroDivisionError):
        next(answers)


def test_enough_ends_it_while_the_next_is_awaited_and_closes_the_stream(pool):
    held, closed = threading.Event(), threading.Event()

    def stream():
        try:
            yield "a"
            assert held.wait(10)
            yield "b"
        finally:
            closed.set()

    enough = Future()
    answers = announced(stream(), 10, pool, enough=enough)
    assert next(answers) == "a"
    enough.set_result(None)
    assert list(answers) == []
    assert not closed.is_set()
    held.set()
    assert closed.wait(10)

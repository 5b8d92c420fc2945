"""Questions answered in other processes while one is answered here: the same answers, of what stands now."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import Answer, Document, KnowledgeBase
from rag.errors import BadQuestion
from tests.processes import ROOT, is_alive, killed_at_the_end, until
from ui.answerers import Answerers

JOBS = Document("jobs", "甲区2024年工作报告", "一、民生\n2024年全年新增就业3.2万人，帮扶困难人员就业1200人。")
QUESTION = "2024年新增就业多少人?"


class Busy:
    """Answers nothing until it may, and counts what it was asked."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self.may = threading.Event()
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kb, name)

    def ask(self, question: str, **options: Any) -> Answer:
        self.asked += 1
        self.may.wait(60)
        return self._kb.ask(question, **options)


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    made = KnowledgeBase.open(tmp_path / "store", create=True)
    made.add([JOBS])
    return made


@pytest.fixture
def busy(kb: KnowledgeBase) -> Busy:
    return Busy(kb)


@pytest.fixture
def answerers(busy: Busy, tmp_path: Path) -> Iterator[Answerers]:
    """One process is ready; here a question is being answered, and another one waits."""
    made = Answerers(busy, tmp_path / "store", most=1)  # type: ignore[arg-type]
    threads = [threading.Thread(target=made.ask, args=(QUESTION,)) for _ in range(2)]
    for thread in threads:
        thread.start()
        until(lambda: busy.asked)
    until(lambda: made._free)
    yield made
    busy.may.set()
    for thread in threads:
        thread.join(30)
    made.close()


def told(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.to_dict().items() if name not in ("id", "timings_ms")}


def test_an_answer_made_elsewhere_is_the_one_made_here(answerers: Answerers, busy: Busy, kb: KnowledgeBase) -> None:
    answer = answerers.ask(QUESTION)
    assert "3.2万" in answer.citations[0].quote
    assert told(answer) == told(kb.ask(QUESTION))
    history = [(QUESTION, answer.text)]
    followed = answerers.ask("困难人员呢?", history=history, only=["jobs"])
    assert told(followed) == told(kb.ask("困难人员呢?", history=history, only=["jobs"]))
    assert told([*answerers.stream(QUESTION)][-1]) == told(answer)
    assert busy.asked == 1


def test_what_was_changed_is_seen_at_once(answerers: Answerers, busy: Busy, kb: KnowledgeBase) -> None:
    kb.add([Document("jobs", JOBS.title, JOBS.text.replace("3.2", "4.5"))])
    assert "4.5万" in answerers.ask(QUESTION).text
    kb.remove(["jobs"])
    assert answerers.ask(QUESTION).abstained
    assert busy.asked == 1


def test_what_cannot_be_answered_elsewhere_is_answered_here(answerers: Answerers, busy: Busy) -> None:
    busy.may.set()
    with pytest.raises(BadQuestion):
        answerers.ask(" ")
    os.kill(answerers._all[0]._process.pid, signal.SIGKILL)
    assert "3.2万" in answerers.ask(QUESTION).text
    assert "3.2万" in answerers.ask(QUESTION).text


def test_alone_a_question_starts_nothing(kb: KnowledgeBase, tmp_path: Path) -> None:
    answerers = Answerers(kb, tmp_path / "store", most=2)
    assert "3.2万" in answerers.ask(QUESTION).text
    assert answerers.search("新增就业", k=1)[0].paragraph.document_id == "jobs"
    assert not answerers._all
    answerers.close()


def test_closing_leaves_nothing_running(answerers: Answerers) -> None:
    answerers.close()
    assert not is_alive(answerers._all[0]._process.pid)


PARENT = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from ui.answerers import _Answerer
child = _Answerer(Path(sys.argv[1]) / "store", None)
child.is_ready()
print(child._process.pid, flush=True)
child._process.wait()
"""


def test_it_ends_with_its_parent(kb: KnowledgeBase, tmp_path: Path) -> None:
    with killed_at_the_end(PARENT, str(tmp_path)) as (parent, line):
        assert is_alive(int(line))
        os.kill(parent, signal.SIGKILL)
        until(lambda: not is_alive(int(line)))

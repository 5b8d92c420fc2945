"""Changes made in a process of their own: what they make, and that they end when they should."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import EncoderMismatch
from rag.knowledge_base import KnowledgeBase
from rag.store import Store
from rag.types import Document
from tests.processes import is_alive, killed_at_the_end, until
from tests.toys import ToyEncoder
from ui.indexing.files import FileOutcome, FileStatus
from ui.indexing.indexer import Apart, CalledOff, Indexer, IndexingFailed
from ui.indexing.jobs import Following, Job, Texts, Upload, from_line, to_line

NEVER = threading.Event()
JOBS = "2024年全年新增就业3.2万人，帮扶困难人员就业1200人。"


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(tmp_path / "store", create=True)


@pytest.fixture
def indexer(kb: KnowledgeBase, tmp_path: Path) -> Iterator[Indexer]:
    """One that leaves even the smallest change to a child."""
    made = Indexer(kb, apart=Apart(tmp_path / "store", kb.refresh), at_hand=0)
    yield made
    made.close()


@pytest.fixture
def stuck(tmp_path: Path) -> Upload:
    """A file that never ends: a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "endless.txt")
    return Upload(str(tmp_path), ["endless.txt"])


@pytest.fixture
def running(indexer: Indexer, stuck: Upload) -> Iterator[tuple[Callable[[], Exception], threading.Event, int]]:
    """A change under way in a child: what ends it, what calls it off, and the child's id."""
    ended: list[Exception] = []
    called_off = threading.Event()

    def work() -> None:
        try:
            indexer.run(stuck, called_off)
        except (CalledOff, IndexingFailed) as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: indexer.progress and indexer.progress.name)
    assert indexer.progress is not None
    assert (indexer.progress.done, indexer.progress.total, indexer.progress.name) == (0, 1, "endless.txt")
    assert indexer._child is not None

    def end() -> Exception:
        thread.join(30)
        return ended[0]

    yield end, called_off, indexer._child.pid
    called_off.set()
    thread.join(30)


def test_a_child_makes_what_would_be_made_here(indexer: Indexer, kb: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "jobs.txt").write_text(JOBS, encoding="utf-8")
    (tmp_path / "photo.xyz").write_bytes(b"\0")
    upload = Upload(str(tmp_path), ["jobs.txt", "photo.xyz"])
    added, failed = indexer.run(upload, NEVER)
    assert added == FileOutcome("jobs.txt", FileStatus.ADDED, "jobs")
    assert (failed.path, failed.status, failed.document_id) == ("photo.xyz", FileStatus.FAILED, None)
    assert kb.search("新增就业", k=1)[0].paragraph.text == JOBS  # at once
    assert indexer.run(upload, NEVER)[0].status is FileStatus.REPLACED
    assert indexer.progress is None

    here = KnowledgeBase.from_texts([])
    Indexer(here).run(upload, NEVER)
    assert here.documents() == kb.documents()


@pytest.mark.parametrize(
    "job",
    [
        Upload("/a folder", ["b.txt", "乙\n.txt"]),
        Following("/a folder", ["/a folder/b.txt"]),
        Texts([Document("甲", "题", "一行\n两行", date="2024-01-16", attributes={"issuer": "区"})]),
    ],
)
def test_a_job_is_one_line(job: Job) -> None:
    line = to_line(job)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line) == job


def test_what_a_child_refuses_is_raised_here(indexer: Indexer, tmp_path: Path) -> None:
    other = KnowledgeBase.open(tmp_path / "store", encoder=ToyEncoder(), create=True)
    other.add([Document("a", "", "别的编码器")])
    with pytest.raises(EncoderMismatch, match="made with encoder"):
        indexer.run(Texts([Document("b", "", "文")]), NEVER)


def test_a_change_is_called_off_at_once(running, kb: KnowledgeBase, tmp_path: Path) -> None:
    end, called_off, child = running
    called_off.set()
    assert isinstance(end(), CalledOff)
    assert not is_alive(child)
    assert kb.documents() == []
    assert not Store(tmp_path / "store").exists()


def test_closing_leaves_nothing_running(running, indexer: Indexer) -> None:
    end, _, child = running
    indexer.close()
    assert isinstance(end(), CalledOff)
    assert not is_alive(child)
    with pytest.raises(CalledOff):
        indexer.run(Texts([]), NEVER)


def test_a_child_that_dies_is_told_and_the_next_works(running, indexer: Indexer, kb: KnowledgeBase) -> None:
    end, _, child = running
    os.kill(child, signal.SIGKILL)
    error = end()
    assert isinstance(error, IndexingFailed)
    assert "ran out of memory; send less at a time. What it had not finished was not added." in str(error)
    assert indexer.run(Texts([Document("a", "", JOBS)]), NEVER)[0].status is FileStatus.ADDED
    assert [document.id for document in kb.documents()] == ["a"]


PARENT = """
import sys, threading
from pathlib import Path
from ui.indexing.indexer import Apart, Indexer
from ui.indexing.jobs import Upload
from rag import KnowledgeBase
folder = Path(sys.argv[1])
indexer = Indexer(KnowledgeBase.from_texts([]), apart=Apart(folder / "store", lambda: None), at_hand=0)
threading.Thread(target=indexer.run, args=(Upload(str(folder), ["endless.txt"]), threading.Event())).start()
while not (indexer.progress and indexer.progress.name):
    pass
print(indexer._child.pid, flush=True)
"""


def test_a_child_does_not_outlive_a_parent_that_is_killed(stuck: Upload) -> None:
    with killed_at_the_end(PARENT, stuck.folder) as (_, printed):
        child = int(printed)
        assert is_alive(child)
    until(lambda: not is_alive(child))


def test_a_child_starts_light() -> None:
    code = "import sys, json, ui.indexing.indexer_child, ui.commands.common; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert {"gradio", "fastapi", "torch", "langchain", "pandas"}.isdisjoint(json.loads(done.stdout))

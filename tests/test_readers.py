"""Files read in processes: the same as read here, whatever becomes of a process."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from io import BytesIO
from pathlib import Path

import pytest

from rag import KnowledgeBase, store
from rag.errors import DamagedFile, UnsupportedFormat
from rag.reading.parts import Outcome
from rag.types import Document
from tests.processes import ROOT, is_alive, killed_at_the_end, until
from tests.test_reading_formats import MAKERS
from tests.toys import ToyEncoder, lines
from ui.indexing import readers
from ui.indexing.files import FileOutcome, FileStatus, FoundFile, find_files, index_files
from ui.indexing.frames import CutOff, read_outcomes, wanted_of, write_end, write_outcome, write_wanted
from ui.indexing.indexer import Apart, CalledOff, Indexer
from ui.indexing.jobs import Upload
from ui.indexing.toread import ToRead
from ui.originals import Originals
from ui.reasons import chinese_reason


@pytest.fixture(autouse=True)
def always_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WORTH", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Every format, an archive, names that want one id, files that cannot be read among the good ones."""
    made = tmp_path / "docs"
    made.mkdir()
    for suffix, make in MAKERS.items():
        (made / f"report.{suffix}").write_bytes(make())
    with zipfile.ZipFile(made / "many.zip", "w") as archive:
        archive.writestr("一.txt", "养老床位一千张。")
        archive.writestr("二.pdf", MAKERS["pdf"]())
        archive.writestr("坏.docx", b"PK no")
    (made / "many").mkdir()
    (made / "many" / "一.md").write_text("# 另一份\n\n托育机构八家。", encoding="utf-8")
    (made / "cut.pdf").write_bytes(MAKERS["pdf"]()[:400])
    (made / "empty.txt").write_bytes(b"")
    (made / "photo.xyz").write_bytes(b"\0")
    (made / "none.md").symlink_to(made / "nowhere.md")
    return made


def found_in(folder: Path) -> list[FoundFile]:
    return [entry for entry in find_files([folder]) if isinstance(entry, FoundFile)]


def readers_of(pid: int) -> list[int]:
    """The processes that read for process `pid`, at whatever depth."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, listed.read_text(encoding="utf-8").split()):
            found += [child] if b"ui.indexing.reader_child" in commandline(child) else readers_of(child)
    return found


def commandline(pid: int) -> bytes:
    """Nothing of a process that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_store_is_the_same_from_however_many(folder: Path, tmp_path: Path, workers: int) -> None:
    def indexed(path: Path, workers: int) -> tuple[list[FileOutcome], dict[str, bytes]]:
        kb = KnowledgeBase.open(path, encoder=ToyEncoder(), create=True, split=lines)
        outcomes = list(index_files(kb, found_in(folder), readers=workers))
        assert store.verify(path) == []
        again = list(index_files(kb, found_in(folder), readers=workers))
        assert [o.document_id for o in again if o.status is FileStatus.UNCHANGED] == [
            o.document_id for o in outcomes if o.status is FileStatus.ADDED
        ]
        return outcomes, {document.id: repr(document).encode("utf-8", "surrogatepass") for document in kb.documents()}

    here, apart = indexed(tmp_path / "here", 0), indexed(tmp_path / "apart", workers)
    assert apart == here
    assert list(apart[1]) == list(here[1])  # in the same order
    assert {o.status for o in here[0]} == {FileStatus.ADDED, FileStatus.SKIPPED, FileStatus.FAILED}
    assert readers_of(os.getpid()) == []


def test_an_upload_is_the_same_and_its_originals_are_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uploaded(workers: int) -> tuple[list[FileOutcome], list[Document], list[bytes]]:
        monkeypatch.setattr("ui.indexing.jobs.cores", lambda: workers)
        kept = tmp_path / f"kept{workers}"
        kb = KnowledgeBase.from_texts([])
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
        outcomes = list(Upload(str(folder), names, str(kept)).apply(kb, lambda *_: None))
        originals = [Originals(kept).find(document) for document in kb.documents() if "sha256" in document.attributes]
        return outcomes, kb.documents(), [path.read_bytes() for path in originals if path]

    here, apart = uploaded(0), uploaded(2)
    assert apart == here
    assert [data[:5] for data in apart[2]] == [b"%PDF-"] * 2


def read_with(folder: Path, begin: Callable[[str], None], *, workers: int) -> dict[str, list[Outcome]]:
    files = [(file.path.name, ToRead(file.path, "x")) for file in found_in(folder)]
    return {name: list(outcomes) for name, outcomes in readers.read_in_order(iter(files), workers=workers, begin=begin)}


def opened_by_a_reader(fifo: Path) -> int | None:
    """The end to write to, where the other end is open; reading goes on for as long as this one is."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as none_reads:
        if none_reads.errno != errno.ENXIO:
            raise
        return None


def said(outcomes: list[Outcome]) -> list[tuple[str, Document | None, str]]:
    return [(outcome.path, outcome.document, str(outcome.error)) for outcome in outcomes]


@pytest.mark.parametrize(
    ("name", "ended_by", "reason", "chinese"),
    [
        (
            "endless.txt",
            signal.SIGKILL,
            "was killed, most likely because the machine ran out of memory",
            "多半是内存不够",
        ),
        ("endless.txt", signal.SIGSEGV, "was ended by SIGSEGV", "进程意外退出"),
        ("zz.txt", signal.SIGABRT, "was ended by SIGABRT", "进程意外退出"),
    ],
)
def test_a_reader_that_dies_fails_its_file_and_no_other(
    folder: Path, name: str, ended_by: signal.Signals, reason: str, chinese: str
) -> None:
    here = read_with(folder, lambda _: None, workers=0)
    place = folder / ("zz" if name == "zz.txt" else "")
    place.mkdir(exist_ok=True)
    os.mkfifo(place / name)  # reading it does not end

    def end_readers(turn: str) -> None:
        # Not before the file is open in one: a process that dies as it begins is another matter, and no file's fault.
        if turn == name and (writing := opened_by_a_reader(place / name)) is not None:
            reading = readers_of(os.getpid())
            for reader in reading:
                os.kill(reader, ended_by)
            until(lambda: not any(map(is_alive, reading)))
            os.close(writing)

    # In the midst with one reader, which has to be replaced; at the end with two, one of which has nothing to do.
    apart = read_with(folder, end_readers, workers=2 if name == "zz.txt" else 1)
    (failed,) = apart.pop(name)
    assert f"{name} could not be read: the process that was reading it {reason}" in str(failed.error)
    assert chinese in (chinese_reason(str(failed.error)) or "")
    assert {name: said(outcomes) for name, outcomes in apart.items()} == {n: said(o) for n, o in here.items()}
    assert readers_of(os.getpid()) == []


def test_a_reader_that_died_with_nothing_to_do_is_replaced(folder: Path) -> None:
    pool = readers.Readers(1)
    wanted = ToRead(folder / "report.md", "x")
    try:
        before = pool.read(wanted).result(60)
        (idle,) = readers_of(os.getpid())
        os.kill(idle, signal.SIGKILL)
        until(lambda: not commandline(idle))
        assert pool.read(wanted).result(60) == before
    finally:
        pool.close()


def test_where_none_can_be_started_no_file_is_blamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(readers.ReadersFailed, match="ended with code 1"):
        read_with(folder, lambda _: None, workers=2)


def test_what_the_index_raises_leaves_no_reader(folder: Path) -> None:
    class Full(KnowledgeBase):
        def add(self, *_: object) -> None:
            assert readers_of(os.getpid())
            raise OSError(28, "No space left on device")

    kb = KnowledgeBase.from_texts([])
    kb.__class__ = Full
    with pytest.raises(OSError, match="No space left") as caught:
        list(index_files(kb, found_in(folder), readers=2, batch=1))
    assert readers_of(os.getpid()) == []  # while the error, and with it every frame, is held
    assert caught.tb is not None


def test_called_off_while_a_file_is_read(folder: Path) -> None:
    os.mkfifo(folder / "a.txt")
    calls: list[float] = []

    def call_off(turn: str) -> None:
        calls.append(time.monotonic())
        if len(calls) == 3:
            raise CalledOff("enough")

    with pytest.raises(CalledOff):
        read_with(folder, call_off, workers=2)
    assert time.monotonic() - calls[-1] < 2
    assert readers_of(os.getpid()) == []


@pytest.fixture
def stuck(tmp_path: Path) -> Upload:
    """Worth readers by what it weighs, and never read to its end."""
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "a.pdf").write_bytes(b"%PDF-1.4" + bytes(200_000))
    os.mkfifo(tmp_path / "sent" / "b.txt")
    return Upload(str(tmp_path / "sent"), ["a.pdf", "b.txt"])


def test_an_indexing_process_takes_its_readers_along(stuck: Upload, tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path / "store", create=True)
    indexer = Indexer(kb, apart=Apart(tmp_path / "store", kb.refresh), at_hand=0)
    called_off, ended = threading.Event(), list[Exception]()

    def work() -> None:
        try:
            indexer.run(stuck, called_off)
        except CalledOff as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: indexer.progress and indexer.progress.name == "b.txt")
    running = readers_of(os.getpid())
    assert running
    called_off.set()
    began = time.monotonic()
    thread.join(60)
    until(lambda: not any(map(is_alive, running)))
    assert time.monotonic() - began < 2
    assert len(ended) == 1
    indexer.close()


PARENT = """
import json, sys
from rag import KnowledgeBase
from ui.indexing.jobs import Upload

def show(done, total, name):
    if name == "b.txt":
        print(flush=True)

list(Upload(sys.argv[1], ["a.pdf", "b.txt"]).apply(KnowledgeBase.from_texts([]), show))
"""


def test_no_reader_outlives_a_parent_that_is_killed(stuck: Upload) -> None:
    with killed_at_the_end(PARENT, stuck.folder) as (pid, _):
        running = readers_of(pid)
        assert running
    until(lambda: not any(map(is_alive, running)))


def test_little_to_read_starts_no_reader(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "WORTH", 1.0)
    monkeypatch.setattr(readers, "Readers", None)
    assert len(list(index_files(KnowledgeBase.from_texts([]), found_in(folder), readers=2))) > 10


def test_what_waits_for_its_turn_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "AHEAD_BYTES", 1000)
    asked: list[str] = []

    class Counted:
        def __init__(self, most: int) -> None:
            self.done = 0

        def read(self, wanted: ToRead) -> "Future[list[Outcome]]":
            asked.append(wanted.id)
            future: Future[list[Outcome]] = Future()
            future.set_result([])
            return future

        def close(self) -> None:
            pass

    monkeypatch.setattr(readers, "Readers", Counted)
    for size, most in ((10, readers.AHEAD), (300, 3), (5000, 2)):
        asked.clear()
        items = ((number, ToRead(Path("a.pdf"), str(number), size)) for number in range(200))
        most_ahead = 0
        for number, _ in readers.read_in_order(items, workers=2, begin=lambda _: None):
            most_ahead = max(most_ahead, len(asked) - number)
        assert most_ahead == most
        assert asked == [str(number) for number in range(200)]


def test_frames_carry_everything() -> None:
    document = Document("甲/乙", "题", "一行\n两行\udc80", "来源\udcff", "2024-01-16", {"sha256": "0", "issuer": "区"})
    outcomes = [
        Outcome("甲", document, data=b"\n\0bytes"),
        Outcome("乙", error=DamagedFile("坏\n了")),
        Outcome("丙", error=UnsupportedFormat("?")),
    ]
    stream = BytesIO()
    for outcome in outcomes:
        write_outcome(stream, outcome, data=True)
    write_end(stream)
    read = list(read_outcomes(BytesIO(stream.getvalue())))
    assert [(o.path, o.document, o.data) for o in read] == [(o.path, o.document, o.data) for o in outcomes]
    assert [(type(o.error), str(o.error)) for o in read] == [(type(o.error), str(o.error)) for o in outcomes]
    for length in range(len(stream.getvalue())):
        with pytest.raises(CutOff):
            list(read_outcomes(BytesIO(stream.getvalue()[:length])))

    line, wanted = BytesIO(), ToRead(Path("/旧\udcff\n.pdf"), "?", 7, data=True)
    write_wanted(line, wanted)
    assert wanted_of(line.getvalue()) == wanted


def test_a_reader_starts_light() -> None:
    code = "import sys, json, ui.indexing.reader_child; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, text=True)
    assert {"numpy", "faiss", "jieba", "rag.knowledge_base"}.isdisjoint(done.stdout.split())

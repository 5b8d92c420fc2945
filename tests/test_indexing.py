"""Files into a store: what a kill leaves, and how far it is."""

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import KnowledgeBase, store
from rag.store import Store
from tests.toys import ToyEncoder, lines
from ui.indexing.files import FileStatus, FoundFile, find_files, index_files
from ui.progress import Progress


@pytest.fixture
def files(tmp_path: Path) -> list[FoundFile]:
    (tmp_path / "docs").mkdir()
    for number in range(8):
        (tmp_path / "docs" / f"{number}.txt").write_text(f"养老床位{number}张。就业。\n" * 20, encoding="utf-8")
    return [file for file in find_files([tmp_path / "docs"]) if isinstance(file, FoundFile)]


def open_store(path: Path, encoder: ToyEncoder) -> KnowledgeBase:
    return KnowledgeBase.open(path, encoder=encoder, create=True, split=lines)


@pytest.mark.parametrize("at", ["keep", "serve"])  # while a segment is written, while it is made the one served
def test_killed_within_a_batch_it_goes_on_behind_the_finished_ones(
    files: list[FoundFile], tmp_path: Path, at: str
) -> None:
    child = os.fork()
    if not child:
        _index_until_killed(files, tmp_path / "store", at)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert store.verify(tmp_path / "store") == []
    encoder = ToyEncoder()
    kb = open_store(tmp_path / "store", encoder)
    assert [document.id for document in kb.documents()] == ["0", "1", "2", "3"]
    outcomes = list(index_files(kb, files))
    assert [outcome.status for outcome in outcomes] == [FileStatus.UNCHANGED] * 4 + [FileStatus.ADDED] * 4
    assert encoder.encoded == sum(len(kb.paragraphs(str(number))) for number in range(4, 8))


def _index_until_killed(files: list[FoundFile], path: Path, at: str) -> None:
    """Two files a batch; the third batch is not finished."""
    whole, calls = getattr(Store, at), []

    def killed(*args: object, **options: object) -> object:
        calls.append(at)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*args, **options)

    setattr(Store, at, killed)
    try:
        list(index_files(open_store(path, ToyEncoder()), files, batch=400))
    finally:
        os._exit(1)


def test_what_is_slow_to_read_is_saved_before_a_batch_is_full(files: list[FoundFile], tmp_path: Path) -> None:
    kb = open_store(tmp_path / "store", ToyEncoder())
    outcomes: Iterator[object] = index_files(kb, files, longest=0.0)
    next(outcomes)
    assert [document.id for document in kb.documents()] == ["0"]


def test_progress_tells_the_pace_and_what_is_left() -> None:
    now = [0.0]
    log = io.StringIO()
    progress = Progress(log, clock=lambda: now[0])
    progress.show(0, 100, "a.txt")
    now[0] = 5.0
    progress.show(10, 100, "b.txt")
    now[0] = 5.5
    progress.show(11, 100, "c.txt")
    now[0] = 50.0
    progress.show(100, 100, "…")
    assert log.getvalue().splitlines() == ["10/100 2/s 0:45 b.txt", "100/100 …"]


def test_a_name_that_is_not_utf_8_is_read_as_the_chinese_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    old = os.fsdecode("年报".encode("gb18030"))
    (folder / f"{old}.txt").write_text("养老床位1张。", encoding="utf-8")
    (folder / "后.txt").write_text("养老床位2张。", encoding="utf-8")
    kb = open_store(tmp_path / "store", ToyEncoder())
    found = [file for file in find_files([folder]) if isinstance(file, FoundFile)]
    outcomes = list(index_files(kb, found))
    assert {(outcome.document_id, outcome.status) for outcome in outcomes} == {
        ("年报", FileStatus.ADDED),
        ("后", FileStatus.ADDED),
    }
    assert kb.document("年报").source == str(folder / "年报.txt")
    assert {outcome.status for outcome in index_files(kb, found)} == {FileStatus.UNCHANGED}


def test_what_an_archive_gave_is_kept_while_it_cannot_be_read(tmp_path: Path) -> None:
    archive = tmp_path / "docs" / "all.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("a.txt", "养老床位1张。")
        written.writestr("b.txt", "养老床位2张。")
    kb = open_store(tmp_path / "store", ToyEncoder())

    def again() -> set[FileStatus]:
        found = [file for file in find_files([archive.parent]) if isinstance(file, FoundFile)]
        return {outcome.status for outcome in index_files(kb, found, prune=True)}

    assert again() == {FileStatus.ADDED}
    before = [document.id for document in kb.documents()]
    assert len(before) == 2
    archive.write_bytes(archive.read_bytes()[:40])
    assert again() == {FileStatus.FAILED}
    assert [document.id for document in kb.documents()] == before
    archive.unlink()
    assert again() == {FileStatus.REMOVED}


def test_a_file_does_not_take_the_place_of_what_an_archive_gave(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "all").mkdir(parents=True)
    with zipfile.ZipFile(folder / "all.zip", "w") as written:
        written.writestr("a.txt", "养老床位1张。")
    kb = open_store(tmp_path / "store", ToyEncoder())

    def again() -> list[FileStatus]:
        found = [file for file in find_files([folder]) if isinstance(file, FoundFile)]
        return [outcome.status for outcome in index_files(kb, found, prune=True)]

    assert again() == [FileStatus.ADDED]
    (folder / "all" / "a.txt").write_text("养老床位2张。", encoding="utf-8")
    assert sorted(again()) == [FileStatus.ADDED, FileStatus.UNCHANGED]
    assert sorted(document.text for document in kb.documents()) == ["养老床位1张。", "养老床位2张。"]

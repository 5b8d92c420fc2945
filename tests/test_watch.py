"""A watched folder, with files dated by hand."""

import os
import threading
from pathlib import Path

from rag.watch import FolderChanges, FolderWatch, follow

NOW = 1_700_000_000.0


def write(path: Path, text: str, *, ago: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (NOW - ago, NOW - ago))
    return path


def test_files_are_told_once_and_again_when_they_change(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.txt", "1", ago=60), write(tmp_path / "below" / "b.md", "2", ago=60)
    write(tmp_path / ".hidden" / "c.txt", "3", ago=60)
    write(tmp_path / "~$a.docx", "lock file of Word", ago=60)
    watch = FolderWatch(tmp_path)
    assert watch.look(now=NOW) == FolderChanges([a, b], [])
    assert not watch.look(now=NOW)
    write(a, "new", ago=30)
    assert not watch.look(now=NOW)  # seen to change; it may go on changing
    assert watch.look(now=NOW) == FolderChanges([a], [])


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    a = write(tmp_path / "a.txt", "hal", ago=0.5)
    assert not watch.look(now=NOW)
    write(a, "half a", ago=0.1)
    assert not watch.look(now=NOW + 2)
    assert watch.look(now=NOW + 4) == FolderChanges([a], [])


def test_deleted_and_renamed_files_are_told(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    a, b = write(tmp_path / "a.txt", "1", ago=60), write(tmp_path / "b.txt", "2", ago=60)
    watch.look(now=NOW)
    a.unlink()
    b.rename(tmp_path / "c.txt")
    assert watch.look(now=NOW) == FolderChanges([tmp_path / "c.txt"], [a, b])


def test_a_folder_that_cannot_be_reached_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    write(folder / "a.txt", "1", ago=60)
    watch = FolderWatch(folder)
    watch.look(now=NOW)
    folder.rename(tmp_path / "unplugged")
    assert not watch.look(now=NOW)
    (tmp_path / "unplugged").rename(folder)
    assert not watch.look(now=NOW)


def test_follow_hands_changes_over_until_it_is_stopped(tmp_path: Path) -> None:
    a = write(tmp_path / "a.txt", "1", ago=60)
    stop, handed = threading.Event(), []

    def apply(changes: FolderChanges) -> None:
        handed.append(changes)
        stop.set()

    follow(FolderWatch(tmp_path), apply, stop, every=0.01)
    assert handed == [FolderChanges([a], [])]

"""A folder followed by looking at it again and again: which files are new, changed or gone since the last look.

A file that is being written waits: it is told once its size and time stand still between two looks and its last change
lies SETTLED seconds back.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 2.0
"""Seconds between looks."""

SETTLED = 1.0

_State = tuple[int, int, int]
"""Inode, size and time of change: a file put in place of another differs in the first."""


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """Files to read (again) and files that are no longer there, each in order of their names."""

    changed: Sequence[Path] = ()
    gone: Sequence[Path] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)


class FolderWatch:
    """The first look tells every file. Hidden files and folders, and links to folders, are passed over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: Mapping[Path, _State] = {}
        self._seen: Mapping[Path, _State] = {}

    def look(self, *, now: float | None = None) -> FolderChanges:
        """What changed since the last look; nothing while the folder itself cannot be reached. `now` is Unix time."""
        now = time.time() if now is None else now
        found = self._found()
        if found is None:
            return FolderChanges()
        settled = {path: state for path, state in found.items() if self._stands_still(path, state, now)}
        changed = sorted(path for path, state in settled.items() if state != self._told.get(path))
        gone = sorted(path for path in self._told if path not in found)
        self._seen = found
        self._told = {path: state for path, state in {**self._told, **settled}.items() if path in found}
        return FolderChanges(changed, gone)

    def _stands_still(self, path: Path, state: _State, now: float) -> bool:
        age = now - state[2] / 1e9
        if path not in self._seen:
            return age >= SETTLED
        return state == self._seen[path] and not 0 <= age < SETTLED  # a time in the future never settles otherwise

    def _found(self) -> dict[Path, _State] | None:
        if not self._folder.is_dir():
            return None
        found: dict[Path, _State] = {}
        for place, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(place, name)
                try:
                    status = path.stat()
                except OSError:
                    continue  # gone again, or not ours to read
                if not name.startswith((".", "~$")):
                    found[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
        return found


def follow(
    watch: FolderWatch, apply: Callable[[FolderChanges], None], stop: threading.Event, *, every: float = EVERY
) -> None:
    """Hand changes over as they come, until `stop` is set."""
    while not stop.is_set():
        changes = watch.look()
        if changes:
            apply(changes)
        stop.wait(every)

"""A folder kept in step with a knowledge base while it is served: added, changed and deleted files."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import YoujuError
from rag.watch import FolderChanges, FolderWatch, follow
from ui.indexing.files import FileOutcome, FileStatus, FoundFile, Index, index_files

Told = Callable[[FileOutcome], None]
Change = Callable[[FolderChanges, threading.Event], Iterable[FileOutcome]]
"""Makes the changes, unless the event is set before they are made."""


def bring_up_to_date(
    index: Index,
    folder: Path,
    changes: FolderChanges,
    *,
    show: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Iterator[FileOutcome]:
    """Read what is new or changed, and remove every document whose file below `folder` is gone.

    Also those whose file went while nobody looked: a document knows the file it was read from.
    """
    yield from index_files(index, [FoundFile(path, folder) for path in changes.changed], show=show)
    below = folder.resolve()
    gone = {
        document.id: document.source
        for document in index.heads()
        if document.source and _is_gone(Path(document.source).absolute(), below)
    }
    if gone:
        index.remove(gone)
    yield from (FileOutcome(source, FileStatus.REMOVED, id) for id, source in gone.items())


@contextmanager
def following(folder: Path, change: Change, *, told: Told, failed: Callable[[Exception], None]) -> Iterator[None]:
    """Follows `folder` on a thread of its own. An error is told and the next change tried again."""
    stop = threading.Event()

    def apply(changes: FolderChanges) -> None:
        try:
            for outcome in change(changes, stop):
                told(outcome)
        except (YoujuError, OSError) as error:
            if not stop.is_set():
                failed(error)

    thread = threading.Thread(target=follow, args=(FolderWatch(folder), apply, stop), name="youju-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def _is_gone(file: Path, below: Path) -> bool:
    return file.parent.resolve().is_relative_to(below) and not file.exists()

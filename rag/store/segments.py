"""The folder of one segment: what is written into it, and how it is opened."""

from pathlib import Path

import numpy as np

from rag.index.postings import Postings
from rag.index.segment import Segment
from rag.index.vectors import VectorFile
from rag.store import texts
from rag.turns import give_way

ROWS = "rows.npy"


def write(segment: Segment, folder: Path) -> None:
    """All its files, into an empty folder."""
    np.save(folder / ROWS, np.stack([segment.first_rows[1:], segment.positions]), allow_pickle=False)
    segment.postings.save(folder)
    give_way()
    segment.vectors.save(folder)
    give_way()
    texts.write(segment, folder / texts.FILE)


def load(folder: Path) -> Segment:
    """From the disk, where most of it stays. Raises OSError, RuntimeError, ValueError, sqlite3.DatabaseError."""
    rows = np.load(folder / ROWS, allow_pickle=False)
    return Segment(
        texts.StoredTexts(folder / texts.FILE),
        rows[1],
        np.concatenate([[0], rows[0]]),
        Postings.load(folder),
        VectorFile.load(folder),
        folder.name,
    )

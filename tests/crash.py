"""Kill a process that changes a store, again and again: what it leaves must be whole, the old or the new.

OMP_NUM_THREADS=1 python -m tests.crash --kills 200
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rag import Document, KnowledgeBase, store
from rag.index.shelf import LocalShelf
from rag.index.snapshot import Snapshot
from tests.toys import AXES, ToyEncoder, lines

FORMAT_1 = Path(__file__).parent / "fixtures" / "store-1"
LONGEST_LIFE = 0.6  # seconds

Documents = dict[str, Document]


def change(number: int, held: Documents) -> tuple[Sequence[Document], str | None]:
    """Of this number: what is added or replaced, and which document is removed. Neither: merge segments."""
    chosen = random.Random(number)
    deed = chosen.choice(["add", "add", "add", "remove", "merge"])
    if deed == "add":
        ids = chosen.sample(range(30), chosen.randint(1, 6))
        texts = ["\n".join(chosen.choices(AXES, k=chosen.randint(1, 9))) for _ in ids]
        return [Document(f"d{id}", f"第{number}次", text) for id, text in zip(ids, texts, strict=True)], None
    return (), chosen.choice(sorted(held)) if deed == "remove" and held else None


def apply(kb: KnowledgeBase, number: int) -> None:
    added, removed = change(number, {document.id: document for document in kb.documents()})
    if added:
        kb.add(added)
    elif removed:
        kb.remove([removed])
    else:
        kb.compact()


def after(number: int, held: Documents) -> Documents:
    added, removed = change(number, held)
    left = held | {document.id: document for document in added}
    return {id: document for id, document in left.items() if id != removed}


def open_store(path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(path, encoder=ToyEncoder(), split=lines)


def live(path: Path, number: int, done: int) -> None:
    """Change after change, a byte into `done` for each one finished, until killed."""
    kb = open_store(path)
    while True:
        apply(kb, number)
        number += 1
        os.write(done, b".")


def answers(kb: KnowledgeBase) -> list[object]:
    """All documents, and all that both legs find."""
    found = [
        sorted(
            (h.paragraph.document_id, h.paragraph.start, round(h.score, 4)) for h in kb.search(query, k=1000, leg=leg)
        )
        for query in AXES
        for leg in ("lexical", "dense")
    ]
    return [kb.documents(), *found]


def answers_of(documents: Documents) -> list[object]:
    kb = KnowledgeBase(LocalShelf(Snapshot.of([], ToyEncoder()), split=lines))
    kb.add(documents.values())
    return answers(kb)


def killed(path: Path, number: int, life: float) -> int:
    """How many changes a process finished in its life."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            live(path, number, write)
        finally:
            os._exit(1)
    os.close(write)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as dots:
        return len(dots.read())


def run(kills: int, seed: int) -> tuple[int, int]:
    """How many kills left a whole store that goes on from where it was, and how many changes were finished."""
    lives, whole, changes = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        for kill in range(kills):
            if kill % 20 == 0:  # anew, from a store that is migrated first
                shutil.rmtree(path, ignore_errors=True)
                shutil.copytree(FORMAT_1, path)
                shutil.copytree(FORMAT_1, Path(folder) / "copy", dirs_exist_ok=True)
                held = {document.id: document for document in open_store(Path(folder) / "copy").documents()}
                shutil.rmtree(Path(folder) / "copy")
                number = 1000 * kill
            done = killed(path, number, lives.random() * LONGEST_LIFE)
            changes += done
            for _ in range(done):
                held, number = after(number, held), number + 1
            left = answers(open_store(path))
            if left != answers_of(held):
                held, number = after(number, held), number + 1
            whole += left == answers_of(held) and store.verify(path) == []
    return whole, changes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    whole, changes = run(options.kills, options.seed)
    print(f"{whole} of {options.kills} kills left a whole store; {changes} changes were finished")
    return 0 if whole == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())

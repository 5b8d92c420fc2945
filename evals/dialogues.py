"""Follow-ups as they are made whole automatically, against the same questions written out by hand.

`python -m evals.dialogues` asks the dialogues over data/corpus; half of them, by a hash of the id, are held apart.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from evals.retrieval import EvidencePieces, SquashedParagraphs, squash_paragraphs
from evals.rows import Row, read_questions
from rag import KnowledgeBase
from rag.reading import read_path

ROOT = Path(__file__).parents[1]
DIALOGUES = Path(__file__).with_name("questions") / "dialogues.jsonl"
DEPTH = 5
FAR = DEPTH + 1


@dataclass(frozen=True, slots=True)
class Resolved:
    """A follow-up both ways, and the rank of the first hit with evidence, from 1; FAR when there is none."""

    row: Row
    automatic: str
    by_hand: str
    rank: int
    rank_by_hand: int

    @property
    def held_apart(self) -> bool:
        return crc32(self.row.id.encode()) % 2 == 1


def evaluate(kb: KnowledgeBase, path: Path = DIALOGUES) -> list[Resolved]:
    """Every dialogue of a file whose rows also say `resolved`, as it is understood when it is answered: of two readings
    the documents decide. Raises BadQuestions."""
    rows = read_questions(path, texts={d.id: d.text for d in kb.documents()}).checked().rows
    written = {row["id"]: row["resolved"] for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    squashed = squash_paragraphs(p for d in kb.documents() for p in kb.paragraphs(d.id))
    found = []
    for row in rows:
        automatic, by_hand = kb.ask(row.question, history=row.history).resolved_question, written[row.id]
        found.append(
            Resolved(row, automatic, by_hand, _rank(kb, row, automatic, squashed), _rank(kb, row, by_hand, squashed))
        )
    return found


def _rank(kb: KnowledgeBase, row: Row, question: str, squashed: SquashedParagraphs) -> int:
    pieces = EvidencePieces(row, squashed)
    hits = enumerate(kb.search(question, k=DEPTH), 1)
    return next((place for place, hit in hits if pieces.held(hit.paragraph.id)), FAR)


def summary(name: str, found: Sequence[Resolved]) -> str:
    """One line: share of dialogues with evidence among the first hits, 0 to 1, both ways."""
    shares = []
    for depth in (1, DEPTH):
        automatic = sum(one.rank <= depth for one in found) / max(len(found), 1)
        by_hand = sum(one.rank_by_hand <= depth for one in found) / max(len(found), 1)
        shares.append(f"hit@{depth} automatic {automatic:.3f}, by hand {by_hand:.3f}")
    return f"{name} ({len(found)}): {'; '.join(shares)}\n"


def main() -> None:
    """Both halves; what is ranked lower is listed for the half to develop on alone."""
    corpus = ROOT / "data" / "corpus"
    documents = [read_path(path, root=corpus) for path in sorted(corpus.rglob("*.md"))]
    kb = KnowledgeBase.from_texts([])
    kb.add(documents)
    found = evaluate(kb)
    shown = [one for one in found if not one.held_apart]
    for one in shown:
        if one.rank > one.rank_by_hand:
            ranks = f"{one.rank} for {one.rank_by_hand}"
            sys.stdout.write(f"{one.row.id} {one.row.question} -> {one.automatic} ({ranks}: {one.by_hand})\n")
    sys.stdout.write(summary("developed on", shown))
    sys.stdout.write(summary("held apart", [one for one in found if one.held_apart]))


if __name__ == "__main__":
    main()

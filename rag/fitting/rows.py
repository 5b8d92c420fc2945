"""Question-passage rows to fit on and to choose by, cut in two by a hash of the passage."""

import hashlib
import json
import lzma
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READING = (
    "drcd-dev",
    "cmrc2018-trial",
    "security-news-mrc",
    "crud-news-questions",
    "cjrc-law",
    "dureader-checklist-dev",
)
"""Sources with an answer in the passage; none is marked non-commercial."""

ANONYMISED = "cjrc-law"
"""Its questions name nobody: what the plaintiff asked for, any judgment tells. Among five of them none is the one."""

SEARCH = (*READING, "covid-policy-qa", "stard-statutes", "csl-title-abstract")


@dataclass(frozen=True, slots=True)
class Row:
    """A question and the passage that answers it; `answer` is a piece of the passage, or None."""

    question: str
    passage: str
    answer: str | None
    source: str

    @property
    def fold(self) -> int:
        """Rows of one passage stay together."""
        return fold_of(self.passage)


EVERYDAY = "everyday"
"""The file of questions whose words are not the documents'; what their sources are marked with."""

FOLDS = 10


def fold_of(key: str) -> int:
    """0 to 9, the same on every machine."""
    return hashlib.sha256(key.encode()).digest()[0] % FOLDS


def is_held_apart(fold: int) -> bool:
    """Half of the folds are not learnt from."""
    return fold % 2 == 1


def read(folder: Path, sources: Sequence[str] = SEARCH) -> Mapping[str, Sequence[Row]]:
    """Source -> its rows, in the order of the file."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in _lines(folder / "questions_zh.jsonl.xz"):
        if row.source in sources:
            rows[row.source].append(row)
    return rows


ALIGNED = ("tw-law-hans", "ntrex-hans", "tico19", "un-sdg")
"""Openly licensed translations in the order of their texts, so that neighbours belong together."""


def aligned(folder: Path, *, most: int) -> Sequence[tuple[str, str]]:
    """(Chinese, English) lines, sources in turn."""
    found: dict[str, list[tuple[str, str]]] = {source: [] for source in ALIGNED}
    with lzma.open(folder / "parallel_zh_en.tsv.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            chinese, english, source = line.rstrip("\n").split("\t")
            if source in found and len(found[source]) < most and 12 <= len(chinese) <= 200:
                found[source].append((chinese, english))
    return [pair for pairs in found.values() for pair in pairs[: len(pairs) // 3 * 3]]


def _lines(file: Path) -> Iterator[Row]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            answer = row["answer"] if row["answer"] and row["answer"] in row["passage"] else None
            yield Row(row["question"], row["passage"], answer, row["source"])

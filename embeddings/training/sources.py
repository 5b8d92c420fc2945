"""The training data as read: which rows may be used, and which are held apart to measure on."""

import csv
import hashlib
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Rows marked non-commercial, no-derivatives, research only or taken from a licensed corpus are read for
# measuring at most; what is trained on them could not be shipped.
NOT_FOR_TRAINING = frozenset(
    {
        "ted",  # CC BY-NC-ND
        "news-tokenised",  # newswire from a licensed corpus
        "ai-challenger",  # research
        "bipar-zh",  # CC BY-NC
        "bipar-zhquestion-enpassage",
        "bipar-enquestion-zhpassage",
        "c3-mixed",  # non-commercial research
        "c3-dialogue",
        "lcqmc-dup",  # research
        "bq-dup",
        "atec-dup",
    }
)

BLOCK = 8
"""Translation pairs that stand together in the data are held apart together, as the passage they once were."""

_SENTENCE_END = re.compile(r"(?<=[。！？!?；])")


@dataclass(frozen=True, slots=True)
class Block:
    """Up to `BLOCK` neighbouring translation pairs of one source."""

    source: str
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    held_apart: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A dictionary entry."""

    chinese: str
    glosses: tuple[str, ...]
    pinyin: tuple[str, ...]
    held_apart: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passage that answers it; for paraphrases, two questions."""

    source: str
    question: str
    passage: str
    held_apart: bool


def read_blocks(folder: Path) -> Iterator[Block]:
    """Translation pairs in the order of the file."""
    rows: list[tuple[str, str]] = []
    current = ""
    with lzma.open(folder / "parallel_zh_en.tsv.xz", "rt", encoding="utf-8", newline="") as file:
        for chinese, english, source in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if rows and (source != current or len(rows) == BLOCK):
                yield _block(current, rows)
                rows = []
            current = source
            rows.append((chinese, english))
    if rows:
        yield _block(current, rows)


def read_dictionary(folder: Path) -> Iterator[Entry]:
    """Entries in the order of the file."""
    with lzma.open(folder / "dictionary_zh_en.tsv.xz", "rt", encoding="utf-8", newline="") as file:
        for chinese, glosses, pinyin in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            readings = tuple(re.sub(r"[\d ]", "", reading) for reading in pinyin.split(" | "))
            yield Entry(chinese, tuple(g for g in glosses.split("/") if g), readings, is_held_apart(chinese, one_in=50))


def read_questions(folder: Path) -> Iterator[Asked]:
    """Questions in the order of the file. All questions about a passage are held apart or none."""
    with lzma.open(folder / "questions_zh.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            source = row["source"]
            one_in = 3 if source in ("drcd-dev", "cmrc2018-trial") else 20
            held_apart = is_held_apart(row["passage"][:200], one_in=one_in)
            yield Asked(source, row["question"], row["passage"], held_apart)


def read_news(folder: Path) -> Iterator[str]:
    """Texts of news articles."""
    with lzma.open(folder / "news_zh.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["text"]


def is_held_apart(text: str, *, one_in: int) -> bool:
    """The same answer for the same text, always."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4]) % one_in == 0


def sentences(text: str, *, shortest: int = 12) -> list[str]:
    """Sentences; short ones stay with the one before."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if found and len(piece) < shortest:
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


def _block(source: str, rows: list[tuple[str, str]]) -> Block:
    held_apart = is_held_apart(rows[0][0], one_in=40)
    return Block(source, tuple(zh for zh, _ in rows), tuple(en for _, en in rows), held_apart)

"""Counts how common terms are: python -m rag.fitting.background TRAINING_FOLDER

Windows of about 200 characters of news (Chinese) and sentences of openly licensed translations (English).
"""

import json
import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from embeddings.terms import terms
from rag.text.background import FILE
from rag.text.hashed import hashes

WINDOW = 200
NEWS, PAIRS = 12_000, 60_000
KEPT = 80_000
ENGLISH_SOURCES = ("tw-law", "ntrex", "tatoeba", "tico19", "un-sdg")


def news(folder: Path) -> Iterator[str]:
    with lzma.open(folder / "news_zh.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, 5 * NEWS, 5):
            text = json.loads(line)["text"]
            yield from (text[start : start + WINDOW] for start in range(0, len(text), WINDOW))


def english(folder: Path) -> Iterator[str]:
    with lzma.open(folder / "parallel_zh_en.tsv.xz", "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        yield from islice((row[1] for row in rows if row[2].startswith(ENGLISH_SOURCES)), 0, 4 * PAIRS, 4)


def main(folder: Path) -> None:
    shares: dict[str, float] = {}
    rarest = 1.0
    for texts in (news(folder), english(folder)):
        counted: Counter[str] = Counter()
        total = 0
        for text in texts:
            counted.update(set(terms(text)))
            total += 1
        kept = counted.most_common(KEPT)
        rarest = min(rarest, kept[-1][1] / total)
        for term, count in kept:
            shares[term] = max(shares.get(term, 0.0), count / total)
    keys = hashes(shares)
    order = np.argsort(keys)
    values = np.round(np.array(list(shares.values())) * 65535).clip(1, 65535).astype(np.uint16)
    np.savez(FILE, keys=keys[order], shares=values[order], rarest=np.float64(rarest))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

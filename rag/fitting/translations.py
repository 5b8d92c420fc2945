"""Learns which words translate each other: python -m rag.fitting.translations TRAINING_FOLDER

IBM Model 1 (Brown et al. 1993), English to Chinese, over lines that translate each other and dictionary entries; an
English line also counts as its pairs of neighbouring words. A translation's worth is the geometric mean of its
probability each way, which leaves out both chance neighbours and what stands for everything. Two glossaries written for
this table add what that text has little of: `administration.txt` what public administration in China is called in
English, `everyday.txt` what residents and journalists call what its papers speak of ("got under way" for 启动).
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.terms import words
from embeddings.training.sources import NOT_FOR_TRAINING, is_held_apart, read_blocks, read_dictionary
from rag.text.hashed import hashes
from rag.text.translating import FILE

ROUNDS = 6
KEPT = 6
LEAST_WORTH, LEAST_CREDIT = 0.06, 0.15
GLOSSARY = Path(__file__).with_name("administration.txt")
EVERYDAY = Path(__file__).with_name("everyday.txt")
FIRST, LATER = 0.7, 0.85
"""Worth of a glossary entry's first translation, and what each further one is worth beside the one before; these are
ways to say it, and not what it means back."""
WORD_SEEN, PAIR_SEEN = 3, 8
Line = tuple[list[str], list[str]]


def lines(folder: Path) -> Iterator[Line]:
    """English and Chinese words of short lines; half of the laws, which would outweigh everything else."""
    for block in read_blocks(folder):
        if block.source in NOT_FOR_TRAINING or block.held_apart:
            continue
        for chinese, english in zip(block.chinese, block.english, strict=True):
            if len(chinese) > 60 or len(english) > 260:
                continue
            if block.source.startswith("tw-law") and is_held_apart(chinese, one_in=2):
                continue
            yield _english(english), _chinese(chinese)
    for entry in read_dictionary(folder):
        if not entry.held_apart and len(entry.chinese) <= 8:
            chinese_words = [entry.chinese] if len(entry.chinese) <= 4 else _chinese(entry.chinese)
            for gloss in entry.glosses[:6]:
                glossed = _english(gloss)
                if len(glossed) <= 5:
                    yield glossed, chinese_words


def _english(text: str) -> list[str]:
    return [word for word in words(text) if len(word) > 1 and word[0].isascii() and word[0].isalpha()]


def _chinese(text: str) -> list[str]:
    return [word for word in dict.fromkeys(words(text)) if word[0] >= "㐀"]


def with_pairs(english: Sequence[str]) -> list[str]:
    return [*english, *(f"{a} {b}" for a, b in pairwise(english))]


def numbered(counts: Counter[str]) -> dict[str, int]:
    """Terms seen often enough, numbered from 1; 0 stands for what no word of the line accounts for."""
    kept = (term for term, count in counts.items() if count >= (PAIR_SEEN if " " in term else WORD_SEEN))
    return {term: number for number, term in enumerate(kept, 1)}


def learn(read: Sequence[Line]) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64]]:
    """(English terms, Chinese terms, worth) of each pair worth keeping."""
    english_counts: Counter[str] = Counter()
    chinese_counts: Counter[str] = Counter()
    for english, chinese in read:
        english_counts.update(set(with_pairs(english)))
        chinese_counts.update(chinese)
    sources, targets = numbered(english_counts), numbered(chinese_counts)
    left, right, left_sizes, right_sizes = [], [], [], []
    for english, chinese in read:
        theirs = [targets[word] for word in chinese if word in targets]
        ours = dict.fromkeys(sources[term] for term in with_pairs(english) if term in sources)
        if ours and theirs:
            left += [*ours, 0]
            right += theirs
            left_sizes.append(len(ours) + 1)
            right_sizes.append(len(theirs))
    # A cell for each English term of a line and each Chinese one; cells of one Chinese word of a line stand together.
    sizes, firsts = np.array(left_sizes), np.concatenate(([0], np.cumsum(left_sizes)))[:-1]
    of_line = np.repeat(np.arange(len(sizes)), right_sizes)
    cells = sizes[of_line]
    starts = np.concatenate(([0], np.cumsum(cells)))
    place = np.arange(starts[-1]) - np.repeat(starts[:-1] - firsts[of_line], cells)
    keys = np.array(left, np.int64)[place] * (len(targets) + 1) + np.repeat(np.array(right, np.int64), cells)
    pairs, inverse = np.unique(keys, return_inverse=True)
    source, target = pairs // (len(targets) + 1), pairs % (len(targets) + 1)
    chance = np.ones(len(pairs), np.float32)
    counts: NDArray[np.float64] = np.zeros(len(pairs))
    for _ in range(ROUNDS):
        shares = chance[inverse]
        shares /= np.repeat(np.add.reduceat(shares, starts[:-1]), cells)
        counts = np.bincount(inverse, shares, minlength=len(pairs)).astype(np.float64)
        chance = (counts / np.bincount(source, counts)[source]).astype(np.float32)
    worth = np.sqrt(chance * (counts / np.bincount(target, counts)[target]))
    good = (worth >= LEAST_WORTH) & (source > 0)
    english_terms = np.array(["", *sources], dtype=object)
    chinese_terms = np.array(["", *targets], dtype=object)
    return english_terms[source[good]], chinese_terms[target[good]], worth[good]


def glossary(file: Path) -> Iterator[tuple[str, str, float]]:
    """(English term, Chinese term, worth) of the entries of a glossary."""
    for line in file.read_text(encoding="utf-8").splitlines():
        english, _, chinese = line.partition("\t")
        for place, term in enumerate(chinese.split("/")):
            yield " ".join(words(english)), term, FIRST * LATER**place


Table = dict[tuple[str, str], float]


def save(table: Table, file: Path, *, one_way: Collection[tuple[str, str]] = ()) -> None:
    """Both ways in one table, each term's best translations with their worth; a phrase is looked up, not looked for,
    and neither is what is loosely called so (`one_way`)."""
    ways: dict[str, dict[str, float]] = defaultdict(dict)
    for (english, chinese), worth in table.items():
        ways[english][chinese] = worth
        if " " not in english and (english, chinese) not in one_way:
            ways[chinese][english] = worth
    best = {
        term: [(told, worth) for told, worth in ranked[:KEPT] if worth >= LEAST_CREDIT * ranked[0][1]]
        for term, found in ways.items()
        if (ranked := sorted(found.items(), key=lambda way: (-way[1], way[0])))
    }
    texts = sorted({told for found in best.values() for told, _ in found})
    number = {text: i for i, text in enumerate(texts)}
    terms = list(best)
    keys = hashes(terms)
    order = np.argsort(keys)
    rows = [best[terms[i]] for i in order.tolist()]
    np.savez_compressed(
        file,
        keys=keys[order],
        starts=np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int32),
        targets=np.array([number[told] for row in rows for told, _ in row], np.int32),
        worths=np.array([max(round(255 * worth), 1) for row in rows for _, worth in row], np.uint8),
        texts=np.frombuffer("".join(f"{text}\n" for text in texts).encode(), np.uint8),
    )


def main(folder: Path) -> None:
    learned = learn([line for line in lines(folder) if all(line)])
    table: Table = dict(zip(zip(learned[0], learned[1], strict=True), learned[2].tolist(), strict=True))
    named = list(glossary(GLOSSARY))
    told = [*named, *glossary(EVERYDAY)]
    surely = table.keys() | {(english, chinese) for english, chinese, worth in named if worth == FIRST}
    loosely = {(english, chinese) for english, chinese, _ in told} - surely
    for english, chinese, worth in told:
        table[english, chinese] = max(worth, table.get((english, chinese), 0.0))
    save(table, FILE, one_way=loosely)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

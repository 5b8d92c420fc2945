"""From the files to what the tasks draw from and what is measured on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.training.align import Alignment, align
from embeddings.training.prepare import Bags, Hashed, Vocabulary, build_vocabulary, hash_texts, long_words
from embeddings.training.sources import (
    NOT_FOR_TRAINING,
    Asked,
    Block,
    read_blocks,
    read_dictionary,
    read_news,
    read_questions,
    sentences,
)
from embeddings.training.tasks import Pairs, Parallel, Questions, Tasks, Texts, spans
from embeddings.training.words import choose, dictionary_words, names, spelled

_NEWS_CHARACTERS = 500

# How often a line or a question of a source is drawn; 1 where nothing is said.
_SOURCE_WEIGHTS = {
    "tw-law-hans": 0.6, "tw-law-hant": 0.6, "3am-captions": 0.4, "mac-novels": 0.6, "wmt23-suite": 0.6,
    "vocab-phrase": 0.7, "news-commentary": 2.0, "academic-books": 1.5, "ntrex-hans": 2.0, "ntrex-hant": 2.0,
    "news-headlines": 1.2, "un-sdg": 3.0, "xuexi-quotes": 3.0, "tico19": 2.0, "drcd-dev": 4.0, "cmrc2018-trial": 4.0,
    "crud-news-questions": 3.0, "security-news-mrc": 2.0, "dureader-checklist-dev": 3.0, "dureader-demo": 3.0,
    "cjrc-law": 0.5, "covid-policy-qa": 2.0, "insurance-forum": 0.7, "legal-advice-llm": 0.7,
    "csl-keywords-abstract": 0.7, "oppo-dup": 0.3, "pawsx-zh-para": 0.3, "simclue-dup": 0.3,
}  # fmt: skip

# Lines of these do not go on from one another.
_NO_CONTEXT = frozenset(
    {
        "vocab-phrase", "vocab-sentence", "tw-law-title", "tw-law-heading", "tico19-terms", "news-headlines",
        "tatoeba", "3am-captions", "translation2019",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A held-apart search: query i is answered by text `answers[i]` of `texts`."""

    name: str
    queries: Bags
    texts: Bags
    answers: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Data:
    """Everything one training needs."""

    vocabulary: Vocabulary
    alignment: Alignment
    parallel: Parallel
    news: Texts
    questions: Questions
    dictionary: Pairs
    names: Pairs
    measured: tuple[Measured, ...]

    def tasks(self, *, seed: int, only: Collection[str] | None = None) -> Tasks:
        """What batches are drawn from; of the tasks of these names, all where none are given."""
        return Tasks(
            parallel=self.parallel, news=self.news, questions=self.questions, dictionary=self.dictionary,
            names=self.names, alignment=self.alignment, vocabulary=self.vocabulary, seed=seed, only=only,
        )  # fmt: skip


def load(folder: Path) -> Data:
    """Reads, hashes and counts all of it: some minutes and 4 GB for the full data."""
    blocks, entries = list(read_blocks(folder)), list(read_dictionary(folder))
    asked = list(read_questions(folder))
    news = [sentences(text[:_NEWS_CHARACTERS]) for text in read_news(folder)]
    passages = list(dict.fromkeys(row.passage for row in asked))
    passage_sentences = [sentences(passage) or [passage] for passage in passages]
    known_names = names(entries)
    words = dictionary_words(entries)
    longer = long_words(words)

    def hashed(texts: Sequence[str]) -> Hashed:
        return hash_texts(texts, longer)

    chinese, english = (
        hashed([line for b in blocks for line in b.chinese]),
        hashed([line for b in blocks for line in b.english]),
    )
    heads = hashed([entry.chinese for entry in entries])
    glosses = hashed([gloss for entry in entries for gloss in entry.glosses])
    questions = hashed([row.question for row in asked])
    passage_lines = hashed([line for lines in passage_sentences for line in lines])
    news_lines = hashed([line for lines in news for line in lines])
    counted = build_vocabulary((chinese, english, news_lines, passage_lines, questions, heads, glosses))
    vocabulary = choose(counted, words, glosses, [name.english for name in known_names if name.listed])

    owner = np.repeat(np.arange(len(entries)), [len(entry.glosses) for entry in entries])
    held_entries = np.array([entry.held_apart for entry in entries], dtype=bool)
    dictionary = Pairs(vocabulary.bags(glosses), vocabulary.bags(heads), owner, np.flatnonzero(~held_entries[owner]))
    every_name = np.arange(len(known_names))
    name_pairs = Pairs(
        vocabulary.bags(hashed(spelled([name.english for name in known_names], vocabulary))),
        vocabulary.bags(hashed([name.chinese for name in known_names])),
        every_name,
        every_name,
    )
    parallel = _parallel(blocks, vocabulary.bags(chinese), vocabulary.bags(english))
    places = {passage: i for i, passage in enumerate(passages)}
    passage_of = np.array([places[row.passage] for row in asked], dtype=np.int64)
    question_data = _questions(
        asked, vocabulary.bags(questions), vocabulary.bags(passage_lines), passage_sentences, passage_of
    )
    bounds = _bounds(news)
    news_data = Texts(vocabulary.bags(news_lines), bounds, np.flatnonzero(np.diff(bounds) >= 3))
    return Data(
        vocabulary,
        _align(vocabulary, parallel, dictionary, name_pairs),
        parallel,
        news_data,
        question_data,
        dictionary,
        name_pairs,
        (
            *_measured_questions(asked, question_data),
            *_measured_lines(blocks, parallel),
            _measured_entries(dictionary, held_entries),
        ),
    )


def _bounds(groups: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum([len(group) for group in groups]))).astype(np.int64)


def _parallel(blocks: Sequence[Block], chinese: Bags, english: Bags) -> Parallel:
    sizes = np.array([len(block.chinese) for block in blocks])
    usable = np.array([not block.held_apart and block.source not in NOT_FOR_TRAINING for block in blocks])
    weights = np.array([_SOURCE_WEIGHTS.get(block.source, 1.0) for block in blocks]) * usable
    context = weights * np.array([block.source not in _NO_CONTEXT for block in blocks]) * (sizes >= 3)
    bounds = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Parallel(chinese, english, bounds, np.repeat(weights, sizes), np.repeat(context, sizes))


def _questions(
    asked: Sequence[Asked],
    questions: Bags,
    lines: Bags,
    passages: Sequence[Sequence[str]],
    passage_of: NDArray[np.int64],
) -> Questions:
    bounds = _bounds(passages)
    kept = np.array([not row.held_apart and row.source not in NOT_FOR_TRAINING for row in asked], dtype=bool)
    shut = np.zeros(len(passages), dtype=bool)
    shut[passage_of[~kept]] = True
    weights = np.array([_SOURCE_WEIGHTS.get(row.source, 1.0) for row in asked]) * kept
    return Questions(
        questions, Texts(lines, bounds, np.flatnonzero((np.diff(bounds) >= 3) & ~shut)), passage_of, weights
    )


def _align(vocabulary: Vocabulary, parallel: Parallel, dictionary: Pairs, known_names: Pairs) -> Alignment:
    """Over the lines trained on, long ones counting less, dictionary and names three times."""
    lines = np.flatnonzero(parallel.weights > 0)
    sides = (
        (_take(parallel.english, lines), _take(parallel.chinese, lines)),
        (
            _take(dictionary.english, dictionary.usable),
            _take(dictionary.chinese, dictionary.partner[dictionary.usable]),
        ),
        (known_names.english, known_names.chinese),
    )
    english, chinese = (_stack([pair[i] for pair in sides]) for i in (0, 1))
    long = np.maximum(np.diff(sides[0][1].starts) / 20, 1)
    line_weights = np.concatenate((1 / np.sqrt(long), np.full(len(english) - len(long), 3.0))).astype(np.float32)
    return align(vocabulary, english, chinese, line_weights)


def _take(bags: Bags, at: NDArray[np.int64]) -> Bags:
    side = spans(bags, at, at + 1)
    return Bags(side.starts, side.ids, side.weights)


def _stack(parts: Sequence[Bags]) -> Bags:
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Bags(
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _whole(bags: Bags, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Bags:
    side = spans(bags, starts, ends)
    return Bags(side.starts, side.ids, side.weights)


def _measured_questions(asked: Sequence[Asked], data: Questions) -> list[Measured]:
    """Held-apart questions of each source; sources never trained on are measured on whole."""
    found = []
    for source in sorted({row.source for row in asked}):
        outside = source in NOT_FOR_TRAINING
        rows = np.array(
            [i for i, r in enumerate(asked) if r.source == source and (outside or r.held_apart)][:1500], dtype=np.int64
        )
        if len(rows) < 20:
            continue
        passages, answers = np.unique(data.passage_of[rows], return_inverse=True)
        bounds = data.passages.bounds
        texts = _whole(data.passages.sentences, bounds[passages], bounds[passages + 1])
        found.append(Measured(source, _take(data.questions, rows), texts, answers))
    return found


def _measured_lines(blocks: Sequence[Block], parallel: Parallel) -> list[Measured]:
    """Lines of held-apart blocks against the whole blocks in the other language."""
    held = [
        i for i, block in enumerate(blocks)
        if block.held_apart and block.source not in _NO_CONTEXT and len(block.chinese) >= 4
        and not block.source.startswith("wmt")  # other translations of these are trained on
    ][:600]  # fmt: skip
    if not held:
        return []
    first, last = parallel.blocks[held], parallel.blocks[np.array(held) + 1]
    lines = np.concatenate([np.arange(a + 1, b, 3) for a, b in zip(first, last, strict=True)])
    answers = np.searchsorted(first, lines, side="right") - 1
    return [
        Measured("lines en>zh", _take(parallel.english, lines), _whole(parallel.chinese, first, last), answers),
        Measured("lines zh>en", _take(parallel.chinese, lines), _whole(parallel.english, first, last), answers),
    ]


def _measured_entries(dictionary: Pairs, held: NDArray[np.bool_]) -> Measured:
    glosses = np.flatnonzero(held[dictionary.partner])[:4000]
    entries, answers = np.unique(dictionary.partner[glosses], return_inverse=True)
    return Measured("dictionary", _take(dictionary.english, glosses), _take(dictionary.chinese, entries), answers)

"""The bundled encoder fitted to one's own documents, with nothing but the documents."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from embeddings.static import BUNDLED, StaticEncoder
from embeddings.training.learn import Learner, Side
from embeddings.training.prepare import Vocabulary, hash_texts
from embeddings.training.quantise import write_encoder
from embeddings.training.sources import sentences
from embeddings.training.tasks import join, merge, spans

_LEAST = 20
_BATCH = 512
_RATE = 0.002


def tune(
    paragraphs: Sequence[str],
    out: Path,
    *,
    minutes: float = 3.0,
    seed: int = 0,
    base: Path = BUNDLED,
    tell: Callable[[str], None] = lambda _: None,
) -> StaticEncoder:
    """Learns which paragraph a sentence, or part of one, stands in; writes the encoder to `out` and returns it.

    `load_encoder(out)` opens it again; a store must be made over for it (`youju store reencode`). Raises ValueError
    when there are fewer than 20 paragraphs of two sentences and more: nothing can be learnt from those.
    """
    split = [found for text in paragraphs if len(found := sentences(text)) > 1]
    if len(split) < _LEAST:
        raise ValueError(f"{len(split)} paragraphs of two sentences and more, expected at least {_LEAST}; index more")
    start, vocabulary = _opened(base)
    bounds = np.concatenate(([0], np.cumsum([len(found) for found in split])))
    lines = [line for found in split for line in found]
    bags = vocabulary.bags(hash_texts(lines, vocabulary.keys))
    learner, random = Learner(start), np.random.default_rng(seed)
    ends, step, told = time.monotonic() + minutes * 60, 0, 0.0
    while (left := ends - time.monotonic()) > 0:
        chosen = random.permutation(len(split))[:_BATCH]
        first, last = bounds[chosen], bounds[chosen + 1]
        at = first + (random.random(len(chosen)) * (last - first)).astype(np.int64)
        query = _thin(spans(bags, at, at + 1), random.uniform(0.3, 0.8), random)
        whole = step % 2 == 0
        passage = spans(bags, first, last) if whole else join(spans(bags, first, at), spans(bags, at + 1, last))
        loss = learner.step(merge(query), merge(passage), _RATE * max(0.02, left / (minutes * 60)))
        step += 1
        if time.monotonic() - told > 10:
            told = time.monotonic()
            tell(f"step {step}, {left:.0f} s to go, loss {loss:.2f}")
    return write_encoder(((learner.rows.numpy() + start) / 2).astype(np.float32), vocabulary, out)


def _opened(folder: Path) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], Vocabulary]:
    """Rows of unit length and, as the weights of their vocabulary, the length they had."""
    keys, rows = StaticEncoder.open(folder).table()
    lengths = np.linalg.norm(rows, axis=1)
    rows /= np.maximum(lengths, 1e-9)[:, None]
    unused = np.zeros(len(keys), dtype=np.int64)
    return rows, Vocabulary(keys, unused.astype(np.uint8), lengths.astype(np.float32), unused)


def _thin(side: Side, drop: float, random: np.random.Generator) -> Side:
    keep = random.random(len(side.ids)) >= drop
    return Side(np.concatenate(([0], np.cumsum(keep)))[side.starts], side.ids[keep], side.weights[keep])

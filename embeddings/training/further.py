"""English rows trained further, all others as they are: what was learnt of matching within Chinese is not unlearnt.

Several short runs with other draws start from the same rows; what is written is the mean of where they started and
where each ended. A word may come to count less, never more: one that is named in every paragraph, a district, would
else outweigh what is asked of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.features import WORD
from embeddings.static import StaticEncoder
from embeddings.training.data import Data
from embeddings.training.learn import Learner
from embeddings.training.quantise import write_encoder
from embeddings.training.tasks import ENGLISH
from embeddings.training.train import figures, take_step

_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Further:
    """How to train further: `steps` a run, some 5 minutes; `keep` is the share of where they started in the mean."""

    steps: int = 2_000
    runs: int = 5
    seed: int = 0
    batch: int = 1024
    rate: float = 0.004
    keep: float = 0.25


def train_further(
    data: Data, start: StaticEncoder, out: Path, plan: Further, tell: Callable[[str], None]
) -> StaticEncoder:
    """Trains on from `start`, writes the encoder to `out`. Each finished run is kept there under what it was run with,
    and not run again.

    Raises ValueError where the encoder's vocabulary is not that of the data.
    """
    keys, read = start.table()
    if not np.array_equal(keys, data.vocabulary.keys):
        raise ValueError(f"{len(keys)} rows of another vocabulary, expected the {len(data.vocabulary)} of the data")
    rows = (read / np.maximum(data.vocabulary.weights, _LEAST)[:, None]).astype(np.float32)
    english = data.vocabulary.kinds == WORD
    out.mkdir(parents=True, exist_ok=True)
    begun = f"run-{start.fingerprint}-{plan.steps}-{plan.batch}-{plan.rate}"
    seeds = range(plan.seed, plan.seed + plan.runs)
    ends = [_run(data, rows, english, out / f"{begun}-{seed}.npy", plan, seed, tell) for seed in seeds]
    rows[english] = plan.keep * rows[english] + (1 - plan.keep) * np.mean(ends, axis=0)
    tell(f"mean of {plan.runs} runs: {figures(Learner(rows), data.measured)}")
    return write_encoder(rows, data.vocabulary, out, kept=(start, ~english))


def _run(
    data: Data,
    rows: NDArray[np.float32],
    english: NDArray[np.bool_],
    path: Path,
    plan: Further,
    seed: int,
    tell: Callable[[str], None],
) -> NDArray[np.float32]:
    """The English rows where a run ends."""
    if path.is_file():
        return np.asarray(np.load(path), dtype=np.float32)
    torch.manual_seed(seed)
    learner = Learner(rows, trained=english)
    most = torch.from_numpy(np.linalg.norm(rows[english], axis=1, keepdims=True))
    places = torch.from_numpy(np.flatnonzero(english))
    tasks = data.tasks(seed=seed, only=ENGLISH)
    for step in range(plan.steps):
        take_step(learner, tasks, plan.batch, plan.rate, step=step, behind=step / plan.steps)
        if step % 100 == 0:
            _shorten(learner, places, most)
    _shorten(learner, places, most)
    tell(f"run of seed {seed}: {figures(learner, data.measured)}")
    ended: NDArray[np.float32] = learner.rows[places].numpy()
    np.save(path, ended)
    return ended


def _shorten(learner: Learner, places: torch.Tensor, most: torch.Tensor) -> None:
    """Rows that have grown, back to the length they had."""
    rows = learner.rows[places]
    learner.rows[places] = rows * (most / rows.norm(dim=1, keepdim=True).clamp_(min=_LEAST)).clamp_(max=1.0)

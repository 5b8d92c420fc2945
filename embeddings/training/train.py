"""The training loop: learns for so many minutes, keeps a checkpoint, writes the encoder."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.features import WORD
from embeddings.static import StaticEncoder
from embeddings.training.align import starting_rows
from embeddings.training.data import Data, Measured
from embeddings.training.learn import Learner, Side
from embeddings.training.measure import ndcg_at_10
from embeddings.training.prepare import Bags
from embeddings.training.quantise import write_encoder
from embeddings.training.tasks import Tasks, merge

CHECKPOINT = "checkpoint.npz"
_WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    The rows written are a mean of where they started and where they ended, which beats both: the start matches names
    and figures, the end meaning. `keep_chinese` and `keep_english` are the shares of the start; English rows have less
    of their own to match with.
    """

    minutes: float = 20.0
    seed: int = 0
    dimensions: int = 512
    batch: int = 1024
    rate: float = 0.007
    keep_chinese: float = 0.7
    keep_english: float = 0.3
    report_every: float = 200.0


def train(data: Data, out: Path, plan: Plan, tell: Callable[[str], None]) -> StaticEncoder:
    """Trains, goes on from a checkpoint in `out` if there is one, and writes the encoder there."""
    out.mkdir(parents=True, exist_ok=True)
    start = starting_rows(data.vocabulary, data.alignment, plan.dimensions, np.random.default_rng(plan.seed))
    learner = Learner(start)
    done, step = _resume(out / CHECKPOINT, learner)
    tasks = data.tasks(seed=plan.seed + step)
    torch.manual_seed(plan.seed)
    tell(f"{len(data.vocabulary)} features; at step {step}: {figures(learner, data.measured)}")
    total, began, reported = plan.minutes * 60, time.monotonic() - done, time.monotonic()
    losses: dict[str, float] = {}
    while (elapsed := time.monotonic() - began) < total:
        name, loss = take_step(learner, tasks, plan.batch, plan.rate, step=step, behind=elapsed / total)
        losses[name] = 0.98 * losses.get(name, loss) + 0.02 * loss
        step += 1
        if time.monotonic() - reported > plan.report_every:
            reported = time.monotonic()
            _save(out / CHECKPOINT, learner, elapsed, step)
            told = " ".join(f"{name} {value:.2f}" for name, value in sorted(losses.items()))
            tell(f"step {step}, {elapsed / 60:.1f} min; loss {told}; {figures(learner, data.measured)}")
    keep = np.where(data.vocabulary.kinds < WORD, plan.keep_chinese, plan.keep_english).astype(np.float32)
    learner.rows.lerp_(torch.from_numpy(start), torch.from_numpy(keep)[:, None])
    tell(f"written at step {step}: {figures(learner, data.measured)}")
    return write_encoder(learner.rows.numpy(), data.vocabulary, out)


def take_step(
    learner: Learner, tasks: Tasks, batch: int, rate: float, *, step: int, behind: float
) -> tuple[str, float]:
    """One batch drawn and learnt from: the name of its task and the loss before. The rate rises over the first steps
    and falls by how much of the training lies `behind`, 0 to 1."""
    task = tasks.next()
    left, right = task.draw(batch * task.enlarge)
    pace = rate * min(1.0, (step + 1) / _WARM_UP) * max(0.02, 1 - behind)
    return task.name, learner.step(merge(left), merge(right), pace, temperature=task.temperature)


def figures(learner: Learner, measured: tuple[Measured, ...]) -> str:
    """nDCG@10 of each held-apart search."""
    scores = [
        (m.name, ndcg_at_10(_vectors(learner, m.queries), _vectors(learner, m.texts), m.answers)) for m in measured
    ]
    return ", ".join(f"{name} {score:.3f}" for name, score in scores)


def _vectors(learner: Learner, bags: Bags) -> NDArray[np.float32]:
    return learner.vectors(merge(Side(bags.starts, bags.ids, bags.weights)))


def _save(path: Path, learner: Learner, elapsed: float, step: int) -> None:
    part = path.with_suffix(".part.npz")
    np.savez(
        part, rows=learner.rows.numpy(), squares=learner.squares.numpy(), counts=learner.counts.numpy(),
        elapsed=elapsed, step=step,
    )  # fmt: skip
    part.replace(path)


def _resume(path: Path, learner: Learner) -> tuple[float, int]:
    """Seconds and steps done before."""
    if not path.is_file():
        return 0.0, 0
    with np.load(path) as saved:
        if saved["rows"].shape != tuple(learner.rows.shape):
            raise ValueError(
                f"{path}: rows {saved['rows'].shape}, expected {tuple(learner.rows.shape)}; use another --out"
            )
        for name in ("rows", "squares", "counts"):
            getattr(learner, name).copy_(torch.from_numpy(saved[name]))
        return float(saved["elapsed"]), int(saved["step"])

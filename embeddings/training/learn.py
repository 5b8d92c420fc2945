"""In-batch contrast over bags of features: each left side must find its right side among all of the batch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_FORGET = 0.97
_CHUNK = 2048


@dataclass(frozen=True, slots=True)
class Side:
    """Bags of one side of a batch: those of text i are ids[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


class Learner:
    """Rows of the vocabulary and one step size a row, which adapts to how the row has moved."""

    def __init__(self, rows: NDArray[np.float32], *, trained: NDArray[np.bool_] | None = None) -> None:
        """`trained`: the rows that learn, all where it is not given."""
        self.rows = torch.from_numpy(rows.copy())
        self._trained = None if trained is None else torch.from_numpy(trained)
        self.squares = torch.zeros(len(rows))
        self.counts = torch.zeros(len(rows))

    def step(self, left: Side, right: Side, rate: float, *, temperature: float = 0.05) -> float:
        """One step; the loss before it. The lower the temperature, the more it is about what comes close."""
        sides = (left, right)
        ids = torch.from_numpy(np.concatenate([side.ids for side in sides]))
        weights = torch.from_numpy(np.concatenate([side.weights for side in sides]))
        starts = torch.from_numpy(np.concatenate((left.starts[:-1], right.starts[:-1] + left.starts[-1])))
        sums = _sums(ids, self.rows, starts, weights)
        norms = sums.norm(dim=1, keepdim=True).clamp_(min=1e-9)
        units = sums.div_(norms)
        loss, slope = _contrast(units[: len(left)], units[len(left) :], temperature)
        slope -= units * (units * slope).sum(1, keepdim=True)
        slope /= norms
        self._descend(ids, starts, weights, slope, rate)
        return loss

    def _descend(self, ids: Tensor, starts: Tensor, weights: Tensor, slope: Tensor, rate: float) -> None:
        """Moves every row that was used against the sum of the slopes of the texts it is in."""
        sizes = torch.diff(starts, append=torch.tensor([len(ids)]))
        texts = torch.repeat_interleave(torch.arange(len(starts), dtype=torch.int32), sizes)
        if self._trained is not None:
            learning = self._trained[ids.long()]
            ids, texts, weights = ids[learning], texts[learning], weights[learning]
        ids, order = torch.sort(ids)
        texts, weights = texts[order], weights[order]
        used, counts = torch.unique_consecutive(ids, return_counts=True)
        used = used.long()
        ends = counts.cumsum(0)
        begins = ends - counts
        self.counts[used] += 1
        for a in range(0, len(used), _CHUNK):
            b = min(a + _CHUNK, len(used))
            first, last, at = int(begins[a]), int(ends[b - 1]), used[a:b]
            down = _sums(texts[first:last], slope, (begins[a:b] - first), weights[first:last])
            squares = self.squares[at] * _FORGET + (1 - _FORGET) * down.square().mean(1)
            self.squares[at] = squares
            usual = (squares / (1 - _FORGET ** self.counts[at])).sqrt_() + 1e-3
            self.rows.index_add_(0, at, down.mul_((-rate / usual)[:, None]))

    def vectors(self, side: Side) -> NDArray[np.float32]:
        """Unit vectors, shape (len(side), dimensions)."""
        summed = _sums(
            torch.from_numpy(side.ids), self.rows, torch.from_numpy(side.starts[:-1]), torch.from_numpy(side.weights)
        )
        found: NDArray[np.float32] = torch.nn.functional.normalize(summed, dim=1).numpy()
        return found


def _sums(ids: Tensor, rows: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
    """Weighted sums of rows, one for each start."""
    return torch.nn.functional.embedding_bag(ids, rows, starts.to(ids.dtype), mode="sum", per_sample_weights=weights)


def _contrast(left: Tensor, right: Tensor, temperature: float) -> tuple[float, Tensor]:
    """Mean of both directions' cross entropy, and its slope at left and right times the size of the batch.

    By hand: one exponential serves both directions, and nothing is kept for a backward pass.
    """
    scores = (left @ right.T).div_(temperature)
    own = scores.diagonal().clone()
    powers = scores.sub_(1 / temperature).exp_()
    rows, columns = powers.sum(1), powers.sum(0)
    loss = (0.5 * (rows.log() + columns.log()) + 1 / temperature - own).mean()
    slope = powers.mul_(0.5 / rows[:, None] + 0.5 / columns[None, :])
    slope.diagonal().sub_(1.0)
    slope /= temperature
    return float(loss), torch.cat((slope @ right, slope.T @ left))

"""In-batch contrast over bags of features: each left side must find its right side among all of the batch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

TEMPERATURE = 0.05
_FORGET = 0.97


@dataclass(frozen=True, slots=True)
class Side:
    """Bags of one side of a batch: those of text i are ids[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


class _Contrast(torch.autograd.Function):
    """Mean of both directions' cross entropy. By hand: one exponential serves both, which halves the time."""

    @staticmethod
    def forward(ctx, left, right):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN205
        scores = (left @ right.T).div_(TEMPERATURE)
        own = scores.diagonal().clone()
        powers = scores.sub_(1 / TEMPERATURE).exp_()
        rows, columns = powers.sum(1), powers.sum(0)
        loss = (0.5 * (rows.log() + columns.log()) + 1 / TEMPERATURE - own).mean()
        slope = powers.mul_(0.5 / rows[:, None] + 0.5 / columns[None, :])
        slope.diagonal().sub_(1.0)
        slope.div_(len(left) * TEMPERATURE)
        ctx.save_for_backward(slope @ right, slope.T @ left)
        return loss

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN205
        left, right = ctx.saved_tensors
        return grad * left, grad * right


class _BagSum(torch.autograd.Function):
    """Weighted sums of rows. torch's own backward through weighted bags is several times slower."""

    @staticmethod
    def forward(ctx, rows, starts, ids, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN205
        ctx.save_for_backward(starts, ids, weights)
        ctx.rows = rows.shape[0]
        return torch.nn.functional.embedding_bag(ids, rows, starts[:-1], mode="sum", per_sample_weights=weights)

    @staticmethod
    def backward(ctx, grad):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN205
        starts, ids, weights = ctx.saved_tensors
        texts = torch.repeat_interleave(torch.arange(len(starts) - 1), starts.diff())
        order = torch.argsort(ids, stable=True)
        ends = torch.bincount(ids, minlength=ctx.rows).cumsum(0)
        begins = torch.cat((torch.zeros(1, dtype=torch.long), ends[:-1]))
        summed = torch.nn.functional.embedding_bag(
            texts[order], grad.contiguous(), begins, mode="sum", per_sample_weights=weights[order]
        )
        return summed, None, None, None


class Learner:
    """Rows of the vocabulary and one step size a row, which adapts to how the row has moved."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self.rows = torch.from_numpy(rows.copy())
        self.squares = torch.zeros(len(rows))
        self.counts = torch.zeros(len(rows))
        self._local = np.zeros(len(rows), dtype=np.int64)

    def step(self, left: Side, right: Side, rate: float) -> float:
        """One step; the loss before it."""
        used = np.unique(np.concatenate((left.ids, right.ids)))
        self._local[used] = np.arange(len(used))
        at = torch.from_numpy(used.astype(np.int64))
        rows = self.rows[at].requires_grad_()
        loss = _Contrast.apply(self._vectors(rows, left), self._vectors(rows, right))  # type: ignore[no-untyped-call]
        loss.backward()
        with torch.no_grad():
            assert rows.grad is not None
            slope = rows.grad * len(left)
            self.counts[at] += 1
            squares = self.squares[at] * _FORGET + (1 - _FORGET) * (slope * slope).mean(1)
            self.squares[at] = squares
            usual = (squares / (1 - _FORGET ** self.counts[at])).sqrt() + 1e-3
            self.rows[at] = rows.detach() - rate * slope / usual[:, None]
        return float(loss.detach())

    def vectors(self, side: Side) -> NDArray[np.float32]:
        """Unit vectors, shape (len(side), dimensions)."""
        with torch.no_grad():
            summed = torch.nn.functional.embedding_bag(
                torch.from_numpy(side.ids.astype(np.int64)),
                self.rows,
                torch.from_numpy(side.starts[:-1]),
                mode="sum",
                per_sample_weights=torch.from_numpy(side.weights),
            )
            found: NDArray[np.float32] = torch.nn.functional.normalize(summed, dim=1).numpy()
        return found

    def _vectors(self, rows: torch.Tensor, side: Side) -> torch.Tensor:
        ids = torch.from_numpy(self._local[side.ids])
        summed = _BagSum.apply(rows, torch.from_numpy(side.starts), ids, torch.from_numpy(side.weights))  # type: ignore[no-untyped-call]
        return torch.nn.functional.normalize(summed, dim=1)

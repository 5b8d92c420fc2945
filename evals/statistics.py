"""How sure a figure is: bootstrap over rows, paired differences, risk against coverage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAMPLES = 1000
CONFIDENCE = 0.95
_BLOCK = 4_000_000  # weights held at once: 32 MB


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its confidence interval; `n` is how many things it is the mean of (rows, or citations)."""

    value: float
    low: float
    high: float
    n: int

    def to_dict(self) -> dict[str, float | int]:
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4), "n": self.n}


def _weights(rows: int, samples: int, seed: int) -> Iterator[Array]:
    """How often each row is drawn, in blocks of shape (some samples, rows). Same seed, same draws."""
    generator = np.random.default_rng(seed)
    block = max(1, min(samples, _BLOCK // max(rows, 1)))
    for start in range(0, samples, block):
        size = min(block, samples - start)
        yield generator.multinomial(rows, np.full(rows, 1 / rows), size=size).astype(np.float64)


def _ratios(totals: Array, counts: Array, samples: int, seed: int) -> Array:
    """Each column's total over its count in every draw, shape (samples, columns); nan where nothing was drawn."""
    drawn = [
        np.divide(w @ totals, n, out=np.full(n.shape, np.nan), where=n > 0)
        for w in _weights(len(totals), samples, seed)
        for n in [w @ counts]
    ]
    return np.concatenate(drawn)


def _interval(draws: Array, confidence: float) -> tuple[Array, Array]:
    tail = 100 * (1 - confidence) / 2
    # A column whose every draw was empty cannot come here: its count would be 0, and those are left out before.
    low, high = np.nanpercentile(draws, [tail, 100 - tail], axis=0)
    return low, high


def estimate(
    totals: Array, counts: Array, *, samples: int = SAMPLES, confidence: float = CONFIDENCE, seed: int = 0
) -> list[Estimate | None]:
    """Sum of `totals` over sum of `counts` by column, with a percentile interval from drawing rows again.

    Both have shape (rows, columns). A column that counts nothing has no figure: None.
    """
    columns = np.flatnonzero(counts.sum(axis=0))
    figures: list[Estimate | None] = [None] * counts.shape[1]
    if not len(columns):
        return figures
    low, high = _interval(_ratios(totals[:, columns], counts[:, columns], samples, seed), confidence)
    for position, column in enumerate(columns):
        n = counts[:, column].sum()
        value = float(totals[:, column].sum() / n)
        figures[column] = Estimate(value, float(low[position]), float(high[position]), int(n))
    return figures


@dataclass(frozen=True, slots=True)
class Difference:
    """B less A on the same rows, its bootstrap interval, and `p`: how often mere chance would differ as much.

    `significant` when the interval leaves 0 out and `p` agrees. On few rows either alone cries wolf: the interval
    shrinks to one side of 0 as soon as four rows differ, all one way.
    """

    a: float
    b: float
    low: float
    high: float
    p: float
    n: int
    confidence: float = CONFIDENCE

    @property
    def value(self) -> float:
        return self.b - self.a

    @property
    def significant(self) -> bool:
        return (self.low > 0 or self.high < 0) and self.p < 1 - self.confidence


def paired_difference(
    a: tuple[Array, Array],
    b: tuple[Array, Array],
    *,
    samples: int = SAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> list[Difference | None]:
    """Differences by column between two (totals, counts) of the same rows, the same rows drawn for both.

    The paired bootstrap of Efron and Tibshirani, percentile interval; `p` by the paired randomization test, which swaps
    the sides of rows by chance (Smucker, Allan and Carterette 2007). None where either side counts nothing.
    """
    columns = np.flatnonzero((a[1].sum(axis=0) > 0) & (b[1].sum(axis=0) > 0))
    differences: list[Difference | None] = [None] * a[1].shape[1]
    if not len(columns):
        return differences
    (a_totals, a_counts), (b_totals, b_counts) = ((t[:, columns], n[:, columns]) for t, n in (a, b))
    drawn = _ratios(np.hstack([a_totals, b_totals]), np.hstack([a_counts, b_counts]), samples, seed)
    low, high = _interval(drawn[:, len(columns) :] - drawn[:, : len(columns)], confidence)
    value_a = a_totals.sum(axis=0) / a_counts.sum(axis=0)
    value_b = b_totals.sum(axis=0) / b_counts.sum(axis=0)
    p = _swapped_as_far(a_totals, a_counts, b_totals, b_counts, np.abs(value_b - value_a), samples, seed)
    for i, column in enumerate(columns):
        differences[column] = Difference(
            float(value_a[i]),
            float(value_b[i]),
            float(low[i]),
            float(high[i]),
            float(p[i]),
            int(b_counts[:, i].sum()),
            confidence,
        )
    return differences


def _swapped_as_far(
    a_totals: Array, a_counts: Array, b_totals: Array, b_counts: Array, observed: Array, samples: int, seed: int
) -> Array:
    """Share of swaps, the true order counted in, whose sides differ as far as `observed`."""
    generator = np.random.default_rng(seed)
    rows = len(a_totals)
    as_far = np.zeros(len(observed))
    block = max(1, min(samples, _BLOCK // rows))
    for start in range(0, samples, block):
        swap = generator.integers(0, 2, size=(min(block, samples - start), rows)).astype(np.float64)
        totals, counts = swap @ (b_totals - a_totals), swap @ (b_counts - a_counts)
        with np.errstate(divide="ignore", invalid="ignore"):
            side_a = (a_totals.sum(axis=0) + totals) / (a_counts.sum(axis=0) + counts)
            side_b = (b_totals.sum(axis=0) - totals) / (b_counts.sum(axis=0) - counts)
            far = np.abs(side_b - side_a) >= observed - 1e-12
        # A side left with nothing has no figure; it is taken to differ, which makes p larger.
        as_far += (far | np.isnan(side_a) | np.isnan(side_b)).sum(axis=0)
    p: Array = (as_far + 1) / (samples + 1)
    return p


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Answers from the surest down: after each, the share of rows answered and the share of those that is wrong.

    `area` is the mean risk over all coverages (AURC, lower is better); `excess` is the area less the least that any
    order of the same answers could have (E-AURC; Geifman, Uziel and El-Yaniv 2019), 0 for a perfect order.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    confidence: tuple[float, ...]
    area: float
    excess: float


def risk_coverage(confidence: Sequence[float], correct: Sequence[bool], abstained: Sequence[bool]) -> RiskCoverage:
    """The curve over all rows. Who abstains comes last, and is wrong there: pressed for an answer, it had none.

    Ties of confidence keep the wrong answer first, so that no order by luck flatters the curve.
    """
    right = [good and not silent for good, silent in zip(correct, abstained, strict=True)]
    order = sorted(range(len(right)), key=lambda i: (abstained[i], -confidence[i], right[i]))
    risk = _running_risk([right[i] for i in order])
    best = _running_risk(sorted(right, reverse=True))
    area = float(risk.mean()) if len(risk) else 0.0
    return RiskCoverage(
        tuple(((np.arange(len(order)) + 1) / max(len(order), 1)).tolist()),
        tuple(risk.tolist()),
        tuple(confidence[i] for i in order),
        area,
        area - float(best.mean()) if len(best) else 0.0,
    )


def _running_risk(right: Sequence[bool]) -> Array:
    wrong = ~np.asarray(right, dtype=bool)
    risk: Array = np.cumsum(wrong) / (np.arange(len(wrong)) + 1)
    return risk


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Times in milliseconds."""

    p50: float
    p95: float
    p99: float
    n: int

    def to_dict(self) -> dict[str, float | int]:
        return {"p50": round(self.p50, 3), "p95": round(self.p95, 3), "p99": round(self.p99, 3), "n": self.n}


def percentiles(milliseconds: Sequence[float]) -> Percentiles:
    """p50, p95 and p99; zeros for no measurement."""
    if not milliseconds:
        return Percentiles(0.0, 0.0, 0.0, 0)
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    return Percentiles(float(p50), float(p95), float(p99), len(milliseconds))

"""Small plots as inline SVG. Colours are the page's: classes, no styles of their own. All text is escaped here."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10

from evals.statistics import Estimate

_WIDTH = 560
_ROW = 26
_LABEL = 144
_VALUE = 84


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the units of the axes; x ascending."""

    name: str
    points: Sequence[tuple[float, float]]


def bars(figures: Sequence[tuple[str, Estimate]], *, title: str) -> str:
    """A bar for each figure, 0 to 1, its interval drawn over it and its value and number of rows beside it."""
    span = _WIDTH - _LABEL - _VALUE
    height = _ROW * len(figures) + 8
    parts = []
    for i, (name, figure) in enumerate(figures):
        y, middle = i * _ROW + 8, i * _ROW + 17
        low, high = _LABEL + span * figure.low, _LABEL + span * figure.high
        parts.append(
            _text(_LABEL - 8, middle + 4, name, anchor="end")
            + f'<rect class="track" x="{_LABEL}" y="{y}" width="{span}" height="18" rx="3"/>'
            f'<rect class="bar" x="{_LABEL}" y="{y}" width="{max(span * figure.value, 0.1):.1f}" height="18" rx="3"/>'
            f'<path class="interval" d="M{low:.1f} {middle}H{high:.1f}'
            f'M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"/>'
            f'<text class="value" x="{_LABEL + span + 8}" y="{middle + 4}">{figure.value:.2f}'
            f'<tspan class="muted"> / {figure.n}</tspan></text>'
        )
    return _svg(height, title, "".join(parts))


def groups_of_bars(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], *, title: str) -> str:
    """Series beside each other under each name, 0 to 1, the legend above; None leaves a gap."""
    top, bottom, plot = 34, 26, 170
    left = 34
    group = (_WIDTH - left) / max(len(names), 1)
    bar = min(26.0, group * 0.8 / max(len(series), 1))
    parts = [_grid(left, top, plot)]
    for s, (label, _) in enumerate(series):
        parts.append(
            f'<rect class="series{s}" x="{left + s * 130}" y="6" width="12" height="12" rx="2"/>'
            + _text(left + s * 130 + 18, 16, label, anchor="start")
        )
    for g, name in enumerate(names):
        middle = left + group * (g + 0.5)
        parts.append(_text(middle, top + plot + 18, name))
        for s, (_, values) in enumerate(series):
            value = values[g]
            if value is None:
                continue
            x = middle + (s - len(series) / 2) * bar
            y = top + plot * (1 - value)
            parts.append(
                f'<rect class="series{s}" x="{x + 1:.1f}" y="{y:.1f}" '
                f'width="{bar - 2:.1f}" height="{plot * value:.1f}" rx="2"/>'
                + _text(x + bar / 2, y - 3, _short(value), style="tiny")
            )
    return _svg(top + plot + bottom, title, "".join(parts))


def curve(line: Line, *, title: str, x_label: str, y_label: str, mark: tuple[float, float] | None = None) -> str:
    """A line over the unit square, the area under it shaded; `mark` is a point to show with its values."""
    left, top, plot, bottom = 52, 14, 190, 40
    span = _WIDTH - left - 14

    def at(point: tuple[float, float]) -> str:
        return f"{left + span * point[0]:.1f} {top + plot * (1 - point[1]):.1f}"

    parts = [_grid(left, top, plot)]
    parts += [_text(left + span * x / 4, top + plot + 14, f"{x / 4:.2f}", style="tiny") for x in range(5)]
    if line.points:
        path = "L".join(at(p) for p in line.points)
        first, last = line.points[0], line.points[-1]
        parts.append(f'<path class="area" d="M{at((first[0], 0))}L{path}L{at((last[0], 0))}Z"/>')
        parts.append(f'<path class="line" d="M{path}"/>')
    if mark:
        x, _, y = at(mark).partition(" ")
        anchor = "end" if mark[0] > 0.6 else "start"
        shift = -10 if anchor == "end" else 10
        parts.append(
            f'<circle class="mark" cx="{x}" cy="{y}" r="4.5"/>'
            + _text(float(x) + shift, float(y) - 10, f"{mark[0]:.2f}, {mark[1]:.2f}", anchor=anchor)
        )
    parts.append(_text(left + span / 2, top + plot + 34, x_label) + _upright(top + plot / 2, y_label))
    return _svg(top + plot + bottom, title, "".join(parts))


def histogram(values: Sequence[float], *, title: str, x_label: str, marks: Sequence[tuple[str, float]]) -> str:
    """How often each size occurs, sizes on a logarithmic axis; `marks` are named values drawn as upright lines."""
    left, top, plot, bottom, bins = 14, 40, 150, 40, 40
    positive = [max(value, 1e-3) for value in values]
    low = log10(min(positive)) - 0.05
    high = max(log10(max(positive)) + 0.05, low + 0.2)
    counts = [0] * bins
    for value in positive:
        counts[min(bins - 1, int((log10(value) - low) / (high - low) * bins))] += 1
    span = _WIDTH - 2 * left
    most = max(counts)

    def x(value: float) -> float:
        return left + span * (log10(max(value, 1e-3)) - low) / (high - low)

    parts = [
        f'<rect class="bar" x="{left + span * i / bins + 1:.1f}" y="{top + plot * (1 - n / most):.1f}" '
        f'width="{span / bins - 2:.1f}" height="{plot * n / most:.1f}" rx="2"/>'
        for i, n in enumerate(counts)
        if n
    ]
    parts.append(f'<path class="axis" d="M{left} {top + plot}h{span}"/>')
    ticks = [
        m * 10.0**e
        for e in range(ceil(low) - 1, ceil(high) + 1)
        for m in (1, 2, 5)
        if low <= log10(m * 10.0**e) <= high
    ]
    parts += [_text(x(tick), top + plot + 14, f"{tick:g}", style="tiny") for tick in ticks]
    for i, (name, value) in enumerate(marks):
        parts.append(
            f'<path class="rule" d="M{x(value):.1f} {top - 4}V{top + plot}"/>'
            + _text(x(value), top - 8 - 11 * (i % 3), f"{name} {value:.1f}", style="tiny")
        )
    parts.append(_text(_WIDTH / 2, top + plot + 34, x_label))
    return _svg(top + plot + bottom, title, "".join(parts))


def growth(lines: Sequence[Line], *, title: str, x_label: str, y_label: str) -> str:
    """Lines over two logarithmic axes, their points marked and their values beside them."""
    left, top, plot, bottom = 52, 40, 220, 40
    span = _WIDTH - left - 20
    points = [point for line in lines for point in line.points]
    x_low, x_high = _decades([p[0] for p in points])
    y_low, y_high = _decades([p[1] for p in points])

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return (
            left + span * (log10(point[0]) - x_low) / (x_high - x_low),
            top + plot * (1 - (log10(point[1]) - y_low) / (y_high - y_low)),
        )

    parts = []
    for decade in range(y_low, y_high + 1):
        y = at((10.0**x_low, 10.0**decade))[1]
        parts.append(
            f'<path class="grid" d="M{left} {y:.1f}h{span}"/>'
            + _text(left - 6, y + 3, f"{10.0**decade:g}", style="tiny", anchor="end")
        )
    for decade in range(x_low, x_high + 1):
        x = at((10.0**decade, 10.0**y_low))[0]
        label = f"{10**decade:,}" if decade >= 0 else f"{10.0**decade:g}"
        parts.append(_text(x, top + plot + 14, label, style="tiny"))
    for s, line in enumerate(lines):
        parts.append(
            f'<rect class="series{s}" x="{left + s * 160}" y="6" width="12" height="12" rx="2"/>'
            + _text(left + s * 160 + 18, 16, line.name, anchor="start")
        )
        places = [at(point) for point in line.points]
        if places:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            parts.append(f'<path class="line line{s}" d="M{path}"/>')
        for (x, y), (_, value) in zip(places, line.points, strict=True):
            parts.append(
                f'<circle class="series{s}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
                + _text(x, y - 8, f"{value:.3g}", style="tiny")
            )
    parts.append(_text(left + span / 2, top + plot + 34, x_label) + _upright(top + plot / 2, y_label))
    return _svg(top + plot + bottom, title, "".join(parts))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low = int(log10(min(values)) // 1)
    return low, max(ceil(log10(max(values))), low + 1)


def _grid(left: int, top: int, plot: int) -> str:
    return "".join(
        f'<path class="grid" d="M{left} {top + plot * (1 - y / 4):.1f}H{_WIDTH - 14}"/>'
        + _text(left - 5, top + plot * (1 - y / 4) + 3, f"{y / 4:.2g}", style="tiny", anchor="end")
        for y in range(5)
    )


def _text(x: float, y: float, text: str, *, style: str = "label", anchor: str = "middle") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _upright(middle: float, text: str) -> str:
    """The name of a y axis, read from below."""
    turned = f'transform="rotate(-90 12 {middle:.0f})"'
    return f'<text class="label" x="12" y="{middle:.0f}" text-anchor="middle" {turned}>{escape(text)}</text>'


def _short(value: float) -> str:
    return "1" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def _svg(height: float, title: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )

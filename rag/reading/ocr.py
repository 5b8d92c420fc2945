"""Text recognition for scanned pages, where `pip install 'youju[ocr]'` has brought it; its models come in the wheel."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

_SCALE = 200 / 72  # pixels to a point: 200 dots to an inch
_MOST_PIXELS = 8_000_000
_SUREST = 0.5  # what is recognised with less is mostly specks and seals


class Scan(NamedTuple):
    """A page as pixels, `scale` of them to a point; `height` in points."""

    pixels: Any
    scale: float
    height: float


class Line(NamedTuple):
    """A line of print, its box in points, y growing upwards."""

    x0: float
    x1: float
    y0: float
    y1: float
    text: str


def available() -> bool:
    return find_spec("rapidocr_onnxruntime") is not None


def scan(page: Any) -> Scan:
    """A page of pypdfium2, to be recognised once PDFium is free for others."""
    width, height = page.get_size()
    scale = min(_SCALE, (_MOST_PIXELS / (width * height)) ** 0.5)
    return Scan(page.render(scale=scale).to_numpy(), scale, height)


def recognise(page: Scan) -> Sequence[Line]:
    """The lines of a page, from the top. Takes seconds."""
    found, _ = _engine()(page.pixels, use_cls=False)
    lines = []
    for corners, text, sure in found or ():
        if float(sure) >= _SUREST and text.strip():
            xs = [x / page.scale for x, _ in corners]
            ys = [page.height - y / page.scale for _, y in corners]
            lines.append(Line(min(xs), max(xs), min(ys), max(ys), text.strip()))
    return lines


@cache
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR()

"""Search time by number of paragraphs, as a picture: `python -m evals.bench.growth OUT.svg RESULT.json...`"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evals import plots
from evals.bench.worker import OURS

_STYLE = """<style>
text{font:12px system-ui,sans-serif;fill:#1c2523}.tiny{font-size:10px;fill:#66736f}.grid{stroke:#dfe4e1}
.line{fill:none;stroke-width:2}.series0{fill:#0f6b5c}.line0{stroke:#0f6b5c}.series1{fill:#c98a2b}.line1{stroke:#c98a2b}
.series2{fill:#5a6fb0}.line2{stroke:#5a6fb0}</style><rect width="100%" height="100%" fill="#fff"/>"""

_LINES = (("question to answer, p50", "ask_ms"), ("question to hits, p50", "search_ms"), ("bare calls, p50", "bare_ms"))


def growth(results: Iterable[Mapping[str, Any]]) -> str:
    """The plot as SVG; a size measured twice shows the later result."""
    ours = {int(size): systems[OURS] for r in results for size, systems in r["sizes"].items() if OURS in systems}
    lines = [
        plots.Line(name, [(size, found[key]["p50"]) for size, found in sorted(ours.items()) if key in found])
        for name, key in _LINES
    ]
    svg = plots.growth(lines, title="Search time by paragraphs", x_label="paragraphs", y_label="milliseconds")
    head, _, body = svg.partition(">")
    return f"{head}>{_STYLE}{body}\n"


def main(arguments: list[str]) -> None:
    out, *files = map(Path, arguments)
    out.write_text(growth(json.loads(file.read_text(encoding="utf-8")) for file in files), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

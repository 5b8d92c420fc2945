"""A run as a folder: `run.json` (figures and conditions), `answers.jsonl`, `report.html`.

A line of answers.jsonl is the answer as `youju ask --json` gives it, its scores, and its hits by leg.
"""

import json
from pathlib import Path
from typing import Any

from evals.report import report
from evals.results import FORMAT, Conditions, Result, Run, summarise
from evals.rows import Problem
from rag.errors import BadQuestions
from rag.types import Leg


def save(run: Run, folder: Path, *, brief: bool = False) -> None:
    """Writes the run folder, replacing what an earlier run of that name left.

    `brief` keeps only what a comparison needs, a baseline to commit: no report, hits, citations, times or groups, and
    no figures of single legs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures, lines = run.to_dict(), [result.to_dict() for result in run.results]
    if brief:
        figures = {name: value for name, value in figures.items() if name not in {"groups", "risk_coverage"}}
        lines = [_brief(line) for line in lines]
    answers = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "answers.jsonl").write_text(answers, encoding="utf-8")
    if not brief:
        (folder / "report.html").write_text(report(run), encoding="utf-8")
    # Last, so that a folder with a run.json is a whole one.
    (folder / "run.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _brief(line: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "text", "abstained", "confidence", "resolved_question", "row", "correct")
    legs = (str(Leg.LEXICAL), str(Leg.DENSE))
    shares = {name: share for name, share in line["shares"].items() if not name.startswith(legs)}
    empty = {"milliseconds": {}, "unheld": 0, "error": "", "verdict": None}
    return {key: line[key] for key in kept} | {"shares": shares} | empty


def load(folder: Path) -> Run:
    """A run as `save` left it, its figures reckoned anew from its rows.

    Raises:
        BadQuestions: the folder holds no run, or one of another format.
    """
    try:
        kept = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        lines = (folder / "answers.jsonl").read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise BadQuestions(
            f"{folder} holds no run: {Path(error.filename).name} is missing; give a folder of --out"
        ) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{folder}/run.json cannot be read ({error}); run the questions again") from error
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        raise BadQuestions(f"{folder}/run.json is not of format {FORMAT}; run the questions again")
    try:
        results = [Result.from_dict(json.loads(line)) for line in lines if line.strip()]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadQuestions(f"{folder}/answers.jsonl is damaged ({error!r}); run the questions again") from error
    conditions = Conditions(**{name: kept[name] for name in Conditions.__dataclass_fields__})
    problems = [Problem(**problem) for problem in kept["problems"]]
    return summarise(conditions, results, problems, kept["seconds"])

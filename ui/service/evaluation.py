"""/api/evaluation: a question set run over the documents that are served, one at a time, for the administrator."""

import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import UploadFile

from rag.errors import BadQuestions
from rag.reading.packages import check_package
from ui.knowledge import Knowledge
from ui.messages import Language
from ui.reasons import chinese_problem
from ui.service.access import Access
from ui.service.api import ERRORS
from ui.service.documents import safe_name
from ui.service.errors import Refused, language_asked, refusal_of
from ui.service.schemas import ErrorBody, EvaluationBody

if TYPE_CHECKING:
    from evals.compare import Comparison
    from evals.results import Run

RUNS = "runs"
KEPT = 10  # runs; older ones go
SAMPLE = "sample.jsonl"
SHOWN = (
    "overall",
    "answer_accuracy",
    "citation_recall",
    "citation_precision",
    "abstention_recall",
    "false_abstention",
    "hybrid.hit@5",
)
_CHANGES_SHOWN = 50
_PROBLEMS_SHOWN = 20
_KINDS = (".jsonl", ".csv", ".tsv", ".xlsx")
_OUR_FOLDER = re.compile(r"\S*/youju-questions-[^/]+/")
# The report is one file without scripts; even so it can do nothing here.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class _CalledOff(Exception):
    """Raised inside a run, to end it at the next question."""


@dataclass(frozen=True, slots=True)
class State:
    """What the run is at. `state` is "idle", "running", "done", "failed" or "cancelled"."""

    state: str = "idle"
    questions: str = ""
    done: int = 0
    total: int = 0
    error: Refused | None = None
    run: "Run | None" = None
    comparison: "Comparison | None" = None


class Evaluations:
    """Runs, one at a time, on a thread of their own, kept as folders below `folder` (None: until the service ends)."""

    def __init__(self, engine: Knowledge, folder: Path | None) -> None:
        self.state = State()
        self._engine = engine
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="youju-evaluation")
        self._lock = threading.Lock()
        self._called_off = threading.Event()
        self._passing: tempfile.TemporaryDirectory[str] | None = None

    def start(self, name: str, data: bytes) -> None:
        """Run the questions of a file. Raises Refused when a run is under way or the file is of another kind."""
        if PurePosixPath(name).suffix.lower() not in _KINDS:
            raise Refused(415, "unsupported_format", "questions", got=name, expected=" ".join(_KINDS))
        with self._lock:
            if self.state.state == "running":
                raise Refused(409, "busy", "evaluation")
            self._called_off.clear()
            self.state = State("running", name)
            self._pool.submit(self._run, name, data).add_done_callback(self._ended)

    def cancel(self) -> None:
        """The run under way ends at its next question."""
        self._called_off.set()

    def report(self, name: str) -> str:
        """The report of a kept run. Raises Refused."""
        path = self._runs() / name / "report.html"
        if name != PurePosixPath(name).name or not path.is_file():
            raise Refused(404, "not_found", "run", name=name)
        return path.read_text(encoding="utf-8")

    def close(self) -> None:
        self._called_off.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._passing is not None:
            self._passing.cleanup()

    def _runs(self) -> Path:
        if self._folder is not None:
            return self._folder / RUNS
        if self._passing is None:
            self._passing = tempfile.TemporaryDirectory(prefix="youju-runs-")
        return Path(self._passing.name)

    def _run(self, name: str, data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="youju-questions-") as folder:
            path = Path(folder, name)
            path.write_bytes(data)
            run, comparison = self._evaluated(path)
        self.state = replace(self.state, state="done", run=run, comparison=comparison)

    def _ended(self, work: "Future[None]") -> None:
        if work.cancelled() or isinstance(work.exception(), _CalledOff):
            self.state = replace(self.state, state="cancelled")
        elif error := work.exception():
            self.state = replace(self.state, state="failed", error=refusal_of(error))

    def _evaluated(self, path: Path) -> "tuple[Run, Comparison | None]":
        # Imported here: the measures are needed by few, and take a while to import.
        from evals.rows import read_questions
        from evals.run import evaluate

        if path.suffix.lower() == ".xlsx":
            check_package(path.read_bytes(), path.name, kind="an Excel file", holds="xl/workbook.xml")
        runs = self._runs()
        questions = read_questions(path, texts={d.id: d.text for d in self._engine.documents()})
        if path.name == SAMPLE and len(questions.problems) > len(questions.rows):
            raise BadQuestions("the sample questions are about the sample reports, which are not here; choose a file")
        name = _free_name(runs, path.stem)
        run = evaluate(self._engine, questions, name=name, skip_bad=True, progress=self._progress)
        comparison = _with_last(runs, run)
        from evals.run_folder import save

        save(run, runs / name)
        for old in sorted(runs.iterdir(), key=lambda folder: folder.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return run, comparison

    def _progress(self, done: int, total: int) -> None:
        if self._called_off.is_set():
            raise _CalledOff
        self.state = replace(self.state, done=done, total=total)


def _free_name(runs: Path, stem: str) -> str:
    """`stem` with the time, and a number where two runs end within a second."""
    name = f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    others = (f"{name}-{number}" for number in count(2))
    return name if not (runs / name).exists() else next(other for other in others if not (runs / other).exists())


def _with_last(runs: Path, run: "Run") -> "Comparison | None":
    """Against the latest kept run that asked any of the same rows."""
    from evals.compare import compare
    from evals.run_folder import load

    earlier = sorted(runs.iterdir(), key=lambda folder: folder.stat().st_mtime) if runs.is_dir() else []
    for folder in reversed(earlier):
        try:
            return compare(load(folder), run)
        except BadQuestions:
            continue
    return None


def evaluation_router(*, evaluations: Evaluations, access: Access) -> APIRouter:
    router = APIRouter(prefix="/api/evaluation", tags=["evaluation"], dependencies=[Depends(access.admin)])

    def tell(request: Request, status: int = 200) -> Response:
        return JSONResponse(_described(evaluations.state, language_asked(request.scope)), status)

    @router.post(
        "",
        status_code=202,
        summary="Run a question set over the documents: a file in the field `file`, or without one the sample",
        response_model=EvaluationBody,
        responses={**ERRORS, 409: {"model": ErrorBody, "description": "One is under way."}},
    )
    async def start(request: Request) -> Response:
        name, data = SAMPLE, b""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form(max_files=1, max_fields=4) as form:
                sent = form.get("file")
                if not isinstance(sent, UploadFile):
                    raise Refused(422, "invalid_request", "no_questions")
                name, data = safe_name(sent.filename or "").rpartition("/")[2], await sent.read()
        else:
            with as_file(files("evals") / "questions" / SAMPLE) as path:
                data = path.read_bytes()
        evaluations.start(name, data)
        return tell(request, 202)

    @router.get("", summary="How far it is, and what came of it", response_model=EvaluationBody, responses=ERRORS)
    def look(request: Request) -> Response:
        return tell(request)

    @router.delete("", summary="Cancel it", response_model=EvaluationBody, responses=ERRORS)
    def cancel(request: Request) -> Response:
        evaluations.cancel()
        return tell(request)

    @router.get("/runs/{name}/report", summary="The report of a run, as HTML", responses=ERRORS)
    def report(name: str) -> HTMLResponse:
        return HTMLResponse(evaluations.report(name), headers={"Content-Security-Policy": _POLICY})

    return router


def _described(state: State, language: Language) -> dict[str, Any]:
    from evals.report_words import WORDS

    def label(name: str) -> str:
        return _label(WORDS[language], name)

    return {
        "state": state.state,
        "questions": state.questions,
        "done": state.done,
        "total": state.total,
        # The file lies in a folder of ours whose name tells nobody anything.
        "error": _OUR_FOLDER.sub("", state.error.message(language)) if state.error else "",
        "run": _of_run(state.run, label, language) if state.run else None,
        "comparison": _of_comparison(state.comparison, label) if state.comparison else None,
    }


def _of_run(run: "Run", label: Callable[[str], str], language: Language) -> dict[str, Any]:
    problems = map(str, run.problems[:_PROBLEMS_SHOWN])
    return {
        "name": run.conditions.name,
        "rows": len(run.results),
        "wrong": len(run.failures),
        "seconds": round(run.seconds, 1),
        "problems": len(run.problems),
        "first_problems": [chinese_problem(told) if language == "zh" else told for told in problems],
        "figures": [
            {"name": name, "label": label(name), **figure.to_dict()}
            for name in SHOWN
            if (figure := run.figures.get(name))
        ],
    }


def _of_comparison(comparison: "Comparison", label: Callable[[str], str]) -> dict[str, Any]:
    whole = comparison.to_dict()
    return {
        "with": comparison.a,
        "rows": comparison.rows,
        "figures": [
            {"name": name, "label": label(name), **whole["differences"][name]}
            for name in SHOWN
            if name in whole["differences"]
        ],
        "better": whole["better"][:_CHANGES_SHOWN],
        "broken": whole["broken"][:_CHANGES_SHOWN],
    }


def _label(words: Mapping[str, str], name: str) -> str:
    head, dot, tail = name.rpartition(".")
    return words[name] if name in words else f"{_label(words, head)} · {tail}" if dot else name

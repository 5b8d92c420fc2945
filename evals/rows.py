"""Question rows: read from JSONL, CSV or Excel, every unusable one listed with its line."""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.text import squash
from rag.errors import BadQuestions

TYPES = (
    "numeric",
    "entity",
    "date",
    "list",
    "definition",
    "why_how",
    "comparison",
    "multi_doc",
    "followup",
    "unanswerable",
)
UNANSWERABLE = "unanswerable"

# What a spreadsheet's heading row may say. Chinese headings, because a spreadsheet is for people.
COLUMNS: Mapping[str, str] = {
    "编号": "id",
    "问题": "question",
    "语言": "lang",
    "类型": "type",
    "答案": "answers",
    "需全部答出": "all",
    "出处文件": "evidence_doc",
    "出处原文": "evidence_text",
    "上文": "history",
}
_REQUIRED = ("id", "question", "lang", "type", "answers", "evidence")


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact piece of the document that answers."""

    doc: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A question and what a good answer must show. `all` asks for every answer, else any one will do.

    `line` is where it stands in its file, from 1; 0 when it was never in one.
    """

    id: str
    question: str
    lang: str
    type: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    all: bool = False
    history: tuple[tuple[str, str], ...] = ()
    line: int = 0

    @property
    def answerable(self) -> bool:
        return self.type != UNANSWERABLE

    def to_dict(self) -> dict[str, Any]:
        """The row as it stands in a JSONL file."""
        row: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "lang": self.lang,
            "type": self.type,
            "answers": list(self.answers),
            "evidence": [{"doc": e.doc, "text": e.text} for e in self.evidence],
        }
        if self.all:
            row["all"] = True
        if self.history:
            row["history"] = [list(turn) for turn in self.history]
        return row


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used."""

    line: int
    id: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{f' ({self.id})' if self.id else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What a file held: rows that can be asked, and the others with the reason."""

    name: str
    fingerprint: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()

    def checked(self) -> "QuestionSet":
        """Itself when every row can be used.

        Raises:
            BadQuestions: one cannot; the message lists them all.
        """
        if self.problems:
            listed = "\n".join(f"  {problem}" for problem in self.problems)
            raise BadQuestions(f"{self.name}: {len(self.problems)} rows cannot be used:\n{listed}")
        return self


def read_questions(path: Path, *, texts: Mapping[str, str] | None = None) -> QuestionSet:
    """Reads .jsonl, .csv, .tsv or .xlsx; with `texts` (document id to text) evidence is looked up too.

    Raises:
        BadQuestions: the file is missing, of another kind, unreadable or without any row.
    """
    readers: dict[str, Callable[[Path], Iterator[tuple[int, Any]]]] = {
        ".jsonl": _json_lines,
        ".csv": _csv_rows,
        ".tsv": _csv_rows,
        ".xlsx": _excel_rows,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadQuestions(f"{path}: expected a .jsonl, .csv, .tsv or .xlsx file of questions")
    if not path.is_file():
        raise BadQuestions(f"{path}: there is no such file")
    try:
        raw = list(reader(path))
    except UnicodeDecodeError as error:
        raise BadQuestions(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    if not raw:
        raise BadQuestions(f"{path}: no question in it; one row a line is expected")
    rows, problems = _sort_out(raw, texts)
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return QuestionSet(path.name, fingerprint, tuple(rows), tuple(problems))


def write_jsonl(rows: Iterable[Row], path: Path) -> None:
    """One JSON object a line, as `read_questions` takes it."""
    lines = (json.dumps(row.to_dict(), ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """A sheet that Excel opens with its Chinese headings right (UTF-8 with a mark), and `read_questions` reads back."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        for row in rows:
            sheet.writerow([_as_text(cell) for cell in _cells(row)])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.id,
        row.question,
        row.lang,
        row.type,
        "\n".join(row.answers),
        "true" if row.all else "",
        "\n".join(e.doc for e in row.evidence),
        "\n".join(" ".join(e.text.split()) for e in row.evidence),
        "\n".join(part for turn in row.history for part in turn),
    )


def _as_text(cell: str) -> str:
    """A cell a spreadsheet will not take for a formula: a document may begin a line with =, + or @."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                yield number, f"not JSON: {error.msg} at column {error.colno}"


def _csv_rows(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sheet = csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        headings = next(sheet, [])
        before = sheet.line_num
        for cells in sheet:
            line, before = before + 1, sheet.line_num
            if any(cell.strip() for cell in cells):
                yield line, _from_sheet(headings, cells, line)


def _excel_rows(path: Path) -> Iterator[tuple[int, Any]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook  # Heavy, and only spreadsheets need it.
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise BadQuestions(f"{path}: not an Excel workbook ({error}); save it as .xlsx or .csv") from error
    try:
        lines = enumerate(book.worksheets[0].iter_rows(values_only=True), 1)
        headings = [str(cell or "") for cell in next(lines, (0, ()))[1]]
        for line, values in lines:
            cells = ["" if value is None else _excel_text(value) for value in values]
            if any(cell.strip() for cell in cells):
                yield line, _from_sheet(headings, cells, line)
    finally:
        book.close()


def _excel_text(value: object) -> str:
    """A typed cell as a person reads it: 12.0 is written 12, TRUE is true."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_sheet(headings: Sequence[str], cells: Sequence[str], line: int) -> dict[str, Any] | str:
    """A sheet's row in the shape of a JSON one: lists stand one to a line in their cell."""
    cell = {COLUMNS.get(name.strip(), name.strip()): text for name, text in zip(headings, cells, strict=False)}
    missing = [name for name in ("question", "type", "answers") if name not in cell]
    if missing:
        return f"no column {', '.join(missing)}; the headings are {', '.join(headings)}"
    docs, texts = _lines(cell.get("evidence_doc", "")), _lines(cell.get("evidence_text", ""))
    if len(docs) == 1:
        docs *= len(texts)
    if len(docs) != len(texts):
        return f"{len(docs)} evidence documents for {len(texts)} evidence texts; one a line for each is expected"
    turns = _lines(cell.get("history", ""))
    if len(turns) % 2:
        return f"{len(turns)} lines of history; question and answer by turns are expected"
    question = cell["question"].strip()
    row: dict[str, Any] = {
        "id": cell.get("id", "").strip() or f"row-{line}",
        "question": question,
        "lang": cell.get("lang", "").strip() or language(question),
        "type": cell["type"].strip(),
        "answers": _lines(cell["answers"]),
        "evidence": [{"doc": doc, "text": text} for doc, text in zip(docs, texts, strict=True)],
        "history": [[turns[i], turns[i + 1]] for i in range(0, len(turns), 2)],
    }
    asked_all = cell.get("all", "").strip().lower()
    if asked_all not in {"", "0", "1", "true", "false", "是", "否"}:
        return f"'all' is {asked_all!r}; true or false is expected"
    row["all"] = asked_all in {"1", "true", "是"}
    return row


def _lines(cell: str) -> list[str]:
    lines = [line.strip() for line in cell.splitlines() if line.strip()]
    # What `_as_text` put before a formula's sign is taken off again.
    return [line[1:] if re.match(r"'[=+\-@]", line) else line for line in lines]


def language(text: str) -> str:
    """ "zh" when there is a Chinese character in it, else "en"."""
    return "zh" if re.search(r"[\u3400-\u9fff]", text) else "en"


def _sort_out(raw: Sequence[tuple[int, Any]], texts: Mapping[str, str] | None) -> tuple[list[Row], list[Problem]]:
    squashed = {doc: squash(text) for doc, text in texts.items()} if texts is not None else None
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, value in raw:
        found = [value] if isinstance(value, str) else list(_shape_problems(value))
        name = str(value.get("id", "")) if isinstance(value, dict) else ""
        if not found:
            row = _row(value, line)
            if row.id in seen:
                found.append(f"id {row.id!r} stands on line {seen[row.id]} already")
            elif squashed is not None:
                found.extend(_evidence_problems(row, squashed))
            seen.setdefault(row.id, line)
        if found:
            problems.append(Problem(line, name, "; ".join(found)))
        else:
            rows.append(row)
    return rows, problems


def _row(value: Mapping[str, Any], line: int) -> Row:
    return Row(
        id=value["id"],
        question=value["question"],
        lang=value["lang"],
        type=value["type"],
        answers=tuple(value["answers"]),
        evidence=tuple(Evidence(e["doc"], e["text"]) for e in value["evidence"]),
        all=value.get("all", False),
        history=tuple((question, answer) for question, answer in value.get("history") or ()),
        line=line,
    )


def _shape_problems(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"a JSON object is expected, got {_kind(value)}"
        return
    missing = [key for key in _REQUIRED if key not in value]
    if missing:
        yield f"missing: {', '.join(missing)}"
    for key in ("id", "question", "lang", "type"):
        if key in value and not (isinstance(value[key], str) and value[key].strip()):
            yield f"{key!r} must be a text with something in it, got {_kind(value[key])}"
    if isinstance(value.get("type"), str) and value["type"] not in TYPES:
        yield f"'type' is {value['type']!r}; expected one of {', '.join(TYPES)}"
    yield from _list_problems(value)
    if not isinstance(value.get("all", False), bool):
        yield f"'all' must be true or false, got {_kind(value['all'])}"
    history = value.get("history") or []
    if not isinstance(history, list) or not all(
        isinstance(turn, list) and len(turn) == 2 and all(isinstance(part, str) for part in turn) for turn in history
    ):
        yield "'history' must be a list of [question, answer]"


def _list_problems(value: Mapping[str, Any]) -> Iterator[str]:
    answerable = value.get("type") != UNANSWERABLE
    if "answers" in value:
        answers = value["answers"]
        if not isinstance(answers, list) or not all(isinstance(a, str) and a.strip() for a in answers):
            yield "'answers' must be a list of texts"
        elif answerable and not answers:
            yield "'answers' is empty, and only an unanswerable question has none"
    if "evidence" in value:
        evidence = value["evidence"]
        if not isinstance(evidence, list) or not all(_is_evidence(e) for e in evidence):
            yield "'evidence' must be a list of {doc, text}"
        elif answerable and not evidence:
            yield "'evidence' is empty, and only an unanswerable question has none"


def _is_evidence(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(k), str) and value[k].strip() for k in ("doc", "text"))


def _evidence_problems(row: Row, squashed: Mapping[str, str]) -> Iterator[str]:
    for evidence in row.evidence:
        if evidence.doc not in squashed:
            yield f"there is no document {evidence.doc!r}"
        elif squash(evidence.text) not in squashed[evidence.doc]:
            yield f"{evidence.doc} does not hold the evidence {evidence.text[:40]!r}"


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"

"""youju ask: one question, or a file of them."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag import Answer, KnowledgeBase
from rag.errors import BadQuestion, BadQuestions
from ui.commands.common import (
    DONE,
    UNUSABLE,
    Subparsers,
    command,
    encoder_option,
    json_option,
    model_options,
    open_knowledge_base,
    store_option,
    write,
    write_json,
)
from ui.progress import Progress
from ui.terminal import Style, answer_lines
from ui.wording import language_of


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row of a question file; `history` holds earlier (question, answer) turns."""

    id: str
    question: str
    history: tuple[tuple[str, str], ...] = ()


def add(parent: Subparsers) -> None:
    parser = command(parent, "ask", run, help="answer a question, every sentence with its source")
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument("--example", action="store_true", help="ask a question that the documents themselves suggest")
    parser.add_argument(
        "--questions", type=Path, metavar="FILE.jsonl", help="ask every row {id, question, history?} of a file instead"
    )
    store_option(parser)
    encoder_option(parser)
    model_options(parser)
    json_option(parser, "print the answer as JSON; with --questions one line an answer")
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    if [args.question is not None, args.questions is not None, args.example].count(True) != 1:
        args.usage_error('expected one of "QUESTION", --questions FILE.jsonl and --example')
    if args.questions is not None:
        return _ask_all(args, read_rows(args.questions))
    kb = open_knowledge_base(args)
    if args.example:
        question = example(kb)
        if not args.json:
            write(f"> {question}\n")
    else:
        question = _text(args.question)
    answer = kb.ask(question)
    if args.json:
        write_json(answer.to_dict())
    else:
        _show(answer, kb)
    return DONE


def example(kb: KnowledgeBase) -> str:
    """A question about the first documents that they answer. Raises BadQuestion when none is found."""
    from evals.draft import draft

    for document in kb.documents()[:10]:
        try:
            rows = draft([document], per_document=6)
        except BadQuestions:
            continue
        for row in rows:
            if row.answerable and not kb.ask(row.question).abstained:
                return row.question
    raise BadQuestion("the documents suggest no question; write one yourself")


def read_rows(path: Path) -> list[AskedRow]:
    """The rows of a JSONL file. Raises BadQuestions listing every row that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadQuestions(f"{path} cannot be read ({error.strerror}); expected a JSONL file of questions") from error
    except UnicodeDecodeError as error:
        raise BadQuestions(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    rows, wrong = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                rows.append(_row(line))
            except ValueError as error:
                wrong.append(f"line {number}: {error}")
    if wrong:
        raise BadQuestions(f"{path}: {len(wrong)} rows cannot be used; nothing was asked\n" + "\n".join(wrong[:20]))
    if not rows:
        raise BadQuestions(f'{path} holds no rows; expected lines such as {{"id": "1", "question": "…"}}')
    return rows


def _row(line: str) -> AskedRow:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from None
    if not isinstance(row, dict):
        raise ValueError(f"got {type(row).__name__}, expected an object with id and question")
    for name in ("id", "question"):
        if not isinstance(row.get(name), str):
            raise ValueError(f"{name} is {row.get(name)!r}, expected a string")
    return AskedRow(row["id"], row["question"], tuple(_turns(row.get("history") or [])))


def _turns(history: Any) -> Iterator[tuple[str, str]]:
    for turn in history if isinstance(history, list) else [history]:
        if not (isinstance(turn, list) and len(turn) == 2 and all(isinstance(side, str) for side in turn)):
            raise ValueError(f"history holds {turn!r}, expected [question, answer] pairs")
        yield turn[0], turn[1]


def _ask_all(args: argparse.Namespace, rows: list[AskedRow]) -> int:
    """An answer a row, in order; a question that cannot be asked abstains with the reason as `error`."""
    kb = open_knowledge_base(args)
    progress = Progress.on_stderr()
    code = DONE
    for done, row in enumerate(rows):
        progress.show(done, len(rows), row.question)
        error = None
        try:
            answer = kb.ask(row.question, history=row.history)
        except BadQuestion as bad:
            error, code = str(bad), UNUSABLE
            answer = Answer(row.question, row.question, "", abstained=True)
        answer = replace(answer, id=row.id)
        progress.clear()
        if args.json:
            write_json(answer.to_dict() | ({"error": error} if error else {}), indent=None)
        else:
            write(f"# {row.id}  {row.question}")
            write(error) if error else _show(answer, kb)
            write()
    return code


def _text(question: str) -> str:
    """What the shell passed. Raises BadQuestion where its bytes are no text in the terminal's encoding."""
    try:
        question.encode()
    except UnicodeEncodeError:
        raise BadQuestion(
            "the question holds bytes that are no text in this terminal's encoding; set the terminal to UTF-8"
        ) from None
    return question


def _show(answer: Answer, kb: KnowledgeBase) -> None:
    style, language = Style.of(sys.stdout), language_of(answer.question)
    documents = [kb.document(id) for id in {c.document_id for c in answer.citations}]
    related = [kb.document(id) for id in {h.paragraph.document_id for h in answer.related}]
    dates = {document.id: document.date for document in documents}
    titles = {document.id: document.title for document in related}
    for line in answer_lines(answer, dates=dates, titles=titles, style=style, language=language):
        write(line)

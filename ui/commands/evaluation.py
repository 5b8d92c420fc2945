"""youju eval: answers scored, runs compared, retrieval on a BEIR folder."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag import KnowledgeBase
from rag.errors import BadQuestions
from ui.commands.common import (
    DONE,
    Subparsers,
    command,
    count,
    encoder_option,
    json_option,
    model_options,
    open_encoder,
    open_knowledge_base,
    service_place,
    store_option,
    write,
    write_json,
)
from ui.indexing.files import FileOutcome, FileStatus, FoundFile, find_files, index_files
from ui.progress import Progress

if TYPE_CHECKING:
    from evals.results import Run
    from evals.rows import Row

PER_DOCUMENT = 20
SHOWN = ("overall", "answer_accuracy", "citation_recall", "citation_precision", "verbatim_quotes", "abstention_recall")


def add(parent: Subparsers) -> None:
    parser = command(parent, "eval", run, help="score answers on question rows, or retrieval on a BEIR folder")
    parser.add_argument(
        "questions", nargs="?", type=Path, metavar="QUESTIONS", help="rows as JSONL, CSV or Excel; see evals/README.md"
    )
    parser.add_argument("--beir", type=Path, metavar="DIR", help="corpus.jsonl, queries.jsonl, qrels/test.tsv instead")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="ask over this folder instead of the store")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the run (default: runs/NAME)")
    parser.add_argument("--name", default="", help="name of the run (default: the file's name and the time)")
    parser.add_argument("--skip-bad", action="store_true", help="leave out rows that cannot be used")
    store_option(parser)
    encoder_option(parser)
    model_options(parser)
    json_option(parser)
    parser.set_defaults(usage_error=parser.error)

    against = command(parent, "eval compare", run_compare, help="compare two runs; exit 1 when a figure falls")
    against.add_argument("a", type=Path, metavar="RUN_A", help="folder of the run before")
    against.add_argument("b", type=Path, metavar="RUN_B", help="folder of the run after")
    against.add_argument("--watch", action="append", metavar="FIGURE", help="a figure that must not fall; repeatable")
    json_option(against)

    drafted = command(parent, "eval draft", run_draft, help="draft question rows from documents, for a person to check")
    drafted.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="documents to ask about")
    drafted.add_argument("--feedback", action="store_true", help="also the questions that got a thumbs down")
    drafted.add_argument("--out", type=Path, default=Path("drafts.csv"), metavar="FILE", help=".csv or .jsonl")
    drafted.add_argument(
        "--per-document",
        type=count,
        default=PER_DOCUMENT,
        metavar="N",
        help="rows of each, at most (default: %(default)s)",
    )
    store_option(drafted)
    drafted.set_defaults(usage_error=drafted.error)


def run(args: argparse.Namespace) -> int:
    if (args.questions is None) == (args.beir is None):
        args.usage_error("expected either QUESTIONS or --beir DIR")
    return _run_beir(args) if args.beir is not None else _run_questions(args)


def run_compare(args: argparse.Namespace) -> int:
    from evals.compare import WATCHED, compare
    from evals.run_folder import load

    comparison = compare(load(args.a), load(args.b), watched=tuple(args.watch or WATCHED))
    if args.json:
        write_json(comparison.to_dict())
    else:
        write(comparison.to_text())
    return comparison.exit_code


def run_draft(args: argparse.Namespace) -> int:
    from evals import draft, rows

    if args.folder is None and not args.feedback:
        args.usage_error("expected DIR, --feedback or both")
    unread: list[str] = []
    drafted: list[rows.Row] = []
    if args.folder is not None:
        drafted += draft.draft_folder(
            args.folder, per_document=args.per_document, unread=lambda path, error: unread.append(f"{path}: {error}")
        )
    if args.feedback:
        drafted += _disliked(service_place(args))
    write_rows = rows.write_jsonl if args.out.suffix == ".jsonl" else rows.write_csv
    write_rows(drafted, args.out)
    for line in unread:
        write(f"not read: {line}")
    write(f"{len(drafted)} rows in {args.out}; check each before you measure with it")
    return DONE


def _disliked(store: Path | str) -> "list[Row]":
    from evals.draft import from_feedback
    from ui.service.feedback import FeedbackBook
    from ui.storage.service_store import ServiceStore

    kept = ServiceStore.open(store)
    try:
        entries = [entry for entry in FeedbackBook(kept).all() if entry.rating == "down" and entry.question]
    finally:
        kept.close()
    return [from_feedback(entry.question, entry.answer, entry.id) for entry in entries]


def _run_questions(args: argparse.Namespace) -> int:
    from evals.run import evaluate
    from evals.run_folder import save

    progress = Progress.on_stderr()
    with _asked(args, progress) as kb:
        result = evaluate(
            kb,
            args.questions,
            name=args.name,
            skip_bad=args.skip_bad,
            settings={"encoder": args.encoder},
            progress=progress.show,
        )
    progress.clear()
    out = args.out or Path("runs") / result.conditions.name
    save(result, out)
    if args.json:
        write_json(result.to_dict())
    else:
        _show(result, out)
    return DONE


def _run_beir(args: argparse.Namespace) -> int:
    from evals.beir import evaluate_beir

    progress = Progress.on_stderr()
    result = evaluate_beir(args.beir, args.out, encoder=open_encoder(args.encoder), progress=progress.show)
    progress.clear()
    write_json(result.to_dict())
    return DONE


@contextmanager
def _asked(args: argparse.Namespace, progress: Progress) -> Iterator[KnowledgeBase]:
    """The store, or with --corpus a passing one of that folder. Raises BadQuestions when a file cannot be read."""
    if args.corpus is None:
        yield open_knowledge_base(args)
        return
    found = list(find_files([args.corpus]))
    with tempfile.TemporaryDirectory(prefix="youju-") as folder:
        kb = open_knowledge_base(argparse.Namespace(**{**vars(args), "store": Path(folder) / "store"}), create=True)
        outcomes = [entry for entry in found if isinstance(entry, FileOutcome)]
        outcomes += index_files(kb, [entry for entry in found if isinstance(entry, FoundFile)], show=progress.show)
        failed = [f"{o.path}: {o.message}" for o in outcomes if o.status is FileStatus.FAILED]
        if failed or not kb.documents():
            raise BadQuestions(f"--corpus {args.corpus} cannot be asked: " + ("\n".join(failed) or "no document in it"))
        yield kb


def _show(result: "Run", out: Path) -> None:
    by_type = sorted(name for name in result.figures if name.startswith("by_type."))
    for name in (*SHOWN, *by_type):
        if figure := result.figures.get(name):
            write(f"{name:<24} {figure.value:6.3f}  [{figure.low:.3f}, {figure.high:.3f}]  n={figure.n}")
    write(f"{len(result.results)} rows, {len(result.failures)} wrong; {out}/report.html shows each")

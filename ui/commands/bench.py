"""youju bench: speed, memory and size beside what else there is."""

import argparse
from pathlib import Path

from ui.commands.common import DONE, Subparsers, command, count, json_option, write, write_json
from ui.progress import Progress


def add(parent: Subparsers) -> None:
    parser = command(parent, "bench", run, help="measure speed and memory beside raw FAISS, LangChain and others")
    parser.add_argument(
        "--paragraphs", type=sizes, default=None, metavar="N[,N…]", help="how many to search in (default: 10000)"
    )
    parser.add_argument("--queries", type=count, default=200, metavar="N", help="(default: %(default)s)")
    parser.add_argument(
        "--texts", type=Path, metavar="FILE", help="JSONL of {text, question} in place of made paragraphs"
    )
    parser.add_argument(
        "--systems", metavar="A,B", help="only these beside ours; none: only ours (default: all installed)"
    )
    parser.add_argument(
        "--http", action="store_true", help="also cold start, and 1, 8 and 32 clients of a served store"
    )
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    from evals.bench import PARAGRAPHS, bench

    progress = Progress.on_stderr()
    systems = None if args.systems is None else [name for name in args.systems.split(",") if name not in {"", "none"}]
    result = bench(
        sizes=args.paragraphs or [PARAGRAPHS],
        queries=args.queries,
        texts=args.texts,
        systems=systems,
        over_http=args.http,
        progress=progress.show,
    )
    progress.clear()
    if args.json:
        write_json(result.to_dict())
    else:
        write(result.to_text())
    return DONE


def sizes(text: str) -> list[int]:
    """An argument type: whole numbers from 1, by commas."""
    return [count(part) for part in text.split(",")]

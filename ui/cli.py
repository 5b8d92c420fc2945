"""`youju`: everything from the command line.

Exit codes: 0 done; 1 the answer is "no"; 2 the call was wrong or an input could not be used; 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from rag.errors import YoujuError
from ui.commands import ask, bench, documents, encoder, evaluation, index, keys, search, serve, sites, store
from ui.commands.common import UNUSABLE
from ui.wording import error_message, language_of

INTERRUPTED = 130

_COMMANDS = (index, ask, search, serve, evaluation, bench, documents, store, encoder, sites, keys)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command; each leaves its function under `run`."""
    parser = argparse.ArgumentParser(
        prog="youju",
        description="有据：答案可查原文。 Answers over your documents, every sentence with its source.",
        epilog="youju COMMAND --help says more about one.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add(commands)
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Raises SystemExit for --help and usage errors, as argparse does."""
    words = list(argv)
    if words[:1] == ["eval"] and words[1:2] in (["compare"], ["draft"]):
        words[:2] = [" ".join(words[:2])]  # a command of its own, which argparse cannot know from "eval FILE"
    parser = build_parser()
    if not words:
        parser.print_help(sys.stderr)
        parser.exit(UNUSABLE)
    return parser.parse_args(words)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what `argv` says and give the exit code. Raises SystemExit for --help and usage errors, as argparse does."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows "?"
    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except YoujuError as error:
        return _failed(error_message(error, language_of(_spoken(args))))
    except BrokenPipeError:
        # The reader has seen enough (`| head`); what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(f"{where}{error.strerror or error}")
    except KeyboardInterrupt:
        return INTERRUPTED


def _spoken(args: argparse.Namespace) -> str:
    """What the user wrote in words, to be answered in the same language."""
    return getattr(args, "question", None) or getattr(args, "query", None) or ""


def _failed(message: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"youju: {message}\n")
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())

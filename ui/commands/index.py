"""youju index: files and folders into the store."""

import argparse
import time
from collections import Counter
from pathlib import Path

from ui.commands.common import (
    DONE,
    UNUSABLE,
    Subparsers,
    command,
    encoder_option,
    json_option,
    open_knowledge_base,
    service_folder,
    store_option,
    write,
    write_json,
)
from ui.indexing.files import FileOutcome, FileStatus, FoundFile, find_files, in_shard, index_files
from ui.originals import Originals
from ui.progress import Progress
from ui.reasons import chinese_reason
from ui.terminal import safe
from ui.wording import Language, language_of

_WORDS = {
    FileStatus.ADDED: ("加入", "added"),
    FileStatus.REPLACED: ("更新", "replaced"),
    FileStatus.UNCHANGED: ("未变", "unchanged"),
    FileStatus.SKIPPED: ("跳过", "skipped"),
    FileStatus.FAILED: ("失败", "failed"),
    FileStatus.REMOVED: ("移除", "removed"),
}


def add(parent: Subparsers) -> None:
    parser = command(parent, "index", run, help="add or refresh files and folders")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all below it")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--prune", action="store_true", help="remove documents that come from none of the PATHs")
    which.add_argument(
        "--shard",
        type=shard,
        metavar="I/N",
        help="only those files that fall to worker I of N: each of N machines runs one, over the same PATHs, into one "
        "cluster; run again, it goes on where it was stopped",
    )
    parser.add_argument(
        "--readers",
        type=readers,
        metavar="N",
        help="at most N processes read files, by default one a core; 0: all are read in this one",
    )
    store_option(parser)
    encoder_option(parser)
    json_option(parser, "print the outcome of every file as JSON")


def shard(text: str) -> tuple[int, int]:
    """An argument type: one of how many."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected I/N, such as 1/4")
    return int(number), int(of)


def readers(text: str) -> int:
    """An argument type: how many, none included."""
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 0")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """2 when a file could not be used; the others are indexed all the same."""
    began = time.perf_counter()
    found = list(find_files(args.paths, store=args.store if isinstance(args.store, Path) else None))
    outcomes = [entry for entry in found if isinstance(entry, FileOutcome)]
    files = [entry for entry in found if isinstance(entry, FoundFile)]
    if args.shard:
        files = in_shard(files, *args.shard)
    language = language_of()
    if not args.json:
        for outcome in outcomes:
            write(_line(outcome, language))
    if files:
        kb = open_knowledge_base(args, create=True)
        progress = Progress.on_stderr()
        for outcome in index_files(kb, files, prune=args.prune, readers=args.readers, show=progress.show):
            outcomes.append(outcome)
            if not args.json and outcome.status is not FileStatus.UNCHANGED:
                progress.clear()
                write(_line(outcome, language))
        progress.clear()
        removed = [o.document_id or "" for o in outcomes if o.status is FileStatus.REMOVED]
        Originals(service_folder(args)).drop(removed)
        held = len(kb.heads())
    else:
        held = None
    seconds = time.perf_counter() - began
    counts = Counter(outcome.status for outcome in outcomes)
    if args.json:
        write_json(
            {
                "store": str(args.store),
                "documents": held,
                "counts": {str(status): counts[status] for status in FileStatus},
                "seconds": round(seconds, 3),
                "files": [
                    {"path": o.path, "id": o.document_id, "status": str(o.status), "message": o.message}
                    for o in outcomes
                ],
            }
        )
    else:
        _sum_up(counts, held, args.store, seconds, language)
    return UNUSABLE if counts[FileStatus.FAILED] or not files else DONE


def _line(outcome: FileOutcome, language: Language) -> str:
    word = language.pick(*_WORDS[outcome.status])
    reason = language.pick(chinese_reason(outcome.message) or outcome.message, outcome.message)
    return safe(f"{word}  {outcome.path}" + (f": {reason}" if reason else ""))


def _sum_up(counts: Counter[FileStatus], held: int | None, store: object, seconds: float, language: Language) -> None:
    if held is None:
        write(
            language.pick(
                "没有可以索引的文件，什么都没有改；请给出文件或非空的文件夹",
                "no file to index, nothing was changed; name a file, or a folder that has some",
            )
        )
        return
    told = ", ".join(f"{counts[status]} {language.pick(*_WORDS[status])}" for status in FileStatus if counts[status])
    write(
        language.pick(
            f"{store} 现有 {held} 份文件（{told}），用时 {seconds:.1f} 秒",
            f"{store} holds {held} documents ({told}), {seconds:.1f} s",
        )
    )

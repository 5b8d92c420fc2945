"""youju store: look after the folder that holds everything."""

import argparse
from dataclasses import asdict
from pathlib import Path

from rag.store import Store, backup, restore
from rag.store.reencoding import reencode
from ui.commands.common import (
    DONE,
    NO,
    Subparsers,
    command,
    encoder_option,
    json_option,
    open_encoder,
    store_folder,
    store_option,
    write,
    write_json,
)
from ui.wording import language_of


def add(parent: Subparsers) -> None:
    parser = parent.add_parser(
        "store", help="verify, back up, restore or measure the store", description="Look after the store."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = command(actions, "verify", run_verify, help="check every file; exit 1 when one is damaged")
    backed_up = command(
        actions,
        "backup",
        run_backup,
        help="the store as one file, with uploaded PDF files and, where they are in its folder, feedback and keys; "
        "serving goes on",
    )
    restored = command(actions, "restore", run_restore, help="serve what a backup holds, in place of what is here")
    stats = command(actions, "stats", run_stats, help="what the store holds and how large it is")
    again = command(actions, "reencode", run_reencode, help="make it findable with another encoder, or a newer one")
    encoder_option(again)
    for action in (backed_up, restored):
        action.add_argument("file", type=Path, metavar="FILE")
    for action in (verify, backed_up, restored, stats, again):
        store_option(action)
        json_option(action)


def run_verify(args: argparse.Namespace) -> int:
    damaged = Store(store_folder(args)).verify()
    if args.json:
        write_json({"store": str(args.store), "damaged": damaged})
    elif damaged:
        write(language_of().pick("已损坏：", "damaged: ") + ", ".join(damaged))
    else:
        write(language_of().pick(f"{args.store} 完好", f"{args.store} is sound"))
    return NO if damaged else DONE


def run_backup(args: argparse.Namespace) -> int:
    backup(Store(store_folder(args)), args.file)
    size = args.file.stat().st_size
    if args.json:
        write_json({"store": str(args.store), "file": str(args.file), "bytes": size})
    else:
        write(f"{args.store} → {args.file}, {size:,} B")
    return DONE


def run_restore(args: argparse.Namespace) -> int:
    store = Store(store_folder(args))
    restore(store, args.file)
    held = store.stats().documents
    if args.json:
        write_json({"store": str(args.store), "file": str(args.file), "documents": held})
    else:
        write(language_of().pick(f"{args.store} 现有 {held} 份文件", f"{args.store} holds {held} documents"))
    return DONE


def run_reencode(args: argparse.Namespace) -> int:
    held = reencode(Store(store_folder(args)), open_encoder(args.encoder))
    if args.json:
        write_json({"store": str(args.store), "documents": held})
    else:
        said = language_of()
        write(said.pick(f"{args.store} 的 {held} 份文件已改建", f"{args.store}: {held} documents made over"))
    return DONE


def run_stats(args: argparse.Namespace) -> int:
    stats = asdict(Store(store_folder(args)).stats())
    if args.json:
        write_json({"store": str(args.store), **stats})
    else:
        for name, value in stats.items():
            write(f"{name:<12}{value:>16,}" if isinstance(value, int) else f"{name:<12}{value}")
    return DONE

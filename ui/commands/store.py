"""youju store: look after the folder that holds everything."""

import argparse

from rag import store
from ui.commands.common import DONE, NO, Subparsers, command, json_option, store_option, write, write_json
from ui.wording import language_of


def add(parent: Subparsers) -> None:
    parser = parent.add_parser("store", help="verify the store", description="Look after the store.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = command(actions, "verify", run_verify, help="check every file; exit 1 when one is damaged")
    for action in (verify,):
        store_option(action)
        json_option(action)


def run_verify(args: argparse.Namespace) -> int:
    damaged = store.verify(args.store)
    if args.json:
        write_json({"store": str(args.store), "damaged": damaged})
    elif damaged:
        write(language_of().pick("已损坏：", "damaged: ") + ", ".join(damaged))
    else:
        write(language_of().pick(f"{args.store} 完好", f"{args.store} is sound"))
    return NO if damaged else DONE

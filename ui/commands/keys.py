"""youju keys: API keys for programs. The first one made closes the API to those without."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ui.commands.common import (
    DONE,
    NO,
    Subparsers,
    check_store,
    command,
    json_option,
    service_place,
    store_option,
    write,
    write_json,
)
from ui.terminal import safe

if TYPE_CHECKING:
    from ui.service.access import Access


def add(parent: Subparsers) -> None:
    parser = parent.add_parser(
        "keys",
        help="API keys for programs",
        description="API keys. Once one is made, every call of the API needs one, also after all are revoked.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = command(actions, "add", run_add, help="a new key, shown once")
    listed = command(actions, "list", run_list, help="the names of all keys")
    revoked = command(actions, "revoke", run_revoke, help="stop the keys of a name for good")
    for action in (new, revoked):
        action.add_argument("name", metavar="NAME", help="the program it is for")
    for action in (new, listed, revoked):
        store_option(action)
        json_option(action)


def run_add(args: argparse.Namespace) -> int:
    with _opened(args) as access:
        first = not access.keys()
        key = access.add_key(args.name)
    if args.json:
        write_json({"name": args.name, "key": key})
    else:
        write(key)
    if first:
        sys.stderr.write(
            "From now on every call of the API needs a key, also once all are revoked; the page does not.\n"
        )
    return DONE


def run_list(args: argparse.Namespace) -> int:
    with _opened(args) as access:
        keys = access.keys()
    if args.json:
        write_json({"keys": [{"name": k.name, "created": k.created, "revoked": k.revoked} for k in keys]})
    else:
        for key in keys:
            write(safe(f"{key.name}  revoked" if key.revoked else key.name))
    return DONE


def run_revoke(args: argparse.Namespace) -> int:
    with _opened(args) as access:
        count = access.revoke_key(args.name)
    if args.json:
        write_json({"revoked": count})
    else:
        write(f"{count} revoked")
    return DONE if count else NO


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator["Access"]:
    from ui.service.access import Access
    from ui.storage.service_store import ServiceStore

    check_store(args)
    store = ServiceStore.open(service_place(args))
    try:
        yield Access(store)
    finally:
        store.close()

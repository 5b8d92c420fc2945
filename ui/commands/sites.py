"""youju sites: the pages that may show the widget."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ui.commands.common import (
    DONE,
    Run,
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
    from ui.sites import Site, Sites


def add(parent: Subparsers) -> None:
    parser = parent.add_parser("sites", help="keys of sites that show the widget", description="Keys for the widget.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = command(actions, "add", run_add, help="a key for a site, and the tag for its pages")
    new.add_argument("name", metavar="NAME")
    new.add_argument(
        "--origin", action="append", required=True, metavar="ORIGIN", help="https://www.example.gov.cn; repeatable"
    )
    listed = command(actions, "list", run_list, help="every site with its key, origins and use")
    rotated = command(actions, "rotate", _change("rotate"), help="a new key; the old one stops at once")
    revoked = command(actions, "revoke", _change("revoke"), help="stop a site for good")
    for action in (rotated, revoked):
        action.add_argument("site", metavar="SITE", help="its id or its key")
    for action in (new, rotated):
        action.add_argument(
            "--base", default="http://127.0.0.1:7860", metavar="URL", help="where readers reach the service"
        )
    for action in (new, listed, rotated, revoked):
        store_option(action)
        json_option(action)


def run_add(args: argparse.Namespace) -> int:
    with _opened(args) as sites:
        _show(sites.add(args.name, args.origin), args)
    return DONE


def run_list(args: argparse.Namespace) -> int:
    with _opened(args) as sites:
        rows = [(site, sites.use(site.id)) for site in sites.list()]
    if args.json:
        write_json({"sites": [_describe(site) | {"use": dict(use)} for site, use in rows]})
        return DONE
    for site, use in rows:
        state = "revoked" if site.revoked else site.key
        counts = ", ".join(f"{what} {n}" for what, n in use.items())
        write(safe("  ".join(filter(None, (site.id, state, site.name, " ".join(site.origins), counts)))))
    return DONE


def _change(what: str) -> Run:
    def run(args: argparse.Namespace) -> int:
        with _opened(args) as sites:
            _show(sites.rotate(args.site) if what == "rotate" else sites.revoke(args.site), args)
        return DONE

    return run


def _show(site: "Site", args: argparse.Namespace) -> None:
    """The site, and while it lives the tag for its pages."""
    tag = ""
    if site.revoked is None:
        from ui.service.admin import tag as tag_of

        tag = tag_of(args.base, site.key)
    if args.json:
        write_json(_describe(site) | {"tag": tag})
        return
    write(f"{site.id}  {'revoked' if site.revoked else site.key}  {safe(site.name)}")
    if tag:
        write(tag)


def _describe(site: "Site") -> dict[str, Any]:
    return {"id": site.id, "key": site.key, "name": site.name, "origins": list(site.origins), "revoked": site.revoked}


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator["Sites"]:
    from ui.sites import Sites

    check_store(args)
    sites = Sites.open(service_place(args))
    try:
        yield sites
    finally:
        sites.close()

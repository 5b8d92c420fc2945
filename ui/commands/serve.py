"""youju serve: the page and the HTTP service."""

import argparse
import os
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

from rag import KnowledgeBase
from rag.errors import YoujuError
from rag.watch import FolderChanges
from ui.answerers import Answerers
from ui.commands.common import (
    DONE,
    Subparsers,
    command,
    encoder_option,
    model_options,
    open_knowledge_base,
    service_folder,
    service_url,
    store_option,
)
from ui.indexing.files import FileOutcome, FileStatus
from ui.indexing.following import following
from ui.indexing.indexer import Apart, Indexer
from ui.indexing.jobs import Following
from ui.indexing.readers import cores

WAITING_ASKS = 16
"""Asked at once of a model or a cluster."""

ANSWERERS = 4
"""Processes that answer beside this one, at most: more than HTTP itself, a fourth of the work, could be done for."""


class AddressUnusable(YoujuError):
    """Nothing can listen at this address and port."""


def add(parent: Subparsers) -> None:
    parser = command(parent, "serve", run, help="serve the chat page and the HTTP API")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=port, default=7860, help="port to listen on (default: %(default)s)")
    store_option(parser)
    encoder_option(parser)
    model_options(parser)
    parser.add_argument(
        "--watch", type=Path, metavar="DIR", help="follow this folder: added, changed and deleted files"
    )
    parser.add_argument("--root-path", default="", metavar="PATH", help="path that a proxy puts before ours")
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network whose X-Forwarded-For is believed; may be repeated",
    )
    parser.add_argument("--widget-only", action="store_true", help="expose the widget and nothing else")
    parser.add_argument("--log-questions", action="store_true", help="write the questions to the log")
    parser.set_defaults(usage_error=parser.error)
    parser.epilog = (
        "YOUJU_ADMIN_TOKEN sets the token that changes need; without it one is made and shown once. Feedback, keys, "
        "sites and limits are in the store's folder, or in the database that YOUJU_SERVICE names for any number of "
        "processes: sqlite:///path/to.db or postgresql+psycopg://user:password@host/db. Beside a Milvus cluster they "
        "are in .youju, or in the folder that YOUJU_SERVICE names."
    )


def run(args: argparse.Namespace) -> int:
    if args.watch and not args.watch.is_dir():
        args.usage_error(f"argument --watch: got {str(args.watch)!r}, expected a folder")
    check_free(args.host, args.port)
    from ui.service import serve

    kb = open_knowledge_base(args, create=True)
    apart = Apart(args.store, kb.refresh, encoder=args.encoder) if isinstance(args.store, Path) else None
    indexer = Indexer(kb, apart=apart)
    answerers = open_answerers(args, kb)
    with ExitStack() as stack:
        stack.callback(indexer.close)
        if answerers is not None:
            stack.callback(answerers.close)
        if args.watch:

            def change(changes: FolderChanges, stop: threading.Event) -> list[FileOutcome]:
                return indexer.run(Following(str(args.watch), [str(path) for path in changes.changed]), stop)

            stack.enter_context(following(args.watch, change, told=_log_outcome, failed=_log_error))
        serve(
            kb,
            args.host,
            args.port,
            folder=service_folder(args),
            service=service_url(),
            indexer=indexer,
            answers=answerers,
            admin_token=os.environ.get("YOUJU_ADMIN_TOKEN") or None,
            trusted_proxies=args.trusted_proxy,
            root_path=args.root_path,
            widget_only=args.widget_only,
            log_questions=args.log_questions,
            threads=answerers.most if answerers else WAITING_ASKS if _waits(args) else max(1, cores() // 2),
            **({"time_limit_s": args.model_timeout + 5} if args.model else {}),
        )
    return DONE


def open_answerers(args: argparse.Namespace, kb: KnowledgeBase) -> Answerers | None:
    """None where answering is not our own work, or there is one core for all of it."""
    if _waits(args) or args.reranker or cores() == 1:
        return None
    return Answerers(kb, args.store, most=min(cores(), ANSWERERS), encoder=args.encoder)


def _waits(args: argparse.Namespace) -> bool:
    return bool(args.model) or not isinstance(args.store, Path)


def _log_outcome(outcome: FileOutcome) -> None:
    from ui.service.logs import log

    if outcome.status not in (FileStatus.UNCHANGED, FileStatus.SKIPPED):
        log("file", path=outcome.path, status=str(outcome.status), message=outcome.message)


def _log_error(error: Exception) -> None:
    from ui.service.logs import log

    log("watch_failed", message=str(error))


def check_free(host: str, number: int) -> None:
    """Raises AddressUnusable, before seconds are spent on imports that a taken port would waste."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(address)
    except OSError as error:
        raise AddressUnusable(
            f"cannot listen on {host}, port {number} ({error.strerror}); "
            "name another with --host and --port (make run PORT=…)"
        ) from error


def port(text: str) -> int:
    """An argument type: 1 to 65535."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a port from 1 to 65535")
    return number

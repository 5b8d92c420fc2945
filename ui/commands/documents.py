"""youju documents: what is indexed."""

import argparse

from ui.commands.common import (
    DONE,
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
from ui.originals import Originals
from ui.terminal import safe
from ui.wording import language_of


def add(parent: Subparsers) -> None:
    parser = parent.add_parser("documents", help="list or remove documents", description="List or remove documents.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    shown = command(actions, "list", run_list, help="every document, in the order added")
    gone = command(actions, "remove", run_remove, help="remove documents from every search and citation")
    gone.add_argument("ids", nargs="+", metavar="ID")
    for action in (shown, gone):
        store_option(action)
        encoder_option(action)
        json_option(action)


def run_list(args: argparse.Namespace) -> int:
    kb = open_knowledge_base(args)
    rows = [
        {
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "source": document.source,
            "paragraphs": len(kb.paragraphs(document.id)),
        }
        for document in kb.heads()
    ]
    if args.json:
        write_json({"documents": rows, "total": len(rows)})
        return DONE
    language = language_of()
    for row in rows:
        paragraphs = language.pick(f"{row['paragraphs']} 段", f"{row['paragraphs']} paragraphs")
        write(safe("  ".join(str(part) for part in (row["id"], row["title"], row["date"], paragraphs) if part)))
    if not rows:
        write(language.pick("还没有文件；先运行 youju index 文件夹", "No documents yet; run youju index FOLDER"))
    return DONE


def run_remove(args: argparse.Namespace) -> int:
    kb = open_knowledge_base(args)
    ids = list(dict.fromkeys(args.ids))
    kb.remove(ids)
    Originals(service_folder(args)).drop(ids)
    if args.json:
        write_json({"removed": ids})
    else:
        write(language_of().pick("已移除：", "removed: ") + ", ".join(ids))
    return DONE

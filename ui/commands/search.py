"""youju search: the paragraphs that fit, best first."""

import argparse
import sys

from rag.types import Leg, hit_to_dict
from ui.commands.common import (
    DONE,
    Subparsers,
    command,
    count,
    encoder_option,
    json_option,
    open_knowledge_base,
    store_option,
    write,
    write_json,
)
from ui.terminal import Style, hit_lines
from ui.wording import language_of


def add(parent: Subparsers) -> None:
    parser = command(parent, "search", run, help="find paragraphs, best first")
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument("-k", type=count, default=10, metavar="N", help="how many, at most (default: %(default)s)")
    parser.add_argument("--leg", choices=[str(leg) for leg in Leg], default=str(Leg.HYBRID), help="by which search")
    store_option(parser)
    encoder_option(parser)
    json_option(parser)


def run(args: argparse.Namespace) -> int:
    kb = open_knowledge_base(args)
    hits = kb.search(args.query, k=args.k, leg=args.leg)
    if args.json:
        write_json({"query": args.query, "leg": args.leg, "hits": [hit_to_dict(hit) for hit in hits]})
        return DONE
    language = language_of(args.query)
    titles = {id: kb.document(id).title for id in {hit.paragraph.document_id for hit in hits}}
    for line in hit_lines(hits, titles=titles, style=Style.of(sys.stdout), language=language):
        write(line)
    if not hits:
        write(language.pick("没有找到；换一种说法，或先索引文件", "Nothing found; use other words, or index files"))
    return DONE

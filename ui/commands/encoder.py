"""youju encoder: the bundled encoder fitted to one's own documents."""

import argparse
from pathlib import Path

from rag.errors import EncoderError
from ui.commands.common import (
    DONE,
    Subparsers,
    command,
    encoder_option,
    open_knowledge_base,
    store_folder,
    store_option,
    write,
)
from ui.progress import Progress


def add(parent: Subparsers) -> None:
    parser = parent.add_parser(
        "encoder", help="fit the encoder to your documents", description="Look after the encoder."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    tune = command(actions, "tune", run_tune, help="learn from a store's own paragraphs, no questions needed")
    tune.add_argument("--out", type=Path, metavar="DIR", help="where to write it (default: beside the store)")
    tune.add_argument("--minutes", type=float, default=3.0, metavar="M", help="how long (default: %(default)g)")
    store_option(tune)
    encoder_option(tune)


def run_tune(args: argparse.Namespace) -> int:
    kb = open_knowledge_base(args)
    texts = [paragraph.text for document in kb.documents() for paragraph in kb.paragraphs(document.id)]
    store = store_folder(args)
    out = args.out or store.with_name(f"{store.name}-encoder")
    from embeddings.training.tune import tune

    progress = Progress.on_stderr()
    try:
        tune(texts, out, minutes=args.minutes, tell=lambda said: progress.show(0, 1, said))
    except ValueError as error:
        raise EncoderError(f"{args.store} cannot be learnt from: {error}") from error
    progress.clear()
    write(f"{out} is ready. The store is made over for it by:")
    write(f"  youju store reencode --store {args.store} --encoder {out}")
    return DONE

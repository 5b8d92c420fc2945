"""What the commands share: their options, the knowledge base they name, and how they write."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from embeddings import Encoder
from rag import KnowledgeBase
from rag.errors import EncoderError, StoreError, StoreNotFound
from rag.milvus import MilvusAddress
from rag.search.reranker import Reranker
from rag.store import Store
from rag.writing import Writer

DONE, NO, UNUSABLE = 0, 1, 2
"""Exit codes: done; the answer is "no"; the call was wrong or an input could not be used."""

Run = Callable[[argparse.Namespace], int]


class Subparsers(Protocol):
    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser: ...


def command(parent: Subparsers, name: str, run: Run, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
    """A command called `name`; `help` is its line in the list and the head of its own help."""
    parser = parent.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        type=store_place,
        default=os.environ.get("YOUJU_STORE") or ".youju",
        metavar="DIR",
        help="where the indexed documents are, a folder or milvus+http://HOST:19530/NAME (default: $YOUJU_STORE, then "
        ".youju)",
    )


def store_place(text: str) -> Path | MilvusAddress:
    """An argument type: a folder, or where in Milvus."""
    try:
        return MilvusAddress.parse(text) or Path(text)
    except StoreError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def store_folder(args: argparse.Namespace) -> Path:
    """The folder that `--store` names. Raises StoreError when it names none."""
    if isinstance(args.store, MilvusAddress):
        raise StoreError(
            f"{args.store} is looked after by Milvus; this command is for a store in a folder. Use milvus-backup, or "
            "copy the file of Milvus Lite while nothing has it open"
        )
    folder: Path = args.store
    return folder


def service_folder(args: argparse.Namespace) -> Path:
    """Where what the service keeps is: in the store's folder; beside the file of Milvus Lite; for a cluster .youju
    or the folder of $YOUJU_SERVICE."""
    if not isinstance(args.store, MilvusAddress):
        return store_folder(args)
    if args.store.file:
        return args.store.file.parent
    named = os.environ.get("YOUJU_SERVICE") or ""
    return Path(".youju" if "://" in named else named or ".youju")


def service_url() -> str | None:
    """The database of $YOUJU_SERVICE, for feedback, keys, sites and limits; None where it names none."""
    named = os.environ.get("YOUJU_SERVICE") or ""
    return named if "://" in named else None


def service_place(args: argparse.Namespace) -> Path | str:
    """Where feedback, keys, sites and limits are: a URL where $YOUJU_SERVICE is one, else a folder."""
    return service_url() or service_folder(args)


def check_store(args: argparse.Namespace) -> None:
    """Raises StoreNotFound when there is no store in the folder that `--store` names."""
    if isinstance(args.store, Path) and not Store(args.store).exists():
        raise StoreNotFound(f"no store at {args.store}; `youju index PATH --store {args.store}` makes one")


def encoder_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--encoder",
        metavar="NAME_OR_PATH",
        help="a sentence-transformers model or the folder of one, in place of the bundled encoder",
    )


def model_options(parser: argparse.ArgumentParser) -> None:
    """How answers are found and worded beyond the defaults."""
    parser.add_argument(
        "--model",
        metavar="PROVIDER:NAME",
        help="word answers with a language model (openai:…, anthropic:…, ollama:…), held to the passages; base URL "
        "and key come from the environment",
    )
    parser.add_argument(
        "--model-timeout", type=seconds, default=25.0, metavar="S", help="give a model up after (default: %(default)g)"
    )
    parser.add_argument("--model-daily-tokens", type=count, metavar="N", help="tokens a day, no bound by default")
    parser.add_argument(
        "--model-price",
        type=price,
        metavar="IN,OUT",
        help="price of a million tokens in and out, to tell what was spent",
    )
    parser.add_argument(
        "--reranker", metavar="NAME_OR_PATH", help="a sentence-transformers CrossEncoder that orders the best passages"
    )


def json_option(parser: argparse.ArgumentParser, help: str = "print JSON") -> None:  # noqa: A002
    parser.add_argument("--json", action="store_true", help=help)


def count(text: str) -> int:
    """An argument type: a whole number from 1."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 1")
    return number


def seconds(text: str) -> float:
    """An argument type: a time above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 86_400:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected seconds, such as 25")
    return value


def price(text: str) -> tuple[float, float]:
    """An argument type: two prices."""
    try:
        paid, earned = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected two prices, such as 0.15,0.60") from None
    return paid, earned


def open_knowledge_base(args: argparse.Namespace, *, create: bool = False) -> KnowledgeBase:
    """The store of `--store` with the encoder, model and reranker that the options name.

    Raises StoreError, EncoderError, ModelError.
    """
    return KnowledgeBase.open(
        args.store, encoder=open_encoder(args.encoder), create=create, writer=_writer(args), reranker=_reranker(args)
    )


def open_encoder(spec: str | None) -> Encoder:
    """The bundled encoder, or the one named. Raises EncoderError."""
    from embeddings import load_encoder

    try:
        return load_encoder(spec)
    except (ValueError, OSError, ImportError) as error:
        raise EncoderError(
            f"the encoder {spec or 'that comes with Youju'} cannot be loaded ({error}); "
            "--encoder takes the name of a sentence-transformers model, or the folder of one"
        ) from error


def _writer(args: argparse.Namespace) -> Writer | None:
    if not getattr(args, "model", None):
        return None
    from rag.llm import open_model
    from rag.llm.budget import Price
    from rag.llm.calling import Limits

    limits = Limits(first_token_s=args.model_timeout, whole_s=args.model_timeout)
    paid = Price(*args.model_price) if args.model_price else None
    return open_model(args.model, limits=limits, daily_tokens=args.model_daily_tokens, price=paid)


def _reranker(args: argparse.Namespace) -> Reranker | None:
    if not getattr(args, "reranker", None):
        return None
    from rag.search.reranker import CrossEncoderReranker

    return CrossEncoderReranker.open(args.reranker)


def write(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """With `indent` None on one line, as JSONL needs it."""
    write(json.dumps(value, ensure_ascii=False, indent=indent))

"""Processes of ours that work beside this one on the same store: lines of JSON go in, lines of JSON come out."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rag import KnowledgeBase

_ROOT = Path(__file__).parent.parent


def start(module: str, store: Path, encoder: str | None) -> "subprocess.Popen[bytes]":
    """`module` in a process that opens this store with this encoder. It is to end once its standard input does."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, str(store), *([encoder] if encoder else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        # Out of reach of Ctrl-C, which is for us. Not a session of its own: there Linux would weigh it against all of
        # ours together (autogroups), and a low priority would count for nothing.
        process_group=0,
    )


def open_named() -> "KnowledgeBase":
    """In the child: the store and the encoder that it was started with. Raises StoreError, EncoderError."""
    from rag import KnowledgeBase
    from ui.commands.common import open_encoder

    encoder = open_encoder(sys.argv[2] if len(sys.argv) > 2 else None)
    return KnowledgeBase.open(Path(sys.argv[1]), encoder=encoder, create=True)


def own_output() -> TextIO:
    """In the child: where its lines go, and nothing that a library prints."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out

"""Text to vectors."""

from functools import cache
from pathlib import Path

from embeddings.encoder import Encoder, Vectors

__all__ = ["Encoder", "Vectors", "load_encoder"]


def load_encoder(spec: str | None = None) -> Encoder:
    """The bundled encoder, or the one that `spec` names: a sentence-transformers model, a folder with one, or a folder
    that `youju encoder tune` or `python -m embeddings.training` wrote."""
    if spec is None:
        return _bundled()
    from embeddings.static import CONFIG, StaticEncoder

    if (Path(spec) / CONFIG).is_file():
        return StaticEncoder.open(Path(spec))
    from embeddings.sentence import SentenceEncoder

    return SentenceEncoder.open(spec)


@cache
def _bundled() -> Encoder:
    """Opened once: a body of documents and `rag.text.nearness` share it."""
    from embeddings.static import StaticEncoder

    return StaticEncoder.open()

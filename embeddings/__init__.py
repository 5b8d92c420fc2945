"""Text to vectors."""

from embeddings.encoder import Encoder, Vectors

__all__ = ["Encoder", "Vectors", "load_encoder"]


def load_encoder(spec: str | None = None) -> Encoder:
    """The bundled encoder, or the one that `spec` names: a sentence-transformers model or a folder."""
    from embeddings.static import StaticEncoder

    if spec is None:
        return StaticEncoder.untrained()
    raise ValueError(f"no encoder {spec!r}")

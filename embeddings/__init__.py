"""Text to vectors."""

from embeddings.encoder import Encoder, Vectors

__all__ = ["Encoder", "Vectors"]

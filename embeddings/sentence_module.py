"""The bundled encoder as a module of sentence-transformers, which `modules.json` beside its weights names."""

from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from embeddings.static import StaticEncoder


class StaticModule(InputModule):  # type: ignore[misc, unused-ignore]
    """Takes texts and gives the vectors `StaticEncoder` gives, without gradients."""

    def __init__(self, encoder: StaticEncoder) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        self._encoder = encoder

    @classmethod
    def load(cls, model_name_or_path: str, *args: Any, **options: Any) -> "StaticModule":
        return cls(StaticEncoder.open(Path(model_name_or_path)))

    def preprocess(self, inputs: Any, prompt: str | None = None, **options: Any) -> dict[str, Any]:
        vectors = self._encoder.encode_passages([(prompt or "") + text for text in inputs])
        return {"sentence_embedding": torch.from_numpy(vectors)}

    def forward(self, features: dict[str, Any], **options: Any) -> dict[str, Any]:
        return features

    def get_embedding_dimension(self) -> int:
        return self._encoder.dimensions

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        self._encoder.save(Path(output_path))

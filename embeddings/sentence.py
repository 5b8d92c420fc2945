"""Any sentence-transformers model as an encoder."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import Vectors

_INSTRUCT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
# Models whose makers ask for words before a text and ship no prompt that says so: name -> (query, passage).
# bge-m3 wants none; Qwen3-Embedding and most of the newer ones ship theirs.
_PREFIXES = (
    (re.compile(r"\be5-.*instruct"), (_INSTRUCT, "")),
    (re.compile(r"\be5-"), ("query: ", "passage: ")),
    (re.compile(r"\bbge-(?:small|base|large)-zh(?!-noinstruct)"), ("为这个句子生成表示以用于检索相关文章：", "")),
    (re.compile(r"\bbge-(?:small|base|large)-en"), ("Represent this sentence for searching relevant passages: ", "")),
)


def prompts_for(name: str) -> tuple[str, str]:
    """What stands before a query and before a passage, by the last part of a model's name or folder."""
    last = name.rstrip("/").rpartition("/")[2].lower()
    return next((pair for pattern, pair in _PREFIXES if pattern.search(last)), ("", ""))


class SentenceEncoder:
    """Wraps a loaded `SentenceTransformer`. Importing this module is cheap; opening a model imports torch."""

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        query_prompt: str = "",
        passage_prompt: str = "",
        batch_size: int = 32,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """`progress(done, all)` is called after every batch of passages."""
        self._model = model
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._batch_size = batch_size
        self._progress = progress
        size = model.get_embedding_dimension()
        self._dimensions = int(size) if size else len(self.encode_query("a"))
        probe = np.round(self._encode(["有据可查 evidence"], passage_prompt), 3).tobytes()
        told = f"{name}|{query_prompt}|{passage_prompt}|{self._dimensions}".encode()
        self._fingerprint = "sentence-" + sha256(told + probe).hexdigest()[:16]

    @classmethod
    def open(
        cls,
        name: str,
        *,
        query_prompt: str | None = None,
        passage_prompt: str | None = None,
        batch_size: int = 32,
        backend: str = "auto",
        progress: Callable[[int, int], None] | None = None,
    ) -> "SentenceEncoder":
        """A model by name or folder. `backend` is "torch", "onnx" or "auto": ONNX where it is installed and the model
        brings an ONNX file, torch otherwise. Prompts default to the model's own.

        Raises ValueError, saying what to do, when there is no such model or it cannot be loaded.
        """
        from sentence_transformers import SentenceTransformer

        if backend == "auto":
            backend = "onnx" if has_onnx(name) else "torch"
        try:
            model = SentenceTransformer(name, backend=backend)  # type: ignore[arg-type]
        except (OSError, ValueError, ImportError) as error:
            raise ValueError(
                f"cannot load the model {name!r} ({type(error).__name__}: {str(error).splitlines()[0]}); expected the"
                " name of a sentence-transformers model that can be reached, or a folder that holds one"
            ) from error
        prompts = model.prompts or {}
        default = prompts_for(name)
        if query_prompt is None:
            query_prompt = prompts.get("query") or default[0]
        if passage_prompt is None:
            passage_prompt = prompts.get("document") or prompts.get("passage") or default[1]
        return cls(
            model,
            name=name,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
            batch_size=batch_size,
            progress=progress,
        )

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions)."""
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        if self._progress is None:
            return self._encode(texts, self._passage_prompt)
        parts = []
        for start in range(0, len(texts), self._batch_size):
            parts.append(self._encode(texts[start : start + self._batch_size], self._passage_prompt))
            self._progress(min(start + self._batch_size, len(texts)), len(texts))
        return np.concatenate(parts)

    def encode_query(self, text: str) -> Vectors:
        """Shape (dimensions,)."""
        vector: Vectors = self._encode([text], self._query_prompt)[0]
        return vector

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Rows of unit length, whatever the model does; a row it gives no usable numbers for raises ValueError."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        rows = np.asarray(
            self._model.encode(clean, prompt=prompt, batch_size=self._batch_size, show_progress_bar=False),
            dtype=np.float32,
        )
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or (norms == 0).any():
            at = int(np.flatnonzero(~(np.isfinite(norms) & (norms > 0)).ravel())[0])
            raise ValueError(f"the model gave no usable vector for {clean[at][:40]!r}: norm {float(norms[at, 0])}")
        unit: Vectors = rows / norms
        return unit


def has_onnx(name: str) -> bool:
    """Whether a folder holds a model's ONNX form and what runs it is installed: optimum-onnx and onnxruntime."""
    installed = all(find_spec(package) is not None for package in ("onnxruntime", "optimum"))
    return installed and find_spec("optimum.onnxruntime") is not None and any((Path(name) / "onnx").glob("*.onnx"))

"""What retrieval asks of a snapshot's two searches, wherever they run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings import Vectors
from rag.index.rows import Rows, Scores


class Mask(Protocol):
    """Rows that may be found. An array of all rows where they are at hand, a filter where they are not."""

    def __getitem__(self, rows: Rows, /) -> NDArray[np.bool_]:
        """Which of these rows may."""
        ...


class LexicalLeg(Protocol):
    """BM25; `rag.index.lexical` says what the methods promise. `within` is what the snapshot's `mask` gave."""

    def __len__(self) -> int:
        """Paragraphs that `frequency` is out of."""
        ...

    def frequency(self, terms: Sequence[str]) -> NDArray[np.int64]: ...

    def search(self, weighted: Mapping[str, float], k: int, within: Any = None) -> tuple[Rows, Scores]: ...

    def search_beside(
        self, weighted: Mapping[str, float], k: int, others: Callable[[], Rows], within: Any = None
    ) -> tuple[Rows, Scores]: ...


class DenseLeg(Protocol):
    """Cosines; `rag.index.vectors` says what the methods promise."""

    def search(self, query: Vectors, k: int, within: Any = None) -> tuple[Rows, Scores]: ...

    def begin(self, query: Vectors, k: int, within: Any = None) -> Callable[[], Rows]:
        """Start a search; what is returned waits for its rows. To be asked for them once."""
        ...

    def score(self, query: Vectors, rows: Rows) -> Scores: ...

"""numpy's linear algebra in one thread for as long as an index is made.

On a machine where others work too, as those do who ask meanwhile, its threads wait for one another more than they
work: the 512 directions of 4,096 vectors took them 0.5 to 6 s on two busy cores, and one thread 0.05 s. What comes out
differs in the last bits, too, between one thread and several.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_held: list[Any] = []  # once a block; the first says what it was before


@contextmanager
def one_thread() -> Iterator[None]:
    """For all threads of the process, until the last such block ends.

    Of OpenBLAS with threads of its own, which numpy's wheels bring; any other is left as it is. FAISS's own copy counts
    by the calling thread, as FAISS does.
    """
    with _lock:
        own = _held[0] if _held else ThreadpoolController().select(threading_layer="pthreads").limit(limits=1)
        _held.append(own)
    try:
        yield
    finally:
        with _lock:
            limits = _held.pop()
            if not _held:
                limits.restore_original_limits()

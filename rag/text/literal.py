"""Where a name stands in a text with given words before or behind it.

A pattern put together for a name is compiled anew for every name, at half a millisecond where it has classes of Chinese
characters; the name is found as it is, and only what stands beside it by patterns made once.
"""

import re
from collections.abc import Iterator


def places(name: str, text: str) -> Iterator[int]:
    """Where a name begins in a text; no two overlap. None for an empty name."""
    at = text.find(name) if name else -1
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def stands(
    name: str, text: str, *, before: re.Pattern[str] | None = None, behind: re.Pattern[str] | None = None
) -> bool:
    """Whether a name stands in a text with what `before`, a pattern that ends with $, matches right before it, and what
    `behind` matches right behind it."""
    return any(
        (before is None or before.search(text, 0, at) is not None)
        and (behind is None or behind.match(text, at + len(name)) is not None)
        for at in places(name, text)
    )

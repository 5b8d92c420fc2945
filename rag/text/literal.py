"""Where a name stands in a text with given words before or behind it.

A pattern put together for a name is compiled anew for every name, at half a millisecond where it has classes of Chinese
characters; the name is found as it is, and only what stands beside it by patterns made once.
"""

import re
from collections.abc import Iterator

_NO_DIGIT, _NO_DIGIT_ON = re.compile(r"(?<![\d.])$"), re.compile(r"(?!\d|\.\d)")


def places(name: str, text: str) -> Iterator[int]:
    """Where a name begins in a text; no two overlap. None for an empty name."""
    at = text.find(name) if name else -1
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def number_stands(number: str, text: str) -> bool:
    """Whether a number stands in a text as a whole, no part of a longer one."""
    return stands(number, text, before=_NO_DIGIT, behind=_NO_DIGIT_ON)


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

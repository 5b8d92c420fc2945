"""The forms of an English word: "cleared" and "clear", "towing" and "tow". Rules over spelling; what is no word does no
harm, for forms are looked for in documents."""

from collections.abc import Iterator

_MEASURES = {
    "heavy": ("weight", "weigh"),
    "tall": ("height",),
    "high": ("height",),
    "wide": ("width",),
    "deep": ("depth",),
    "long": ("length",),
    "far": ("distance",),
    "fast": ("speed",),
    "old": ("age",),
    "big": ("size", "area"),
}
"""What is measured, where a question asks how heavy or how tall."""
_SHORTEST = 3
"""Letters of a word that endings are put to."""


def forms(word: str) -> list[str]:
    """Other forms of a folded word, each once."""
    bases = [word, *_bases(word), *_MEASURES.get(word, ())]
    endings = (form for base in bases for form in (base, *_endings(base)))
    return [form for form in dict.fromkeys(endings) if form != word]


def _bases(word: str) -> Iterator[str]:
    for ending in ("ing", "ed", "er"):
        base = word.removesuffix(ending)
        if base == word or len(base) < _SHORTEST:
            continue
        yield base
        yield base + "e"
        if base[-1] == base[-2]:
            yield base[:-1]
        if ending != "ing" and base[-1] == "i":
            yield base[:-1] + "y"


def _endings(base: str) -> Iterator[str]:
    plain = base.removesuffix("e")
    yield plain + "ing"
    yield plain + "ed"
    if base.endswith("y"):
        yield base[:-1] + "ied"
    yield base + base[-1] + "ing"
    yield base + base[-1] + "ed"

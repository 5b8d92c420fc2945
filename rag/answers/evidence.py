"""The one verification: does a sentence say anything its cited span does not hold?

Used for our own sentences and for a language model's. It looks at what can be checked exactly: every number with its
unit, every year and date, every name. What a sentence claims about them it cannot judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.folding import fold
from rag.questions.question import language_of
from rag.text.english_names import missing_names
from rag.text.facts import Quantity, dates, latin_words, names, quantities, years


@dataclass(frozen=True, slots=True)
class Verification:
    """`missing` are the facts of the sentence that the span does not hold, as written there (folded)."""

    missing: tuple[str, ...]

    @property
    def verified(self) -> bool:
        return not self.missing


def verify(sentence: str, span: str, *, context: Sequence[str] = ()) -> Verification:
    """Hold a sentence against the span it cites.

    `context` is what stands over the span, innermost last: document title, headings. A year or a name may stand there
    instead; a number may not. The innermost level that names a year decides: "2023年" under the heading "2023年回顾"
    of the report of 2024 is right, "2024年" is not.
    """
    said, held = fold(sentence), fold(span)
    above = [fold(level) for level in context]
    everything = "\n".join([*above, held])
    chinese = language_of(said) == "zh"
    missing = [
        *_missing_quantities(said, held, above),
        *(f"{month}月{day}日" for month, day in dates(said) if not _holds_date(month, day, everything)),
        *(_missing_names(said, everything) if chinese else missing_names(sentence, "\n".join([*context, span]))),
    ]
    return Verification(tuple(dict.fromkeys(missing)))


def _missing_quantities(said: str, held: str, above: Sequence[str]) -> list[str]:
    available = list(quantities(held))
    years_above = set() if years(held) else next((found for level in reversed(above) if (found := years(level))), set())
    written_dates = [(month, day) for month, day in dates(said)]
    missing = []
    # A figure of the span stands for one of the sentence: said twice where it is held once, one of them is another's.
    for quantity in quantities(said):
        year = int(quantity.value) if quantity.value == int(quantity.value) else None
        if year in years_above and quantity.unit in ("年", ""):
            continue
        if any(quantity.value == day for _, day in written_dates):
            continue
        held_there = next((other for other in available if _same(quantity, other)), None)
        if held_there is None:
            missing.append(said[quantity.start : quantity.end].strip())
        else:
            available.remove(held_there)
    return missing


def _same(said: Quantity, held: Quantity) -> bool:
    """The same value, and the same unit unless the sentence leaves it out."""
    return said.value == held.value and (not said.unit or said.unit == held.unit)


def _holds_date(month: int, day: int, text: str) -> bool:
    return (month, day) in set(dates(text))


def _missing_names(said: str, everything: str) -> list[str]:
    bare = "".join(everything.split())
    missing = [name for name in sorted(names(said)) if "".join(name.split()) not in bare]
    return missing + [word for word in sorted(latin_words(said)) if word not in everything]

"""The year that a follow-up tells by another one: "the year before", "再往后一年", "第二年", "当年"."""

import re
from collections.abc import Sequence

from embeddings.folding import fold, fold_with_offsets
from rag.questions.question import Aspect, aspect_of

Span = tuple[int, int]

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)(?:年(?:度|[底末初](?![一-龥]*次))?)?")
_LINK = "(?:的那|的|那个|那|个)?"
BEFORE = re.compile(
    rf"(?:再|更|又)?(?:(?:往前|往回|前面?|之前|以前){_LINK}[一1]年|上{_LINK}[一1]?个?年)(?:度|里)?的?|"
    r"\b(?:in |for )?(?:the )?(?:year before(?: that)?|previous year|year earlier)\b"
)
AFTER = re.compile(
    rf"(?:再|又)?(?:(?:接下来|紧接着|随后|下){_LINK}[一1]?个?年|(?:往后|后面?|之后|以后){_LINK}[一1]年|第[2二]年|次年|来年|翌年|"
    r"明年)(?:度|里)?的?|"
    r"\b(?:in |for )?(?:the )?(?:next|following) year\b|\b(?:in )?(?:the|a|one) year (?:after(?: that)?|later)\b"
)
HELD_AGAINST = re.compile(
    r"[比较](?:19|20)\d\d年|[与和跟同](?:19|20)\d\d年(?:度|同期)?相?比|[比较](?:上一?|前一|去)年|[与和跟同](?:上一?|前一|去)年(?:度|同期)?相?比|"
    r"\b(?:than|over|from|on|with|against|to) (?:in )?the (?:year before|previous year)\b"
)
"""The year before as what a figure is compared with: the question stays with its own year."""
SAME = re.compile(
    r"^(?:在)?(?:那一年|那年|当年|同年|这一年|该年)(?![轻代级报龄])(?:度|里)?的?|"
    r"\b(?:in |for )?(?:that|the same) year\b"
)
_SPOKEN = re.compile(r"(?:今|本|去)年(?:度|里)?的?|\b(?:this|last) year(?:'s)?\b")
"""The year in which one speaks, and the one before."""
SAID = re.compile(r"(?:今|本|去|明)年(?:度)?|\b(?:this|last|next) year\b")
_LAST = re.compile("去|last")
_WANTED = re.compile(r"[想要](?!知道|问|求|是|么)|定(?:的|下|在|了)")
"""What tells a plan where a year is named beside it."""


def told(text: str, pattern: re.Pattern[str]) -> list[Span]:
    """Where a pattern tells a period, and not merely what a figure is held against."""
    held = spans(text, HELD_AGAINST)
    return [(a, b) for a, b in spans(text, pattern) if not any(start < b and a < end for start, end in held)]


def spans(text: str, pattern: re.Pattern[str]) -> list[Span]:
    """Where a pattern over folded text stands in the text itself."""
    folded = fold_with_offsets(text)
    return [(folded.offsets[m.start()], folded.offsets[m.end()]) for m in pattern.finditer(folded.text)]


def moved(text: str, *, alone: bool) -> int:
    """By how many years a text moves on from the year before it. "今年" is that same year unless nothing beside stands
    there (`alone`) or a plan is asked for: after a question about 2023 it is the year that is planned."""
    if told(text, BEFORE):
        return -1
    if told(text, AFTER):
        return 1
    spoken = _SPOKEN.search(fold(text)) if told(text, _SPOKEN) else None
    if spoken is None:
        return 0
    if _LAST.search(spoken[0]):
        return -1 if alone else 0
    return 1 if alone or plans(text) or _WANTED.search(fold(text)) else 0


def plans(text: str) -> bool:
    """Whether it asks for what was planned."""
    return aspect_of(fold(text)) is Aspect.PLAN


def year_told(text: str, years: str, *, alone: bool, planned: bool, chinese: bool) -> str:
    """The year that a text comes to after a question about `years`; "" when it stays with them, or none is known."""
    known: Sequence[int] = [int(year) for year in re.findall(r"\d{4}", fold(years))]
    step = moved(text, alone=alone)
    if not known or not step or (planned and step > 0 and _SPOKEN.search(fold(text))):
        return ""
    return f"{min(known) - 1 if step < 0 else max(known) + 1}" + ("年" if chinese else "")


def without(text: str) -> Sequence[Span]:
    """What of a text tells its period by another one, or by the year in which one speaks."""
    found = [span for pattern in (BEFORE, AFTER, SAME) for span in told(text, pattern)]
    return found + (told(text, _SPOKEN) if moved(text, alone=True) and not found else [])

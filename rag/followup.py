"""A follow-up made whole from the turns before it, without a language model.

What it leaves out is carried over: the subject, the period, the thing measured. What it does say replaces what stood in
its place: "那虹口呢?" keeps the question before and puts 虹口 for 杨浦.
"""

import re
from collections.abc import Sequence

from embeddings.folding import fold
from rag.facts import years
from rag.question import Question, bare, language_of, understand
from rag.subjects import Catalog

Turn = tuple[str, str]

_ELLIPSIS = re.compile(
    r"^(?:那么?|而|还有|另外)|呢[??。]?$|^(?:它|他们?|她|其|这|那|该|此|前者|后者|同期|同比|环比|其中)|[它该此]|这[个些项里]|上述|前面|刚才|"
    r"再前|前一年|后一年|上一年|下一年|第二年|次年|^(?:and|what about|how about|then|also|what of)\b|\b(?:it|its|they|their|that|those|this|these|there)\b"
)
_SHORT_ZH, _SHORT_EN = 14, 60
_BEFORE = re.compile(r"再前一年|前一年|上一年|the year before|previous year")
_AFTER = re.compile(r"后一年|下一年|第二年|次年|the next year|the year after|following year")
_LEAD = re.compile(r"^(?:那么?|而|还有|另外|and|what about|how about|then|also)[\s,，]*|[呢吗]?[??。]*$")


def resolve(question: str, history: Sequence[Turn], catalog: Catalog) -> Question:
    """The question as it stands when it is whole, else completed from the latest turns that give what it lacks."""
    whole = understand(question)
    if not history:
        return whole
    folded = whole.folded
    earlier = [fold(asked) for asked, _ in history]
    named = catalog.named_in(folded)
    asked_years = _years(folded, history)
    if not (_ELLIPSIS.search(folded) or not named or _is_short(folded)):
        return whole
    carried: list[str] = []
    last = earlier[-1]
    if not named:
        texts = [text for turn in reversed(history) for text in (fold(turn[0]), fold(turn[1]))]
        subjects = next((named_before for text in texts if (named_before := catalog.named_in(text))), [])
        carried += [s.name + s.suffix for s in subjects[:1]]
    if asked_years:
        carried += [f"{year}年" for year in sorted(asked_years) if str(year) not in folded]
    else:
        turns_years = next((found for text in reversed(earlier) if (found := years(text))), None)
        carried += [f"{year}年" for year in sorted(turns_years or ())]
    core = _LEAD.sub("", folded)
    own = bare(core)
    for subject in named:
        own = own.replace(subject.name + subject.suffix, " ").replace(subject.name, " ")
    own = re.sub(r"20\d\d年?", " ", own).strip()
    if len(own.replace(" ", "")) <= (2 if language_of(folded) == "zh" else 4):
        measure = last
        for subject in catalog.named_in(last):
            measure = measure.replace(subject.name + subject.suffix, " ").replace(subject.name, " ")
        measure = re.sub(r"20\d\d年?", " ", measure)
        text = " ".join([*carried, core, measure])
        return understand(_tidy(text), asked=question)
    topic = _topic(last, catalog)
    text = " ".join([*carried, topic, core] if _ELLIPSIS.search(folded) or _is_short(folded) else [*carried, core])
    return understand(_tidy(text), asked=question)


def _years(folded: str, history: Sequence[Turn]) -> set[int]:
    found = years(folded)
    if found:
        return found
    step = -1 if _BEFORE.search(folded) else 1 if _AFTER.search(folded) else 0
    if step:
        for asked, answered in reversed(history):
            known = years(fold(asked)) or years(fold(answered))
            if known:
                return {min(known) - 1 if step < 0 else max(known) + 1}
    return set()


def _topic(last: str, catalog: Catalog) -> str:
    """What the question before was about, without its subject, year and asking words."""
    text = bare(last)
    for subject in catalog.named_in(last):
        text = text.replace(subject.name + subject.suffix, " ").replace(subject.name, " ")
    return re.sub(r"20\d\d年?", " ", text).strip()


def _is_short(folded: str) -> bool:
    return len(folded) <= (_SHORT_ZH if language_of(folded) == "zh" else _SHORT_EN)


def _tidy(text: str) -> str:
    return re.sub(r"(?<=[一-龥0-9]) (?=[一-龥0-9])", "", re.sub(r"\s+", " ", text)).strip()

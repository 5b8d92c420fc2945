"""What must stand in a sentence for it to answer, beyond the words it shares with the question: the very thing asked
for (月薪 of 平均月薪), the numbers the question names, the stretch of the year it speaks of."""

import re
from collections.abc import Mapping, Sequence

from embeddings.terms import words
from rag.asking import Asking
from rag.paraphrasing import paraphrases
from rag.translating import lexicon

_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d(?![\d.]))\d+(?:\.\d+)?")
_WHOLE_YEAR = re.compile(r"全年|年度|年底|年末|\bfull year\b|\bwhole year\b|\bend of\b")
_PART_OF_YEAR = re.compile(
    r"前三季度|[一二三四1-4]季度|上半年|下半年|1[-至—到]\d{1,2}月|前\d+个?月|"
    r"\bfirst (?:half|three quarters|\w+ months)\b"
)
PARTLY = 0.8
"""What half of a longer word counts: 求职 for 求职者."""


def features(asking: Asking, sentence: str, around: str, *, across: bool) -> Mapping[str, float]:
    """Of a folded sentence and what stands around it (title, headings, the sentence before): `tail` and
    `tail_sentence`, 0 to 1, how surely the thing asked for stands in both or in the sentence; `numbers_missing`, the
    share of the question's numbers that do not; `stretch`, 1 where the whole year is asked for and part of it is told
    or the other way round, -1 where they agree. `across`: the sentence is in the other language."""
    text = f"{around} {sentence}"
    tail = tail_of(asking.head)
    stands = _stands_across if across else _stands
    numbers = _NUMBER.findall(asking.question.folded)
    return {
        "tail": stands(tail, text),
        "tail_sentence": stands(tail, sentence),
        "numbers_missing": sum(number not in text for number in numbers) / len(numbers) if numbers else 0.0,
        "stretch": _stretch(asking.question.folded, sentence),
    }


def tail_of(head: str) -> Sequence[str]:
    """The words a folded head ends in, which name the thing: 月薪 of 平均月薪, "cost" of "cost of the tunnel"."""
    if not head:
        return ()
    if head[-1] < "㐀":
        return words(head.split(" of ")[0])[-1:]
    return [word for word in words(head) if head.endswith(word)] or [head[-2:]]


def _stands(tail: Sequence[str], text: str) -> float:
    """1 where one of the words stands in a text or there is none, else as surely as a paraphrase does."""
    if not tail or any(word in text for word in tail):
        return 1.0
    if any(len(word) > 2 and word[:2] in text for word in tail):
        return PARTLY
    return max((worth for ways in paraphrases(tail) for other, worth in ways.items() if other in text), default=0.0)


def _stands_across(tail: Sequence[str], text: str) -> float:
    """As `_stands`, of a text in the other language: the surest translation that stands there, beside the surest."""
    if not tail:
        return 1.0
    ways = [way for found in lexicon().translations(tail) for way in found.items()]
    if not ways:
        return float(any(word in text for word in tail))
    surest = max(worth for _, worth in ways)
    return max((worth / surest for other, worth in ways if other in text), default=0.0)


def _stretch(asked: str, sentence: str) -> float:
    wants, told = ((bool(_WHOLE_YEAR.search(text)), bool(_PART_OF_YEAR.search(text))) for text in (asked, sentence))
    if not any(wants) or not any(told):
        return 0.0
    return -1.0 if any(w and t for w, t in zip(wants, told, strict=True)) else 1.0

"""What must stand in a sentence for it to answer, beyond the words it shares with the question: the very thing asked
for (月薪 of 平均月薪), the numbers the question names, the stretch of the year it speaks of."""

import re
from collections.abc import Mapping, Sequence

from embeddings.terms import words
from rag.questions import scope
from rag.questions.naming import name_missing
from rag.questions.question import Kind
from rag.search.asking import Asking
from rag.text.matching import Matchable
from rag.text.paraphrasing import paraphrases
from rag.text.thesaurus import Others
from rag.text.translating import lexicon

_GENERIC = frozenset("rate ratio growth increase number amount level share percentage size figure value".split())
"""English words that say what is measured of a thing: "growth rate" of "GDP growth rate"."""
_UNITS = frozenset("tonne ton litre liter metre meter kilometre kilometer mile hectare acre square lane pair".split())
"""English words for what a thing is measured in: "tonnes of mussels" are mussels."""
_MEASURED = frozenset("gdp population salary wage price rent profit unemployment temperature tonnage mortality".split())
"""English words for what has figures of its own: one of anything else is none of it."""
PARTLY = 0.8
"""What half of a longer word counts: 求职 for 求职者."""
LONG = 4
"""Characters from which a name is not likely to stand in a clause by chance."""
_RANK = re.compile("第几")
_LETTERS = re.compile(r"[a-z][a-z\d]*(?:[.-][a-z\d]+)*")
_CLAUSE_END = re.compile("[,;。]")
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百千万]+[个家户套名人位项条张件次场所座处成倍金银]")


def features(asking: Asking, sentence: Matchable, around: str, *, across: bool) -> Mapping[str, float]:
    """Of a sentence and what stands, folded, around it (title, headings, the sentence before): `tail` and
    `tail_sentence`, 0 to 1, how surely the thing asked for stands in both or in the sentence; `letters_missing`, the
    share of what a Chinese question has in Latin letters (PM10) that stands in neither; `name_missing` of
    `rag.questions.naming`; all of `rag.questions.scope`. `across`: the sentence is in the other language."""
    text = f"{around} {sentence.folded}"
    tail = tail_of(asking.head)

    def stands(told: str) -> float:
        return _stands_across(tail, told) if across else _stands(tail, told, asking.asked.alike)

    return {
        "tail": stands(text),
        "tail_sentence": stands(sentence.folded),
        "letters_missing": _letters_missing(asking, text),
        "name_missing": name_missing(asking.question, sentence.folded),
        **scope.features(asking.question, sentence, text),
    }


def told_without_figure(asking: Asking, sentence: Matchable) -> bool:
    """Whether a clause of a sentence names all of what a Chinese question wants a number of, a long name, and neither
    it nor any after it has a figure."""
    question = asking.question
    head = words(asking.head) if question.language == "zh" and question.kind is Kind.NUMERIC else ()
    if sum(map(len, head)) < LONG or _RANK.search(question.folded):
        return False
    clauses = _CLAUSE_END.split(sentence.folded)
    naming = next((i for i, clause in enumerate(clauses) if all(word in clause for word in head)), None)
    return naming is not None and not any(_FIGURE.search(clause) for clause in clauses[naming:])


def unmeasured(asking: Asking, text: str) -> bool:
    """Whether an English question asks for a figure of what a Chinese text, folded, does not speak of: the GDP."""
    named = set(words(asking.head or asking.question.bare)) & _MEASURED
    return bool(named) and all(not _stands_across([word], text) for word in named)


def tail_of(head: str) -> Sequence[str]:
    """The words a folded head ends in, which name the thing: 月薪 of 平均月薪, "cost" of "cost of the tunnel"."""
    if not head:
        return ()
    if head[-1] < "㐀":
        first, _, of = head.partition(" of ")
        named = words(first)
        if of and _UNITS.issuperset(named):
            named = words(of)
        return [word for word in named if word not in _GENERIC][-1:] or named[-1:]
    return [word for word in words(head) if head.endswith(word)] or [head[-2:]]


def _stands(tail: Sequence[str], text: str, alike: Others) -> float:
    """1 where one of the words stands in a text or there is none, else as surely as another word for one does."""
    if not tail or any(word in text for word in tail):
        return 1.0
    if any(len(word) > 2 and word[:2] in text for word in tail):
        return PARTLY
    ways = [*paraphrases(tail), *(alike.get(word, {}) for word in tail)]
    return max((worth for others in ways for other, worth in others.items() if other in text), default=0.0)


def _letters_missing(asking: Asking, text: str) -> float:
    if asking.question.language != "zh":
        return 0.0
    named = {
        word for word in _LETTERS.findall(asking.question.bare) if not any(word == s.name for s in asking.subjects)
    }
    missing = [
        word for word in named if word not in text and not any(o in text for o in asking.asked.alike.get(word, ()))
    ]
    return len(missing) / len(named) if named else 0.0


def _stands_across(tail: Sequence[str], text: str) -> float:
    """As `_stands`, of a text in the other language: the surest translation that stands there, beside the surest."""
    if not tail:
        return 1.0
    ways = [way for found in lexicon().translations(tail) for way in found.items()]
    if not ways:
        return float(any(word in text for word in tail))
    surest = max(worth for _, worth in ways)
    return max((worth / surest for other, worth in ways if other in text), default=0.0)

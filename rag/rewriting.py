"""A question written anew by a language model, always beside the one made whole without it, and held against it.

A rewritten question is taken when it keeps every fact of the one asked, brings in none that was not said, and the
documents answer it at least as surely. It may be several questions, one for each thing that was asked.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from embeddings.folding import fold
from embeddings.terms import words
from rag.answers import wording
from rag.answers.answering import merged
from rag.questions.question import Question, bare, language_of, understand
from rag.questions.subjects import Catalog
from rag.text.facts import dates, names, quantities, years
from rag.types import Answer, Citation, Hit, Sentence

Turn = tuple[str, str]
Answered = tuple[Answer, Sequence[Hit]]

SURE = 0.95
"""Confidence from which no other wording of a question is looked for."""
LONGEST = 300
"""Characters of a rewritten question."""
MOST = 4
"""Questions that one may be taken apart into."""

_SEVERAL = re.compile(
    r"[?？].*[?？]|分别|以及|还有|并且|另外|同时|各[是有为]|、|和|与|\b(?:respectively|as well as|and)\b"
)
_OTHER_YEAR = re.compile(
    r"前一年|上一?年|去年|次年|后一年|下一?年|第[2二]年"
    r"|\b(?:year (?:before|after)|(?:previous|last|next|following) year)\b"
)
_NAME = re.compile(r"\b[A-Z][A-Za-z]+")
_OPENING = frozenset(
    "What How Which Where When Who Why And But Then Also Did Does Do Is Are Was Were The In Of For By".split()
)
_POINTING = frozenset(
    "这里 那里 这个 那个 这些 那些 该区 该市 该县 它们 他们 其中 当初 当时 以前 之前 刚才 上述 前面 同期 前者 后者 情况 方面 "
    "一年 前一年 后一年 去年 上年 次年 下年 下一年 上一年 第二年 明年 "
    "about them they their those these that this there same before after year previous last next following".split()
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """No question when there is none to be had. `tokens` are those spent, in and out."""

    questions: Sequence[str] = ()
    tokens: tuple[int, int] = (0, 0)


class Rewriter(Protocol):
    """Writes what was asked as questions that stand alone. It raises nothing."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> Rewritten: ...


def is_wanted(question: str, history: Sequence[Turn], answer: Answer) -> bool:
    """Whether another wording may help: of a follow-up, or of several questions in one, that is not surely answered."""
    if not answer.abstained and answer.confidence >= SURE:
        return False
    return bool(history) or _SEVERAL.search(fold(question)) is not None


def best(
    plain: Answered,
    questions: Sequence[str],
    *,
    asked: str,
    resolved: Question,
    history: Sequence[Turn],
    catalog: Catalog,
    answer: Callable[[Question], Answered],
) -> Answered:
    """The answer to the rewritten questions if they may be used and do no worse, else the plain one."""
    if list(questions) == [asked] or not may_be_used(
        questions, asked=asked, resolved=resolved.text, history=history, catalog=catalog
    ):
        return plain
    found = [answer(understand(question, asked=asked)) for question in questions]
    chance = min(one.confidence for one, _ in found)
    if any(one.abstained for one, _ in found) or (not plain[0].abstained and chance < plain[0].confidence):
        return plain
    return found[0] if len(found) == 1 else joined(found, [_label(question, catalog) for question in questions])


def may_be_used(
    questions: Sequence[str], *, asked: str, resolved: str, history: Sequence[Turn], catalog: Catalog
) -> bool:
    """Whether they keep what the question says and add nothing to what was said before it.

    Subject and year that were carried over without a model may be others of the dialogue, but not be dropped.
    """
    if not 0 < len(questions) <= MOST or any(not q.strip() or len(q) > LONGEST for q in questions):
        return False
    if any(language_of(fold(question)) != language_of(fold(asked)) for question in questions):
        return False
    now, own = _Facts.of("\n".join(questions), catalog), _Facts.of(asked, catalog)
    said = _Facts.of("\n".join([resolved, asked, *chain.from_iterable(history)]), catalog)
    carried = _Facts.of(resolved, catalog)
    text = fold("\n".join(questions))
    if any(word not in text for word in _content(asked)):
        return False
    near = {year + step for year in said.years for step in (-1, 1)} if _OTHER_YEAR.search(fold(asked)) else set()
    return (
        own.figures | own.names <= now.figures | now.names
        and own.years <= now.years
        and now.figures - {str(year) for year in near} <= said.figures
        and now.names <= said.names
        and now.years <= said.years | near
        and bool(now.subjects) >= bool(carried.subjects)
        and bool(now.years) >= bool(carried.years)
    )


def _content(asked: str) -> set[str]:
    """Words that say what is asked, without those that point to what was said before."""
    said = bare(fold(asked))
    chinese = {word for word in words(said) if len(word) > 1 and not word.isascii()}
    english = set(re.findall(r"[a-z]{4,}", said))
    return (chinese | english) - _POINTING


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a text says that another wording of it has to say as well."""

    figures: frozenset[str]
    years: frozenset[int]
    names: frozenset[str]
    subjects: frozenset[str]

    @classmethod
    def of(cls, text: str, catalog: Catalog) -> "_Facts":
        folded = fold(text)
        figures = {format(quantity.value.normalize(), "f") for quantity in quantities(folded)}
        figures |= {f"{month}-{day}" for month, day in dates(folded)}
        subjects = {subject.name for subject in catalog.named_in(folded)} | set(catalog.foreign(folded))
        named = {word.lower() for word in _NAME.findall(text) if word not in _OPENING}
        return cls(
            frozenset(figures),
            frozenset(years(folded)),
            frozenset(names(folded) | named | subjects),
            frozenset(subjects),
        )


def _label(question: str, catalog: Catalog) -> str:
    """The subject a Chinese question names, as sentences of its answer are headed beside those about another."""
    named = catalog.named_in(fold(question)) if language_of(fold(question)) == "zh" else []
    return named[0].name + named[0].suffix if len(named) == 1 else ""


def joined(found: Sequence[Answered], labels: Sequence[str]) -> Answered:
    """One answer of several, each citation once; as sure as the least sure. Labels are shown where they differ."""
    apart = len(set(labels)) > 1
    numbers: dict[tuple[str, int, int], Citation] = {}
    sentences: list[Sentence] = []
    for (answer, _), label in zip(found, labels, strict=True):
        head = f"{label}：" if apart and label else ""
        own: dict[int, int] = {}
        for citation in answer.citations:
            place = (citation.document_id, citation.start, citation.end)
            numbers.setdefault(place, replace(citation, number=len(numbers) + 1))
            own[citation.number] = numbers[place].number
        for sentence in answer.sentences:
            numbered = tuple(own[number] for number in sentence.citations)
            renumbered = replace(sentence, text=head + sentence.text, citations=numbered)
            if renumbered not in sentences:
                sentences.append(renumbered)
    hits = merged([hits for _, hits in found])
    used = {citation.paragraph_id for citation in numbers.values()}
    first = found[0][0]
    return replace(
        first,
        resolved_question=" ".join(answer.resolved_question for answer, _ in found),
        text=wording.join(sentences),
        sentences=tuple(sentences),
        citations=tuple(numbers.values()),
        confidence=min(answer.confidence for answer, _ in found),
        related=tuple(hit for hit in hits[:8] if hit.paragraph.id not in used)[:5],
        timings_ms={"search": round(sum(answer.timings_ms.get("search", 0.0) for answer, _ in found), 3)},
    ), hits

"""The few words around the evidence, in the language of the question."""

import re
from collections.abc import Sequence
from decimal import Decimal

from embeddings.folding import fold
from embeddings.romanising import romanise
from embeddings.terms import stem
from rag.answers import latin
from rag.answers.tightening import Piece
from rag.questions.question import Question
from rag.questions.subjects import Subject
from rag.search.asking import Asking
from rag.text.facts import quantities
from rag.types import Citation, Sentence

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DATE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(?:(\d{1,2})日)?")
_UNITS = {
    "%": "%", "百分点": " percentage points", "元": " yuan", "公里": " kilometres", "公顷": " hectares",
    "吨": " tonnes", "平方米": " square metres", "平方公里": " square kilometres", "人": " people", "户": " households",
    "人次": " visits", "项": " items", "套": " flats", "张": " beds", "台": " units", "件": " cases",
}  # fmt: skip

_CLAUSE_END = re.compile(r"[，；。]|[,;](?!\d)")
_COUNTERS = frozenset([*"个家户人台部项件套张条处座所只次场对辆架艘门支栋幢", "人次", "艘次"])
"""Units that say of a figure only that it counts something."""
_COUNTED = re.compile(
    r"\bhow many (?:[a-z'-]+ ){0,3}?([a-z]{3,}s)(?= (?:did|do|does|was|were|is|are|has|have|had|will|can|could)\b)"
)
"""What an English question counts: "jobs" of "how many new jobs were created"."""

_GREETING = re.compile(
    r"(?:你好|您好|早上好|下午好|晚上好|在吗|嗨|哈[喽啰]|谢谢|多谢|感谢|再见|你是谁|你叫什么(?:名字)?|你能(?:做|干)什么|你会什么|"
    r"hello|hi|hey|good (?:morning|afternoon|evening)|thanks|thank you|bye|who are you|what can you do)"
    r"(?:你们?|您|啊|呀|了|there|so much|very much)*[\s,，!！.。?？~]*"
)


def join(sentences: Sequence[Sentence]) -> str:
    """The shown text, each sentence followed by its markers."""
    return "\n".join(s.text + "".join(f"[{number}]" for number in s.citations) for s in sentences)


def leads(
    asking: Asking, piece: Piece, citation: Citation, *, label: str, year: int | None = None, other: int | None = None
) -> list[str]:
    """What may be said before a quote, the fullest first: what it is about where several things are asked; the `year`
    asked for, which stands above it; that it is of an `other` year than named; and where question and document differ
    in language, the figure in the question's."""
    zh = asking.question.language == "zh"
    answer, when = ("" if each is None else f"{each}年" if zh else str(each) for each in (year, other))
    if piece.passage.language == asking.question.language:
        both = ("，" if zh else ", ").join(part for part in (label, answer or when) if part)
        return [lead for lead in dict.fromkeys((both, label)) if lead]
    about = label or _about(asking, when)
    figure = answer or _figure(citation, asking, zh=zh) or ", ".join(latin.named(asking, citation.quote))
    whole = ("：" if zh else ": ").join(part for part in (about, figure) if part)
    return [lead for lead in dict.fromkeys((whole, figure, about)) if lead]


def stated(lead: str, citation: Citation, *, zh: bool, across: bool) -> str:
    """A quote as it is shown, after its lead."""
    if across:
        return f"{lead} — “{citation.quote}”" if lead else f"“{citation.quote}”"
    return f"{lead}{'：' if zh else ': '}{citation.quote}" if lead else citation.quote


def _about(asking: Asking, other: str) -> str:
    """Subject and period, that asked for where it is no other: "Yangpu, 2023"."""
    subject = next((s.name for s in asking.subjects), "")
    years = [other] if other else [str(year) for year in sorted(asking.question.years)]
    if asking.question.language == "en":
        subject = romanise(subject).capitalize()
    return ", ".join(part for part in (subject, *years) if part)


def _figure(citation: Citation, asking: Asking, *, zh: bool) -> str:
    """The key figure or date in the other language; "" when there is none to give. What an English question counts is
    said of it only where the quote has a word for that."""
    if citation.key is None:
        return ""
    written = fold(citation.quote[citation.key[0] - citation.start : citation.key[1] - citation.start])
    date = _DATE.fullmatch(written)
    if not zh and date and any(date.groups()):
        return _english_date(*date.groups())
    found = next(iter(quantities(written)), None)
    if found is None:
        return ""
    if zh:
        return chinese_figure(found.value, found.unit)
    counted = _COUNTED.search(asking.question.folded) if found.unit in _COUNTERS else None
    if counted and _names(asking, stem(counted[1]), _clause(citation.quote, citation.key[0] - citation.start)):
        return f"{english_figure(found.value, '')} {counted[1]}"
    return english_figure(found.value, found.unit)


def _clause(quote: str, at: int) -> str:
    """The clause of a quote at an offset, folded."""
    start = max((found.end() for found in _CLAUSE_END.finditer(quote, 0, at)), default=0)
    end = _CLAUSE_END.search(quote, at)
    return fold(quote[start : end.start() if end else len(quote)])


def _names(asking: Asking, word: str, clause: str) -> bool:
    """Whether a folded clause has what stands for a word of the question, or nothing is known to stand for it."""
    ways = [term for group in asking.asked.groups if group.word == word for term in group.terms]
    return not ways or any(way in clause for way in ways)


def _english_date(year: str | None, month: str | None, day: str | None) -> str:
    named = _MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    if named and day and year:
        return f"{named} {day}, {year}"
    return " ".join(part for part in (named, named and day, year) if part)


def english_figure(value: Decimal, unit: str) -> str:
    """154.99亿元 -> "15.499 billion yuan"."""
    for scale, name in ((10**9, " billion"), (10**6, " million")):
        if value >= scale:
            return _plain(value / scale) + name + _UNITS.get(unit, "")
    return _plain(value) + _UNITS.get(unit, "")


def chinese_figure(value: Decimal, unit: str) -> str:
    """15.499 billion yuan -> "154.99亿元"."""
    for scale, name in ((10**8, "亿"), (10**4, "万")):
        if value >= scale:
            return _plain(value / scale) + name + unit
    return _plain(value) + unit


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def greeted(question: Question) -> bool:
    """Whether nothing is asked of the documents: a greeting, thanks, a question about who answers."""
    return bool(_GREETING.fullmatch(question.folded.strip()))


def welcome(question: Question) -> str:
    if question.language == "zh":
        return "您好！这里只根据已收录的文件回答，每句话都注明出处。请直接提出您的问题。"
    return "Hello! Answers here come from the indexed documents alone, each sentence with its source. Just ask."


def not_found(question: Question, subjects: Sequence[Subject]) -> str:
    """What was looked for and not found."""
    if question.language == "zh":
        looked = "、".join(s.name + s.suffix for s in subjects)
        about = f"（已在{looked}的文件中查找）" if looked else ""
        return f"文件中没有找到这个问题的答案：{_short(question.text)}{about}"
    looked = ", ".join(romanise(s.name).capitalize() for s in subjects)
    about = f" (looked in the documents about {looked})" if looked else ""
    return f"The documents do not answer this: {_short(question.text)}{about}"


def planned(question: Question, label: str) -> str:
    """The label of a part of which but a plan is told."""
    return f"{label}（计划）" if question.language == "zh" else f"{label} (planned)"


def of_year(question: Question, label: str, year: int | None) -> str:
    """The label of a part that is told of a year."""
    return f"{label}{year}年" if question.language == "zh" else f"{label} {year}"


def listed(question: Question, labels: Sequence[str]) -> str:
    """Labels of parts that are told together."""
    return ("、" if question.language == "zh" else " and ").join(labels)


def part_not_found(question: Question, label: str) -> str:
    return f"{label}：文件中没有找到。" if question.language == "zh" else f"{label}: not found in the documents."


def compared(question: Question, labels: Sequence[str], citations: Sequence[Citation]) -> str | None:
    """Which of several key figures is the largest; None when they cannot be compared."""
    figures = []
    for label, citation in zip(labels, citations, strict=True):
        if citation.key is None:
            return None
        written = citation.quote[citation.key[0] - citation.start : citation.key[1] - citation.start]
        found = next(iter(quantities(fold(written))), None)
        if found is None:
            return None
        figures.append((found, written, label))
    if len({figure.unit for figure, *_ in figures}) > 1:
        return None
    zh = question.language == "zh"
    ranked = sorted(figures, key=lambda each: -each[0].value)
    if ranked[0][0].value == ranked[-1][0].value:
        said = ranked[0][1]
        if len(ranked) > 2:
            return f"几者相同：{said}。" if zh else f"All are the same: {said}."
        return f"两者相同：{said}。" if zh else f"Both are the same: {said}."
    named = [f"{label}（{written}）" if zh else f"{label} ({written})" for _, written, label in ranked]
    if len(ranked) > 2:
        rest = "、".join(named[1:]) if zh else ", ".join(named[1:])
        return f"相比之下，{named[0]}最高，其次是{rest}。" if zh else f"{named[0]} is the highest, then {rest}."
    return f"相比之下，{named[0]}高于{named[1]}。" if zh else f"{named[0]} is higher than {named[1]}."


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

"""The few words around the evidence, in the language of the question."""

import re
from collections.abc import Sequence
from decimal import Decimal

from embeddings.folding import fold
from embeddings.romanising import romanise
from rag.asking import Asking
from rag.facts import quantities
from rag.question import Question
from rag.subjects import Subject
from rag.tightening import Piece
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


def join(sentences: Sequence[Sentence]) -> str:
    """The shown text, each sentence followed by its markers."""
    return "\n".join(s.text + "".join(f"[{number}]" for number in s.citations) for s in sentences)


def leads(asking: Asking, piece: Piece, citation: Citation, *, label: str) -> list[str]:
    """What may be said before a quote, the fullest first: what it is about where several things are asked; and where
    question and document differ in language, the figure in the question's."""
    zh = asking.question.language == "zh"
    if piece.passage.language == asking.question.language:
        return [label] if label else []
    about = label or _about(asking)
    figure = _figure(citation, zh=zh)
    whole = ("：" if zh else ": ").join(part for part in (about, figure) if part)
    return [lead for lead in dict.fromkeys((whole, figure, about)) if lead]


def stated(lead: str, citation: Citation, *, zh: bool, across: bool) -> str:
    """A quote as it is shown, after its lead."""
    if across:
        return f"{lead} — “{citation.quote}”" if lead else f"“{citation.quote}”"
    return f"{lead}{'：' if zh else ': '}{citation.quote}" if lead else citation.quote


def _about(asking: Asking) -> str:
    """Subject and period: "Yangpu, 2023"."""
    subject = next((s.name for s in asking.subjects), "")
    years = [str(year) for year in sorted(asking.question.years)]
    if asking.question.language == "en":
        subject = romanise(subject).capitalize()
    return ", ".join(part for part in (subject, *years) if part)


def _figure(citation: Citation, *, zh: bool) -> str:
    """The key figure or date in the other language; "" when there is none to give."""
    if citation.key is None:
        return ""
    written = fold(citation.quote[citation.key[0] - citation.start : citation.key[1] - citation.start])
    date = _DATE.fullmatch(written)
    if not zh and date and any(date.groups()):
        return _english_date(*date.groups())
    found = next(iter(quantities(written)), None)
    if found is None:
        return ""
    return chinese_figure(found.value, found.unit) if zh else english_figure(found.value, found.unit)


def _english_date(year: str | None, month: str | None, day: str | None) -> str:
    named = _MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    return ", ".join(part for part in (f"{named} {day}" if named and day else named, year or "") if part)


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


def not_found(question: Question, subjects: Sequence[Subject]) -> str:
    """What was looked for and not found."""
    if question.language == "zh":
        looked = "、".join(s.name + s.suffix for s in subjects)
        about = f"（已在{looked}的文件中查找）" if looked else ""
        return f"文件中没有找到这个问题的答案：{_short(question.text)}{about}"
    looked = ", ".join(romanise(s.name).capitalize() for s in subjects)
    about = f" (looked in the documents about {looked})" if looked else ""
    return f"The documents do not answer this: {_short(question.text)}{about}"


def part_not_found(question: Question, label: str) -> str:
    return f"{label}：文件中没有找到。" if question.language == "zh" else f"{label}: not found in the documents."


def compared(question: Question, labels: Sequence[str], citations: Sequence[Citation]) -> str | None:
    """Which of two key figures is larger; None when they cannot be compared."""
    figures = []
    for citation in citations:
        if citation.key is None:
            return None
        written = citation.quote[citation.key[0] - citation.start : citation.key[1] - citation.start]
        found = next(iter(quantities(fold(written))), None)
        if found is None:
            return None
        figures.append((written, found))
    (_, a), (_, b) = figures
    if a.unit != b.unit:
        return None
    zh = question.language == "zh"
    written_figures = [figure for figure, _ in figures]
    if a.value == b.value:
        return f"两者相同：{written_figures[0]}。" if zh else f"Both are the same: {written_figures[0]}."
    more, less = (0, 1) if a.value > b.value else (1, 0)
    if zh:
        return f"相比之下，{labels[more]}（{written_figures[more]}）高于{labels[less]}（{written_figures[less]}）。"
    return f"{labels[more]} ({written_figures[more]}) is higher than {labels[less]} ({written_figures[less]})."


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

"""Answers and hits as lines of a terminal."""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

from rag.types import Answer, Citation, Hit, Paragraph
from ui.wording import Language

_MARKER = re.compile(r"\[(\d+)\]")
_WIDEST = 96
# May not begin a line, so it stays on the one before even where that makes it a column too wide.
_CLOSING = frozenset("，。、；：！？）》」』”’…,.;:!?)]}%％")
# A document could otherwise move the cursor, or hide what stands beside it.
_CONTROL = dict.fromkeys((*range(32), *range(127, 160), *range(0x202A, 0x202F)), "\N{REPLACEMENT CHARACTER}")
_CONTROL |= dict.fromkeys((9, 10, 11, 12, 13, 0x85, 0x2028, 0x2029), " ")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """`colour` allows ANSI codes; lines are broken at `width` columns, a Chinese character taking two, None nowhere."""

    colour: bool = False
    width: int | None = None

    @classmethod
    def of(cls, stream: TextIO, *, environment: Mapping[str, str] = os.environ) -> "Style":
        """Plain unless `stream` is a terminal; without colour where NO_COLOR is set or the terminal is dumb."""
        if not stream.isatty():
            return cls()
        plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        return cls(colour=not plain, width=min(shutil.get_terminal_size().columns, _WIDEST))

    def bold(self, text: str) -> str:
        return self._coded("1", text)

    def dim(self, text: str) -> str:
        return self._coded("2", text)

    def key(self, text: str) -> str:
        return self._coded("1;33", text)

    def _coded(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def safe(text: str) -> str:
    """`text` on one line and without control characters, every character where it was."""
    return text.translate(_CONTROL)


def circled(number: int) -> str:
    """①, ②, … ㊿; above fifty the number in brackets."""
    for first, last, code in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if first <= number <= last:
            return chr(code + number - first)
    return f"[{number}]"


def answer_lines(
    answer: Answer, *, dates: Mapping[str, str | None], titles: Mapping[str, str], style: Style, language: Language
) -> Iterator[str]:
    """The answer with ①②, then where each stands. `dates` and `titles` are those of the documents, by id."""
    if answer.resolved_question.strip() != answer.question.strip():
        yield from _broken(language.pick("按此理解：", "Understood as: ") + answer.resolved_question, style)
        yield ""
    if answer.abstained:
        yield from _abstained(answer, titles=titles, style=style, language=language)
    else:
        cited = {citation.number for citation in answer.citations}
        text = _MARKER.sub(lambda m: circled(int(m[1])) if int(m[1]) in cited else m[0], answer.text)
        for line in text.splitlines():
            yield from _broken(line, style)
        for sentence in answer.sentences:
            if not sentence.verified:
                yield from _broken(language.pick("未核实：", "Not verified: ") + sentence.text, style)
        for citation in answer.citations:
            yield ""
            yield from _citation(citation, date=dates.get(citation.document_id), style=style, language=language)
    yield ""
    yield style.dim(_footer(answer, language))


def hit_lines(
    hits: Iterable[Hit], *, titles: Mapping[str, str], style: Style, language: Language, scores: bool = True
) -> Iterator[str]:
    """Hits, best first, each with its place and its paragraph."""
    for number, hit in enumerate(hits, 1):
        if number > 1:
            yield ""
        score = f"  {hit.score:.3f}" if scores else ""
        place = _place(titles.get(hit.paragraph.document_id, ""), hit.paragraph.section)
        yield f"{number:>2}. {style.bold(place)}{style.dim(score)}"
        yield from _broken(hit.paragraph.text, style, indent="    ")
        yield style.dim(f"    {_position(hit.paragraph, language)}")


def _abstained(answer: Answer, *, titles: Mapping[str, str], style: Style, language: Language) -> Iterator[str]:
    yield from _broken(answer.text or language.pick("文件里没有找到答案。", "The documents do not answer this."), style)
    if answer.related:
        yield ""
        yield language.pick("最接近的段落（没有回答问题）：", "The nearest passages, which do not answer it:")
        yield from hit_lines(answer.related[:3], titles=titles, style=style, language=language, scores=False)


def _citation(citation: Citation, *, date: str | None, style: Style, language: Language) -> Iterator[str]:
    mark = circled(citation.number)
    yield f"{mark} {style.bold(_place(citation.title or citation.document_id, citation.section))}"
    key = (citation.key[0] - citation.start, citation.key[1] - citation.start) if citation.key else None
    yield from _broken(f"“{citation.quote}”", style, indent="   ", key=key and (key[0] + 1, key[1] + 1))
    page = language.pick(f"第 {citation.page} 页", f"page {citation.page}") if citation.page else ""
    unverified = "" if citation.verified else language.pick("未核实", "not verified")
    place = f"{safe(citation.document_id)}:{citation.start}-{citation.end}"
    yield style.dim("   " + " · ".join(filter(None, (date, page, place, unverified))))


def _footer(answer: Answer, language: Language) -> str:
    parts = []
    if not answer.abstained:
        parts.append(language.pick(f"把握 {answer.confidence:.0%}", f"confidence {answer.confidence:.0%}"))
    if total := answer.timings_ms.get("total"):
        parts.append(language.pick(f"{total:.1f} 毫秒", f"{total:.1f} ms"))
    return " · ".join(parts)


def _place(title: str, section: tuple[str, ...]) -> str:
    return safe(" › ".join(filter(None, (title, *section))))


def _position(paragraph: Paragraph, language: Language) -> str:
    page = language.pick(f"第 {paragraph.page} 页", f"page {paragraph.page}") if paragraph.page else ""
    place = f"{safe(paragraph.document_id)}:{paragraph.start}-{paragraph.end}"
    return " · ".join(filter(None, (page, place)))


def _broken(text: str, style: Style, *, indent: str = "", key: Span | None = None) -> Iterator[str]:
    """`text` in lines under `indent`, the characters of `key` made to stand out."""
    text = safe(text)
    for start, end in line_spans(text, style.width and style.width - len(indent)):
        a, b = (min(max(edge, start), end) for edge in key or (start, start))
        yield indent + text[start:a] + style.key(text[a:b]) + text[b:end]


def line_spans(text: str, width: int | None) -> list[Span]:
    """Where to break one line of text: between Chinese characters or at spaces, not before closing punctuation."""
    if width is None:
        return [(0, len(text))]
    spans, start, columns, breakable = [], 0, 0, 0
    for at, character in enumerate(text):
        wide = _columns(character)
        if character == " ":
            breakable = at + 1
        elif wide == 2 and character not in _CLOSING and at > start:
            breakable = at
        if columns + wide > width and character not in _CLOSING and character != " ":
            end = breakable if breakable > start else at
            spans.append((start, end))
            start, columns = end, sum(map(_columns, text[end:at]))
        columns += wide
        if wide == 2:
            breakable = at + 1 if text[at + 1 : at + 2] not in _CLOSING else breakable
    spans.append((start, len(text)))
    return spans


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

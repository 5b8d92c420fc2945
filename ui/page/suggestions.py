"""Questions to start with, drawn from the documents themselves and asked once to see that they are answered."""

import re
import threading
from collections.abc import Iterator
from html import escape

from rag.types import Document, Paragraph
from ui.knowledge import Knowledge
from ui.messages import Language, message

SHOWN = 4
TRIED = 24  # questions asked, at most, to find SHOWN that are answered
LOOKED_AT = 12  # documents read for them

_FIGURE = re.compile(
    r"(?:^|[，。；：、\s])(?:全年|全区|全市|全县|年末|其中|全社会)?"
    r"(?P<measure>[\u4e00-\u9fff]{4,14}?)(?:总量|总额)?(?:完成|达到|达|实现|为|突破)\s*"
    r"(?P<value>[0-9][0-9,.]*)\s*(?P<unit>亿元|万元|万人|%|个|户|万吨|平方米|万平方米|公里|家|件)"
)


class Suggestions:
    """Kept until the documents change."""

    def __init__(self, kb: Knowledge) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._made: tuple[tuple[str, ...], list[str]] = ((), [])

    def questions(self) -> list[str]:
        documents = self._kb.documents()
        ids = tuple(d.id for d in documents)
        with self._lock:
            if self._made[0] != ids:
                self._made = (ids, self._draw(documents))
            return self._made[1]

    def html(self, language: Language) -> str:
        name = escape(message(language, "tagline"))
        if not self._kb.documents():
            return (
                f'<p class="yj-tagline">{name}</p><p class="yj-note">{escape(message(language, "empty_library"))}</p>'
            )
        buttons = "".join(
            f'<li><button type="button" class="yj-suggestion" data-ask="{escape(q)}">{escape(q)}</button></li>'
            for q in self.questions()
        )
        start = f'<p class="yj-note">{escape(message(language, "start_with"))}</p><ul>{buttons}</ul>' if buttons else ""
        return f'<p class="yj-tagline">{name}</p>{start}'

    def _draw(self, documents: list[Document]) -> list[str]:
        step = max(1, len(documents) // LOOKED_AT)
        drawn = [self._candidates(d) for d in documents[::step][:LOOKED_AT]]
        kept: list[str] = []
        tried = 0
        while drawn and len(kept) < SHOWN and tried < TRIED:
            source = drawn.pop(0)
            question = next(source, None)
            if question is None:
                continue
            drawn.append(source)
            tried += 1
            if question not in kept and not self._kb.ask(question).abstained:
                kept.append(question)
        return kept

    def _candidates(self, document: Document) -> Iterator[str]:
        for paragraph in self._kb.paragraphs(document.id):
            for measure in _measures(paragraph):
                yield f"{document.title.strip('《》')}中，{measure}是多少？" if document.title else f"{measure}是多少？"


def _measures(paragraph: Paragraph) -> Iterator[str]:
    for found in _FIGURE.finditer(paragraph.text):
        measure = found["measure"]
        if not re.search(r"[的了在将要和与]$|^[的了在将要和与]", measure):
            yield measure

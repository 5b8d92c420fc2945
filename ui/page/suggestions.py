"""Questions to start with, drawn from the documents themselves and asked once to see that they are answered."""

import re
import threading
from collections.abc import Iterator
from html import escape

from rag.types import Document
from ui.knowledge import Knowledge
from ui.messages import Language, message

SHOWN = 4
TRIED = 24  # questions asked, at most, to find SHOWN that are answered
SURE = 0.5  # confidence from which a question is offered
LOOKED_AT = 12  # documents read for them

# A measure by how it ends: what comes before a number is often no name of anything.
_NAME = r"[\u4e00-\u9fff]{2,10}(?:收入|支出|总值|产值|增加值|总额|投资|税收|销售额|面积|人口|人数|岗位|床位|住房|里程)"
_FIGURE = re.compile(
    rf"(?:^|[，,。；;：:、\s0-9年全区市县])(?P<zh>{_NAME})(?:总量)?(?:完成|达到|达|实现|为|突破|是|共)?\s*[0-9]"
    r"|(?:^|[.;:] )(?P<en>[A-Z][a-z]+(?:'s)?(?:[ -][A-Za-z]+){1,6}) "
    r"(?:was|were|reached|came to|rose to|totalled) [^0-9.]{0,9}[0-9]"
)
_LEAD = re.compile(r"^.*(?:年|(?<!地)区级?|[市县]级?|[的要])|^(?:其中|全年|增加|新增|完成|实现)+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACE = re.compile(r"(?:(?!年)[\u4e00-\u9fff]){2,7}[省市区县州旗镇乡](?=[0-9]|政府|人民政府)")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9]|[,.][0-9])")
_NUMBER = re.compile(r"[0-9][0-9,.]*(?<![,.])")
_ENDS = re.compile(r"[。！？；;\n]|(?<=[a-z])\. ")
_NOTE = re.compile(r"[(（][^()（）]*[)）]")


class Suggestions:
    """Kept until the documents change. Those in the reader's own language come first."""

    def __init__(self, kb: Knowledge) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._made: tuple[tuple[str, ...], list[str]] = ((), [])

    def questions(self, language: Language) -> list[str]:
        documents = self._kb.documents()
        ids = tuple(d.id for d in documents)
        with self._lock:
            if self._made[0] != ids:
                self._made = (ids, self._draw(documents))
            made = self._made[1]
        return sorted(made, key=lambda question: _language(question) != language)[:SHOWN]

    def html(self, language: Language) -> str:
        name = escape(message(language, "tagline"))
        if not self._kb.documents():
            return (
                f'<p class="yj-tagline">{name}</p><p class="yj-note">{escape(message(language, "empty_library"))}</p>'
            )
        buttons = "".join(
            f'<li><button type="button" class="yj-suggestion" data-ask="{escape(q)}">{escape(q)}</button></li>'
            for q in self.questions(language)
        )
        start = f'<p class="yj-note">{escape(message(language, "start_with"))}</p><ul>{buttons}</ul>' if buttons else ""
        return f'<p class="yj-tagline">{name}</p>{start}'

    def _draw(self, documents: list[Document]) -> list[str]:
        step = max(1, len(documents) // LOOKED_AT)
        drawn = [self._candidates(d) for d in documents[::step][:LOOKED_AT]]
        kept: list[str] = []
        tried = 0
        while drawn and tried < TRIED and any(_count(kept, tongue) < SHOWN for tongue in ("zh", "en")):
            source = drawn.pop(0)
            question, figure = next(source, ("", ""))
            if not question:
                continue
            if _count(kept, _language(question)) >= SHOWN:
                continue  # enough from documents of this language
            drawn.append(source)
            if question in kept:
                continue
            tried += 1
            answer = self._kb.ask(question)
            if answer.confidence >= SURE and figure in answer.text:
                kept.append(question)
        return kept

    def _candidates(self, document: Document) -> Iterator[tuple[str, str]]:
        """Questions, each with the figure that answers it."""
        title = _NOTE.sub("", document.title).strip("《》 ")
        place = _PLACE.search(title)
        for paragraph in self._kb.paragraphs(document.id):
            for found in _FIGURE.finditer(paragraph.text):
                number = _NUMBER.match(paragraph.text, found.end() - 1)
                figure = number[0] if number else ""
                if found["zh"]:
                    measure = _LEAD.sub("", _LEAD.sub("", found["zh"]))
                    if len(measure) < 4:
                        continue
                    clause = _ENDS.split(paragraph.text[: found.start("zh")])[-1]
                    years = _YEAR.findall(" ".join((*paragraph.section, clause)))
                    if place and years:  # a report of this year tells of the last as well
                        yield f"{place[0]}{years[-1]}年{measure}是多少？", figure
                    else:
                        yield f"{title}{'中，' if title else ''}{measure}是多少？", figure
                    continue
                measure = found["en"] if "'s" in found["en"] else found["en"][0].lower() + found["en"][1:]
                years = _YEAR.findall(
                    " ".join((*paragraph.section, _ENDS.split(paragraph.text[found.start("en") :])[0]))
                )
                if years:
                    yield f"What was {measure} in {years[-1]}?", figure


def _language(question: str) -> Language:
    return "zh" if _HAN.search(question) else "en"


def _count(questions: list[str], language: Language) -> int:
    return sum(_language(question) == language for question in questions)

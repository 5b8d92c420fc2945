"""A knowledge base small enough to see through: it answers with the first sentence that shares four characters."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rag.errors import ModelError, UnknownDocument
from rag.types import Answer, Citation, Document, DocumentHead, Hit, Leg, Paragraph, Sentence


class FakeKnowledge:
    """Each line of a document is a paragraph; a line that begins with 一、 or （一） is a heading."""

    def __init__(self, documents: Iterable[Document], *, pause: float = 0.0) -> None:
        self._documents = {d.id: d for d in documents}
        self.pause = pause  # seconds after each piece of the answer to a question with 慢 in it
        self.asked: list[tuple[str, list[tuple[str, str]], list[str] | None]] = []

    def documents(self) -> list[Document]:
        return list(self._documents.values())

    def size(self) -> tuple[int, int]:
        return len(self._documents), sum(len(self.paragraphs(id)) for id in self._documents)

    def heads(self) -> list[DocumentHead]:
        return [document.head for document in self.documents()]

    def document(self, document_id: str) -> Document:
        if document_id not in self._documents:
            raise UnknownDocument(f"no document {document_id!r}")
        return self._documents[document_id]

    def paragraphs(self, document_id: str) -> list[Paragraph]:
        out, section, page = [], (), 1
        for line in re.finditer(r"[^\n]+", self.document(document_id).text):
            page += line.group().count("\f")
            text = line.group().lstrip("\f")
            if re.match(r"[一二三四五]、", text):
                section = (text,)
            elif re.match(r"（[一二三四五]）", text):
                section = (*section[:1], text)
            else:
                start = line.end() - len(text)
                out.append(Paragraph(f"{document_id}#{len(out)}", document_id, section, start, line.end(), text, page))
        return out

    def add(self, documents: Iterable[Document]) -> None:
        self._documents.update({d.id: d for d in documents})

    def remove(self, ids: Iterable[str]) -> None:
        for document_id in ids:
            self._documents.pop(document_id)

    def search(self, query: str, *, k: int = 10, leg: Leg | str = Leg.HYBRID, only=None) -> list[Hit]:
        hits = []
        for d in self.documents():
            for p in self.paragraphs(d.id) if only is None or d.id in only else ():
                shared = len(_pairs(query) & _pairs(p.text))
                if shared:
                    hits.append(Hit(p, float(shared), Leg(leg), {"shared": float(shared)}))
        return sorted(hits, key=lambda hit: (-hit.score, hit.paragraph.id))[:k]

    def ask(self, question: str, *, history=(), only=None) -> Answer:
        return list(self.stream(question, history=history, only=only))[-1]

    def stream(self, question: str, *, history=(), only=None) -> Iterator[Answer]:
        self.asked.append((question, list(history), None if only is None else list(only)))
        if "错" in question:
            raise ZeroDivisionError("a fault nobody foresaw")
        if "坏" in question:
            raise ModelError("模型没有回应：等了 30 秒；请检查模型地址")
        resolved = question
        if history and question.startswith("那"):
            resolved = f"{question[1:].rstrip('呢？')}的一般公共预算收入是多少？"
        hits = self.search(resolved, k=5, only=only)
        if not hits or "火星" in resolved:
            yield Answer(question, resolved, "", abstained=True, related=tuple(hits), id="a0")
            return
        sentences, citations = [], []
        for number, hit in enumerate(hits[:2], 1):
            p = hit.paragraph
            found = re.search(r"[^。]+。", p.text)
            quote = found.group() if found else p.text
            start = p.start + p.text.index(quote)
            figure = re.search(r"[0-9.,]+(?:亿元|%|套)", quote)
            key = (start + figure.start(), start + figure.end()) if figure else None
            title = self.document(p.document_id).title
            where = (p.section, p.id, p.text, quote, start, start + len(quote), p.page)
            citations.append(Citation(number, p.document_id, title, *where, verified=number == 1, key=key))
            sentences.append(Sentence(quote, (number,), verified=number == 1))
            text = "".join(f"{s.text}[{n}]" for n, s in enumerate(sentences, 1))
            answer = Answer(question, resolved, text, tuple(sentences), tuple(citations), confidence=0.93, id="a1")
            yield answer
            if "慢" in question:
                time.sleep(self.pause / 10)
                under_way = Sentence("下一句正在写", verified=False)
                yield replace(answer, sentences=(*sentences, under_way))
                time.sleep(self.pause)
        yield replace(answer, related=tuple(hits[2:]), timings_ms={"search": 0.4, "total": 2.6})


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}

"""The answer that grows out of a reply: sentences held one by one, numbered anew, what is still being written last."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from embeddings.folding import fold
from rag.llm import prompt
from rag.llm.holding import Evidence, Held, Span, Verdict
from rag.llm.reply import Reply, Written
from rag.llm.sources import Source
from rag.types import Answer, Citation, Sentence
from rag.writing import Draft

UNVERIFIED = {"zh": "(未核实)", "en": " (unverified)"}
"""Stands behind a sentence no passage bears out, wherever an answer is shown as plain text."""

# A figure still being written: nothing is told about it before it ends.
_OPEN_FIGURE = re.compile(r"[\d.,，〇零一二三四五六七八九十百千万亿两点第百分之\s]*$")


class Composition:
    """Feeds on a reply. `text` only ever grows, by sentences that are done with; one that does not stand is marked.

    The sentence under way is the last of `sentences`, not verified and not in `text`; it is shown up to the first
    figure that no passage holds.
    """

    def __init__(self, draft: Draft, sources: Sequence[Source], *, language: str) -> None:
        self._draft = draft
        self._language = language
        self._reply = Reply({source.number for source in sources})
        self._evidence = Evidence(sources)
        self._text = ""
        self._sentences: list[Sentence] = []
        self._citations: list[Citation] = []
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._waiting: list[tuple[Held, str]] = []  # what stands on nothing is not shown before something stands
        self._said: set[str] = set()
        self._pending = ""
        self._counts: Counter[str] = Counter()

    @property
    def stands(self) -> bool:
        """Was anything borne out by a passage?"""
        return bool(self._citations)

    def counts(self) -> dict[str, int]:
        """How many sentences met which fate."""
        return dict(self._counts)

    def feed(self, piece: str) -> Answer | None:
        """The answer with this piece; None when that shows nothing new."""
        before = (len(self._sentences), self._pending)
        for written in self._reply.feed(piece):
            self._settle(written)
        self._pending = self._shown(self._reply.pending)
        return None if (len(self._sentences), self._pending) == before else self._answer()

    def finish(self, *, cut: bool) -> Answer:
        """With the rest of the reply. `cut` says that it broke off: a last sentence without an end is left out."""
        for written in self._reply.finish():
            if written.closed or not cut:
                self._settle(written)
        self._pending = ""
        if self.stands:
            self._flush()
        return self._answer()

    def completed(self) -> Answer:
        """What was shown, followed by the draft's sentences that say something else."""
        if not self.stands:
            return self._draft.answer
        cited = {citation.number: citation for citation in self._draft.answer.citations}
        for sentence in self._draft.answer.sentences:
            own = [cited[number] for number in sentence.citations if number in cited]
            if own and all(self._is_cited(citation) for citation in own):
                continue
            numbers = tuple(self._number(citation) for citation in own)
            self._append(Sentence(sentence.text, numbers, sentence.verified), "")
        return self._answer()

    def _settle(self, written: Written) -> None:
        if prompt.NO_ANSWER in written.text:
            return
        held = self._evidence.hold(written.text, written.ids)
        repeated = held.verdict is Verdict.REPLACED and all(self._is_cited(_citation(span)) for span in held.spans)
        if repeated or fold(held.text) in self._said:
            self._counts["repeated"] += 1
            return
        self._said.add(fold(held.text))
        self._counts[str(held.verdict)] += 1
        self._waiting.append((held, written.before))
        if held.verified or self.stands:
            self._flush()

    def _flush(self) -> None:
        for held, before in self._waiting:
            numbers = tuple(self._number(_citation(span)) for span in held.spans)
            self._append(Sentence(held.text, numbers, held.verified), before)
        self._waiting.clear()

    def _append(self, sentence: Sentence, before: str) -> None:
        self._sentences.append(sentence)
        mark = "" if sentence.verified else UNVERIFIED[self._language]
        self._text += (before if self._text else "") + sentence.text + mark
        self._text += "".join(f"[{number}]" for number in sentence.citations)

    def _number(self, citation: Citation) -> int:
        place = (citation.document_id, citation.start, citation.end)
        if place not in self._numbers:
            self._numbers[place] = len(self._citations) + 1
            self._citations.append(replace(citation, number=self._numbers[place]))
        return self._numbers[place]

    def _is_cited(self, citation: Citation) -> bool:
        return any(
            c.document_id == citation.document_id and c.start <= citation.start and citation.end <= c.end
            for c in self._citations
        )

    def _shown(self, pending: str) -> str:
        """As much of the sentence under way as holds no figure that is in no passage."""
        if pending.startswith("NO_"):
            return ""
        text = _OPEN_FIGURE.sub("", pending)
        if self._evidence.holds_figures(text):
            return text
        return self._pending if text.startswith(self._pending) else ""

    def _answer(self) -> Answer:
        pending = [Sentence(self._pending, (), verified=False)] if self._pending else []
        return replace(
            self._draft.answer,
            text=self._text,
            sentences=(*self._sentences, *pending),
            citations=tuple(self._citations),
        )


def _citation(span: Span) -> Citation:
    """The place of a span, not numbered yet."""
    paragraph, document = span.source.hit.paragraph, span.source.document
    return Citation(
        0,
        document.id,
        document.title,
        paragraph.section,
        paragraph.id,
        paragraph.text,
        span.text,
        paragraph.start + span.start,
        paragraph.start + span.end,
        paragraph.page,
    )

"""The few words around the evidence, in the language of the question."""

from collections.abc import Sequence

from embeddings.folding import fold
from rag.asking import Asking
from rag.facts import quantities
from rag.question import Question
from rag.subjects import Subject
from rag.tightening import Piece
from rag.types import Citation, Sentence


def join(sentences: Sequence[Sentence]) -> str:
    """The shown text, each sentence followed by its markers."""
    return "\n".join(s.text + "".join(f"[{number}]" for number in s.citations) for s in sentences)


def stated(asking: Asking, piece: Piece, citation: Citation, *, label: str) -> str:
    """A piece as it is shown: the quote, after what it is about where several things are asked."""
    if not label:
        return citation.quote
    return f"{label}：{citation.quote}" if asking.question.language == "zh" else f"{label}: {citation.quote}"


def not_found(question: Question, subjects: Sequence[Subject]) -> str:
    """What was looked for and not found."""
    looked = "、".join(s.name for s in subjects)
    if question.language == "zh":
        about = f"（已在{looked}的文件中查找）" if looked else ""
        return f"文件中没有找到“{_short(question.text)}”的答案{about}。"
    about = f" (looked in the documents about {looked})" if looked else ""
    return f"The documents do not answer “{_short(question.text)}”{about}."


def part_not_found(question: Question, label: str) -> str:
    return f"{label}：文件中没有找到。" if question.language == "zh" else f"{label}: not found in the documents."


def compared(question: Question, labels: Sequence[str], citations: Sequence[Citation]) -> str | None:
    """Which of two key figures is larger; None when they cannot be compared."""
    if citations[0].key is None or citations[1].key is None:
        return None
    figures = []
    for citation in citations:
        assert citation.key is not None
        start, end = (offset - citation.start for offset in citation.key)
        figure = citation.quote[start:end]
        found = next(iter(quantities(fold(figure))), None)
        if found is None:
            return None
        figures.append((figure, found))
    (first, a), (second, b) = figures
    if a.unit != b.unit:
        return None
    zh = question.language == "zh"
    if a.value == b.value:
        return f"两者相同：{first}。" if zh else f"Both are the same: {first}."
    more, less = (0, 1) if a.value > b.value else (1, 0)
    written = (first, second)
    if zh:
        return f"相比之下，{labels[more]}（{written[more]}）高于{labels[less]}（{written[less]}）。"
    return f"{labels[more]} ({written[more]}) is higher than {labels[less]} ({written[less]})."


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

"""Hits to an answer, without a language model: the sentences that answer, each with its exact place."""

import math
from collections.abc import Sequence

from embeddings.folding import fold
from embeddings.terms import terms
from rag.sentences import sentences
from rag.snapshot import Snapshot
from rag.types import Answer, Citation, Hit, Sentence

SENTENCES = 2


def answer(snapshot: Snapshot, question: str, hits: Sequence[Hit]) -> Answer:
    """The best sentences of the best hits; abstains when no hit shares anything telling with the question."""
    asked = list(dict.fromkeys(terms(question)))
    weights = dict(zip(asked, snapshot.lexical.idf(asked).tolist(), strict=True))
    total = sum(weights.values()) or 1.0
    candidates: list[tuple[float, Hit, int, int]] = []
    for rank, hit in enumerate(hits[:5]):
        text = hit.paragraph.text
        for start, end in sentences(text):
            folded = fold(text[start:end])
            shared = sum(weight for term, weight in weights.items() if term in folded) / total
            candidates.append((shared - 0.03 * rank, hit, start, end))
    candidates.sort(key=lambda c: (-c[0], c[1].paragraph.id, c[2]))
    if not candidates or candidates[0][0] < 0.2:
        return Answer(question, question, "", abstained=True, related=tuple(hits[:5]))
    citations: list[Citation] = []
    parts: list[Sentence] = []
    for number, (_, hit, start, end) in enumerate(candidates[:SENTENCES], 1):
        p = hit.paragraph
        quote = p.text[start:end]
        title = snapshot.documents[p.document_id].title
        citations.append(
            Citation(
                number, p.document_id, title, p.section, p.id, p.text, quote, p.start + start, p.start + end, p.page
            )
        )
        parts.append(Sentence(quote, (number,)))
    text = "".join(f"{s.text}[{s.citations[0]}]" for s in parts)
    confidence = 1 / (1 + math.exp(-6 * (candidates[0][0] - 0.4)))
    return Answer(question, question, text, tuple(parts), tuple(citations), False, confidence)

"""Which of two readings of a follow-up is meant: that which leans on the topic of the question before, or that which
takes over but whom and when it is about. What the documents say to each decides."""

from embeddings.folding import fold
from rag.answers.finding import Candidate, Finding
from rag.answers.tightening import Piece, key_of
from rag.index.snapshot import Snapshot
from rag.questions.question import Question, understand
from rag.search.asking import Asking
from rag.text.facts import values

UNANSWERED = 1.0
"""What a reading loses that the documents do not answer."""
HEARD = 0.05
"""Share of what a follow-up says itself that a sentence must know, where it holds a figure told already: else it but
says again what the question before was answered with."""
CLEARLY = 0.1
"""How much better the second reading must be than the first."""


def other_is_meant(snapshot: Snapshot, question: Question, first: Finding, other: Finding) -> bool:
    """Whether the other reading is clearly surer, and its best sentence knows more of what was said, now and before."""
    own = Asking.from_question(understand(fold(question.asked)), snapshot)
    if not other.answers or (_says_again(other) and _held(own, other.candidates[0]) < HEARD):
        return False
    if first.candidates and first.candidates[0].place == other.candidates[0].place:
        return not first.answers
    fuller = max((first.asking, other.asking), key=lambda asking: len(asking.asked.words))

    def worth(finding: Finding) -> float:
        if not finding.candidates:
            return -UNANSWERED
        best = finding.candidates[0]
        held = _held(own, best) + _held(fuller, best) + finding.confidence
        return held - (0.0 if finding.answers else UNANSWERED)

    return worth(other) > worth(first) + CLEARLY


def _says_again(finding: Finding) -> bool:
    """Whether the figure that is told for a reading is one that the answer before told."""
    best = finding.candidates[0]
    span = best.passage.spans[best.index]
    key = key_of(finding.asking, Piece(best.passage, span.start, span.end))
    return key is not None and bool(values(best.passage.paragraph.text[slice(*key)]) & finding.asking.question.told)


def _held(asking: Asking, candidate: Candidate) -> float:
    """Share of a question's weight that stands in or near a sentence, 0 to 1."""
    held = asking.sight(candidate.passage).held_near(candidate.index)
    across = candidate.passage.language != asking.question.language
    return (asking.asked.group_coverage if across else asking.asked.word_coverage)(held)

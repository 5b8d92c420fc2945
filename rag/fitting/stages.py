"""What each model learns from: the features of its candidates, and which are right."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.folding import fold
from rag.answers import answering, confidence
from rag.answers.finding import Candidate
from rag.answers.network import Words
from rag.answers.weighing import read_of, scored, weigh
from rag.fitting.cases import Body, Case
from rag.fitting.logit import Group
from rag.index.snapshot import Snapshot
from rag.questions.followup import resolve
from rag.questions.parts import parts
from rag.questions.question import Question
from rag.search import retrieval
from rag.search.asking import Asking
from rag.types import Paragraph


def question_of(case: Case, snapshot: Snapshot) -> Question:
    return resolve(case.question, case.history, snapshot.catalog)


def holds_evidence(case: Case, paragraph: Paragraph) -> bool:
    folded = fold(paragraph.text).replace(" ", "")
    return any(
        paragraph.document_id == document and fold(piece).replace(" ", "") in folded
        for document, piece in case.evidence
    )


def ranking(body: Body) -> Iterator[Group]:
    """Candidate passages of each answerable question; right are those that hold evidence."""
    for case in body.cases:
        if not case.answerable:
            continue
        question = question_of(case, body.snapshot)
        for part in parts(question, body.snapshot.catalog):
            asking = Asking.from_question(part.question, body.snapshot)
            hits = retrieval.find(body.snapshot, asking, k=40, only=part.documents)
            right = [holds_evidence(case, hit.paragraph) for hit in hits]
            yield Group([hit.features for hit in hits], right, case.source, case.fold)


def choosing(body: Body) -> Iterator[Group]:
    """Sentences of the best passages of each answerable question; right are those of the evidence with the answer."""
    for case in body.cases:
        if not case.answerable or not case.answers:
            continue
        question = question_of(case, body.snapshot)
        for part in parts(question, body.snapshot.catalog):
            asking = Asking.from_question(part.question, body.snapshot)
            hits = retrieval.find(body.snapshot, asking, only=part.documents)
            candidates = scored(body.snapshot, asking, hits[: answering.PASSAGES], depth=24)
            right = [answers(case, candidate) for candidate in candidates]
            yield Group([c.features for c in candidates], right, case.source, case.fold)


@dataclass(frozen=True, eq=False)
class Choice:
    """The sentences weighed for a question, by what `rag.answers.weighing` reads of each, the words of
    `rag.answers.wordwise` and the scores that are linear; `right` are those of the evidence with the answer."""

    features: Sequence[Mapping[str, float]]
    words: Sequence[Words]
    scores: Sequence[float]
    right: Sequence[bool]
    source: str
    fold: int


def picking(body: Body) -> Iterator[Choice]:
    """One of each answerable question."""
    for case in body.cases:
        if not case.answerable or not case.answers:
            continue
        part = parts(question_of(case, body.snapshot), body.snapshot.catalog)[0]
        asking = Asking.from_question(part.question, body.snapshot)
        hits = retrieval.find(body.snapshot, asking, only=part.documents)
        found = scored(body.snapshot, asking, hits[: answering.PASSAGES])
        right = [answers(case, candidate) for candidate in found]
        yield Choice(
            read_of(found), [(c.words,) for c in found], [c.score for c in found], right, case.source, case.fold
        )


def answers(case: Case, candidate: Candidate) -> bool:
    """Whether it is a sentence of the evidence that holds an answer, or heads one, where answers are known."""
    folded = candidate.passage.told[candidate.index].folded
    return holds_evidence(case, candidate.passage.paragraph) and (
        not case.answers or any(fold(answer) in folded for answer in case.answers)
    )


@dataclass(frozen=True, eq=False)
class Judgement:
    """The best found for a question, by the features of `rag.answers.confidence` and the words of
    `rag.answers.wordwise`; `yes` when the documents hold an answer. `refused` by a rule, it is never answered; where
    something else was `missed` than what answers, it tells nothing about what an answer looks like."""

    features: Mapping[str, float]
    words: Words
    yes: bool
    refused: bool
    missed: bool
    source: str
    fold: int


def judging(body: Body) -> Iterator[Judgement]:
    """One of each question for which anything is found, and one of it with its evidence taken away."""
    for case in body.cases:
        yield from _judged(body.snapshot, case)
        if case.answerable and not case.source.startswith("five"):
            without = replace(case, evidence=(), source=f"withheld:{case.source}")
            yield from _judged(withheld(body.snapshot, case), without)


def _judged(snapshot: Snapshot, case: Case) -> Iterator[Judgement]:
    part = parts(question_of(case, snapshot), snapshot.catalog)[0]
    asking = Asking.from_question(part.question, snapshot)
    hits = retrieval.find(snapshot, asking, only=part.documents)
    candidates = weigh(snapshot, asking, hits[: answering.PASSAGES])
    if candidates:
        features = confidence.features(asking, hits, candidates)
        yield Judgement(
            features,
            confidence.read(asking, candidates),
            case.answerable,
            confidence.ruled_out(asking, hits, candidates, features),
            case.answerable and not any(answers(case, candidate) for candidate in candidates[:2]),
            case.source,
            case.fold,
        )


class Withholding(Snapshot):
    """A snapshot some of whose rows are never found: what is left when a question's evidence is taken away."""

    hidden: NDArray[np.bool_]

    def mask(self, only: Collection[str] | None) -> NDArray[np.bool_]:
        allowed = super().mask(only)
        return ~self.hidden if allowed is None else allowed[np.arange(len(self.hidden))] & ~self.hidden


def withheld(snapshot: Snapshot, case: Case) -> Snapshot:
    """Without the paragraphs that hold the case's evidence or one of its answers."""
    answers = [fold(answer) for answer in case.answers if len(answer) > 1]
    without = Withholding(snapshot.parts, snapshot.encoder)
    hidden = [
        holds_evidence(case, paragraph) or any(answer in fold(paragraph.text) for answer in answers)
        for paragraph in snapshot.paragraphs
    ]
    vars(without).update(vars(snapshot))  # what the snapshot has worked out is worked out once
    object.__setattr__(without, "hidden", np.array(hidden, bool))
    return without


STAGES: Sequence[str] = ("ranking", "choosing", "picking", "confidence")

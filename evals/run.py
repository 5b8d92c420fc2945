"""A question set asked of a knowledge base, every row scored."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from evals.environment import commit, corpus_fingerprint, machine
from evals.judge import Judge
from evals.results import ANSWER_KEYS, Conditions, Found, Result, Run, summarise
from evals.retrieval import ROW_MEASURES, EvidencePieces, SquashedParagraphs, measure, squash_paragraphs
from evals.rows import QuestionSet, Row, read_questions
from evals.run_folder import save
from evals.scoring import Given, Share, score_row
from evals.statistics import SAMPLES
from evals.text import squash
from rag.errors import YoujuError
from rag.types import Answer, Document, Hit, Leg, Paragraph

DEPTH = 10  # hits looked at, and kept, by leg
_KEPT = 160  # characters of a hit's text

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


class Asked(Protocol):
    """What is evaluated: a `KnowledgeBase`, or anything that answers like one."""

    def documents(self) -> Sequence[Document]: ...

    def paragraphs(self, document_id: str) -> Sequence[Paragraph]: ...

    def search(self, query: str, *, k: int = ..., leg: str = ...) -> Sequence[Hit]: ...

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ...) -> Answer: ...


def evaluate(
    kb: Asked,
    questions: QuestionSet | Path,
    *,
    out: Path | None = None,
    name: str = "",
    skip_bad: bool = False,
    legs: Collection[Leg] = tuple(Leg),
    judge: Judge | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Asks every row what the page would be asked, scores it and writes the run folder `out`, if one is named.

    Wire-up: `youju eval QUESTIONS` calls this with a path, `progress` drawing a bar, `out` defaulting to
    `runs/{conditions.name}`; `settings` is whatever of the call (model, store) should stand in the record.
    Times are of one thread, after one question to warm up.

    Raises:
        BadQuestions: rows cannot be used; all are listed. With `skip_bad` they are left out and stand in the record.
    """
    documents = kb.documents()
    if isinstance(questions, Path):
        questions = read_questions(questions, texts={d.id: d.text for d in documents})
    if not skip_bad or not questions.rows:
        questions.checked()
    started = datetime.now(UTC)
    clock = time.perf_counter()
    paragraphs = squash_paragraphs(p for d in documents for p in kb.paragraphs(d.id))
    squashed = {d.id: squash(d.text) for d in documents}
    _ask(kb, questions.rows[0])
    results: list[Result] = []
    for row in questions.rows:
        results.append(_result(kb, row, EvidencePieces(row, paragraphs), squashed, legs, judge))
        if progress:
            progress(len(results), len(questions.rows))
    results = _with_retrieval(results, paragraphs, legs)
    conditions = Conditions(
        name=name or f"{Path(questions.name).stem}-{started:%Y%m%d-%H%M%S}",
        questions=questions.name,
        questions_fingerprint=questions.fingerprint,
        started=started.isoformat(timespec="seconds"),
        encoder=_encoder_fingerprint(kb),
        store=corpus_fingerprint(documents),
        documents=len(documents),
        paragraphs=sum(map(len, paragraphs.values())),
        commit=commit(),
        machine=machine(),
        settings={"samples": samples, "seed": seed, "legs": sorted(map(str, legs)), **(settings or {})},
    )
    run = summarise(conditions, results, questions.problems, time.perf_counter() - clock)
    if out is not None:
        save(run, out)
    return run


def _encoder_fingerprint(kb: Asked) -> str:
    """The engine's word for its encoder; "" of a stand-in that has none."""
    return str(getattr(getattr(kb, "encoder", None), "fingerprint", ""))


def _ask(kb: Asked, row: Row) -> tuple[Answer | None, str, float]:
    started = time.perf_counter()
    try:
        answer, error = kb.ask(row.question, history=row.history), ""
    except YoujuError as problem:  # A refused question is a wrong answer, not the end of the run.
        answer, error = None, str(problem)
    return answer, error, 1000 * (time.perf_counter() - started)


def _result(
    kb: Asked,
    row: Row,
    pieces: EvidencePieces,
    squashed: Mapping[str, str],
    legs: Collection[Leg],
    judge: Judge | None,
) -> Result:
    answer, error, spent = _ask(kb, row)
    milliseconds = {"ask": spent}
    given = Given.from_answer(answer) if answer else Given()
    shares = score_row(row, given, squashed)
    resolved = answer.resolved_question or row.question if answer else row.question
    hits: dict[str, tuple[Found, ...]] = {}
    for leg in legs if not error else ():
        started = time.perf_counter()
        found = kb.search(resolved, k=DEPTH, leg=leg)
        milliseconds[f"search.{leg}"] = 1000 * (time.perf_counter() - started)
        hits[str(leg)] = tuple(_found(hit, pieces) for hit in found)
    verdict = judge.judge(row, given.text) if judge and not error else None
    if verdict:
        shares["judged_correct"] = Share(verdict.correct)
    return Result(
        row=row,
        given=given,
        shares=shares,
        resolved=resolved,
        hits=hits,
        milliseconds=milliseconds,
        unheld=pieces.unheld,
        error=error,
        verdict=verdict,
        answer=answer.to_dict() if answer else {},
    )


def _with_retrieval(results: Sequence[Result], paragraphs: SquashedParagraphs, legs: Collection[Leg]) -> list[Result]:
    """The results with each leg's measures among their shares; all rows at once, which is much the faster."""
    searched = {r.row.id: EvidencePieces(r.row, paragraphs) for r in results if r.row.answerable and not r.error}
    judgements = {id: pieces.judgements for id, pieces in searched.items()}
    measured: dict[str, dict[str, Share]] = {id: {} for id in searched}
    for leg in legs if searched else ():
        found = {r.row.id: (hit.paragraph_id for hit in r.hits[leg]) for r in results if r.row.id in searched}
        rankings = {id: pieces.ranking(found[id]) for id, pieces in searched.items()}
        for id, values in measure(judgements, rankings, ROW_MEASURES).items():
            measured[id] |= {f"{leg}.{name}": Share(value) for name, value in values.items()}
    return [replace(r, shares={**r.shares, **measured.get(r.row.id, {})}) for r in results]


def _found(hit: Hit, pieces: EvidencePieces) -> Found:
    p = hit.paragraph
    return Found(p.document_id, p.id, p.section, p.text[:_KEPT], hit.score, bool(pieces.held(p.id)), dict(hit.features))


def score_answers(
    questions: QuestionSet,
    answers: Mapping[str, Mapping[str, Any]],
    texts: Mapping[str, str] | None = None,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Run:
    """Scores answers already given, by row id and as JSON; a row without one is wrong. Nothing is searched or timed."""
    squashed = {name: squash(text) for name, text in texts.items()} if texts is not None else None
    results = []
    for row in questions.rows:
        answer = answers.get(row.id, {})
        given = Given.from_dict(answer) if answer else Given()
        kept = {key: value for key, value in answer.items() if key in ANSWER_KEYS}
        results.append(Result(row, given, score_row(row, given, squashed), row.question, answer=kept))
    conditions = Conditions(
        name=Path(questions.name).stem,
        questions=questions.name,
        questions_fingerprint=questions.fingerprint,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        encoder="",
        store="",
        documents=len(texts or {}),
        paragraphs=0,
        commit=commit(),
        machine=machine(),
        settings={"samples": samples, "seed": seed},
    )
    return summarise(conditions, results, questions.problems, 0.0)

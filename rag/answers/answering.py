"""Question to answer without a language model: the sentences that answer, each with its exact place."""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

import numpy as np

from rag.answers import confidence, wording
from rag.answers.agreeing import agreed
from rag.answers.choosing import ABOVE, features, lack_of
from rag.answers.composing import compose, names_item
from rag.answers.extremes import foremost
from rag.answers.finding import Candidate, Finding
from rag.answers.goals import told_in_one_row
from rag.answers.tabled import compared_rows, listed_rows
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.questions.naming import labels, name_missing
from rag.questions.parts import Part, in_turn, parts, side_by_side
from rag.questions.premise import gives_reason
from rag.questions.question import Kind, Question
from rag.search import ranking, retrieval
from rag.search.asking import LITTLE, Asking
from rag.search.coverage import Values
from rag.search.linear import fitted
from rag.search.ranking import Features
from rag.search.reranker import Reranker
from rag.types import Answer, Hit

_MARKED = re.compile("[?？]")
PASSAGES = 5
"""Best hits whose sentences are looked at."""
OTHER_YEAR = 3.0
"""What a sentence loses for speaking of another year: a figure of that year never stands for the one asked for."""
WEIGHED = 8
"""Sentences, best by what matches, that are also compared with the question by their vectors."""
ACROSS = 16
"""The same where question and passages differ in language, and little else tells them apart."""
LACKING = 3.0
"""What a sentence loses that has nothing of the kind asked for."""
UNNAMED = 8.0
"""What a sentence loses that knows nothing of what a question names beside the topic of the one before: that topic's
own sentence has been told already."""
NEARLY = 1.0
"""How far below the best a sentence of a newer document may score and still be taken for the same thing, later."""
GROUNDS = 2.0
"""The same for a sentence that says outright why, where the best gives no reason."""
LABEL = 2.5
"""The same for the name of an item, which says little by itself."""
ALL = 0.999
"""Coverage from which all is held."""
ASPECT = 1.0
"""What a sentence gains for telling the aspect asked for where plan and outcome are asked for side by side."""
AGAINST = 4.0
"""The same where but the aspect tells one part of the question from the other."""
ELSEWHERE = 2_000
"""Documents up to which those of others are looked into as well."""
SURELY = 0.8
"""Confidence from which a question is not taken apart into those it asks one after the other, and from which a document
of others answers for a subject's own."""
PART = 0.6
"""Share of the threshold that a part must reach once the question is in parts."""


def answer(
    snapshot: Snapshot,
    question: Question,
    *,
    only: Collection[str] | None = None,
    reranker: Reranker | None = None,
) -> tuple[Answer, Sequence[Hit]]:
    """The answer to a resolved question, and the hits it was made from; it abstains when no part is sure enough."""
    if wording.greeted(question):
        return Answer(question.asked, question.text, wording.welcome(question), abstained=True), ()
    catalog = snapshot.catalog
    asked = parts(question, catalog)
    findings: Sequence[Finding] = [
        look(snapshot, part, several=len(asked) > 1, only=only, reranker=reranker) for part in asked
    ]
    if (len(findings) == 1 and findings[0].confidence < SURELY) or not all(f.answers for f in findings):
        each = [look(snapshot, p, several=True, only=only, reranker=reranker) for p in in_turn(question, catalog)]
        findings = each if _surer(each, findings) else findings
    if len(findings) == 1 and not findings[0].rows:
        each = [look(snapshot, p, several=True, only=only, reranker=reranker) for p in side_by_side(question, catalog)]
        findings = each if _apart(each) else findings
    findings = told_in_one_row(agreed(findings))
    hits = merged([finding.hits for finding in findings])
    timings = {"search": round(sum(finding.search_ms for finding in findings), 3)}
    chances = [finding.confidence for finding in findings]
    if not any(finding.answers for finding in findings) or max(chances) < confidence.threshold(findings[0].asking):
        text = wording.not_found(question, findings[0].asking.subjects)
        related = tuple(hits[:5])
        return Answer(
            question.asked,
            question.text,
            text,
            abstained=True,
            confidence=max(chances),
            related=related,
            timings_ms=timings,
        ), hits
    composed = compose(snapshot, question, findings)
    used = {citation.paragraph_id for citation in composed.citations}
    return Answer(
        question.asked,
        question.text,
        wording.join(composed.sentences),
        composed.sentences,
        composed.citations,
        confidence=min(chances),
        related=tuple(hit for hit in hits[:8] if hit.paragraph.id not in used)[:5],
        timings_ms=timings,
    ), hits


def _apart(each: Sequence[Finding]) -> bool:
    """Whether all of what is asked side by side is answered, each in a sentence of its own."""
    return all(finding.answers for finding in each) and 1 < len({f.candidates[0].place for f in each}) == len(each)


def _surer(each: Sequence[Finding], whole: Sequence[Finding]) -> bool:
    """Whether what a sentence asks in turn is answered better one by one: from several places, one more surely; or at
    all, where each is marked as a question. Of what is asked of several things, all that is asked must be."""
    best = {finding.candidates[0].place for finding in each if finding.answers}
    if len(whole) > 1:
        return 1 < len(each) == len(best)
    if not whole[0].answers and len(_MARKED.findall(whole[0].part.question.text)) > 1:
        return bool(best)
    return len(each) > 1 and len(best) > 1 and max(finding.confidence for finding in each) > whole[0].confidence


def look(
    snapshot: Snapshot,
    part: Part,
    *,
    several: bool = False,
    only: Collection[str] | None = None,
    reranker: Reranker | None = None,
) -> Finding:
    """Search and weigh sentences for one part."""
    asking = Asking.from_question(part.question, snapshot)
    allowed = only if part.documents is None else part.documents if only is None else part.documents & set(only)
    began = time.perf_counter()
    hits = retrieval.find(snapshot, asking, only=allowed, reranker=reranker)
    search_ms = 1000 * (time.perf_counter() - began)
    candidates = weigh(
        snapshot, asking, hits[:PASSAGES], aspect=AGAINST if part.against else ASPECT if several else 0.0
    )
    chance = confidence.of(asking, hits, candidates)
    threshold = confidence.threshold(asking) * (PART if several else 1)
    told: Sequence[Candidate] = candidates
    rows, among = compared_rows(snapshot, asking, hits, candidates) if not several else ((), ())
    if rows:
        chance = max(chance, confidence.of_table(asking, hits, among))
    elif asking.question.kind in (Kind.LIST, Kind.DEFINITION):
        told = _under_its_name(asking, candidates)
        rows = listed_rows(snapshot, asking, told)
    elif not several:
        told = foremost(asking, candidates)
    finding = Finding(part, asking, hits, told, chance, threshold, search_ms, rows)
    if only is None and part.documents is None and not finding.answers and asking.bound is not None:
        return _told_elsewhere(snapshot, finding) or finding
    return finding


def _told_elsewhere(snapshot: Snapshot, finding: Finding) -> Finding | None:
    """What a document of others surely says in a sentence that names the subject itself, where its own documents do not
    answer: who was sent to help it."""
    asking = finding.asking
    others = snapshot.documents.keys() - (asking.bound or frozenset())
    if not others or len(snapshot.documents) > ELSEWHERE:
        return None
    began = time.perf_counter()
    hits = retrieval.find(snapshot, asking, only=others)
    names = [subject.name for subject in asking.subjects]
    candidates = [
        c
        for c in weigh(snapshot, asking, hits[:PASSAGES])
        if any(name in c.passage.spans[c.index].text.folded for name in names)
    ]
    chance = confidence.of(asking, hits, candidates)
    spent = 1000 * (time.perf_counter() - began)
    found = replace(finding, hits=hits, candidates=candidates, confidence=chance, search_ms=finding.search_ms + spent)
    return found if chance >= SURELY else None


def weigh(
    snapshot: Snapshot, asking: Asking, hits: Sequence[Hit], *, aspect: float = 0.0, depth: int = WEIGHED
) -> list[Candidate]:
    """The sentences of these hits, best first, ties by paragraph and place."""
    passages = [snapshot.passage_of(hit.paragraph) for hit in hits]
    places = [(passage, index) for passage in passages for index in range(len(passage.spans))]
    found = features(asking, passages, [hit.score - hits[0].score for hit in hits])
    weighed = ranking.scores(fitted("choosing"), found).astype(np.float64)
    for each in found:
        weighed[each.rows] += bonus(asking.question, each, aspect=aspect, beside=asking.beside)
    scores = weighed.tolist()
    order = sorted(range(len(places)), key=lambda row: (-scores[row], places[row][0].paragraph.id, places[row][1]))
    across = any(passage.language != asking.question.language for passage, _ in places)
    kept = order[: max(depth, ACROSS) if across else depth]
    if not kept:
        return []
    sentences = [places[row] for row in kept]
    cosines = (snapshot.sentence_vectors(sentences) @ asking.vector).tolist()
    told = zip(sentences, kept, ranking.named(found, kept), cosines, strict=True)
    candidates = [_candidate(asking, *place, scores[row], own, cosine) for place, row, own, cosine in told]
    ranked = sorted(candidates, key=lambda c: (-c.score, *c.place))
    ordered = ranked if asking.question.years else _latest_first(ranked)
    match asking.question.kind:
        case Kind.REASON:
            return _with_grounds(asking, ordered)
        case Kind.PERSON:
            return _by_label(asking, ordered)
        case _:
            return ordered


def _candidate(
    asking: Asking, passage: Passage, index: int, score: float, features: Mapping[str, float], cosine: float
) -> Candidate:
    """Scored with the cosine of its sentence to the question as well."""
    name = "similarity" if passage.language == asking.question.language else "across:similarity"
    score += fitted("choosing").weight(name) * cosine
    return Candidate(passage, index, score, {**features, name: cosine}, asking.sight(passage).held_near(index))


def _under_its_name(asking: Asking, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """Where what a list names is asked for, the item that bears the name comes before sentences that but mention it, if
    it or what follows it is nearly as good: 二是“五化”隔离法。对…实行规范化管理。"""
    for candidate in ranked if asking.asked.head else ():
        passage = candidate.passage
        for item in (candidate.index, candidate.index - 1):
            if (
                ranked[0].score - candidate.score <= (LABEL if item == candidate.index else NEARLY)
                and item >= 0
                and names_item(passage.spans[item].text.folded)
                and asking.asked.head_coverage(asking.sight(passage).held(item)) > ALL
            ):
                first = replace(candidate, index=item)
                return [first, *(c for c in ranked if c.place != first.place)]
    return ranked


def _with_grounds(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where a reason is asked for and the best sentence gives none, one that gives it outright comes first, else one
    nearly as good that has grounds."""
    best = ranked[0]
    if not confidence.refutes(asking, best):
        return ranked
    grounded = [c for c in ranked if best.score - c.score <= GROUNDS and not confidence.refutes(asking, c)]
    outright = (c for c in grounded if gives_reason(c.passage.spans[c.index].text.folded))
    nearly = (c for c in grounded if best.score - c.score <= NEARLY)
    first = next(outright, None) or next(nearly, None)
    return ranked if first is None else [first, *(c for c in ranked if c is not first)]


def _by_label(asking: Asking, ranked: list[Candidate]) -> list[Candidate]:
    """Where somebody is asked for and the best sentence names nobody, a line that gives a name for what is asked comes
    first: 主持人：副市长　韩述平."""
    if name_missing(asking.question, ranked[0].passage.told[ranked[0].index].folded) != 1.0:
        return ranked
    telling = {word for word, weight in asking.asked.words.items() if len(word) > 1 and weight > LITTLE}
    telling -= {subject.name for subject in asking.subjects}
    told = (c for c in ranked if labels(asking.question, c.passage.spans[c.index].text.folded, telling))
    first = next(told, None)
    return ranked if first is None else [first, *(c for c in ranked if c is not first)]


def _latest_first(ranked: list[Candidate]) -> list[Candidate]:
    """Without a year in the question the latest is meant: of sentences nearly as good that hold all of the question
    that the best one holds, the one of the newest document comes first."""
    best = ranked[0]
    alike = [c for c in ranked if best.score - c.score <= NEARLY and c.near >= best.near]
    latest = max(alike, key=lambda c: max(c.passage.title_years, default=0))
    if max(latest.passage.title_years, default=0) <= max(best.passage.title_years, default=0):
        return ranked
    return [latest, *(c for c in ranked if c is not latest)]


def bonus(question: Question, found: Features, *, aspect: float, beside: str = "") -> Values:
    """Added to the scores of sentences: for the aspect asked for, against one that speaks of another year than asked,
    and against one without the place, the date, the sum or the share that is asked for."""
    across = "across:words" in found.names
    prefix = "across:" if across else ""
    another_year = found.column(f"{prefix}year") == -1.0
    score = np.asarray(aspect * found.column(f"{prefix}aspect") - OTHER_YEAR * another_year)
    place = ("across:place" if across else "place:place", 0.0) if question.kind is Kind.PLACE else None
    lack = place or lack_of(question, across=across)
    if beside and not across:
        score -= UNNAMED * (found.column("head") == 0.0)
    if lack is not None:
        name, nothing = lack
        values = found.column(name)
        score -= LACKING * (values == nothing) + LACKING / 2 * (values == ABOVE)
    return score


def merged(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Hits of each part in turn, each paragraph once."""
    ordered: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*lists)):
        if hit is not None:
            ordered.setdefault(hit.paragraph.id, hit)
    return list(ordered.values())

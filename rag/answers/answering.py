"""Question to answer without a language model: the sentences that answer, each with its exact place."""

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from rag.answers import confidence, wording
from rag.answers.agreeing import agreed
from rag.answers.composing import compose
from rag.answers.extremes import foremost
from rag.answers.finding import Candidate, Finding
from rag.answers.goals import told_in_one_row
from rag.answers.preferring import own_language_first, under_its_name
from rag.answers.readings import other_is_meant
from rag.answers.tabled import compared_rows, listed_rows
from rag.answers.weighing import weigh
from rag.index.snapshot import Snapshot
from rag.questions.parts import Part, in_turn, parts, side_by_side
from rag.questions.question import Kind, Question
from rag.search import retrieval
from rag.search.asking import Asking
from rag.search.reranker import Reranker
from rag.types import Answer, Hit

_MARKED = re.compile("[?？]")
_QUOTES = re.compile(r"[\"“”\u2018]|(?<!\w)'\w")
_QUOTED = re.compile('[“「『"]([^“”「」『』"]{1,12})[”」』"]')
_ENTRY = re.compile(r"\d{1,2}[、.]\D.{1,24}$|“[^”]{2,12}”[:：]")
"""What opens an entry that explains a name."""
PASSAGES = 5
"""Best hits whose sentences are looked at."""
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
    question, findings = _looked_for(snapshot, question, only=only, reranker=reranker)
    hits = merged([finding.hits for finding in findings])
    timings = {"search": round(sum(finding.search_ms for finding in findings), 3)}
    chances = [finding.confidence for finding in findings]
    if not any(finding.answers for finding in findings) or max(chances) < confidence.threshold(findings[0].asking):
        text = wording.not_found(question, findings[0].asking.subjects)
        related = tuple(_own_language_first(snapshot, question, hits[:8])[:5])
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


def _own_language_first(snapshot: Snapshot, question: Question, hits: Sequence[Hit]) -> Sequence[Hit]:
    """Those in the question's language before the others, both as they stand."""
    return sorted(hits, key=lambda hit: snapshot.passage_of(hit.paragraph).language != question.language)


def _looked_for(
    snapshot: Snapshot, question: Question, *, only: Collection[str] | None, reranker: Reranker | None
) -> tuple[Question, Sequence[Finding]]:
    """What is found for each part of a question, and the reading of it that is meant."""

    def looked(asked: Sequence[Part], *, several: bool) -> list[Finding]:
        return [look(snapshot, part, several=several, only=only, reranker=reranker) for part in asked]

    catalog = snapshot.catalog
    asked = parts(question, catalog)
    findings: Sequence[Finding] = looked(asked, several=len(asked) > 1)
    if question.otherwise is not None and len(findings) == 1:
        (other,) = looked([Part(question.otherwise, "")], several=False)
        if other_is_meant(snapshot, question, findings[0], other):
            question, findings = question.otherwise, [other]
    if (len(findings) == 1 and findings[0].confidence < SURELY) or not all(f.answers for f in findings):
        each = looked(in_turn(question, catalog), several=True)
        findings = each if _surer(each, findings) else findings
    if len(findings) == 1 and not findings[0].rows:
        each = looked(side_by_side(question, catalog), several=True)
        findings = each if _apart(each) else findings
    return question, told_in_one_row(agreed(findings))


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
    aspect = AGAINST if part.against else ASPECT if several else 0.0
    candidates: Sequence[Candidate] = weigh(snapshot, asking, hits[:PASSAGES], aspect=aspect)
    chance = confidence.of(asking, hits, candidates)
    threshold = confidence.threshold(asking) * (PART if several else 1)
    told = candidates = own_language_first(asking, candidates)
    rows, among = compared_rows(snapshot, asking, hits, candidates) if not several else ((), ())
    if rows:
        chance = max(chance, confidence.of_table(asking, hits, among))
    elif asking.question.kind in (Kind.LIST, Kind.DEFINITION):
        told = _explained(snapshot, asking, hits, under_its_name(asking, candidates))
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


def _explained(
    snapshot: Snapshot, asking: Asking, hits: Sequence[Hit], ranked: Sequence[Candidate]
) -> Sequence[Candidate]:
    """Where a name in quotation marks is asked about in another language than the best sentence, which but mentions
    what it quotes, the entry that bears that name comes first: 16、五边颐养联合体。黄浦区聚焦…"""
    if not ranked or not _QUOTES.search(asking.question.text):
        return ranked
    best = ranked[0].passage
    if best.language == asking.question.language:
        return ranked
    names = [name for name in _QUOTED.findall(best.spans[ranked[0].index].text.folded) if len(name) > 1]
    for hit in hits[:PASSAGES]:
        entry = snapshot.passage_of(hit.paragraph)
        heading = entry.spans[0].text.folded
        if entry is not best and _ENTRY.match(heading) and any(name in heading for name in names):
            first = replace(weigh(snapshot, asking, [hit])[0], index=0, score=ranked[0].score)
            return [first, *(c for c in ranked if c.place != first.place)]
    return ranked


def merged(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Hits of each part in turn, each paragraph once."""
    ordered: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*lists)):
        if hit is not None:
            ordered.setdefault(hit.paragraph.id, hit)
    return list(ordered.values())

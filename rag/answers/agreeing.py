"""Things held against each other are told by sentences of the same measure: 一般公共预算收入 of both years."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

from embeddings.folding import fold
from embeddings.terms import bigrams
from rag.answers import confidence
from rag.answers.finding import Candidate, Finding
from rag.answers.tightening import Piece, clauses, key_of
from rag.questions.question import Kind

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_DEPTH = 5
"""Candidates of each part that are set beside those of the others."""
_AGREED = 4.0
"""What it is worth that one sentence holds all of the clause in which another tells its figure."""
_SAME = 0.5
"""How much of the clause of one sentence another holds that tells of the same measure."""
_THE_SAME = 0.8
"""The same, from which what answers one part surely enough says that another's sentence, not ruled out, answers too:
PM2.5 where the one is told as 细颗粒物(PM2.5)."""
_LEAST = 6
"""Pairs of characters from which a clause tells by itself what its figure is of."""


def agreed(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Findings with the candidates first that tell of the same measure, where figures are asked for side by side: one
    that scores somewhat less may be worded like the sentence of another part."""
    if len(findings) < 2 or any(f.asking.question.kind not in (Kind.NUMERIC, Kind.COMPARISON) for f in findings):
        return findings
    fitting = [_fitting(finding) for finding in findings]
    if not all(fitting):
        return findings
    chosen = max(product(*map(range, map(len, fitting))), key=lambda places: _worth(fitting, places))
    firsts = [candidates[place] for candidates, place in zip(fitting, chosen, strict=True)]
    ordered = [
        _with_first(finding, candidates, place)
        for finding, candidates, place in zip(findings, fitting, chosen, strict=True)
    ]
    sure = [first for first, finding in zip(firsts, ordered, strict=True) if finding.answers]
    return [
        replace(finding, confidence=finding.threshold)
        if not finding.answers and any(_alike(first, other) >= _THE_SAME for other in sure)
        else finding
        for first, finding in zip(firsts, ordered, strict=True)
    ]


class _Told:
    """A candidate, what its sentence says, and the clause of it that the figure asked for stands in."""

    def __init__(self, finding: Finding, candidate: Candidate) -> None:
        span = candidate.passage.spans[candidate.index]
        text = candidate.passage.paragraph.text
        key = key_of(finding.asking, Piece(candidate.passage, span.start, span.end))
        self.candidate = candidate
        self.sentence = _pairs(text[span.start : span.end])
        around = [c for c in clauses(text, span.start, span.end) if key is not None and c[0] <= key[0] < c[1]]
        clause = _pairs(text[slice(*around[0])]) if around else frozenset[str]()
        self.clause = clause if len(clause) >= _LEAST else self.sentence


def _pairs(text: str) -> frozenset[str]:
    return frozenset(bigrams(_FIGURE.sub(" ", fold(text))))


def _fitting(finding: Finding) -> list[_Told]:
    """The best of what is not ruled out."""
    asking = finding.asking
    return [
        _Told(finding, candidate)
        for candidate in finding.candidates[:_DEPTH]
        if not confidence.ruled_out(
            asking, finding.hits, [candidate], confidence.features(asking, finding.hits, [candidate])
        )
    ]


def _worth(fitting: Sequence[Sequence[_Told]], places: Sequence[int]) -> float:
    told = [candidates[place] for candidates, place in zip(fitting, places, strict=True)]
    return sum(each.candidate.score for each in told) + _AGREED * sum(_alike(a, b) for a, b in combinations(told, 2))


def _alike(one: _Told, other: _Told) -> float:
    return max(_held(one.clause, other.sentence), _held(other.clause, one.sentence))


def _held(clause: frozenset[str], sentence: frozenset[str]) -> float:
    return len(clause & sentence) / len(clause) if clause else 0.0


def _with_first(finding: Finding, fitting: Sequence[_Told], place: int) -> Finding:
    """A finding with one of its candidates first; those before it that tell of another measure are left out."""
    first = fitting[place]
    if first.candidate.place == finding.candidates[0].place:
        return finding
    same = {told.candidate.place for told in fitting if _alike(first, told) >= _SAME}
    at = finding.candidates.index(first.candidate)
    before = [candidate for candidate in finding.candidates[:at] if candidate.place in same]
    candidates = [first.candidate, *before, *finding.candidates[at + 1 :]]
    chance = confidence.of(finding.asking, finding.hits, candidates)
    return replace(finding, candidates=candidates, confidence=max(chance, finding.confidence))

"""Findings to the sentences that are shown and the citations they stand on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.folding import fold
from rag.answers import confidence, wording
from rag.answers.choosing import aspect_of, other_year, year_above
from rag.answers.evidence import verify
from rag.answers.finding import Candidate, Finding
from rag.answers.items import clauses_after, headings_after, items_after
from rag.answers.rows import Row, row_of
from rag.answers.tabled import told_rows
from rag.answers.tightening import Piece, key_of, tighten
from rag.index.passages import Passage
from rag.index.snapshot import Snapshot
from rag.questions.question import LONG_KINDS, Aspect, Kind, Question
from rag.questions.scope import tells_anew
from rag.search.asking import Asking
from rag.text.facts import values
from rag.types import Citation, Sentence

SHORT, LONG = 110, 340
"""Characters an answer may take: to a plain question, and to one for a list, reason, definition or comparison."""
ACROSS = 70
"""Characters of a quote in the other language, beside the figure stated in the question's."""
SECOND, SECOND_LONG, NEW = 1.6, 2.5, 4.0
"""A second sentence is shown when its score is at most SECOND below the best one's, SECOND_LONG where an answer may be
long, plus NEW times the share of the question's weight that only it holds."""
_ITEM = re.compile(r"[一二三四五六七八九十]是.{2,24}[。:]\s*$")
_NEXT = re.compile(r"[一二三四五六七八九十]是")
"""An item of a list that only names what the sentences after it tell, and the next item."""
APART = 1.5
"""How far a part's next best sentence may fall below the best, where that one was shown for another part."""


@dataclass(frozen=True, slots=True)
class Composed:
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]


def compose(snapshot: Snapshot, question: Question, findings: Sequence[Finding]) -> Composed:
    """Each part's sentences in turn; a comparison of two figures at the end where they can be compared."""
    several = len(findings) > 1
    findings = _plans_marked(question, _years_marked(question, findings))
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    firsts: list[Citation] = []
    shown: set[tuple[str, int]] = set()
    for finding, alone in _each_place(findings):
        part = finding.part
        if not finding.answers:
            sentences.append(Sentence(wording.part_not_found(question, part.label or part.asks)))
            continue
        long = question.long or (several and not part.asks) or finding.asking.question.long
        limit = (LONG if long else SHORT) // len(findings)
        told = _told(snapshot, finding, shown, limit=limit)[: None if alone else 1]
        for place, piece in enumerate(told):
            sentence, citation = state(snapshot, finding, piece, len(citations) + 1, several=several)
            sentences.append(sentence)
            citations.append(citation)
            firsts += [citation] if place == 0 else []
    if question.kind is Kind.COMPARISON and 1 < len(findings) == len(firsts) and _alike(findings, firsts):
        labels = [finding.part.label for finding in findings]
        compared = wording.compared(question, labels, firsts)
        sentences += [Sentence(compared, tuple(citation.number for citation in firsts))] if compared else []
    return Composed(tuple(sentences), tuple(citations))


def _plans_marked(question: Question, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Findings, those labelled as plans that tell of one where others tell of what was done, and neither was asked
    for as such."""
    if not _of_plan_and_outcome(findings) or any(finding.part.against for finding in findings):
        return findings
    return [
        replace(finding, part=replace(finding.part, label=wording.planned(question, finding.part.label)))
        if finding.part.label and _tells_of_plan(finding)
        else finding
        for finding in findings
    ]


def _years_marked(question: Question, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Findings, labelled with the year each tells of where no year is asked for and they tell of different ones."""
    years = [_told_year(finding) for finding in findings]
    if question.years or None in years or len(set(years)) < 2 or any(not f.part.label for f in findings):
        return findings
    return [
        replace(finding, part=replace(finding.part, label=wording.of_year(question, finding.part.label, year)))
        for finding, year in zip(findings, years, strict=True)
    ]


def _told_year(finding: Finding) -> int | None:
    """The one year that the sentence found, or else what it stands under, tells of."""
    if not finding.answers:
        return None
    best = finding.candidates[0]
    years = best.passage.spans[best.index].years or best.passage.years
    return next(iter(years)) if len(years) == 1 else None


def _of_plan_and_outcome(findings: Sequence[Finding]) -> bool:
    """Whether some of what was found tells of a plan, and some does not."""
    return len({_tells_of_plan(finding) for finding in findings if finding.answers}) > 1


def _tells_of_plan(finding: Finding) -> bool:
    best = finding.candidates[0] if finding.answers else None
    return best is not None and aspect_of(best.passage.spans[best.index], best.passage) is Aspect.PLAN


def _each_place(findings: Sequence[Finding]) -> Iterator[tuple[Finding, bool]]:
    """Findings as they are told; a plan and its outcome that one sentence holds are told once, under both labels. False
    for such."""
    both = [f for f in findings if f.part.against and f.answers]
    if len(both) < 2 or len({f.candidates[0].place for f in both}) > 1:
        yield from ((finding, True) for finding in findings)
        return
    label = wording.listed(both[0].asking.question, [finding.part.label for finding in both])
    yield replace(both[0], part=replace(both[0].part, label=label)), False


def _told(snapshot: Snapshot, finding: Finding, shown: set[tuple[str, int]], *, limit: int) -> Sequence[Piece]:
    """The pieces that answer one part; what is told is added to `shown`."""
    best, asking = finding.candidates[0], finding.asking
    if finding.rows:
        lead = _announcement(best, finding.rows)
        room = limit - sum(len(piece.text) for piece in lead)
        return [*lead, *told_rows(asking, finding.rows, limit=room)]
    chosen = pieces(finding, shown, limit=limit)
    shown |= {candidate.place for candidate, _ in chosen}
    told = [piece for _, piece in chosen]
    if not told or not asking.question.long:
        return told
    for announced in (headings_after, items_after, clauses_after):
        if items := announced(snapshot, told[0], limit=limit):
            return [told[0], *items]
    return told


def _announcement(best: Candidate, rows: Sequence[Row]) -> list[Piece]:
    """The sentence right before all rows of a table, where that is what was found."""
    span = best.passage.spans[best.index]
    announces = len(rows) > 1 and span.text.folded.rstrip()[-1:] == ":" and row_of(best.passage, best.index) is None
    return [Piece(best.passage, span.start, span.end)] if announces else []


def _alike(findings: Sequence[Finding], citations: Sequence[Citation]) -> bool:
    """Whether neither a plan is set against an outcome that was not asked for as such, nor what came anew against what
    there is in all."""
    if len({tells_anew(fold(citation.quote)) for citation in citations}) > 1:
        return False
    return not _of_plan_and_outcome(findings) or any(finding.part.documents is None for finding in findings)


def pieces(finding: Finding, shown: set[tuple[str, int]], *, limit: int) -> list[tuple[Candidate, Piece]]:
    """The best sentence, tightened, and a second one that is nearly as good or holds what the first does not."""
    asking = finding.asking
    fresh = [c for c in finding.candidates if c.place not in shown]
    if not fresh or finding.candidates[0].score - fresh[0].score > APART:
        return []
    best = fresh[0]
    chosen = [(best, extended(asking, best, limit=limit))]
    held, room = best.near, limit - len(chosen[0][1].text)
    across = best.passage.language != asking.question.language
    whole = asking.asked.group_coverage if across else asking.asked.word_coverage
    covered = whole(held)
    side_by_side = asking.question.kind in (Kind.COMPARISON, Kind.LIST)
    nearly = SECOND_LONG if asking.question.long and not finding.part.label else SECOND
    for other in fresh[1:8]:
        new = 0.0 if other.near <= held else whole(held | other.near) - covered
        if best.score - other.score > nearly + NEW * new or _within(other, chosen[0][1]):
            continue
        if not across and _told_again(asking.question, chosen[0][1], other):
            continue
        span = other.passage.spans[other.index]
        if finding.part.against and aspect_of(span, other.passage) not in (None, asking.question.aspect):
            continue  # what the other part is about
        within = extended if span.heads or names_item(span.text.folded) else _tightened
        piece = within(asking, other, limit=max(room, 0))
        if len(piece.text) <= room and (side_by_side or not confidence.refutes(asking, other)):
            chosen.append((other, piece))
            break
    if asking.question.kind is not Kind.LIST:
        return chosen
    for place, (candidate, piece) in enumerate(chosen):
        if names_item(candidate.passage.spans[candidate.index].text.folded):
            continue
        beside = [other for _, other in chosen if other is not piece]
        chosen[place] = candidate, _onward(piece, beside, limit=limit - sum(len(other.text) for other in beside))
    return chosen


def _onward(piece: Piece, beside: Sequence[Piece], *, limit: int) -> Piece:
    """With the sentences of its paragraph that follow, while they fit and are not told beside it."""
    passage, end = piece.passage, piece.end
    told = {other.start for other in beside if other.passage is passage}
    if end not in {span.end for span in passage.spans}:  # cut short within its sentence
        return piece
    for span in passage.spans:
        if span.start >= end:
            if span.end - piece.start > limit or span.start in told:
                break
            end = span.end
    return Piece(passage, piece.start, end)


def extended(asking: Asking, candidate: Candidate, *, limit: int) -> Piece:
    """The sentence tightened; an explanation or list goes on through the sentences that belong to it."""
    passage, index = candidate.passage, candidate.index
    if asking.question.language != passage.language:
        limit = min(limit, ACROSS) if asking.question.kind not in LONG_KINDS else limit
    piece = tighten(asking, passage, index, limit=limit)
    headed = passage.spans[index].heads
    if piece.end != passage.spans[index].end or not (headed or asking.question.kind in LONG_KINDS):
        return piece
    end = piece.end
    for place, following in enumerate(passage.spans[index + 1 :], index + 1):
        told = headed and place == index + 1  # what the heading is of
        if following.end - piece.start > limit or not (
            told or _goes_on(asking.question.kind, passage, index, following.text.folded)
        ):
            break
        end = following.end
    return Piece(passage, piece.start, end)


def _tightened(asking: Asking, candidate: Candidate, *, limit: int) -> Piece:
    return tighten(asking, candidate.passage, candidate.index, limit=limit)


def names_item(folded: str) -> bool:
    """Whether a sentence is an item of a list that only names what the sentences after it tell."""
    return bool(_ITEM.match(folded))


def _goes_on(kind: Kind, passage: Passage, index: int, following: str) -> bool:
    if names_item(passage.spans[index].text.folded) and kind in (Kind.LIST, Kind.DEFINITION):
        return not _NEXT.match(following)
    if kind is Kind.DEFINITION:
        return index == 0 or passage.paragraph.start == passage.spans[index].start
    if kind is Kind.LIST:
        opens = passage.spans[index].text.folded.rstrip()[-1:] in "：:;；"
        return opens or following.startswith(
            ("一是", "二是", "三是", "四是", "其中", "分别", "包括", "①", "②", "③", "(1)", "(2)")
        )
    return kind in (Kind.REASON, Kind.MANNER)


def _told_again(question: Question, piece: Piece, other: Candidate) -> bool:
    """Whether a sentence in the other language has figures that a piece has, and none besides; what a thing means is
    told once."""
    if piece.passage.language == other.passage.language:
        return False
    return question.kind is Kind.DEFINITION or (bool(other.values) and other.values <= values(piece.text))


def _within(candidate: Candidate, piece: Piece) -> bool:
    span = candidate.passage.spans[candidate.index]
    return candidate.passage.paragraph.id == piece.passage.paragraph.id and piece.start <= span.start < piece.end


def state(
    snapshot: Snapshot, finding: Finding, piece: Piece, number: int, *, several: bool
) -> tuple[Sentence, Citation]:
    """A piece as it is shown and its exact place. What cannot be verified is never said: the bare quote stands then."""
    p = piece.passage.paragraph
    title = snapshot.documents[p.document_id].title
    key = key_of(finding.asking, piece)
    citation = Citation(
        number, p.document_id, title, p.section, p.id, p.text, piece.text, p.start + piece.start, p.start + piece.end,
        p.page, key=None if key is None else (p.start + key[0], p.start + key[1]),
    )  # fmt: skip
    context = (title, *p.section)
    # A label or a subject says what was asked about, not what the span says; a figure must stand in the span.
    known = (finding.part.label, *(subject.name for subject in finding.asking.subjects), *context)
    span = next((i for i, span in enumerate(piece.passage.spans) if span.end > piece.start), 0)
    asked = finding.asking.question
    label = finding.part.label if several else ""
    year, other = year_above(asked, piece.passage, span), other_year(asked, piece.passage, span)
    possible = wording.leads(finding.asking, piece, citation, label=label, year=year, other=other)
    lead = next((each for each in possible if verify(each, citation.quote, context=known).verified), "")
    across = piece.passage.language != asked.language
    if piece.said and verify(piece.said, citation.quote, context=known).verified:
        return Sentence(piece.said, (number,)), citation
    text = wording.stated(lead, citation, zh=asked.language == "zh", across=across)
    return Sentence(text, (number,)), citation

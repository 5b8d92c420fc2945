"""The bodies of documents and the questions over them that everything is fitted on.

Public rows (`rows.py`) over passages of their own source; our own questions over the sample corpus, also with a place
or year put in that no document is about; and small bodies of five passages on one topic, with and without the one that
answers.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from embeddings import Encoder
from embeddings.folding import fold
from embeddings.terms import terms
from rag.fitting import alike
from rag.fitting.rows import EVERYDAY, Row, fold_of
from rag.index.snapshot import Snapshot
from rag.knowledge_base import KnowledgeBase
from rag.reading import read_path, split
from rag.types import Document, Leg, Paragraph

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("静安区", "徐汇区", "浦东新区", "长宁区", "朝阳区", "南山区")
OTHER_YEARS = ("2017", "2018", "2030")
OWN = ("sample", "english", "chinese", EVERYDAY, "near", "unanswerable")
"""Our own question files; those of dialogues are kept to measure follow-ups by."""
PAPERS = ("papers", "papers-zh")
"""Papers of many kinds in either language, and the files of questions over them."""
TOGETHER = 4
"""Papers of a small body."""

SAME = 0.5
"""Share of the terms of a piece of the corpus that a paragraph must have to be taken for what it tells anew."""


@dataclass(frozen=True)
class Case:
    """A question over a body of documents. `evidence` are (document, piece of it); empty when nothing answers it;
    `fold` as in `rows.fold_of`: cases made of one question, or over one passage, share theirs."""

    question: str
    history: Sequence[tuple[str, str]]
    answers: Sequence[str]
    every: bool
    evidence: Sequence[tuple[str, str]]
    source: str
    fold: int
    kind: str = ""

    @property
    def answerable(self) -> bool:
        return bool(self.evidence)


@dataclass(frozen=True)
class Body:
    """Documents and the cases over them."""

    snapshot: Snapshot
    cases: Sequence[Case]


def public(rows: Mapping[str, Sequence[Row]], encoder: Encoder, *, passages: int, questions: int) -> Iterator[Body]:
    """One body a source, all its passages (at most so many) together."""
    for own in rows.values():
        texts = sorted({row.passage for row in own})
        random.Random(0).shuffle(texts)
        number = {text: str(i) for i, text in enumerate(texts[:passages], 1)}
        usable = [row for row in own if row.passage in number]
        random.Random(1).shuffle(usable)
        cases = [_case(row, number[row.passage]) for row in usable[:questions]]
        yield Body(KnowledgeBase.from_texts(list(number), encoder=encoder).snapshot, cases)


def five(rows: Mapping[str, Sequence[Row]], encoder: Encoder, *, questions: int) -> Iterator[Body]:
    """Five passages on one topic, one of which answers, and the same question over five that do not."""
    for source, own in rows.items():
        usable = [row for row in own if row.answer and len(row.answer) <= 60]
        random.Random(2).shuffle(usable)
        asked = [(_case(row, ""), row.passage) for row in usable[:questions]]
        yield from _fives(asked, dict.fromkeys(sorted({row.passage for row in own}), ""), f"five:{source}", encoder)


def five_own(encoder: Encoder) -> Iterator[Body]:
    """As `five`, of our questions that one paragraph in their language answers, over those of the sample corpus."""
    for language in ("zh", "en"):
        documents = _documents(ROOT / "data" / "corpus")
        written = [d for d in documents if d.attributes.get("language", "zh") == language]
        title_of = {p.text: d.title for d in written for p in split(d)}
        asked = []
        for case in _own_rows("own"):
            gold = [text for text in title_of if any(piece in text for _, piece in case.evidence)]
            if case.source.endswith(language) and len(gold) == 1 and not case.history and not case.every:
                asked.append((case, gold[0]))
        yield from _fives(asked, title_of, f"five:own:{language}", encoder)


def _fives(
    asked: Sequence[tuple[Case, str]], title_of: Mapping[str, str], source: str, encoder: Encoder
) -> Iterator[Body]:
    """Of questions, each with the text that answers it, and the texts nearest to it by their words."""
    texts = list(title_of)
    whole = KnowledgeBase.from_texts(texts, encoder=encoder)

    def body(chosen: Sequence[str], case: Case) -> Body:
        kb = KnowledgeBase.from_texts(chosen, [title_of[text] for text in chosen], encoder=encoder)
        return Body(kb.snapshot, [case])

    for case, gold in asked:
        near = [hit.paragraph.document_id for hit in whole.search(case.question, k=16, leg=Leg.LEXICAL)]
        others = [texts[int(i) - 1] for i in dict.fromkeys(near)]
        others = [text for text in others if text != gold and not any(answer in text for answer in case.answers)]
        if len(others) < 5:
            continue
        order = sorted(range(5), key=lambda i, case=case: hashlib.sha256(f"{case.question}{i}".encode()).digest())  # type: ignore[misc]
        place = str(order.index(4) + 1)
        yes = replace(case, source=source, evidence=tuple((place, piece) for _, piece in case.evidence))
        yield body([[*others[:4], gold][i] for i in order], yes)
        yield body(others[:5], replace(yes, evidence=(), answers=()))


LARGE = "large"
"""What the sources of large bodies begin with: many times the paragraphs of the others."""


def large(rows: Mapping[str, Sequence[Row]], encoder: Encoder, *, passages: int, questions: int) -> Iterator[Body]:
    """The passages of all sources together; and, a body a language, passages that all say the same of another name."""
    asked = {source: random.Random(3).sample(list(own), min(questions, len(own))) for source, own in rows.items()}
    texts = sorted({row.passage for own in rows.values() for row in own})
    number = {text: str(i) for i, text in enumerate(texts, 1)}
    cases = [
        replace(_case(row, number[row.passage]), source=f"{LARGE}:{source}")
        for source, own in asked.items()
        for row in own
    ]
    yield Body(KnowledgeBase.from_texts(texts, encoder=encoder).snapshot, cases)
    for language, writing in (("zh", alike.CHINESE), ("en", alike.ENGLISH)):
        told = list(alike.paragraphs(writing, passages))
        cases = [
            Case(
                each.question,
                (),
                (each.answer,),
                False,
                ((str(i), each.text),),
                f"{LARGE}:alike:{language}",
                fold_of(each.text),
            )
            for i, each in enumerate(told[: 2 * questions], 1)
        ]
        yield Body(KnowledgeBase.from_texts([each.text for each in told], encoder=encoder).snapshot, cases)


def across(lines: Sequence[tuple[str, str]], encoder: Encoder, *, passages: int, questions: int) -> Body:
    """English sentences asked of Chinese passages, three neighbouring lines each; the line translated is the answer."""
    groups = [lines[i : i + 3] for i in range(0, min(3 * passages, len(lines) - 2), 3)]
    snapshot = KnowledgeBase.from_texts(["".join(zh for zh, _ in group) for group in groups], encoder=encoder).snapshot
    cases = []
    for number, group in enumerate(groups[:: max(len(groups) // questions, 1)]):
        place = str(1 + number * max(len(groups) // questions, 1))
        chinese, english = group[number % 3]
        if len(english.split()) >= 6:
            cases.append(Case(english, (), (chinese,), False, ((place, chinese),), "across", fold_of(english)))
    return Body(snapshot, cases)


def papers(encoder: Encoder) -> Iterator[Body]:
    """Our questions over papers of either language: over all of them, over a few, and over each alone. What is asked of
    one paper shares a fold."""
    for name in PAPERS:
        yield from _papers(name, encoder)


def _papers(name: str, encoder: Encoder) -> Iterator[Body]:
    documents = _documents(ROOT / "data" / name)
    of_paper = {d.id: i for i, d in enumerate(documents)}
    rows = list(_rows(name, PAPERS[0]))
    asked = [replace(case, fold=fold_of(_paper(id))) for id, case in rows]
    paper: dict[str, int] = {}
    for id, case in rows:
        for document, _ in case.evidence[:1]:
            paper.setdefault(_paper(id), of_paper[document])
    for size in (len(documents), TOGETHER, 1):
        for first in range(0, len(documents), size):
            chosen = documents[first : first + size]
            known = {d.id for d in chosen}
            within = [
                case
                for case, (id, _) in zip(asked, rows, strict=True)
                if first <= paper[_paper(id)] < first + size and {doc for doc, _ in case.evidence} <= known
            ]
            yield Body(Snapshot.from_documents(chosen, encoder=encoder, split=split), [*within, *displaced(within)])


def _paper(id: str) -> str:
    """Of "rav-07" what its paper is called."""
    return id.rpartition("-")[0]


def own(encoder: Encoder, *, languages: Sequence[str] = ("zh", "en")) -> Body:
    """Our questions over the sample corpus, or over its documents of one language only."""
    documents = [d for d in _documents(ROOT / "data" / "corpus") if d.attributes.get("language", "zh") in languages]
    known = {d.id for d in documents}
    asked = [case for case in _own_rows("own:" + "+".join(languages)) if {doc for doc, _ in case.evidence} <= known]
    return Body(Snapshot.from_documents(documents, encoder=encoder, split=split), [*asked, *displaced(asked)])


def reports(folder: Path, encoder: Encoder) -> Body:
    """Our questions over the reports that the sample corpus tells anew. Evidence is the paragraph that holds an answer
    and most of what the corpus' evidence says; a question without one is left out. Those the corpus does not answer the
    reports, read for it, do not answer either."""
    snapshot = Snapshot.from_documents(_documents(folder), encoder=encoder, split=split)
    asked = []
    for case in _own_rows("reports"):
        evidence = [_told_anew(snapshot, document, piece, case.answers) for document, piece in case.evidence]
        if all(evidence):
            asked.append(replace(case, evidence=tuple(pair for pair in evidence if pair)))
    return Body(snapshot, [*asked, *displaced(asked)])


def _documents(folder: Path) -> list[Document]:
    return [read_path(path, root=folder) for path in sorted(folder.iterdir()) if path.suffix in (".md", ".txt")]


def _own_rows(source: str) -> Iterator[Case]:
    for name in OWN:
        yield from (case for _, case in _rows(name, f"{source}-{EVERYDAY}" if name == EVERYDAY else source))


def _rows(name: str, source: str) -> Iterator[tuple[str, Case]]:
    """The id and the case of each row of a file."""
    for line in (ROOT / "evals" / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        evidence = tuple((e["doc"], e["text"]) for e in row["evidence"])
        history = tuple((q, a) for q, a in row.get("history", ()))
        yield row["id"], Case(
            row["question"], history, row["answers"], row.get("all", False), evidence, f"{source}:{row['lang']}",
            fold_of(row["id"]), row["type"],
        )  # fmt: skip


def _told_anew(snapshot: Snapshot, document: str, piece: str, answers: Sequence[str]) -> tuple[str, str] | None:
    """The paragraph of a report that says what a piece of the corpus says."""
    if document not in snapshot.documents:
        return None
    wanted = set(terms(piece))
    held = [p for p in map(snapshot.paragraphs.__getitem__, snapshot.rows_of(document).tolist()) if _holds(p, answers)]
    best = max(held, key=lambda p: len(wanted & set(terms(p.text))), default=None)
    if best is None or len(wanted & set(terms(best.text))) < SAME * len(wanted):
        return None
    return document, best.text


def _holds(paragraph: Paragraph, answers: Sequence[str]) -> bool:
    folded = fold(paragraph.text)
    return any(fold(answer) in folded for answer in answers)


def displaced(cases: Sequence[Case]) -> Iterator[Case]:
    """Answerable questions moved to a place, or a year, that no document is about."""
    for number, case in enumerate(cases):
        if not case.answerable or case.history:
            continue
        for pattern, others in (("(杨浦|虹口|黄浦)区?", ELSEWHERE), (r"20\d\d", OTHER_YEARS)):
            other = others[number % len(others)]
            moved, count = re.subn(pattern, other, case.question)
            if count == 1 and number % 2:
                yield replace(case, question=moved, answers=(), evidence=(), source=f"{case.source}:displaced")


def _case(row: Row, document: str) -> Case:
    answers = (row.answer,) if row.answer else ()
    return Case(row.question, (), answers, False, ((document, row.answer or row.passage),), row.source, row.fold)

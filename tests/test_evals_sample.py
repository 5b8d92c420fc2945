"""The questions over the sample corpus: every row usable, and answers no worse than the committed baseline."""

from pathlib import Path

import pytest

from evals.compare import compare
from evals.rows import TYPES, read_questions
from evals.run import evaluate
from evals.run_folder import load
from rag import KnowledgeBase
from rag.reading import read_path

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "evals" / "questions"
WATCHED = ("overall", "citation_recall", "false_abstention")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> KnowledgeBase:
    corpus = ROOT / "data" / "corpus"
    kb = KnowledgeBase.open(tmp_path_factory.mktemp("sample") / "store", create=True)
    kb.add([read_path(path, root=corpus) for path in sorted(corpus.rglob("*.md"))])
    return kb


@pytest.mark.parametrize("name", sorted(path.name for path in QUESTIONS.glob("*.jsonl")))
def test_every_question_can_be_asked(sample, name):
    read_questions(QUESTIONS / name, texts={d.id: d.text for d in sample.documents()}).checked()


def test_the_sample_has_every_type_in_both_languages():
    rows = read_questions(QUESTIONS / "sample.jsonl").rows
    assert {row.type for row in rows} == set(TYPES)
    assert {row.lang for row in rows} == {"zh", "en"}


def test_answers_are_no_worse_than_the_baseline(sample):
    run = evaluate(sample, QUESTIONS / "sample.jsonl")
    found = compare(load(QUESTIONS / "sample-baseline"), run, watched=WATCHED)
    assert found.rows == len(run.results), "the questions changed: make a new baseline (evals/README.md)"
    assert found.regressions == (), found.to_text()

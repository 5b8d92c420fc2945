"""The questions over the sample corpus: every row usable, and answers no worse than the committed baseline."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from evals.rows import TYPES, read_questions
from evals.run_folder import load, save
from evals.scoring import Share
from rag import KnowledgeBase
from rag.reading import read_path
from ui.cli import main

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "evals" / "questions"


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> KnowledgeBase:
    corpus = ROOT / "data" / "corpus"
    kb = KnowledgeBase.open(tmp_path_factory.mktemp("sample") / "store", create=True)
    kb.add([read_path(path, root=corpus) for path in sorted(corpus.rglob("*.md"))])
    return kb


@pytest.mark.parametrize("name", sorted(path.name for path in QUESTIONS.glob("*.jsonl")))
def test_every_question_can_be_asked(sample, name):
    papers = ROOT / "data" / Path(name).stem
    asked_of = (
        [read_path(path, root=papers) for path in sorted(papers.iterdir())] if papers.exists() else sample.documents()
    )
    read_questions(QUESTIONS / name, texts={d.id: d.text for d in asked_of}).checked()


def test_the_sample_has_every_type_in_both_languages():
    rows = read_questions(QUESTIONS / "sample.jsonl").rows
    assert {row.type for row in rows} == set(TYPES)
    assert {row.lang for row in rows} == {"zh", "en"}


def test_the_workflow_of_the_readme_holds_answers_to_the_baseline(tmp_path, monkeypatch, capsys):
    """Its commands as they stand: answers are no worse than the baseline, and worse ones end in 1."""
    (fenced,) = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "evals" / "README.md").read_text("utf-8"), re.DOTALL | re.M)
    steps = yaml.safe_load(fenced)["jobs"]["answers"]["steps"]
    commands = [shlex.split(step["run"])[1:] for step in steps if step.get("run", "").startswith("youju ")]
    assert [command[0] for command in commands] == ["eval", "eval"]
    monkeypatch.chdir(tmp_path)
    for name in ("evals", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    for command in commands:
        assert main(command) == 0, capsys.readouterr().out
    run, baseline = load(tmp_path / "run"), load(QUESTIONS / "sample-baseline")
    asked = [{result.row.id: result.row.question for result in one.results} for one in (run, baseline)]
    assert asked[0] == asked[1], "the questions changed: make a new baseline (evals/README.md)"
    save(replace(run, results=[_wrong(r) if n % 10 == 0 else r for n, r in enumerate(run.results)]), tmp_path / "run")
    assert main(commands[-1]) == 1
    assert "REGRESSION: overall" in capsys.readouterr().out


def _wrong(result):
    return replace(result, shares={**result.shares, "overall": Share(0)})

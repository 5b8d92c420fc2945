"""What the bench measures on and how it judges; no test asserts a time."""

import json
from pathlib import Path

import pytest

from evals.bench import bench
from evals.bench.budgets import BUDGETS, verdicts
from evals.bench.made import PER_DOCUMENT, documents, paragraphs
from evals.bench.worker import Task, measure_ours, measure_peer
from rag.errors import BadQuestions
from rag.reading import split

RESULTS = Path(__file__).parents[1] / "evals" / "benchmarks"


def test_made_paragraphs_repeat_and_hold_their_answers():
    made = list(paragraphs(300, seed=5))
    assert made[:100] == list(paragraphs(100, seed=5))
    assert made[:100] != list(paragraphs(100, seed=6))
    for part in made:
        place_and_year = part.question.split("的")[0]
        assert part.answer in part.text
        assert place_and_year[:4] in part.text
        assert place_and_year[5:] in part.text
    assert len({part.text for part in made}) == 300


def test_made_documents_split_into_the_paragraphs_they_were_made_of():
    made = list(paragraphs(PER_DOCUMENT + 20))
    found = [p.text for document in documents(made) for p in split(document)]
    assert found == [part.text for part in made]


def test_both_find_what_was_asked_for(tmp_path):
    ours = measure_ours(Task("youju", 120, 6, 0, "", str(tmp_path)))
    flat = measure_peer(Task("faiss-flat", 120, 6, 0, "", str(tmp_path)))
    assert ours["found_at_10"] == 1.0
    assert ours["recall_at_10"] == flat["recall_at_10"] == 1.0
    assert ours["search_ms"]["n"] == flat["search_ms"]["n"] == 6
    assert len(ours["adding"]["seconds"]) == 3


def test_a_bench_is_measured_in_a_process_of_its_own():
    result = bench(sizes=[40], queries=4, systems=[])
    assert result.results["sizes"]["40"]["youju"]["found_at_10"] == 1.0
    assert set(result.ratios["40"]) == {"bare calls"}
    assert result.to_text().startswith("40 paragraphs; x = times ours\n")
    assert json.loads(json.dumps(result.to_dict()))["machine"]["cores"] >= 1


def test_a_system_that_is_not_there_is_refused():
    with pytest.raises(BadQuestions, match="no system 'oracle'"):
        bench(systems=["oracle"])


def test_budgets_are_judged_and_what_was_not_measured_is_not():
    results = {"sizes": {"100000": {"youju": {"search_ms": {"p50": 3.0}, "bare_ms": {"p50": 2.0}}}}}
    judged = {v["what"]: v for v in verdicts(results)}
    over = judged["the same over the bare FAISS + BM25 calls"]
    assert (over["measured"], over["met"], over["budget"]) == (1.5, False, "≤ 1.15 x")
    assert judged["question to hits, 100,000 paragraphs, p50"]["met"] is True
    assert judged["indexing"] == {
        "what": "indexing",
        "budget": "≥ 3000 paragraphs/s",
        "measured": None,
        "unit": "paragraphs/s",
        "met": None,
    }
    assert len(judged) == len(BUDGETS)


@pytest.mark.parametrize("file", sorted(RESULTS.glob("*.json")), ids=lambda file: file.name)
def test_committed_results_say_where_they_were_measured(file):
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["commit"]
    assert {"processor", "cores", "memory_gib", "python"} <= set(kept["machine"])

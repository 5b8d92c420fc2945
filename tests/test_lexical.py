"""BM25 against the formula written out."""

from dataclasses import fields
from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.index.lexical import K1, B, LexicalIndex, Postings
from rag.index.rows import LiveRows

PARAGRAPHS = [["养老", "床位", "床位"], ["就业"], ["养老", "就业"]]


def by_hand(term: str, row: int) -> float:
    """idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average length)); the average length is 6 / 3 = 2."""
    holding = sum(term in paragraph for paragraph in PARAGRAPHS)
    count = PARAGRAPHS[row].count(term)
    return (
        log(1 + (3 - holding + 0.5) / (holding + 0.5))
        * count
        * (K1 + 1)
        / (count + K1 * (1 - B + B * len(PARAGRAPHS[row]) / 2))
    )


def test_score_is_bm25_of_every_row() -> None:
    index = LexicalIndex.from_terms(PARAGRAPHS)
    wanted = [by_hand("养老", row) + 0.5 * by_hand("床位", row) for row in range(3)]
    assert index.score({"养老": 1.0, "床位": 0.5, "没有": 1.0}).tolist() == pytest.approx(wanted)
    assert wanted[1] == 0


def test_scores_of_some_rows_are_those_of_all() -> None:
    index = LexicalIndex.from_terms(PARAGRAPHS)
    query = {"养老": 1.0, "床位": 0.5, "就业": 1.0}
    rows = np.array([2, 0])
    assert index.scores_of(query, rows).tolist() == index.score(query)[rows].tolist()


def test_frequency_counts_rows_not_occurrences() -> None:
    assert LexicalIndex.from_terms(PARAGRAPHS).frequency(["床位", "养老", "没有"]).tolist() == [1, 2, 0]


def test_search_leaves_out_rows_without_any_term() -> None:
    rows, scores = LexicalIndex.from_terms(PARAGRAPHS).search({"床位": 1.0}, k=10)
    assert rows.tolist() == [0]
    assert scores.tolist() == pytest.approx([by_hand("床位", 0)])


def test_an_empty_index_answers_nothing() -> None:
    index = LexicalIndex.from_terms([])
    assert index.score({"床位": 1.0}).tolist() == []
    assert index.search({"床位": 1.0}, k=3)[0].tolist() == []


def test_segments_score_as_one_index_would() -> None:
    query = {"养老": 1.0, "床位": 0.5, "就业": 2.0}
    first, second = Postings.from_terms(PARAGRAPHS[:2]), Postings.from_terms(PARAGRAPHS[2:])
    parts = LexicalIndex([(first, LiveRows(2)), (second, LiveRows(1, first=2))])
    assert parts.score(query).tolist() == LexicalIndex.from_terms(PARAGRAPHS).score(query).tolist()
    assert parts.scores_of(query, np.array([2, 1])).tolist() == parts.score(query)[[2, 1]].tolist()


def test_rows_that_are_gone_leave_no_trace() -> None:
    query = {"养老": 1.0, "床位": 0.5, "就业": 2.0}
    whole = Postings.from_terms([["床位"] * 9, *PARAGRAPHS])
    left = LiveRows(4, 0, np.array([1, 2, 3]))
    index, wanted = LexicalIndex([(whole, left)]), LexicalIndex.from_terms(PARAGRAPHS)
    assert index.frequency(list(query)).tolist() == wanted.frequency(list(query)).tolist()
    assert index.score(query).tolist() == wanted.score(query).tolist()
    assert index.search(query, 3)[0].tolist() == wanted.search(query, 3)[0].tolist()


def test_merging_is_indexing_what_is_left() -> None:
    first = Postings.from_terms([["旧"], *PARAGRAPHS[:2]])
    merged = Postings.merge(
        [(first, LiveRows(3, 0, np.array([1, 2]))), (Postings.from_terms(PARAGRAPHS[2:]), LiveRows(1))]
    )
    wanted = Postings.from_terms(PARAGRAPHS)
    for field in fields(Postings):
        assert getattr(merged, field.name).tolist() == getattr(wanted, field.name).tolist(), field.name


def test_postings_are_the_same_from_the_disk(tmp_path: Path) -> None:
    for number, paragraphs in enumerate((PARAGRAPHS, [])):
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Postings.from_terms(paragraphs)
        made.save(folder)
        for field in fields(Postings):
            assert getattr(Postings.load(folder), field.name).tolist() == getattr(made, field.name).tolist()


def test_beyond_the_budget_candidates_are_scored_with_all_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    index = LexicalIndex.from_terms(PARAGRAPHS)
    query = {"床位": 1.0, "养老": 1.0, "就业": 1.0}
    monkeypatch.setattr("rag.index.lexical.BUDGET", 1)  # 床位 has one posting, 养老 two: only row 0 becomes a candidate
    rows, scores = index.search(query, 3)
    assert rows.tolist() == [0]
    assert scores.tolist() == index.score(query)[[0]].tolist()


@pytest.mark.parametrize("budget", [1, 150, 100_000])
def test_every_way_to_a_score_gives_the_same_one(monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    random = np.random.default_rng(0)
    terms = [chr(0x4E00 + number) for number in range(20)]
    parts, first = [], 0
    for size in (90, 1, 60):
        chosen = [random.choice(terms, random.integers(1, 40), p=np.arange(1, 21) / 210) for _ in range(size)]
        parts.append((Postings.from_terms(map(list, chosen)), LiveRows(size, first)))
        first += size
    index, query = LexicalIndex(parts), dict(zip(terms, random.random(20).tolist(), strict=True))
    every = index.score(query)
    monkeypatch.setattr("rag.index.lexical.BUDGET", budget)
    others = np.array([3, 90, 149])
    rows, scores = index.search_beside(query, 10, others)
    assert set(others.tolist()) < set(rows.tolist())
    assert scores.tolist() == every[rows].tolist() == index.scores_of(query, rows).tolist()
    best, scores = index.search(query, 10)
    assert scores.tolist() == every[best].tolist()


@pytest.mark.parametrize("k", [1, 3, 10, 100])
def test_the_best_are_those_of_the_plain_sum(k: int) -> None:
    """However few rows are looked at for it; many of them share a score."""
    random = np.random.default_rng(k)
    terms = [chr(0x4E00 + number) for number in range(30)]
    for _ in range(20):
        chosen = [random.choice(terms, random.integers(1, 12), p=np.arange(1, 31) / 465) for _ in range(1500)]
        index = LexicalIndex.from_terms(map(list, chosen))
        query = dict.fromkeys(random.choice(terms, random.integers(1, 6), replace=False).tolist(), 1.0)
        every = index.score(query)
        wanted = [row for row in np.lexsort((np.arange(1500), -every)).tolist() if every[row] > 0][:k]
        rows, scores = index.search(query, k)
        assert rows.tolist() == wanted
        assert scores.tolist() == every[wanted].tolist()


def test_within_limits_the_rows() -> None:
    index = LexicalIndex.from_terms(PARAGRAPHS)
    assert index.search({"养老": 1.0}, 3, np.array([False, True, True]))[0].tolist() == [2]

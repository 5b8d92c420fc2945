"""BM25 against the formula written out."""

from dataclasses import fields
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index.lexical import K1, B, LexicalIndex
from rag.index.postings import Postings
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
    monkeypatch.setattr("rag.index.lexical.FEW", 0)
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
    monkeypatch.setattr("rag.index.lexical.FEW", 0)
    monkeypatch.setattr("rag.index.lexical.BUDGET", budget)
    others = np.array([3, 90, 149])
    rows, scores = index.search_beside(query, 10, lambda: others)
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


TERMS = "年的养老床位就业收入"  # each character a term, the first of them in nearly every paragraph


@st.composite
def paragraphs_of_terms(draw: st.DrawFn) -> list[str]:
    """Of which many are alike, so that many scores are."""
    kinds = draw(st.lists(st.text(TERMS, min_size=1, max_size=8), min_size=1, max_size=8))
    return draw(st.lists(st.sampled_from(["年的" + kind for kind in kinds] + kinds), min_size=1, max_size=40))


@given(
    segments=st.lists(paragraphs_of_terms(), min_size=1, max_size=3),
    query=st.dictionaries(st.sampled_from(TERMS), st.sampled_from([0.5, 1.0, 2.0]), min_size=1),
    k=st.integers(1, 12),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    few=st.sampled_from([0, 1000]),
    data=st.data(),
)
def test_pruning_loses_nothing(
    segments: list[list[str]], query: dict[str, float], k: int, share: float, few: int, data: st.DataObject
) -> None:
    """However little is left for later, however few candidates: the k best are those of all scores, ties by row."""
    parts, first = [], 0
    for paragraphs in segments:
        kept = data.draw(st.lists(st.integers(0, len(paragraphs) - 1), min_size=1, unique=True).map(sorted))
        alive = None if len(kept) == len(paragraphs) else np.array(kept)
        parts.append((Postings.from_terms(map(list, paragraphs)), LiveRows(len(paragraphs), first, alive)))
        first += len(kept)
    within = data.draw(st.none() | st.lists(st.booleans(), min_size=first, max_size=first).map(np.array))
    others = data.draw(st.lists(st.integers(0, first - 1), max_size=5, unique=True).map(sorted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.index.lexical.SLIGHT", share)
        patch.setattr("rag.index.lexical.FEW", few)
        patch.setattr("rag.index.lexical.CANDIDATES", k)
        index = LexicalIndex(parts)
        every = index.score(query)
        found, scores = index.search(query, k, within)
        rows, beside = index.search_beside(query, k, lambda: np.array(others, np.int64), within)
    may = every > 0 if within is None else (every > 0) & within
    wanted = [row for row in np.lexsort((np.arange(first), -every)).tolist() if may[row]][:k]
    assert found.tolist() == wanted
    assert scores.tolist() == every[wanted].tolist()
    assert rows.tolist() == sorted({*wanted, *others})
    assert beside.tolist() == every[rows].tolist()


def test_a_search_leaves_nothing_to_the_next() -> None:
    """Searches share their room for sums: what one added another must not see."""
    index = LexicalIndex.from_terms(PARAGRAPHS)
    first = index.search({"养老": 1.0}, 3)[1].tolist()
    index.search({"就业": 1.0, "床位": 1.0}, 3)
    assert index.search({"养老": 1.0}, 3)[1].tolist() == first

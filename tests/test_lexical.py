"""BM25 against the formula written out."""

from math import log

import numpy as np
import pytest

from rag.lexical import K1, B, LexicalIndex

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

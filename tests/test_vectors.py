"""Nearest rows over several segments, some of whose rows are gone."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from rag.index import vectors
from rag.index.rows import LiveRows
from rag.index.vectors import RECALL, VectorFile, VectorIndex

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
BETWEEN = [0.6, 0.8]


def file(*vectors: list[float]) -> VectorFile:
    return VectorFile.from_vectors(np.array(vectors, np.float32).reshape(len(vectors), 2))


def test_search_is_best_first_with_ties_by_row() -> None:
    index = VectorIndex([(file(NORTH, EAST), LiveRows(2)), (file(BETWEEN, EAST), LiveRows(2, first=2))])
    rows, scores = index.search(np.array(EAST, np.float32), 3)
    assert rows.tolist() == [1, 3, 2]
    assert scores.tolist() == pytest.approx([1, 1, 0.6])


def test_rows_that_are_gone_are_neither_found_nor_counted() -> None:
    # Of the first segment only its second row is left, so the second segment begins at number 1.
    index = VectorIndex([(file(EAST, NORTH), LiveRows(2, 0, np.array([1]))), (file(EAST), LiveRows(1, first=1))])
    rows, scores = index.search(np.array(EAST, np.float32), 5)
    assert rows.tolist() == [1, 0]
    assert scores.tolist() == [1, 0]
    assert index.score(np.array(BETWEEN, np.float32), np.array([0, 1])).tolist() == pytest.approx([0.8, 0.6])


def test_a_search_goes_on_until_it_has_k_rows_that_are_left() -> None:
    gone = [EAST] * 50
    index = VectorIndex([(file(*gone, NORTH, BETWEEN), LiveRows(52, 0, np.array([50, 51])))])
    assert index.search(np.array(EAST, np.float32), 2)[0].tolist() == [1, 0]


@pytest.mark.parametrize("others", [1, 100])  # few allowed rows are scored one by one, many are searched
def test_within_limits_the_rows(others: int) -> None:
    index = VectorIndex([(file(EAST, BETWEEN, NORTH, *[NORTH] * others), LiveRows(3 + others))])
    within = np.array([False, True, True] + [False] * others)
    assert index.search(np.array(EAST, np.float32), 5, within)[0].tolist() == [1, 2]


def test_merging_keeps_the_rows_that_are_left_in_order() -> None:
    merged = VectorFile.merge([(file(EAST, NORTH), LiveRows(2, 0, np.array([1]))), (file(BETWEEN), LiveRows(1))])
    assert merged.vectors(np.arange(2)).tolist() == np.array([NORTH, BETWEEN], np.float32).tolist()


def test_an_empty_index_finds_nothing() -> None:
    for index in (VectorIndex([]), VectorIndex([(file(), LiveRows(0))])):
        assert index.search(np.array(EAST, np.float32), 3)[0].tolist() == []


@pytest.fixture(params=["all dimensions", "half of them"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> VectorFile:
    """4,000 rows in 40 clusters, which lie apart in 24 of 64 dimensions; enough for a compressed copy to be made."""
    monkeypatch.setattr("rag.index.vectors.LARGE", 1000)
    monkeypatch.setattr("rag.index.vectors.HUGE", 4000 if request.param == "half of them" else 4001)
    random = np.random.default_rng(1)
    vectors = np.repeat(random.standard_normal((40, 64)), 100, axis=0) + 1.5 * random.standard_normal((4000, 64))
    vectors[:, 24:] *= 0.1
    return VectorFile.from_vectors((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


def test_a_compressed_copy_is_kept_only_with_the_recall_it_was_measured_to_have(large: VectorFile) -> None:
    assert large.coarse is not None
    assert large.coarse.recall >= RECALL
    assert isinstance(large.coarse.index, faiss.IndexPreTransform) == (len(large) >= vectors.HUGE)
    queries = large.vectors(np.arange(0, 4000, 40))
    for k in (10, 30):
        assert 4 * large.coarse.deep(k) <= len(large)  # so that the copy is used
        found = [set(large.search(query, k)[0].tolist()) for query in queries]
        exact = [set(large.exactly(query, k)[0].tolist()) for query in queries]
        shared = [len(a & b) for a, b in zip(found, exact, strict=True)]
        assert sum(shared) / (k * len(shared)) >= RECALL
    assert large.search(queries[0], 10)[1][0] == pytest.approx(
        1, abs=1e-3
    )  # scores are those of the vectors, not of the copy


def test_no_compressed_copy_is_kept_that_misses_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.vectors.LARGE", 1000)
    random = np.random.default_rng(1)
    same = np.repeat(random.standard_normal((1, 64)), 2000, axis=0) + 1e-5 * random.standard_normal((2000, 64))
    assert VectorFile.from_vectors((same / np.linalg.norm(same, axis=1)[:, None]).astype(np.float32)).coarse is None


def test_the_nearest_of_many_queries_are_those_of_each(large: VectorFile) -> None:
    queries = large.vectors(np.arange(5))
    for query, found in zip(queries, large.nearest(queries, 10).tolist(), strict=True):
        assert set(found) == set(large.exactly(query, 10)[0].tolist())


def test_vectors_are_read_as_faiss_reads_them(large: VectorFile) -> None:
    rows = np.array([3999, 0, 7, 7])
    assert large.vectors(rows).tolist() == large.index.reconstruct_batch(rows).tolist()
    small = file(EAST, NORTH)
    assert small.vectors(np.array([1, 0])).tolist() == small.index.reconstruct_batch(np.array([1, 0])).tolist()


def test_vectors_are_the_same_from_the_disk(large: VectorFile, tmp_path: Path) -> None:
    query = large.vectors(np.array([7]))[0]
    for number, made in enumerate((large, file(EAST, NORTH))):
        folder = tmp_path / str(number)
        folder.mkdir()
        made.save(folder)
        loaded = VectorFile.load(folder)
        rows = np.arange(len(made))
        assert loaded.vectors(rows).tolist() == made.vectors(rows).tolist()
        assert (loaded.coarse is None) == (made.coarse is None)
    large.save(tmp_path)
    for got, wanted in zip(VectorFile.load(tmp_path).search(query, 10), large.search(query, 10), strict=True):
        assert got.tolist() == wanted.tolist()


def test_a_copy_whose_depth_for_30_was_not_measured_is_searched_three_times_as_deep(
    large: VectorFile, tmp_path: Path
) -> None:
    """As every store made until November 2026 has it."""
    large.save(tmp_path)
    (tmp_path / "vectors-coarse.json").write_text('{"depth": 150, "recall": 0.995}', encoding="utf-8")
    coarse = VectorFile.load(tmp_path).coarse
    assert coarse is not None
    assert [coarse.deep(k) for k in (1, 10, 30, 60)] == [150, 150, 450, 900]

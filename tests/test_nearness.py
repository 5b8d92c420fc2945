"""How near words are in meaning."""

import pytest

from rag.text.nearness import nearest


def test_of_each_text_the_nearest_word_counts() -> None:
    found = nearest(["医院", "道路"], [["学校", "医院"], ["道路", "医院", "绿地"], []])
    assert found[:, 0].tolist() == pytest.approx([1.0, 1.0, 0.0])
    assert found[1, 1] == pytest.approx(1.0)
    assert found[0, 1] < 0.9
    assert found[2].tolist() == [0.0, 0.0]


def test_words_near_in_meaning_are_nearer_than_others_in_either_language() -> None:
    found = nearest(["饭店", "hospital"], [["餐饮"], ["医疗"], ["道路"]])
    catering, medicine, road = found
    assert catering[0] > road[0]
    assert medicine[1] > road[1]


def test_no_words_are_near_to_nothing() -> None:
    assert nearest([], [["医院"]]).shape == (1, 0)

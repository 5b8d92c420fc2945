"""How near words are in meaning."""

import numpy as np
import pytest

from rag.text.nearness import cosines


def test_each_word_of_a_text_is_compared_with_each_word() -> None:
    school, both, empty = cosines(["医院", "道路"], [["学校"], ["道路", "医院", "绿地"], []])
    assert (school.shape, both.shape, empty.shape) == ((1, 2), (3, 2), (0, 2))
    assert both[:2] == pytest.approx(np.array([[both[0, 0], 1.0], [1.0, both[1, 1]]]))
    assert both[1, 1] == pytest.approx(both[0, 0])  # 道路 and 医院, either way round
    assert max(both[0, 0], school.max()) < 0.9


def test_words_near_in_meaning_are_nearer_than_others_in_either_language() -> None:
    catering, medicine, road = (found[0] for found in cosines(["饭店", "hospital"], [["餐饮"], ["医疗"], ["道路"]]))
    assert catering[0] > road[0]
    assert medicine[1] > road[1]


def test_nothing_is_near_to_no_words() -> None:
    assert [found.shape for found in cosines([], [["医院"]])] == [(1, 0)]
    assert [found.shape for found in cosines(["医院"], [[], []])] == [(0, 1), (0, 1)]

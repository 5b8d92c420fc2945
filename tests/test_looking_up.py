"""Terms looked up in tables of hashes, and kept for a while once they were."""

from collections.abc import Sequence

import numpy as np
import pytest

from rag.text.hashed import FEW, hashes, places_of
from rag.text.remembering import Remembered


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 5 * FEW])
def test_one_by_one_and_all_at_once_terms_are_found_alike(count: int) -> None:
    known = [f"词{number}" for number in range(0, 2 * count, 2)]
    keys = np.sort(hashes(known))
    asked = [f"词{number}" for number in range(count)]
    places = places_of(asked, keys)
    assert [place is not None for place in places] == [term in known for term in asked]
    assert [keys[place] for place in places if place is not None] == [
        key for key, term in zip(hashes(asked).tolist(), asked, strict=True) if term in known
    ]


@pytest.mark.parametrize("count", [FEW, FEW + 1])
def test_nothing_is_found_in_a_table_of_nothing(count: int) -> None:
    assert places_of(["养老"] * count, np.zeros(0, np.uint64)) == [None] * count


def test_what_was_found_is_asked_for_once() -> None:
    asked: list[list[str]] = []

    def lengths(words: Sequence[str]) -> list[int]:
        asked.append(list(words))
        return list(map(len, words))

    known = Remembered(lengths, most=3)
    assert known(["养老", "床位", "养老"]) == [2, 2, 2]
    assert known(["床位", "地铁站"]) == [2, 3]
    assert known([]) == []
    assert asked == [["养老", "床位"], ["地铁站"]]


def test_no_more_is_kept_than_was_said() -> None:
    asked: list[int] = []

    def doubled(numbers: Sequence[int]) -> list[int]:
        asked.extend(numbers)
        return [2 * number for number in numbers]

    known = Remembered(doubled, most=2)
    assert [known([number]) for number in (1, 2, 3, 4, 4, 1)] == [[2], [4], [6], [8], [8], [2]]
    assert asked == [1, 2, 3, 4, 1]

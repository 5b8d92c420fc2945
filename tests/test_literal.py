"""Tests of `rag.text.literal`."""

import re

from rag.text import literal


def test_places_of_a_name_do_not_overlap_and_an_empty_name_has_none() -> None:
    assert list(literal.places("aa", "aaaa a aa")) == [0, 2, 7]
    assert list(literal.places("", "aaaa")) == []


def test_a_name_stands_where_one_of_its_places_has_both_neighbours() -> None:
    digit_before, no_digit_behind = re.compile(r"\d$"), re.compile(r"(?!\d)")
    assert literal.stands("路", "路1路2 3路", before=digit_before, behind=no_digit_behind)  # the last of three
    assert not literal.stands("路", "路1路2", before=digit_before, behind=no_digit_behind)
    assert literal.stands("路", "路1")
    assert not literal.stands("街", "路1")


def test_a_name_with_marks_of_a_pattern_is_found_as_it_is_written() -> None:
    assert literal.stands("c++(草案)", "见c++(草案)。", behind=re.compile("。"))

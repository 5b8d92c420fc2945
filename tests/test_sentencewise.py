"""What is known of each word of the sentence that is found."""

import math

import pytest

from rag import KnowledgeBase
from rag.answers import sentencewise
from rag.answers.finding import Candidate
from rag.answers.weighing import scored
from rag.questions.question import understand
from rag.search import retrieval
from rag.search.asking import Asking
from rag.text.background import background
from tests.toys import ToyEncoder


def found(question: str, texts: list[str]) -> tuple[Asking, list[Candidate]]:
    """What is weighed, best first."""
    snapshot = KnowledgeBase.from_texts(texts, encoder=ToyEncoder()).snapshot
    asking = Asking.from_question(understand(question), snapshot)
    candidates = scored(snapshot, asking, retrieval.find(snapshot, asking))
    return asking, sorted(candidates, key=lambda candidate: -candidate.score)


def told(question: str, texts: list[str]) -> dict[str, dict[str, float]]:
    """By the word."""
    asking, candidates = found(question, texts)
    rows = [dict(zip(sentencewise.NAMES, row, strict=True)) for row in sentencewise.of(asking, candidates).tolist()]
    best = candidates[0]
    return dict(zip(best.passage.spans[best.index].words, rows, strict=True))


def test_what_is_told_and_was_not_asked_is_seen() -> None:
    words = told("全区有多少家企业？", ["全区共有高新企业129家,扶持资金9万元。", "学校有50所。", "企业家座谈会召开。"])
    assert (words["企业"]["in_question"], words["高新"]["in_question"]) == (1.0, 0.0)
    assert (words["企业"]["word_before"], words["高新"]["word_behind"]) == (0.0, 1.0)
    assert (words["企业"]["near_asked"], words["企业"]["characters"]) == (pytest.approx(1.0), 1.0)
    assert words["高新"]["near_asked"] < 0.9
    # 129家 stands right behind 企业, two characters behind 高新 and three (,扶持) before 资金, which 9 stands behind.
    assert words["企业"]["figure_behind"] == 0.0
    assert words["高新"]["figure_behind"] == pytest.approx(2 / sentencewise.APART)
    assert words["资金"]["figure_before"] == pytest.approx(3 / sentencewise.APART)
    assert (words["企业"]["figure_before"], words["资金"]["figure_behind"]) == (1.0, 0.0)
    assert words["高新"]["rarity"] == pytest.approx(-math.log(background().share(["高新"])[0]) / 10)


def test_words_of_what_else_was_weighed_are_common() -> None:
    words = told("企业有多少家？", ["企业有129家。", "企业座谈会召开。"])
    assert words["企业"]["elsewhere"] == 1.0
    assert words["129"]["elsewhere"] == 0.0
    assert (words["企业"]["in_passages"], words["129"]["in_passages"]) == (1.0, 0.5)


def test_without_figures_none_is_near() -> None:
    words = told("企业如何?", ["企业座谈会召开。"])
    assert {(row["figure_behind"], row["figure_before"], row["figure_clause"]) for row in words.values()} == {
        (1.0, 1.0, 0.0)
    }
    assert {row["digits"] for row in words.values()} == {0.0}


def test_an_english_question_is_compared_with_chinese_words() -> None:
    words = told("How many hospital beds were added?", ["新增医院床位537张。", "道路改造完成。"])
    assert words["医院"]["in_question"] == 1.0
    assert words["537"]["digits"] == 1.0
    assert all(row["latin"] == (word == "537") for word, row in words.items())


def test_a_question_without_words_has_no_table() -> None:
    asking, candidates = found("How many?", ["企业有129家。"])
    assert sentencewise.of(asking, candidates).shape == (0, len(sentencewise.NAMES))

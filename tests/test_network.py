"""The network that judges what was found, and what it is told of each word."""

import math
from pathlib import Path

import numpy as np
import pytest

from rag import KnowledgeBase
from rag.answers import wordwise
from rag.answers.network import FARTHEST, MOST_WORDS, SUM, Layer, Member, Network, Reader, chance_of
from rag.answers.weighing import scored
from rag.fitting import training
from rag.fitting.picking import fit_picking
from rag.fitting.stages import Choice
from rag.questions.question import understand
from rag.search import retrieval
from rag.search.asking import Asking
from tests.toys import ToyEncoder


def layer(weights: list[list[float]], biases: list[float]) -> Layer:
    return Layer(np.array(weights), np.array(biases))


def tiny(last: float = 1.0) -> Network:
    """Of one feature, mean 2 and spread 4, and of one thing known of words. What is read of a word is 2x - 1, but never
    below 0; joined are the greatest, the sum, the heeded mean (all alike heeded) and the feature, each as it is."""
    reader = Reader(layer([[2.0]], [-1.0]), layer([[1.0]], [0.0]), layer([[0.0]], [0.0]))
    member = Member(
        [reader],
        joined=layer(np.eye(4).tolist(), [0.0] * 4),
        last=layer([[1.0], [10.0], [100.0], [1000.0]], [last]),
    )
    return Network(("age",), (("told",),), np.array([2.0]), np.array([4.0]), [member], {"made_by": "hand"})


def log_odds(features: dict[str, float], words: np.ndarray) -> float:
    return float(tiny().log_odds([features], [(words,)])[0])


def test_of_the_words_the_greatest_the_sum_and_the_mean_are_joined_with_the_features() -> None:
    # Read: 1, 0 (for -1), 3. The feature: (6 - 2) / 4 = 1.
    words = np.array([[1.0], [0.0], [2.0]])
    expected = 3 * 1 + (1 + 3) / SUM * 10 + 4 / 3 * 100 + 1 * 1000 + 1.0
    assert log_odds({"age": 6.0, "unknown": 9.0}, words) == pytest.approx(expected)


def test_without_words_the_features_speak_and_one_not_given_is_nothing() -> None:
    none = np.zeros((0, 1))
    assert log_odds({"age": 6.0}, none) == pytest.approx(1000 + 1)
    # 0 is half a spread below the mean, and what is joined is never below 0.
    assert log_odds({}, none) == pytest.approx(1)


def test_no_feature_counts_beyond_a_few_spreads_nor_a_word_beyond_the_first() -> None:
    none = np.zeros((0, 1))
    assert log_odds({"age": 1e6}, none) == pytest.approx(1000 * FARTHEST + 1)
    words = np.concatenate([np.full((MOST_WORDS, 1), 1.0), np.full((5, 1), 50.0)])
    assert log_odds({}, words) == log_odds({}, words[:MOST_WORDS])


def test_rows_are_weighed_side_by_side_as_each_alone() -> None:
    words = [np.array([[1.0], [0.0]]), np.array([[0.2], [3.0]]), np.array([[2.0]])]
    ages = [{"age": 6.0}, {"age": 1.0}, {"age": 3.0}]
    together = tiny().log_odds(ages, [(each,) for each in words])
    assert together == pytest.approx([log_odds(age, each) for age, each in zip(ages, words, strict=True)])


def test_networks_together_have_the_mean_of_their_log_odds() -> None:
    none = np.zeros((0, 1))
    # Log odds of 2 and -1 come to .5.
    both = chance_of(tiny(2.0), tiny(-1.0), features={}, words=(none,))
    assert both == pytest.approx(1 / (1 + math.exp(-0.5)))


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    tiny().save(tmp_path / "tiny.json")
    read = Network.from_file(tmp_path / "tiny.json")
    words = np.array([[0.7], [2.0]])
    assert read.log_odds([{"age": 3.0}], [(words,)]) == tiny().log_odds([{"age": 3.0}], [(words,)])
    assert (read.names, read.word_names, read.about) == (["age"], [["told"]], {"made_by": "hand"})


def test_it_learns_that_one_word_missing_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answered where none of three words is missing: no sum or mean of a feature says so but the least of them."""
    monkeypatch.setattr(training, "ROUNDS", 60)
    drawn = np.random.default_rng(5)
    missing = drawn.random((600, 3)) < 0.25
    tables = training.tables([(each[:, None].astype(float),) for each in missing])
    yes = ~missing.any(axis=1)
    rows = training.Rows(drawn.random((600, 1)).astype(np.float32), tables, yes, np.ones(600))
    network = training.train(rows, ["noise"], [["missing"]])

    def chance(*told: float) -> float:
        return chance_of(network, features={"noise": 0.5}, words=(np.array(told)[:, None],))

    assert chance(0, 0, 0) > 0.9
    assert max(chance(1, 0, 0), chance(0, 1, 0), chance(0, 1, 1)) < 0.1


def test_what_is_added_to_scores_lets_the_right_one_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first scores 1 more, whichever is right: only the words tell."""
    monkeypatch.setattr(training, "ROUNDS_OF_CHOICE", 60)
    drawn = np.random.default_rng(7)
    held = drawn.random((400, 2, 3)) < 0.6
    held = held[held.all(axis=2).sum(axis=1) == 1]  # of one of the two all words are held
    questions = len(held)
    tables = training.tables([(each[:, None].astype(float),) for pair in held for each in pair])
    choices = training.Choices(
        np.zeros((2 * questions, 1), np.float32),
        tables,
        np.tile(np.array([1.0, 0.0], np.float32), questions),
        held.all(axis=2).ravel(),
        np.arange(0, 2 * questions + 1, 2),
        np.ones(questions),
    )
    network = training.train_choice(choices, ["nothing"], [["held"]])
    all_held, lacking = np.ones((3, 1)), np.array([[1.0], [0.0], [1.0]])
    one, other = network.log_odds([{}, {}], [(all_held,), (lacking,)])
    assert one > other + 1


def words_of(question: str, texts: list[str]) -> dict[str, dict[str, float]]:
    """What is known of each word of a question, by the word, against the best sentence of Chinese texts."""
    snapshot = KnowledgeBase.from_texts(texts, encoder=ToyEncoder()).snapshot
    asking = Asking.from_question(understand(question), snapshot)
    hits = retrieval.find(snapshot, asking)
    best = max(scored(snapshot, asking, hits), key=lambda candidate: candidate.score)
    rows = [dict(zip(wordwise.NAMES, row, strict=True)) for row in best.words.tolist()]
    named = (
        asking.asked.words if question[0] >= "一" or question[0].isdigit() else [g.word for g in asking.asked.groups]
    )
    return dict(zip(named, rows, strict=True))


def test_of_each_word_it_is_known_where_it_stands() -> None:
    told = words_of(
        "2023年新增养老床位多少张？",
        ["2023年,全区改造道路3条。养老服务方面,新增床位537张。", "医院床位有900张。", "绿地面积扩大。"],
    )
    assert told["床位"]["in_sentence"] == 1.0
    assert told["床位"]["in_another"] == 1.0
    assert told["养老"]["in_another"] == 0.0
    assert (told["2023"]["in_sentence"], told["2023"]["near"], told["2023"]["in_passage"]) == (0.0, 1.0, 1.0)
    # "537" stands right behind 床位, in its clause; 养老 stands in the one before.
    assert told["床位"]["figure_far"] == pytest.approx(2 / wordwise.APART)
    assert (told["床位"]["figure_clause"], told["养老"]["figure_clause"]) == (1.0, 0.0)
    # 多少 begins two characters behind 床位's beginning.
    assert told["床位"]["before_asking"] == pytest.approx(2 / wordwise.FAR)
    assert max(row["telling"] for row in told.values()) == 1.0


def test_words_that_nothing_holds_and_figures_that_are_not_there() -> None:
    told = words_of("养老驿站有多少座电梯？", ["养老驿站由居民自己管理。", "电视塔很高。"])
    assert (told["电梯"]["unseen"], told["养老"]["unseen"]) == (1.0, 0.0)
    assert (told["电梯"]["in_sentence"], told["养老"]["in_sentence"]) == (0.0, 1.0)
    assert all((row["figures"], row["figure_far"], row["figure_clause"]) == (0.0, 1.0, 0.0) for row in told.values())


def test_an_english_question_is_told_by_what_stands_for_its_words() -> None:
    told = words_of("How many hospital beds were added?", ["新增医院床位537张。", "道路改造完成。"])
    assert {word: row["in_sentence"] > 0.5 for word, row in told.items()}["hospital"]
    assert {row["latin"] for row in told.values()} == {1.0}


def test_picking_is_told_without_and_with_what_the_network_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two sentences one holds all words of the question and scores less: it is the right one."""
    monkeypatch.setattr(training, "ROUNDS_OF_CHOICE", 40)
    drawn = np.random.default_rng(3)
    choices = []
    for number in range(200):
        held, lacking = drawn.random((2, 4, len(wordwise.NAMES)))
        held[:, wordwise.NAMES.index("in_sentence")] = 1.0
        lacking[:, wordwise.NAMES.index("in_sentence")] = 0.0
        rows = [{"length": 0.5}, {"length": 0.5}]
        choices.append(Choice(rows, [(lacking,), (held,)], [1.0, 0.5], [False, True], "own:zh", number % 10))
    nothing_right = Choice(choices[0].features, choices[0].words, [1.0, 0.5], [False, False], "own:zh", 0)
    network, figures = fit_picking([*choices, nothing_right], {"made_by": "a test"})
    without, added = figures["top1_without_and_with"]["own:zh"]
    assert (without, added > 0.95) == (0.0, True)
    assert network.about["questions"] == 200

"""Other words of the same language for those of a question, and what they count."""

import numpy as np
import pytest

from embeddings.terms import words
from rag import KnowledgeBase
from rag.questions import light
from rag.questions.question import understand
from rag.search.asking import ALONE, OTHER, Asking
from rag.search.coverage import Coverage
from rag.search.rarity import LITTLE, PRIOR, UNSEEN
from rag.text.matching import Asked, Matchable
from rag.text.thesaurus import FILE, FIRST, LATER, LEAST, others_for, thesaurus
from tests.toys import ToyEncoder


def test_each_line_is_a_word_and_others_that_are_not_it() -> None:
    lines = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]
    words = [word for word, _ in lines]
    assert words == sorted(set(words)) and len(words) > 3000
    for word, told in lines:
        others = told.split("/")
        assert word and all(others) and len(set(others)) == len(others) and word not in others


def test_the_further_on_a_line_the_less_a_word_stands_for_it() -> None:
    others = thesaurus()["房租"]
    assert list(others.values()) == [max(FIRST * LATER**place, LEAST) for place in range(len(others))]


def test_what_stands_for_a_phrase_stands_for_each_word_of_it() -> None:
    found = others_for("找工作的人", ["找", "工作", "人"])
    assert "就业" in found["工作"] and "人" not in found
    assert others_for("房租", ["房租"])["房租"]["租金"] == pytest.approx(FIRST)
    assert (
        "固定资产投资" in others_for("固投多少", ["固", "投", "多少"])["固投"]
    )  # of single characters: a word of its own
    assert not others_for("空空如也", ["空空如也"]).get("空空如也")


def test_a_word_is_covered_as_far_as_another_that_stands_for_it() -> None:
    asked = Asked({"房租": 3.0, "商户": 1.0}, {}, head={"房租": 3.0}, alike={"房租": {"租金": 0.64}})
    texts = [Matchable(text) for text in ("减免商户房租", "减免商户租金", "减免商户税费")]
    held = np.array([[term in asked.matched(text) for term in asked.vocabulary] for text in texts])
    # The root of .64 is .8: of 4 in all, 1 + 3, 1 + .8 x 3 and 1 are covered.
    assert Coverage(asked).of_terms(held)[0].tolist() == pytest.approx([1.0, 3.4 / 4, 1 / 4])
    assert [asked.word_coverage(asked.matched(text)) for text in texts] == pytest.approx([1.0, 3.4 / 4, 1 / 4])
    # And of the weightiest word nothing, a fifth and all is missing.
    assert Coverage(asked).rarest_missing(held).tolist() == pytest.approx([0.0, 0.2, 1.0])
    assert [asked.rarest_missing(asked.matched(text)) for text in texts] == pytest.approx([0.0, 0.2, 1.0])
    # So is what is asked for.
    assert Coverage(asked).of_terms(held)[2].tolist() == pytest.approx([1.0, 0.8, 0.0])
    assert [asked.head_coverage(asked.matched(text)) for text in texts] == pytest.approx([1.0, 0.8, 0.0])


@pytest.fixture
def twenty() -> KnowledgeBase:
    return KnowledgeBase.from_texts(
        [f"第{number}条。" for number in range(19)] + ["全年减免租金3亿元。"], encoder=ToyEncoder()
    )


def test_a_word_that_speech_adds_tells_little(twenty: KnowledgeBase) -> None:
    words = Asking.from_question(understand("打算给商户少收多少房租？"), twenty.snapshot).asked.words
    assert {"打算", "给"} <= light.CHINESE
    assert words["打算"] <= LITTLE and words["给"] <= LITTLE < words["房租"]


def test_a_word_that_stands_nowhere_tells_no_more_than_half_a_passage_would(twenty: KnowledgeBase) -> None:
    words = Asking.from_question(understand("㑇㑇花了多少钱？"), twenty.snapshot).asked.words
    # Twenty passages of eighty are the documents' own, and half a one of those is taken to hold it.
    assert max(words.values()) <= -np.log(UNSEEN * (20 / (20 + PRIOR)) / (20 + PRIOR)) + 1e-9


def test_a_word_with_another_in_its_place_is_not_unseen(twenty: KnowledgeBase) -> None:
    asked = Asking.from_question(understand("商户少收多少房租？"), twenty.snapshot).asked
    assert "租金" in asked.alike["房租"] and "房租" not in asked.unseen and "商户" in asked.unseen


def test_what_is_written_in_latin_letters_is_known_however_it_is_typed() -> None:
    folded = understand("东江区GDP增速是多少？").bare
    assert next(iter(others_for(folded, words(folded))["gdp"])) == "地区生产总值"
    assert "gdp" in others_for("地区生产总值", ["地区生产总值"])["地区生产总值"]
    assert not others_for("snapple的产值", ["snapple", "产值"])["snapple"]  # the app within is none


def test_what_the_lexical_leg_has_as_several_words_stands_for_one_too() -> None:
    texts = [f"第{number}条。" for number in range(19)] + ["全年固定资产投资301亿元。"]
    kb = KnowledgeBase.from_texts(texts, encoder=ToyEncoder())
    asked = Asking.from_question(understand("固投多少亿元？"), kb.snapshot).asked
    assert kb.snapshot.lexical.frequency(["固定资产投资", "固投"]).tolist() == [0, 0]
    assert asked.alike["固投"] == {"固定资产投资": pytest.approx(FIRST)} and "固投" not in asked.unseen
    # Each pair of its characters is looked for, as much as it stands for a word that stands nowhere.
    pairs = ("固定", "定资", "资产", "产投", "投资")
    assert [asked.weighted[pair] for pair in pairs] == pytest.approx([ALONE * FIRST] * 5)


def test_another_word_is_looked_for_less_where_the_word_itself_stands() -> None:
    kb = KnowledgeBase.from_texts(["房租减免。", "租金减免。", "其他。"], encoder=ToyEncoder())
    asked = Asking.from_question(understand("减免多少房租？"), kb.snapshot).asked
    assert asked.weighted["租金"] == pytest.approx(OTHER * FIRST)

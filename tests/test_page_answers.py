"""An answer as HTML: what of it stands on a line of its own, and what is said once."""

from dataclasses import replace

from rag.types import Answer, Document, Sentence
from tests.fake_knowledge import FakeKnowledge

LIBRARY = FakeKnowledge([Document("a", "甲报告", "甲区收入完成10.5亿元。\n乙区收入完成20.5亿元。\n")])
ANSWER = LIBRARY.ask("收入完成多少？")


def drawn(answer: Answer) -> str:
    from ui.page.answers import render_turn
    from ui.page.turns import Turn

    return render_turn(Turn(answer.question, answer, "done"), 0, library=LIBRARY, language="zh")


def test_each_part_of_a_comparison_begins_a_line():
    parts = tuple(Sentence(f"{place}：收入完成{figure}亿元。", (n,), verified=True) for n, place, figure in
                  ((1, "甲区", "10.5"), (2, "乙区", "20.5")))  # fmt: skip
    ended = Sentence("相比之下，乙区高于甲区。", verified=True)
    assert drawn(replace(ANSWER, sentences=(*parts, ended))).count("yj-part") == 3
    plain = tuple(replace(s, text=s.text.partition("：")[2]) for s in parts)
    assert "yj-part" not in drawn(replace(ANSWER, sentences=plain))
    assert "yj-part" not in drawn(replace(ANSWER, sentences=parts[:1]))


def test_an_abstention_says_the_question_once():
    said = "文件中没有找到这个问题的答案：月球上呢？（已在甲区的文件中查找）"
    answer = Answer("月球上呢？", "月球上呢？", said, abstained=True, id="a")
    box = drawn(answer).split('<div class="yj-abstained">')[1].split("</div>")[0]
    assert box.count("月球上呢？") == 1
    assert "查找的是：月球上呢？（已在甲区的文件中查找）" in box
    other = drawn(replace(answer, text="模型认为这些段落不够。", model={"name": "m"}))
    assert "查找的是：月球上呢？</p>" in other
    assert "模型认为这些段落不够。" in other
    long = "月" * 61
    shortened = replace(answer, question=long, resolved_question=long, text=said.replace("月球上呢？", "月" * 59 + "…"))
    assert f"查找的是：{'月' * 59}…（已在甲区的文件中查找）</p></div>" in drawn(shortened)


def test_a_greeting_is_no_failure_to_find():
    greeted = drawn(Answer("你好", "你好", "您好！请直接提出您的问题。", abstained=True, id="a"))
    assert '<p class="yj-verdict">您好！请直接提出您的问题。</p>' in greeted
    assert "没有找到" not in greeted


def test_suggestions_name_place_and_year_and_are_surely_answered():
    from rag.knowledge_base import KnowledgeBase
    from ui.page.suggestions import Suggestions

    report = "2023年，区级一般公共预算收入完成170.9亿元，比上年增长10.1%。2024年，全区新增养老床位600张。"
    english = "Qingchuan's general public budget revenue reached 17.09 billion yuan in 2023."
    kb = KnowledgeBase.from_texts(
        [report, english], titles=["青川区2024年政府工作报告", "Qingchuan Work Report 2024"], ids=["zh", "en"]
    )
    suggested = Suggestions(kb)
    assert suggested.questions("zh")[:2] == ["青川区2023年一般公共预算收入是多少？", "青川区2024年养老床位是多少？"]
    assert suggested.questions("en")[0] == "What was Qingchuan's general public budget revenue in 2023?"
    assert all(kb.ask(question).confidence >= 0.5 for question in suggested.questions("zh"))


def test_a_word_in_latin_letters_is_marked_whole():
    from ui.page.search import highlight

    marked, found = highlight("600 beds embedded in 15 wards, 5% more: 养老床位", ["bed", "5", "床位"])
    assert marked == "600 <mark>beds</mark> embedded in 15 wards, <mark>5</mark>% more: 养老<mark>床位</mark>"
    assert found == ["bed", "5", "床位"]

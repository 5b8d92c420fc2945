"""Paragraphs made ready: folded in one go, they read as their sentences and the whole do each folded by itself."""

from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.folding import fold
from rag.index.imprint import VERSION, Imprint
from rag.index.passages import Passage
from rag.questions.question import language_of
from rag.search.sight import Sights
from rag.text.facts import years_told
from rag.text.matching import Asked
from rag.text.sentences import sentences
from rag.types import Document, Paragraph

TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"])
    | st.sampled_from("零一二三十百千万亿点分之年,.5%２。;！”\n a养老\u200b\u3000"),
    max_size=60,
)


def passage_of(text: str, *section: str, title: str = "", date: str | None = None) -> Passage:
    return Passage.from_paragraph(
        Paragraph("d:0", "d", section, 0, len(text), text), Document("d", title, text, date=date)
    )


@given(TEXTS)
def test_the_whole_and_each_sentence_are_folded_as_by_themselves(text: str) -> None:
    passage = passage_of(text)
    assert passage.text.folded == fold(text)
    assert [(span.start, span.end, span.text.folded) for span in passage.spans] == [
        (start, end, fold(text[start:end])) for start, end in sentences(text)
    ]


TERMS = ["养老", "老", "点", "a", "ab", "b", "5", "23", "0.5", "a b", "二"]


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["b 5.", "a"])  # the words of one text do not run on into the next
@example(["", "a"])
@example(["养老5。", ""])
def test_texts_looked_into_together_hold_what_each_does_by_itself(texts: list[str]) -> None:
    asked = Asked(dict.fromkeys(TERMS, 1.0), {})
    passages = [passage_of(text, "二、b 5", title=f"养老{i}") for i, text in enumerate(texts)]
    sights = Sights.of(asked, passages)
    for place, passage in enumerate(passages):
        whole = asked.matched(passage.text)
        sight = sights[place]
        assert sight.named(sights.text[place]) == whole
        assert sight.named(sights.title[place]) == asked.matched(passage.title)
        assert sight.named(sights.section[place]) == asked.matched(passage.section)
        assert [sight.held(i) for i in range(len(passage.spans))] == [
            asked.matched(span.text) & whole for span in passage.spans
        ]


def test_some_of_the_texts_looked_into_together_are_as_if_looked_into_alone() -> None:
    asked = Asked(dict.fromkeys(TERMS, 1.0), {})
    passages = [passage_of(text, title=f"{i}老") for i, text in enumerate(("养老。5点", "", "a b", "二。b 23。点"))]
    together = Sights.of(asked, passages)
    for start, stop in ((0, 4), (0, 2), (1, 2), (2, 4), (3, 4)):
        some, alone = together.only(start, stop), Sights.of(asked, passages[start:stop])
        for name in ("title", "section", "text", "spans", "bounds"):
            assert getattr(some, name).tolist() == getattr(alone, name).tolist()
        last = stop - start - 1
        assert some[last].near.tolist() == alone[last].near.tolist()


@given(TEXTS)
def test_an_imprint_says_what_the_text_does(text: str) -> None:
    imprint = Imprint.of(text)
    folded = [fold(text[start:end]) for start, end in sentences(text)]
    assert imprint.sheet.text == fold(text)
    assert list(imprint.sheet.sentences) == folded
    assert imprint.sheet.size == len(folded)
    assert imprint.years == {year for sentence in folded for year in years_told(sentence)}
    assert imprint.language == language_of(fold(text))


def test_an_imprint_as_it_is_kept() -> None:
    """Where this has to be changed, `rag.index.imprint.VERSION` must be raised, or stores go on with what they have."""
    imprint = Imprint.of("二〇二三年，GDP增長5.2％。 New 3 beds!")
    first, between, second = "2023年,gdp增长5.2%。", " ", "new 3 beds!"
    words = ["\x002023\x003\x005.2\x00beds\x00gdp\x00new\x00\x01", "\x002023\x005.2\x00gdp\x00\x01",
             "\x003\x00beds\x00new\x00\x01"]  # fmt: skip
    zones = ["", first, between, second, "", *words]
    assert VERSION == 1
    assert imprint.sheet.units == "".join(zones).encode("utf-16-le")
    assert imprint.sheet.lengths == b"".join(len(zone).to_bytes(4, "little") for zone in zones)
    assert (imprint.language, imprint.years) == ("zh", {2023})


def test_a_year_that_is_held_against_is_not_told_of() -> None:
    assert passage_of("2023年收入100亿元,比2022年增长5%。二〇二一年建成。").told_years == {2023, 2021}


def test_the_innermost_heading_that_says_so_tells_the_years_and_whether_it_is_planned() -> None:
    passage = passage_of(
        "新增床位600张。", "一、2023年工作回顾", "(二)2024年计划", "养老", title="甲区2025年报告", date="2026-01-16"
    )
    assert passage.years == {2024}
    assert passage.aspect == "plan"
    assert passage.title_years == {2025}
    assert passage_of("新增床位600张。", title="甲区工作报告", date="2026-01-16").title_years == {2026}
    assert passage_of("新增床位600张。", title="甲区2023年工作总结").aspect == "done"

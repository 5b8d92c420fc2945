"""Paragraphs made ready: folded in one go, they read as their sentences and the whole do each folded by itself."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.folding import fold
from rag.index.passages import Passage
from rag.text.sentences import sentences
from rag.text.spotting import units_of
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


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_texts_run_together_are_looked_into_as_each_by_itself(texts: list[str]) -> None:
    folded = [fold(text) for text in texts]
    units, lengths = units_of(folded)
    alone = [units_of([text])[0] for text in folded]
    assert units.tolist() == np.concatenate(alone).tolist()
    assert list(lengths) == [len(each) for each in alone]


def test_the_innermost_heading_that_says_so_tells_the_years_and_whether_it_is_planned() -> None:
    passage = passage_of(
        "新增床位600张。", "一、2023年工作回顾", "(二)2024年计划", "养老", title="甲区2025年报告", date="2026-01-16"
    )
    assert passage.years == {2024}
    assert passage.aspect == "plan"
    assert passage.title_years == {2025}
    assert passage_of("新增床位600张。", title="甲区工作报告", date="2026-01-16").title_years == {2026}
    assert passage_of("新增床位600张。", title="甲区2023年工作总结").aspect == "done"

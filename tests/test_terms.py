import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.term_numbers import TermNumbers, _entries
from embeddings.terms import LOG_TOTAL, bigrams, jieba_lines, segmenter, terms, words

CORPUS = Path(__file__).parent.parent / "data" / "corpus"

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


def test_words():
    assert words("2023年，杨浦区收入154.99亿元. The reports on cities' plans") == [
        "2023", "年", "杨浦", "杨浦区", "收入", "154.99", "亿元", "report", "city", "plan",
    ]  # fmt: skip


def test_terms_are_words_then_bigrams():
    assert terms("楊浦區") == ["杨浦", "杨浦区", "杨浦", "浦区"]


def test_a_character_alone():
    assert bigrams("区 2") == ["区"]


def test_nothing_to_index():
    assert terms("") == terms(" 。!\x00") == []


def test_jieba_cuts_the_same_way():
    import jieba

    assert isinstance(segmenter(), jieba.Tokenizer)
    reference = jieba.Tokenizer()
    reference.FREQ, reference.total = {"同": 5, "比": 5, "同比": 9, "增": 4, "增长": 8, "长": 3}, 60_101_967
    reference.initialized = True
    assert segmenter().search_words("同比增长") == list(reference.cut_for_search("同比增长", HMM=False))
    assert sys.modules.get("pkg_resources", sys) is not None


def test_the_dictionary_read_at_once_is_what_it_is_line_by_line():
    lines = [line.split(" ") for line in jieba_lines().splitlines()]
    codes, lengths, values = _entries(jieba_lines())
    assert codes.tobytes().decode("utf-32-le") == "".join(word for word, _, _ in lines)
    assert lengths.tolist() == [len(word) for word, _, _ in lines]
    assert values.tolist() == [math.log(int(frequency) or 1) - LOG_TOTAL for _, frequency, _ in lines]


TEXTS = st.text(
    st.sampled_from("中华人民共和国全国代表大会常务委员会上海市杨浦区,。\n aAsB's1２.%一丨𠀀한😀ａ繁體字")
    | st.characters(),
    max_size=60,
)


@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=3))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_terms_of_many_are_those_of_each(first: list[str], second: list[str]) -> None:
    numbered = TermNumbers()
    numbered.add(first)
    numbered.add(second)
    assert _each(numbered) == [Counter(terms(text)) for text in first + second]
    assert len(set(numbered.vocabulary)) == len(numbered.vocabulary)


def test_the_terms_of_whole_documents_and_of_a_run_without_end() -> None:
    texts = [file.read_text(encoding="utf-8") for file in sorted(CORPUS.glob("*.md"))] + ["中国" * 3000]
    numbered = TermNumbers()
    numbered.add(texts)
    assert _each(numbered) == [Counter(terms(text)) for text in texts]


def _each(numbered: TermNumbers) -> list[Counter[str]]:
    parts = np.split(numbered.numbers, np.cumsum(numbered.sizes)[:-1]) if len(numbered.sizes) else []
    return [Counter(numbered.vocabulary[number] for number in part.tolist()) for part in parts]

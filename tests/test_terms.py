import sys

from embeddings.terms import bigrams, segmenter, terms, words


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

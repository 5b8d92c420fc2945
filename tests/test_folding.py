import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.folding import fold, fold_pieces, fold_with_offsets


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("二〇二三年增長百分之五點二，達到1,261家", "2023年增长5.2%,达到1261家"),
        ("２０２３年ＡＢＣ", "2023年abc"),
        ("Beyoncé", "beyonce"),
        ("臺灣", "台湾"),
        ("一百二十三", "123"),
        ("三万五千", "35000"),
        ("五千万元", "5000万元"),
        ("一亿二千万", "120000000"),
        ("二百零五", "205"),
        ("三百五", "350"),
        ("第二十一届", "第21届"),
        ("千分之三", "3‰"),
        ("增长三点五个百分点", "增长3.5个百分点"),
        ("2023，100", "2023,100"),
        ("1,234,567", "1234567"),
        ("\x00a\ufeff\ud800", " a\ufffd"),
    ],
)
def test_one_form(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    "text", ["十四五规划", "十分重要", "千方百计", "一带一路", "一一列举", "万一", "百姓", "九三学社"]
)
def test_words_with_numerals_in_them_stay(text):
    assert fold(text) == text


@given(st.text(alphabet=st.characters() | st.sampled_from("零一二三十百千万亿点分之年,.5%２臺é"), max_size=40))
def test_offsets_lead_back(text):
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert folded.offsets[-1] == len(text)


def test_a_span_over_a_figure_covers_it_whole():
    text = "增长百分之五点二，好"
    folded = fold_with_offsets(text)
    at = folded.text.index("5.2%")
    assert text[folded.offsets[at] : folded.offsets[at + 4]] == "百分之五点二"


@given(
    st.lists(
        st.text(alphabet=st.characters() | st.sampled_from("零一二三十百千万亿点分之年,.5%２臺é\n\n"), max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_pieces_are_folded_as_each_by_itself(pieces):
    assert fold_pieces(pieces) == [fold(piece) for piece in pieces]

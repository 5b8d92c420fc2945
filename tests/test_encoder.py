import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.features import BIGRAM, NUMBER, SUBWORD, WORD, Extractor, hash_piece

BAD_TEXTS = {
    "empty": "",
    "blank": " \n\t",
    "emoji": "😀😀👍🏽",
    "control": "\x00\x01\x7f",
    "surrogate": "\ud800",
    "arabic": "مرحبا بالعالم",
    "korean": "안녕하세요",
    "long": "杨浦区2023年 report " * 60_000,
}


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_any_text_has_a_unit_vector(encoder, text):
    assert np.linalg.norm(encoder.encode_query(text)) == pytest.approx(1, abs=1e-5)


def test_a_batch_is_its_texts_one_by_one(encoder):
    texts = [*BAD_TEXTS.values(), "杨浦区", "general public budget revenue 154.99"] * 30
    together = encoder.encode_passages(texts)
    assert together.shape == (300, encoder.dimensions)
    assert together.dtype == np.float32
    for row, text in zip(together[:10], texts[:10], strict=True):
        np.testing.assert_allclose(encoder.encode_passages([text])[0], row, atol=1e-5)
    assert encoder.encode_passages([]).shape == (0, encoder.dimensions)


def test_a_name_never_seen_matches_itself(encoder):
    passages = encoder.encode_passages(["饕餮鼐彝公司去年新增员工", "其他公司去年新增员工", "天气很好"])
    assert np.argmax(passages @ encoder.encode_query("饕餮鼐彝有多少员工")) == 0


def test_features_hash_the_same_wherever_they_stand():
    features = Extractor()(["杨浦区 1.5 cities", "在杨浦 1.5"])
    for piece, kind in (("杨浦", BIGRAM), ("1.5", NUMBER)):
        found = features.text[features.hashes == hash_piece(piece, kind)]
        assert found.tolist() == [0, 1]
    assert hash_piece("citie", WORD) in features.hashes
    assert hash_piece("杨浦", SUBWORD) not in features.hashes

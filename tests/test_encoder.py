import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.features import Extractor, hash_piece
from embeddings.static import StaticEncoder
from embeddings.syllables import syllables

BAD_TEXTS = {
    "empty": "",
    "blank": " \n\t",
    "emoji": "😀😀👍🏽",
    "control": "\x00\x01\x7f",
    "surrogate": "\ud800",
    "arabic": "مرحبا بالعالم",
    "korean": "안녕하세요",
    "long": "杨浦区2023年 report " * 50_000,
}


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_any_text_has_a_unit_vector(encoder, text):
    assert np.linalg.norm(encoder.encode_query(text)) == pytest.approx(1, abs=1e-5)


def test_a_batch_is_its_texts_one_by_one(encoder):
    texts = [*BAD_TEXTS.values(), "杨浦区", "general public budget revenue 154.99"]
    together = encoder.encode_passages(texts)
    assert together.shape == (10, encoder.dimensions)
    assert together.dtype == np.float32
    for row, text in zip(together[:10], texts[:10], strict=True):
        np.testing.assert_allclose(encoder.encode_passages([text])[0], row, atol=1e-5)
    assert encoder.encode_passages([]).shape == (0, encoder.dimensions)


def test_a_name_never_seen_matches_itself(encoder):
    passages = encoder.encode_passages(["饕餮鼐彝公司去年新增员工", "其他公司去年新增员工", "天气很好"])
    assert np.argmax(passages @ encoder.encode_query("饕餮鼐彝有多少员工")) == 0


def test_features_hash_the_same_wherever_they_stand():
    features = Extractor()(["杨浦区 1.5 cities", "在杨浦 1.5"])
    for piece in ("杨浦", "1.5", "浦"):
        assert features.text[features.hashes == hash_piece(piece)].tolist() == [0, 1]
    assert hash_piece("citie") in features.hashes


def test_languages_meet(encoder):
    passages = encoder.encode_passages(["区政府的财政收入", "幼儿园的招生", "地铁的安全运行"])
    for at, question in enumerate(["fiscal revenue of the district government", "kindergarten", "subway safety"]):
        assert np.argmax(passages @ encoder.encode_query(question)) == at


def test_a_name_in_pinyin_meets_its_characters(encoder):
    passages = encoder.encode_passages(["虹口区的计划", "杨浦区的计划", "黄浦区的计划"])
    for at, question in enumerate(["Hongkou plan", "Yangpu plan", "Huangpu plan"]):
        assert np.argmax(passages @ encoder.encode_query(question)) == at


def test_saved_and_opened_it_is_the_same(encoder, tmp_path):
    encoder.save(tmp_path)
    again = StaticEncoder.open(tmp_path)
    assert again.fingerprint == encoder.fingerprint
    np.testing.assert_array_equal(again.encode_query("有据可查"), encoder.encode_query("有据可查"))


def test_another_format_is_refused(tmp_path):
    StaticEncoder.untrained(dimensions=8).save(tmp_path)
    path = tmp_path / "youju_static.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ValueError, match="format 99, expected 1"):
        StaticEncoder.open(tmp_path)


@pytest.mark.parametrize(
    ("word", "parts"), [("yangpu", ("yang", "pu")), ("xueliang", ("xue", "liang")), ("oxygen", ()), ("", ())]
)
def test_syllables(word, parts):
    assert syllables(word) == parts


def test_the_fingerprint_follows_how_text_is_taken_apart(encoder, monkeypatch):
    again = StaticEncoder.open()
    assert again.fingerprint == encoder.fingerprint
    monkeypatch.setattr("embeddings.features.fold", str.lower)
    assert StaticEncoder.open().fingerprint != encoder.fingerprint

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.sentence import SentenceEncoder, prompts_for
from embeddings.static import BUNDLED

TEXTS = ["杨浦区2023年财政收入", "general public budget revenue", "", "😀"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real model of sentence-transformers, made here: random word vectors over a handful of words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(
        WordLevel({"[UNK]": 0, "budget": 1, "query": 2, "passage": 3, "growth": 4}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(0).standard_normal((5, 16)).astype(np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu")
    path = tmp_path_factory.mktemp("model")
    model.save(str(path), create_model_card=False)
    return str(path)


def test_a_folder_with_a_model(folder):
    encoder = load_encoder(folder)
    assert encoder.dimensions == 16
    rows = encoder.encode_passages(["budget", "growth", "budget growth"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.argmax(rows @ encoder.encode_query("growth")) == 1
    assert encoder.encode_passages([]).shape == (0, 16)


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("/models/e5-base-v2/", "query: ", "passage: "),
        ("BAAI/bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("BAAI/bge-large-zh-noinstruct", "", ""),
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("BAAI/bge-m3", "", ""),
        ("/e5-models/my-own", "", ""),
    ],
)
def test_makers_are_heeded(name, query, passage):
    assert prompts_for(name) == (query, passage)


def test_an_instructed_model_is_told_the_task_for_queries_alone():
    query, passage = prompts_for("intfloat/multilingual-e5-large-instruct")
    assert query.startswith("Instruct: ")
    assert query.endswith("\nQuery: ")
    assert passage == ""


def test_prompts_stand_before_what_they_are_for(folder):
    plain = SentenceEncoder.open(folder)
    prompted = SentenceEncoder.open(folder, query_prompt="query ", passage_prompt="passage ")
    np.testing.assert_allclose(prompted.encode_query("budget"), plain.encode_query("query budget"), atol=1e-6)
    np.testing.assert_allclose(prompted.encode_passages(["budget"])[0], plain.encode_query("passage budget"), atol=1e-6)
    assert prompted.fingerprint != plain.fingerprint


def test_progress_is_told_after_each_batch(folder):
    told = []
    encoder = SentenceEncoder.open(folder, batch_size=2, progress=lambda done, of: told.append((done, of)))
    encoder.encode_passages(["budget"] * 5)
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_what_the_model_cannot_encode_is_an_error(folder):
    encoder = SentenceEncoder.open(folder)
    with pytest.raises(ValueError, match="no usable vector for ''"):
        encoder.encode_query("")


def test_no_such_model(tmp_path):
    with pytest.raises(ValueError, match=r"cannot load the model .*; expected"):
        SentenceEncoder.open(str(tmp_path / "nothing"))


def test_the_bundled_folder_is_a_model_of_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUNDLED), trust_remote_code=True, device="cpu")
    np.testing.assert_allclose(model.encode(TEXTS), load_encoder().encode_passages(TEXTS), atol=1e-3)

"""Hits in the order of a model that reads question and passage together."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rag import KnowledgeBase
from rag.errors import EncoderError
from rag.search.reranker import CrossEncoderReranker

TEXTS = ["2023年新增就业31200人。", "2023年新增养老床位537张。", "2023年新增绿地12公顷。"]
TITLES = ["海山区2023年总结"] * 3
QUESTION = "2023年新增养老床位多少张?"


class Prefers:
    """Scores passages by a word in them."""

    def __init__(self, word: str) -> None:
        self._word = word

    def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        return [float(self._word in passage) for passage in passages]


def test_its_order_stands_and_scores_stay_the_rankings_own() -> None:
    before = KnowledgeBase.from_texts(TEXTS, TITLES).search(QUESTION)
    after = KnowledgeBase.from_texts(TEXTS, TITLES, reranker=Prefers("绿地")).search(QUESTION)
    assert before[0].paragraph.text == TEXTS[1]
    rest = [hit.paragraph.text for hit in before if "绿地" not in hit.paragraph.text]
    assert [hit.paragraph.text for hit in after] == [TEXTS[2], *rest]
    assert [hit.score for hit in after] == [hit.score for hit in before]
    assert [hit.features["reranker"] for hit in after] == [1.0, 0.0, 0.0]


def test_one_leg_alone_is_left_as_it_is() -> None:
    kb = KnowledgeBase.from_texts(TEXTS, TITLES, reranker=Prefers("绿地"))
    assert kb.search(QUESTION, leg="lexical")[0].paragraph.text == TEXTS[1]


def test_answers_are_made_of_its_hits() -> None:
    kb = KnowledgeBase.from_texts(TEXTS, TITLES, reranker=Prefers("床位"))
    assert [citation.quote for citation in kb.ask(QUESTION).citations] == [TEXTS[1]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one layer and random weights, as sentence-transformers saves one."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    letters = sorted({character for text in [*TEXTS, *TITLES, QUESTION] for character in text})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]), "utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=5 + len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    CrossEncoder(str(folder)).save_pretrained(str(folder / "saved"))
    return folder / "saved"


def test_a_real_cross_encoder(tiny: Path) -> None:
    reranker = CrossEncoderReranker.open(str(tiny))
    scores = reranker.scores(QUESTION, TEXTS)
    assert len(set(scores)) == 3
    hits = KnowledgeBase.from_texts(TEXTS, TITLES, reranker=reranker).search(QUESTION)
    assert [hit.paragraph.text for hit in hits] == sorted(TEXTS, key=lambda text: -scores[TEXTS.index(text)])


def test_what_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match="expected the name or folder"):
        CrossEncoderReranker.open(str(tmp_path))

"""What the weights are fitted on, and which threshold a question is held to."""

from itertools import islice

import numpy as np

from embeddings import load_encoder
from embeddings.folding import fold
from rag import KnowledgeBase, confidence
from rag.asking import FEW, Asking
from rag.fitting import cases
from rag.fitting.__main__ import lots
from rag.fitting.logit import Group
from rag.fitting.rows import FOLDS, fold_of
from rag.question import understand
from rag.trees import fitted_trees
from tests.toys import ToyEncoder


def test_rows_keep_their_fold_and_odd_folds_are_held_apart() -> None:
    first_bytes = {"甲": 51, "乙": 113, "丙": 198, "丁": 165}  # of their SHA-256
    assert {key: fold_of(key) for key in first_bytes} == {key: first % FOLDS for key, first in first_bytes.items()}
    assert [Group([], [], "", fold).held_apart for fold in range(4)] == [False, True, False, True]


def test_of_five_own_passages_one_answers_or_none() -> None:
    bodies = cases.five_own(load_encoder())
    for with_answer, without in islice(zip(bodies, bodies, strict=True), 3):
        ((yes,), (no,)) = with_answer.cases, without.cases
        assert (yes.question, yes.fold) == (no.question, no.fold)
        assert (yes.answerable, no.answerable) == (True, False)
        ((place, piece), *_) = yes.evidence
        texts = {p.document_id: p.text for p in with_answer.snapshot.paragraphs}
        assert len(texts) == 5 and piece in texts[place]
        others = [fold(p.text) for p in without.snapshot.paragraphs]
        assert len(others) == 5 and not any(fold(answer) in text for answer in yes.answers for text in others)


def test_few_paragraphs_have_a_threshold_of_their_own() -> None:
    thresholds = fitted_trees("confidence").about["thresholds"]
    for question, language in (("东江区有多少人？", "zh"), ("How many people live in Dongjiang?", "en")):
        for paragraphs, lot in ((FEW, "few"), (FEW + 1, language)):
            texts = [f"第{number}段。" for number in range(paragraphs)]
            asking = Asking.from_question(
                understand(question), KnowledgeBase.from_texts(texts, encoder=ToyEncoder()).snapshot
            )
            assert confidence.threshold(asking) == thresholds[lot]
            assert lots(np.array([[asking.few, language == "en"]], float), ("few", "english")).tolist() == [lot]

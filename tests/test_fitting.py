"""What the weights are fitted on, and which threshold a question is held to."""

import math
from itertools import islice

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.folding import fold
from rag import KnowledgeBase
from rag.answers import confidence
from rag.answers.network import fitted_network
from rag.fitting import alike, cases
from rag.fitting.judging import lots
from rag.fitting.logit import Group, choose
from rag.fitting.rows import FOLDS, fold_of
from rag.questions.question import understand
from rag.search.asking import FEW, MANY, Asking, many
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
    thresholds = fitted_network("confidence").about["thresholds"]
    for question, language in (("东江区有多少人？", "zh"), ("How many people live in Dongjiang?", "en")):
        for paragraphs, lot in ((FEW, "few"), (FEW + 1, language)):
            texts = [f"第{number}段。" for number in range(paragraphs)]
            asking = Asking.from_question(
                understand(question), KnowledgeBase.from_texts(texts, encoder=ToyEncoder()).snapshot
            )
            assert confidence.threshold(asking) == thresholds[lot]
            assert lots(np.array([[asking.few, language == "en"]], float), ("few", "english")).tolist() == [lot]


def test_papers_are_asked_about_together_and_each_alone() -> None:
    bodies = list(cases.papers(ToyEncoder()))
    papers = [len(body.snapshot.documents) for body in bodies]
    assert papers == [30, *7 * [4], 2, *30 * [1], 60, *15 * [4], *60 * [1]]
    asked = [[case for case in body.cases if not case.source.endswith("displaced")] for body in bodies]
    assert all(doc in body.snapshot.documents for body in bodies for case in body.cases for doc, _ in case.evidence)
    for together, alone in ((asked[0], asked[9:39]), (asked[39], asked[55:])):
        # Each is asked of its paper alone, but for the few that more than one answers, or the one of another year.
        several = sum(len({doc for doc, _ in case.evidence}) > 1 for case in together)
        assert len(together) >= 150 and len(together) - sum(map(len, alone)) <= 2 * several + 4
        assert all(len({case.fold for case in cases_of}) <= 2 for cases_of in alone)


def test_made_passages_are_alike_but_for_name_measure_and_year() -> None:
    for writing in (alike.CHINESE, alike.ENGLISH):
        told = list(alike.paragraphs(writing, 500))
        assert told[:50] == list(alike.paragraphs(writing, 500))[:50]
        assert len({each.text for each in told}) == 500 and all(each.answer in each.text for each in told)
        names = [next(name for name in writing.names if name in each.question) for each in told]
        assert all(name in each.text for name, each in zip(names, told, strict=True))


def test_what_is_held_stays_while_the_rest_is_fitted() -> None:
    # The right one has less of "near" and lacks nothing: only the weight of "missing" can put it first.
    groups = [Group([{"near": 1.0, "missing": 1.0}, {"near": 0.5, "missing": 0.0}], [False, True], "made", 0)]
    near, missing = choose(groups, ("near", "missing"), held={"near": 3.0})
    assert near == 3.0
    assert missing < 3.0 * (0.5 - 1.0)


def test_many_paragraphs_are_told_by_their_logarithm() -> None:
    assert [many(count) for count in (0, 1, MANY)] == [0.0, 0.0, 0.0]
    assert many(MANY**2) == pytest.approx(1.0)
    assert many(30_000) == pytest.approx(math.log(30) / math.log(1000))

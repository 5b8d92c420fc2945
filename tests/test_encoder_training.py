import json
import lzma

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.static import StaticEncoder
from embeddings.training.__main__ import main
from embeddings.training.data import load
from embeddings.training.further import Further, train_further
from embeddings.training.learn import Learner, Side
from embeddings.training.measure import ndcg_at_10
from embeddings.training.quantise import four_bits
from embeddings.training.sources import is_held_apart, sentences
from embeddings.training.tune import tune

WORDS = [
    ("苹果", "apple"),
    ("香蕉", "banana"),
    ("火车", "train"),
    ("飞机", "plane"),
    ("学校", "school"),
    ("医院", "hospital"),
]


def write_data(folder):
    """The four files, small: every line names two of the words in both languages."""
    pairs = [(f"{a[0]}和{b[0]}很好。", f"The {a[1]} and the {b[1]} are good.") for a in WORDS for b in WORDS] * 20
    news = ["".join(f"{a[0]}在{b[0]}的旁边今天很热闹。" for b in WORDS) for a in WORDS] * 10
    files = {
        "parallel_zh_en.tsv.xz": "".join(f"{zh}\t{en}\tnews-commentary\n" for zh, en in pairs),
        "dictionary_zh_en.tsv.xz": "".join(f"{zh}\t{en}\tping2 guo3\n" for zh, en in [*WORDS, ("苹", "clover")]),
        "news_zh.jsonl.xz": "".join(json.dumps({"date": "", "text": text}) + "\n" for text in news),
        "questions_zh.jsonl.xz": "".join(
            json.dumps({"question": f"{zh}在哪里？", "passage": text, "answer": None, "source": "drcd-dev"}) + "\n"
            for (zh, _), text in zip(WORDS * 10, news, strict=True)
        ),
    }
    for name, text in files.items():
        (folder / name).write_bytes(lzma.compress(text.encode(), preset=0))


def test_training_from_the_files_to_an_encoder(tmp_path):
    write_data(tmp_path)
    out = tmp_path / "out"
    main(["--data", str(tmp_path), "--out", str(out), "--minutes", "0.03", "--dimensions", "64"])
    encoder = load_encoder(str(out))
    assert encoder.dimensions == 64
    passages = encoder.encode_passages([zh for zh, _ in WORDS])
    found = [int(np.argmax(passages @ encoder.encode_query(en))) for _, en in WORDS]
    assert found == [0, 1, 2, 3, 4, 5]


def test_a_step_brings_partners_together():
    random = np.random.default_rng(0)
    learner = Learner(random.standard_normal((8, 4)).astype(np.float32))
    left = Side(np.arange(5), np.arange(4, dtype=np.int32), np.ones(4, dtype=np.float32))
    right = Side(np.arange(5), np.arange(4, 8, dtype=np.int32), np.ones(4, dtype=np.float32))
    losses = [learner.step(left, right, 0.05) for _ in range(60)]
    assert losses[-1] < 0.1 < losses[0]
    assert ndcg_at_10(learner.vectors(left), learner.vectors(right), np.arange(4)) == 1.0


def test_ndcg():
    vectors = np.eye(3, dtype=np.float32)
    queries = np.array([[1, 0, 0], [0.5, 1, 0]], dtype=np.float32)
    assert ndcg_at_10(queries, vectors, np.array([0, 0])) == pytest.approx((1 + 1 / np.log2(3)) / 2)


def test_four_bits_keep_the_direction():
    rows = np.random.default_rng(0).standard_normal((50, 64)).astype(np.float32)
    codes, scales = four_bits(rows)
    read = np.concatenate(((codes & 15), (codes >> 4)), axis=1).astype(np.float32) - 7.5
    cosines = (read * rows).sum(1) / np.linalg.norm(read, axis=1) / np.linalg.norm(rows, axis=1)
    assert codes.shape == (50, 32)
    assert cosines.min() > 0.98
    np.testing.assert_allclose((read * scales[:, None]).std(), rows.std(), rtol=0.03)


def test_held_apart_rows_stay_the_same():
    # sha256("甲")[:4] and so on, divided by 3
    assert [is_held_apart(text, one_in=3) for text in "甲乙丙丁戊己"] == [True, True, False, True, True, True]


def test_sentences_keep_short_ones_with_the_one_before():
    assert sentences("今年完成一般公共预算收入一百亿元。好！新增就业岗位三万个，超过了目标。") == [
        "今年完成一般公共预算收入一百亿元。好！",
        "新增就业岗位三万个，超过了目标。",
    ]


def test_tuning_needs_enough_to_learn_from(tmp_path):
    with pytest.raises(ValueError, match="0 paragraphs of two sentences and more, expected at least 20"):
        tune(["短"], tmp_path)


def test_english_rows_alone_are_trained_further(tmp_path):
    write_data(tmp_path)
    first, out = tmp_path / "first", tmp_path / "out"
    main(["--data", str(tmp_path), "--out", str(first), "--minutes", "0.01", "--dimensions", "64"])
    further = ["--data", str(tmp_path), "--out", str(out), "--steps", "40", "--further", str(first), "--runs", "2"]
    main(further)
    before, after = StaticEncoder.open(first), StaticEncoder.open(out)
    chinese, english = [zh for zh, _ in WORDS], [en for _, en in WORDS]
    assert (before.encode_passages(chinese) == after.encode_passages(chinese)).all()
    assert (before.encode_passages(english) != after.encode_passages(english)).any()
    (_, had), (_, has) = before.table(), after.table()
    assert (np.linalg.norm(has, axis=1) <= 1.02 * np.linalg.norm(had, axis=1)).all()  # four bits add a little
    kept = {run: run.stat().st_mtime_ns for run in out.glob("run-*.npy")}
    main(further)
    assert {run: run.stat().st_mtime_ns for run in out.glob("run-*.npy")} == kept and len(kept) == 2
    assert StaticEncoder.open(out).fingerprint == after.fingerprint != before.fingerprint


def test_only_an_encoder_of_the_same_vocabulary_is_trained_further(tmp_path):
    write_data(tmp_path)
    with pytest.raises(ValueError, match="0 rows of another vocabulary"):
        train_further(load(tmp_path), StaticEncoder.untrained(), tmp_path / "out", Further(), lambda _: None)

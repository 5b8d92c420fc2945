"""BEIR folders in, TREC run files out; question rows drafted from documents."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.beir import evaluate_beir, read_beir
from evals.draft import draft, draft_folder, from_feedback
from evals.rows import read_questions, write_csv, write_jsonl
from evals.text import holds
from rag.errors import BadQuestions
from rag.types import Document, Leg

CORPUS = {"c1": "苹果树开花", "c2": "梨树结果", "c3": "桃树落叶"}


class LettersEncoder:
    """Counts of eight characters, at unit length: texts that share more of them are nearer."""

    dimensions = 8
    fingerprint = "letters"
    _letters = "苹果梨桃树花叶落"

    def encode_passages(self, texts):
        counts = np.array([[text.count(letter) for letter in self._letters] for text in texts], dtype=np.float32)
        counts += 1e-3
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def encode_query(self, text):
        return self.encode_passages([text])[0]


@pytest.fixture
def beir(tmp_path) -> Path:
    folder = tmp_path / "fruit"
    (folder / "qrels").mkdir(parents=True)
    _write(folder / "corpus.jsonl", [{"_id": id, "title": "", "text": text} for id, text in CORPUS.items()])
    _write(folder / "queries.jsonl", [{"_id": "q1", "text": "苹果树"}, {"_id": "q2", "text": "桃树落叶"}])
    tsv = "query-id\tcorpus-id\tscore\nq1\tc1\t1\nq1\tc2\t1\nq2\tc3\t1\n"
    (folder / "qrels" / "test.tsv").write_text(tsv, encoding="utf-8")
    return folder


def _write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def test_a_beir_folder_is_measured_leg_by_leg(beir, tmp_path):
    result = evaluate_beir(beir, tmp_path / "out", encoder=LettersEncoder())
    assert (result.name, result.documents, result.queries) == ("fruit", 3, 2)
    assert set(result.legs) == set(Leg)
    dense = result.legs[Leg.DENSE].figures
    # q1 finds c1, then c2 (果 and 树 shared), so both wanted ones; q2 finds c3 first.
    assert dense == {"ndcg@10": 1.0, "recall@1": (1 / 2 + 1) / 2, "recall@5": 1.0, "recall@10": 1.0, "mrr@10": 1.0}
    written = json.loads((tmp_path / "out" / "beir.json").read_text(encoding="utf-8"))
    assert written["hybrid"]["recall@10"] == 1.0
    assert written["encoder"] == "letters"


def test_the_run_file_is_trecs_and_gives_the_same_figures(beir, tmp_path):
    result = evaluate_beir(beir, tmp_path / "out", encoder=LettersEncoder())
    lines = (tmp_path / "out" / "dense.trec").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "q1 Q0 c1 1 3 youju-dense"
    ranks = {}
    for line in lines:
        query, _, document, rank, score, _ = line.split(" ")
        ranks.setdefault(query, []).append((int(rank), float(score), document))
    for found in ranks.values():
        assert [rank for rank, _, _ in found] == list(range(1, len(found) + 1))
        assert [score for _, score, _ in found] == sorted((score for _, score, _ in found), reverse=True)
    wanted = read_beir(beir).judgements
    gains = {q: sum(1 / math.log2(r + 1) for r, _, d in found if d in wanted[q]) for q, found in ranks.items()}
    ideal = {q: sum(1 / math.log2(r + 2) for r in range(len(wanted[q]))) for q in wanted}
    ndcg = sum(gains[q] / ideal[q] for q in wanted) / 2
    assert result.legs[Leg.DENSE].figures["ndcg@10"] == pytest.approx(ndcg)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", '{"_id": 1, "text": "x"}', "corpus.jsonl line 1: '_id' must be a text"),
        ("corpus.jsonl", "oops", "corpus.jsonl line 1: not JSON"),
        ("queries.jsonl", '{"_id": "q9", "text": "x"}', "judges 'q1', which is not in queries.jsonl"),
        ("qrels/test.tsv", "q1\tc1\thigh\n", "test.tsv line 1: expected query, document, relevance"),
        ("qrels/test.tsv", "q1\tc1\t0\n", "nothing to measure"),
    ],
)
def test_a_folder_that_cannot_be_used_says_where(beir, name, text, said):
    (beir / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadQuestions, match=said):
        read_beir(beir)


def test_a_folder_without_the_files_is_no_beir_folder(tmp_path):
    with pytest.raises(BadQuestions, match="a BEIR folder holds"):
        read_beir(tmp_path)


REPORT = """云桥区2030年政府工作报告

一、2030年工作回顾

全区地区生产总值达到512.6亿元,同比增长6.5%。新增岗位1.2万个,建成口袋公园12座。数字大厅由区数据局负责。

2030年5月18日,云桥区图书馆新馆正式开放。社区食堂的服务平台命名为“邻里桌”。

名词解释

1.一网通学:把全区的课程放在一个平台上,居民凭一个账号学习。
"""


def test_drafts_ask_for_figures_counts_dates_names_and_terms():
    rows = draft([Document("r", "云桥区2030年政府工作报告", REPORT)], per_document=50)
    asked = {row.question: (row.type, row.answers) for row in rows}
    assert asked["2030年云桥区地区生产总值是多少?"] == ("numeric", ("512.6亿元",))
    assert asked["2030年云桥区新增了多少个岗位?"] == ("numeric", ("1.2万个",))
    assert asked["2030年云桥区建成了多少座口袋公园?"] == ("numeric", ("12座",))
    assert asked["云桥区图书馆新馆正式开放是在什么时候?"] == ("date", ("2030年5月18日",))
    assert asked["云桥区数字大厅由哪个单位负责?"] == ("entity", ("区数据局",))
    assert asked["云桥区社区食堂的服务平台叫什么名字?"] == ("entity", ("邻里桌",))
    definition = ("把全区的课程放在一个平台上,居民凭一个账号学习",)
    assert asked["什么是一网通学?"] == ("definition", definition)


def test_english_drafts():
    text = "In 2030, Yunqiao opened 12 pocket parks. Budget revenue reached 5.2 billion yuan. QX means Quick Exit."
    rows = draft([Document("r", "Yunqiao report", text, attributes={"language": "en"})])
    assert [(row.question, row.answers, row.lang) for row in rows] == [
        ("How many pocket parks were opened in 2030?", ("12",), "en"),
        ("What did budget revenue reach in 2030?", ("5.2 billion yuan",), "en"),
        ("What does QX mean?", ("Quick Exit",), "en"),
    ]


def test_every_draft_can_be_asked_and_its_answer_stands_in_its_evidence(tmp_path):
    corpus = Path(__file__).parents[1] / "data" / "corpus"
    rows = draft_folder(corpus, per_document=10)
    assert {row.type for row in rows} >= {"numeric", "date", "definition", "unanswerable"}
    for row in rows:
        assert all(holds(row.evidence[0].text, answer) for answer in row.answers), row
    write_csv(rows, tmp_path / "drafts.csv")
    write_jsonl(rows, tmp_path / "drafts.jsonl")
    from rag.reading import read_path

    texts = {d.id: d.text for d in (read_path(p, root=corpus) for p in corpus.rglob("*.md"))}
    for name in ("drafts.csv", "drafts.jsonl"):
        read = read_questions(tmp_path / name, texts=texts).checked()
        assert [row.question for row in read.rows] == [row.question for row in rows]
    assert draft_folder(corpus, per_document=10) == rows
    assert len(draft_folder(corpus, per_document=1)) <= len(texts)


def test_nothing_to_ask_about_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("没有可问的。\n", encoding="utf-8")
    with pytest.raises(BadQuestions, match="nothing to ask about"):
        draft_folder(tmp_path)
    with pytest.raises(BadQuestions, match="a folder of documents"):
        draft_folder(tmp_path / "a.txt")


def test_a_thumb_down_becomes_a_row_that_wants_filling_in(tmp_path):
    row = from_feedback("  口袋公园\n有多少座?", "资料中没有", 7)
    assert (row.id, row.question, row.type, row.answers) == ("feedback-7", "口袋公园 有多少座?", "numeric", ())
    write_csv([row], tmp_path / "f.csv")
    (problem,) = read_questions(tmp_path / "f.csv").problems
    assert "'answers' is empty" in problem.message
    filled = replace(row, type="unanswerable")
    write_csv([filled], tmp_path / "g.csv")
    assert read_questions(tmp_path / "g.csv").checked().rows[0].question == row.question

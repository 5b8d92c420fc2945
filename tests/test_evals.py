"""Figures equal values derived by hand, and those of the shared scorer where it is at hand."""

import csv
import json
import math
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.compare import compare
from evals.diagnosis import Cause, cause
from evals.judge import ModelJudge, Verdict
from evals.report import report
from evals.results import Run
from evals.retrieval import EvidencePieces, measure, squash_paragraphs
from evals.rows import Evidence, QuestionSet, Row, read_questions, write_csv, write_jsonl
from evals.run import evaluate, score_answers
from evals.run_folder import load, save
from evals.scoring import Cited, Given, Share, score_row
from evals.statistics import estimate, paired_difference, percentiles, risk_coverage
from evals.text import character_f1, exact_match, holds, squash
from rag.errors import BadQuestion, BadQuestions, ModelError
from rag.types import Answer, Citation, Document, Hit, Leg, Paragraph

TEXT = "2023年财政收入197亿元,同比增长5.6%。\n新增岗位3,200个,由区人社局牵头。\n建成口袋公园12座。"


def row(id="q1", question="2023年财政收入是多少?", kind="numeric", answers=("197亿元",), **more):
    if kind == "unanswerable":
        return Row(id, question, "zh", kind, (), (), **more)
    evidence = more.pop("evidence", (Evidence("d", "财政收入197亿元"),))
    return Row(id, question, "zh", kind, answers, evidence, **more)


def given(text, *cited, abstained=False, confidence=0.5):
    return Given(text, abstained, confidence, tuple(cited))


def question_set(*rows):
    return QuestionSet("set.jsonl", "0" * 16, rows)


class OneDocument:
    """A knowledge base of three paragraphs whose answers are given in advance; finds in the order of the lines."""

    def __init__(self, answers):
        self._answers = answers
        self._document = Document("d", "报告", TEXT)

    def documents(self):
        return [self._document]

    def paragraphs(self, document_id):
        found, start = [], 0
        for i, line in enumerate(TEXT.split("\n")):
            found.append(Paragraph(f"d#{i}", "d", ("一、回顾",), start, start + len(line), line))
            start += len(line) + 1
        return found

    def search(self, query, *, k=10, leg="hybrid"):
        paragraphs = self.paragraphs("d") if leg != "dense" else self.paragraphs("d")[::-1]
        return [Hit(p, 1 / (i + 1), Leg(leg), {"bm25": 2.5}) for i, p in enumerate(paragraphs[:k])]

    def ask(self, question, *, history=()):
        if question not in self._answers:
            raise BadQuestion(f"no answer to {question}")
        return self._answers[question]


def answer(question, text, line=None, confidence=0.9):
    """An answer citing one line of TEXT, or abstaining."""
    citations = ()
    if line is not None:
        paragraph = TEXT.split("\n")[line]
        start = TEXT.index(paragraph)
        citations = (Citation(1, "d", "报告", (), f"d#{line}", paragraph, paragraph, start, start + len(paragraph)),)
    return Answer(question, question, text, citations=citations, abstained=line is None, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "wanted", "stands"),
    [
        ("收入197亿元", "197亿元", True),
        ("收入1197亿元", "197亿元", False),  # a figure is not a part of a longer one
        ("收入3.197亿元", "197亿元", False),
        ("增长5.6%", "5", False),
        ("共3,200个", "3200个", True),
        ("共3200 个", "3,200个", True),
        ("共12座。", "12", True),
        ("FULL WIDTH 197", "197", True),
        ("part of the city", "art of", False),
        ("the state  of\nthe art", "state of the art", True),
        ("the stateof the art", "state of the art", False),
        ("GDP", "gdp", True),
        ("任何", "", False),
    ],
)
def test_an_answer_stands_in_a_text_on_its_own_boundaries(text, wanted, stands):
    assert holds(text, wanted) is stands


def test_exact_match_and_character_f1():
    assert exact_match("197亿元。[1]", ["197 亿元"])
    assert not exact_match("收入197亿元", ["197亿元"])
    # 收入197亿元 has 7 characters, 5 of them the answer's: precision 5/7, recall 5/5.
    assert character_f1("收入197亿元。[1]", "197亿元") == pytest.approx(2 * (5 / 7) / (5 / 7 + 1))
    assert character_f1("", "197亿元") == 0
    assert character_f1("aab", "ab") == pytest.approx(2 * 2 / (3 + 2))


def test_a_right_and_cited_answer():
    paragraph = TEXT.split("\n")[0]
    shares = score_row(
        row(),
        given("收入197亿元[1]", Cited("d", paragraph, "收入197亿元", True), Cited("d", "无关", "编造", False)),
        {"d": squash(TEXT)},
    )
    assert shares == {
        "overall": Share(1),
        "answer_accuracy": Share(1),
        "citation_recall": Share(1),
        "false_abstention": Share(0),
        "exact_match": Share(0),
        "character_f1": Share(pytest.approx(10 / 12)),
        "citation_precision": Share(1, 2),
        "verified_citations": Share(1, 2),
        "verbatim_quotes": Share(1, 2),
    }


def test_what_stands_too_late_does_not_count_and_longer_types_have_more_room():
    late = "甲" * 118 + "197亿元"
    assert score_row(row(), given(late))["overall"] == Share(0)
    assert score_row(row(kind="list"), given(late))["overall"] == Share(1)
    # A marker takes no room: 115 + 5 characters are left when it is gone.
    assert score_row(row(), given("甲" * 115 + "[1]197亿元"))["overall"] == Share(1)


def test_all_answers_every_document_and_abstaining():
    both = row(answers=("197亿元", "3200个"), all=True, evidence=(Evidence("d", "197亿元"), Evidence("e", "3,200个")))
    assert score_row(both, given("197亿元"))["overall"] == Share(0)
    assert score_row(both, given("197亿元和3,200个"))["overall"] == Share(1)
    assert score_row(both, given("", Cited("d", "收入197亿元", "")))["citation_recall"] == Share(0)
    cited = (Cited("d", "收入197亿元", ""), Cited("e", "岗位3200个", ""))
    assert score_row(both, given("", *cited))["citation_recall"] == Share(1)
    impossible = row(kind="unanswerable")
    assert score_row(impossible, given("无", abstained=True))["abstention_recall"] == Share(1)
    assert score_row(impossible, given("有[1]", Cited("d", "", "")))["abstention_recall"] == Share(0)
    assert score_row(impossible, Given())["overall"] == Share(0)
    assert score_row(row(), given("197亿元", abstained=True))["false_abstention"] == Share(1)
    assert score_row(row(), given("197亿元", abstained=True))["overall"] == Share(0)


def test_retrieval_measures_equal_hand_derived_ones():
    # Wanted a, b, c; found x a y b: a at rank 2, b at rank 4, c never.
    wanted = {"q": {"a": 1, "b": 1, "c": 1}, "unanswered": {"z": 1}}
    found = {"q": {"x": 4.0, "a": 3.0, "y": 2.0, "b": 1.0}}
    values = measure(wanted, found, ("hit@1", "hit@3", "recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"))
    ideal = 1 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert values["q"] == {
        "hit@1": 0,
        "hit@3": 1,
        "recall@1": 0,
        "recall@5": pytest.approx(2 / 3),
        "recall@10": pytest.approx(2 / 3),
        "mrr@10": pytest.approx(1 / 2),
        "ndcg@10": pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal),
    }
    assert set(values["unanswered"].values()) == {0}


def test_a_graded_judgement_gains_in_proportion():
    values = measure({"q": {"a": 1, "b": 3}}, {"q": {"a": 2.0, "b": 1.0}}, ("ndcg@10",))
    assert values["q"]["ndcg@10"] == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_a_piece_of_evidence_counts_once_where_it_is_first_held():
    paragraphs = [
        Paragraph("p0", "d", (), 0, 9, "收入197亿元。"),
        Paragraph("p1", "d", (), 9, 18, "收入 197 亿元,岗位3200个"),
        Paragraph("p2", "e", (), 0, 9, "收入197亿元"),
    ]
    wanted = row(evidence=(Evidence("d", "收入197亿元"), Evidence("d", "197亿元"), Evidence("d", "岗位3,200个")))
    pieces = EvidencePieces(wanted, squash_paragraphs(paragraphs))
    # The first two stand in the same paragraphs and are one piece; another document's words do not count.
    assert pieces.judgements == {"piece 0": 1, "piece 1": 1}
    assert list(pieces.ranking(["p2", "p0", "p1", "p1"])) == ["miss 0", "piece 0", "piece 1", "miss 3"]
    assert EvidencePieces(row(evidence=(Evidence("d", "不在"),)), squash_paragraphs(paragraphs)).unheld == 1


def test_bootstrap_intervals_hold_the_mean_and_repeat_with_their_seed():
    totals = np.array([[1.0, 2.0, 0.0]] * 30 + [[0.0, 0.0, 0.0]] * 10)
    counts = np.array([[1.0, 2.0, 0.0]] * 30 + [[1.0, 1.0, 0.0]] * 10)
    accuracy, precision, nothing = estimate(totals, counts, seed=3)
    assert (accuracy.value, accuracy.n) == (30 / 40, 40)
    assert (precision.value, precision.n) == (60 / 70, 70)
    assert nothing is None
    # The standard error of 30 right of 40 is sqrt(.75 * .25 / 40) = .068; a 95% interval spans 1.96 of it each side.
    assert accuracy.low == pytest.approx(0.75 - 1.96 * 0.068, abs=0.03)
    assert accuracy.high == pytest.approx(0.75 + 1.96 * 0.068, abs=0.03)
    assert estimate(totals, counts, seed=3) == [accuracy, precision, nothing]


def test_risk_coverage_by_hand():
    curve = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, True], [False, False, False, True])
    # Surest first: right, wrong, right; then the one that abstained, wrong if pressed.
    assert curve.coverage == (0.25, 0.5, 0.75, 1.0)
    assert curve.risk == pytest.approx((0, 1 / 2, 1 / 3, 2 / 4))
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    # The best order of two right and two wrong: 0, 0, 1/3, 2/4.
    assert curve.excess == pytest.approx(curve.area - (1 / 3 + 1 / 2) / 4)


def test_percentiles():
    times = percentiles([float(n) for n in range(1, 102)])
    assert (times.p50, times.p95, times.p99, times.n) == (51.0, 96.0, 100.0, 101)
    assert percentiles([]).n == 0


def test_rows_come_back_the_same_from_jsonl_csv_and_excel(tmp_path):
    rows = [
        row(answers=("197亿元", "=197"), history=(("上一问", "上一答"),)),
        row("q2", "共几个?", "list", all=True, evidence=(Evidence("d", "财政收入"), Evidence("e/f", "岗位"))),
        row("q3", "火星上呢?", "unanswerable"),
    ]
    write_jsonl(rows, tmp_path / "a.jsonl")
    write_csv(rows, tmp_path / "a.csv")
    _excel_copy(tmp_path / "a.csv", tmp_path / "a.xlsx")
    for name in ("a.jsonl", "a.csv", "a.xlsx"):
        read = read_questions(tmp_path / name).checked()
        assert [replace(r, line=0) for r in read.rows] == rows, name
    assert [r.line for r in read_questions(tmp_path / "a.jsonl").rows] == [1, 2, 3]
    # Cells of several lines move later rows down the file; a sheet's row is counted where an editor shows it.
    assert read_questions(tmp_path / "a.xlsx").rows[2].line == 4


def _excel_copy(sheet, book_path):
    from openpyxl import Workbook

    book = Workbook()
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.reader(file):
            book.active.append(cells)
    book.save(book_path)


GOOD = {"id": "q", "question": "问", "lang": "zh", "type": "numeric", "answers": ["1"]}
GOOD["evidence"] = [{"doc": "d", "text": "财政收入197亿元"}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "not JSON"),
        ("[1]", "a JSON object is expected, got list"),
        (GOOD | {"answers": None}, "'answers' must be a list of texts"),
        (GOOD | {"answers": "1"}, "'answers' must be a list of texts"),
        (GOOD | {"answers": []}, "only an unanswerable question has none"),
        (GOOD | {"question": " "}, "'question' must be a text"),
        (GOOD | {"id": 7}, "'id' must be a text with something in it, got int '7'"),
        (GOOD | {"type": "number"}, "expected one of numeric"),
        (GOOD | {"all": "yes"}, "'all' must be true or false"),
        (GOOD | {"history": [["只有问"]]}, "'history' must be a list of [question, answer]"),
        (GOOD | {"evidence": [{"doc": "d"}]}, "'evidence' must be a list of {doc, text}"),
        (GOOD | {"evidence": [{"doc": "x", "text": "1"}]}, "there is no document 'x'"),
        (GOOD | {"evidence": [{"doc": "d", "text": "火星"}]}, "d does not hold the evidence '火星'"),
        ({key: value for key, value in GOOD.items() if key != "lang"}, "missing: lang"),
        (GOOD | {"id": "first"}, "id 'first' stands on line 1 already"),
    ],
)
def test_a_bad_row_is_listed_with_its_line(tmp_path, line, said):
    text = line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)
    path = tmp_path / "q.jsonl"
    path.write_text(f"{json.dumps(GOOD | {'id': 'first'}, ensure_ascii=False)}\n\n{text}\n", encoding="utf-8")
    read = read_questions(path, texts={"d": TEXT})
    assert [r.id for r in read.rows] == ["first"]
    (problem,) = read.problems
    assert problem.line == 3
    assert said in problem.message
    with pytest.raises(BadQuestions, match="line 3"):
        read.checked()


def test_bad_cells_of_a_sheet_are_listed_too(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text(
        "问题,类型,答案,出处文件,出处原文,上文,需全部答出\n"
        "问一,numeric,1,d,财政,,\n"
        "问二,numeric,1,d,财政,只有问,\n"
        '问三,numeric,1,"d\ne","甲\n乙\n丙",,\n'
        "问四,numeric,1,d,财政,,也许\n",
        encoding="utf-8",
    )
    read = read_questions(path)
    assert [(r.id, r.lang) for r in read.rows] == [("row-2", "zh")]
    # Its cells spread the row on line 4 down to line 7.
    assert [p.line for p in read.problems] == [3, 4, 8]
    assert "question and answer by turns" in read.problems[0].message
    assert "2 evidence documents for 3 evidence texts" in read.problems[1].message
    assert "'all' is '也许'" in read.problems[2].message


@pytest.mark.parametrize("name", ["q.txt", "missing.jsonl"])
def test_a_file_of_another_kind_or_none_is_refused(tmp_path, name):
    with pytest.raises(BadQuestions):
        read_questions(tmp_path / name)


RIGHT = answer("2023年财政收入是多少?", "财政收入197亿元[1]", 0, 0.9)
WRONG = answer("新增岗位多少个?", "建成口袋公园12座<b>[1]", 2, 0.6)
SILENT = answer("火星上呢?", "资料中没有", None, 0.1)
FOUR = question_set(
    row(),
    row("q2", "新增岗位多少个?", answers=("3200个",), evidence=(Evidence("d", "新增岗位3200个"),)),
    row("q3", "火星上呢?", "unanswerable"),
    row("q4", "没人答得出?", "date", answers=("<i>",), evidence=(Evidence("d", "口袋公园"),)),
)


@pytest.fixture
def run() -> Run:
    return evaluate(OneDocument({a.question: a for a in (RIGHT, WRONG, SILENT)}), FOUR, name="<run>")


def test_a_run_by_hand(run):
    values = {name: figure.value for name, figure in run.figures.items()}
    assert values["overall"] == 2 / 4  # the first, and the silence on Mars
    assert values["answer_accuracy"] == values["answer_accuracy.zh"] == pytest.approx(1 / 3)
    assert values["abstention_recall"] == 1
    assert values["citation_recall"] == pytest.approx(1 / 3)
    assert values["citation_precision"] == 1 / 2
    assert values["by_type.numeric"] == 1 / 2
    assert values["by_type.date"] == 0
    assert values["verbatim_quotes"] == 1
    # Evidence stands in lines 1 and 2; the question that was refused was never searched.
    assert values["lexical.mrr@10"] == (1 + 1 / 2) / 2
    assert values["dense.mrr@10"] == (1 / 3 + 1 / 2) / 2
    assert values["hybrid.hit@1"] == 1 / 2
    assert run.groups["document"]["d"]["overall"].n == 3
    assert run.latency["ask"].n == 4
    assert run.latency["search.dense"].n == 3
    assert [(r.row.id, cause(r)) for r in run.failures] == [("q2", Cause.NOT_CITED), ("q4", Cause.ERROR)]
    assert run.failures[1].error == "no answer to 没人答得出?"


def test_progress_is_told_row_by_row():
    told = []
    evaluate(OneDocument({}), FOUR, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_run_comes_back_from_its_folder(run, tmp_path):
    save(run, tmp_path / "whole")
    again = load(tmp_path / "whole")
    assert again.figures == run.figures
    assert again.curve == run.curve
    assert again.conditions == run.conditions
    assert [r.hits for r in again.results] == [r.hits for r in run.results]
    kept = json.loads((tmp_path / "whole" / "run.json").read_text(encoding="utf-8"))
    assert kept["figures"]["overall"] == {
        "value": 0.5,
        "low": round(run.figures["overall"].low, 4),
        "high": round(run.figures["overall"].high, 4),
        "n": 4,
    }
    save(run, tmp_path / "brief", brief=True)
    assert compare(run, load(tmp_path / "brief")).differences["overall"].value == 0
    (tmp_path / "brief" / "answers.jsonl").write_text("{}\n")
    with pytest.raises(BadQuestions, match="damaged"):
        load(tmp_path / "brief")
    with pytest.raises(BadQuestions, match="holds no run"):
        load(tmp_path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_stands_alone_and_escapes_what_it_shows(run, language):
    page = report(run, language=language)
    assert "建成口袋公园12座&lt;b&gt;[1]" in page
    assert "&lt;i&gt;" in page
    assert "&lt;run&gt;" in page
    assert not re.search(r"<b>\[1\]|<i>|<run>|<script|<link|@import|url\(|src=", page)
    addresses = set(re.findall(r"https?://[^\"' <]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of SVG, nothing to fetch
    assert "bm25 2.5" in page


@pytest.mark.browser
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("width", [390, 1240])
def test_the_report_opens_offline_in_a_browser(run, chromium, tmp_path, width):
    save(run, tmp_path)
    page = chromium.new_page(viewport={"width": width, "height": 900})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "report.html").as_uri())
    assert asked == [(tmp_path / "report.html").as_uri()]
    assert said == []
    assert page.locator("svg").count() == 5  # figures, types, curve, legs, times; one document needs no plot
    assert page.locator("b", has_text="50.0%").first.is_visible()
    failed = page.locator("details.cause details", has_text="新增岗位多少个?")
    failed.locator("summary").click()
    assert failed.get_by_text("建成口袋公园12座<b>[1]").is_visible()
    assert failed.locator("tr.relevant").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_judge_is_asked_only_when_there_is_one(run):
    class Strict:
        def judge(self, row, text):
            return Verdict("197" in text, "看数字")

    judged = evaluate(OneDocument({a.question: a for a in (RIGHT, WRONG, SILENT)}), FOUR, judge=Strict())
    assert "judged_correct" not in run.figures
    assert judged.figures["judged_correct"].value == pytest.approx(1 / 3)


def test_a_model_judge_needs_a_verdict():
    class Says:
        def __init__(self, content):
            self.content = content

        def invoke(self, prompt):
            return self

    assert ModelJudge(Says('好:{"correct": true, "reason": "一致"}')).judge(row(), "197亿元") == Verdict(True, "一致")
    with pytest.raises(ModelError, match="不知道"):
        ModelJudge(Says("不知道")).judge(row(), "197亿元")


def scored(right, name="run"):
    """A run of as many numeric rows as there are outcomes, each answered rightly or not."""
    rows = [row(f"q{i}", f"第{i}问?") for i in range(len(right))]
    said = ["197亿元" if good else "不详" for good in right]
    answers = {r.id: {"text": text, "abstained": False} for r, text in zip(rows, said, strict=True)}
    made = score_answers(question_set(*rows), answers, samples=1)
    return replace(made, conditions=replace(made.conditions, name=name))


def test_compare_finds_a_fall_of_five_points_in_two_hundred_rows():
    before = [i % 10 != 0 for i in range(200)]  # 90%
    broken = [i for i in range(200) if before[i]][:10]
    after = [good and i not in broken for i, good in enumerate(before)]  # 85%
    found = compare(scored(before, "a"), scored(after, "b"))
    assert found.differences["overall"].value == pytest.approx(-0.05)
    assert found.regressions == ("overall",)
    assert found.exit_code == 1
    assert [change.id for change in found.broken] == [f"q{i}" for i in broken]
    assert found.better == ()
    assert "REGRESSION: overall" in found.to_text()
    # The other way round it is a gain, which stops nobody.
    assert compare(scored(after), scored(before)).exit_code == 0


def test_compare_is_silent_on_equal_runs():
    """Runs as good as each other, right and wrong on rows of their own: at most 5 of 100 may be called a regression."""
    alarms = 0
    for trial in range(100):
        chance = random.Random(trial)
        a, b = ([chance.random() < 0.8 for _ in range(200)] for _ in range(2))
        found = _overall(a, b, seed=trial)
        alarms += found.significant and found.value < 0
    assert alarms <= 5


def _overall(a, b, *, seed):
    one = np.ones((len(a), 1))
    as_matrix = [np.array(side, dtype=float)[:, None] for side in (a, b)]
    return paired_difference((as_matrix[0], one), (as_matrix[1], one), samples=500, seed=seed)[0]


def test_compare_pairs_rows_by_id_and_question():
    a, b = scored([True] * 4), scored([True] * 5)
    changed = replace(b.results[0], row=replace(b.results[0].row, question="改过的问题?"))
    found = compare(a, replace(b, results=(changed, *b.results[1:])))
    assert (found.rows, found.only_a, found.only_b, found.asked_otherwise) == (3, (), ("q4",), ("q0",))
    with pytest.raises(BadQuestions, match="share no row"):
        compare(a, replace(b, results=b.results[4:]))
    with pytest.raises(BadQuestions, match="no figure nonsense"):
        compare(a, b, watched=["nonsense"])


@pytest.mark.parametrize("lower_is_better", ["false_abstention"])
def test_a_rise_of_what_should_be_low_is_a_regression(lower_is_better):
    a, b = scored([True] * 40), scored([True] * 40)
    silent = tuple(replace(r, shares={**r.shares, lower_is_better: Share(1)}) for r in b.results)
    assert compare(a, replace(b, results=silent), watched=[lower_is_better]).exit_code == 1


def _scorer() -> Path | None:
    reports = os.environ.get("YOUJU_REPORTS")
    return Path(reports).parent / "evals" / "score.py" if reports else None


@pytest.mark.reports
@pytest.mark.skipif(_scorer() is None or not _scorer().is_file(), reason="no shared scorer beside YOUJU_REPORTS")
@pytest.mark.parametrize("seed", [0, 1])
def test_figures_equal_the_shared_scorer_on_its_questions(tmp_path, seed):
    """Answers of every kind, made by chance: right, wrong, late, silent, missing, citing well and badly."""
    scorer = _scorer()
    questions = scorer.with_name("reports_dev.jsonl")
    texts = {p.stem: p.read_text(encoding="utf-8") for p in Path(os.environ["YOUJU_REPORTS"]).glob("*.txt")}
    chance = random.Random(seed)
    read = read_questions(questions, texts=texts).checked()
    answers = {r.id: _any_answer(r, texts, chance) for r in read.rows if chance.random() > 0.05}
    path = tmp_path / "answers.jsonl"
    lines = (json.dumps(a | {"id": id}, ensure_ascii=False) + "\n" for id, a in answers.items())
    path.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, str(scorer), str(questions), str(path), "--reports", os.environ["YOUJU_REPORTS"]]
    wanted = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    run = score_answers(read, answers, texts, samples=10)
    got = {name: round(run.figures[name].value, 4) for name in wanted if name != "rows"} | {"rows": len(run.results)}
    assert got == wanted
    assert 0 < got["overall"] < 1


def _any_answer(r, texts, chance):
    if chance.random() < 0.2:
        return {"text": "资料中没有", "abstained": True, "citations": []}
    said = r.answers if chance.random() < 0.7 else r.answers[:1]
    text = "甲" * chance.choice([0, 0, 110, 350]) + "[1]" + ",".join(said if chance.random() < 0.8 else ["不详"])
    pieces = [(e.doc, e.text) for e in r.evidence] or [(next(iter(texts)), "编造")]
    citations = []
    for doc, piece in chance.choices(pieces, k=chance.randint(0, 7)):
        near = texts[doc].find(piece)
        around = texts[doc][max(0, near - 20) : near + len(piece) + 20]
        quote = chance.choice([piece, around, "编造的话", *r.answers])
        paragraph = chance.choice([around, around, piece[: len(piece) // 2]])
        citations.append({"document_id": chance.choice([doc, doc, *texts]), "paragraph": paragraph, "quote": quote})
    return {"text": text, "abstained": False, "citations": citations}

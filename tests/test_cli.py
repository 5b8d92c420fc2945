"""The command line as its users meet it: what it prints, what it leaves on disk, which code it ends with."""

import io
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rag import KnowledgeBase
from rag.types import Answer, Citation, Hit, Paragraph, Sentence
from rag.watch import FolderChanges
from ui.cli import main
from ui.indexing.following import bring_up_to_date
from ui.terminal import Style, answer_lines, circled, line_spans, safe
from ui.wording import Language, language_of

ROOT = Path(__file__).parent.parent

REPORT = """# 青川区2024年政府工作报告

## 一、2023年工作回顾

2023年，青川区一般公共预算收入达到170.9亿元，比上年增长10.1%。

全区新增养老床位537张，改造老旧小区42万平方米。

## 二、2024年主要目标

2024年，青川区一般公共预算收入预期增长5%，新增就业岗位2.6万个。
"""
ENGLISH = """# Harbour District annual plan

## Housing

In 2024 the district will build 1,200 rental flats and renovate 35 old estates near the harbour.
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def youju(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    """`youju("ask", "…")` in an empty folder, in English, with its store there."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "YOUJU_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        try:
            code = main(arguments)
        except SystemExit as usage:
            code = int(usage.code or 0)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "plans").mkdir(parents=True)
    (folder / "qingchuan.md").write_text(REPORT, encoding="utf-8")
    (folder / "plans" / "harbour.md").write_text(ENGLISH, encoding="utf-8")
    return folder


@pytest.fixture
def indexed(youju: Callable[..., Done], docs: Path) -> Path:
    assert youju("index", "docs").code == 0
    return docs


def outcomes(done: Done) -> list[tuple[str, str, str | None]]:
    return [(file["path"], file["status"], file["id"]) for file in done.json["files"]]


# --- index


def test_index_adds_then_skips_then_replaces(youju: Callable[..., Done], docs: Path) -> None:
    first = youju("index", "docs", "--json")
    assert first.code == 0
    assert outcomes(first) == [
        ("docs/qingchuan.md", "added", "qingchuan"),
        ("docs/plans/harbour.md", "added", "plans/harbour"),
    ]
    assert first.json["documents"] == 2
    assert [status for _, status, _ in outcomes(youju("index", "docs", "--json"))] == ["unchanged", "unchanged"]
    (docs / "qingchuan.md").write_text(REPORT.replace("537", "600"), encoding="utf-8")
    assert [status for _, status, _ in outcomes(youju("index", "docs", "--json"))] == ["replaced", "unchanged"]
    assert "600张" in youju("ask", "青川区新增养老床位多少张？").out


def test_index_tells_each_file_and_sums_up(youju: Callable[..., Done], docs: Path) -> None:
    (docs / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (docs / ".hidden.md").write_text(REPORT, encoding="utf-8")
    done = youju("index", "docs")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0].startswith("skipped  docs/photo.jpg: ")
    assert lines[1:3] == ["added  docs/qingchuan.md", "added  docs/plans/harbour.md"]
    assert lines[3].startswith(".youju holds 2 documents (2 added, 1 skipped), ")


def test_a_named_file_of_an_unknown_kind_fails(youju: Callable[..., Done], docs: Path) -> None:
    (docs / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    done = youju("index", "docs/photo.jpg", "docs/qingchuan.md", "--json")
    assert done.code == 2
    assert [(path, status) for path, status, _ in outcomes(done)] == [
        ("docs/photo.jpg", "failed"),
        ("docs/qingchuan.md", "added"),
    ]


def test_what_cannot_be_read_is_told_and_the_rest_is_indexed(youju: Callable[..., Done], docs: Path) -> None:
    (docs / "empty.txt").write_bytes(b"")
    (docs / "program.txt").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    done = youju("index", "docs", "--json")
    assert done.code == 2
    assert [(path, status) for path, status, _ in outcomes(done)] == [
        ("docs/empty.txt", "failed"),
        ("docs/program.txt", "failed"),
        ("docs/qingchuan.md", "added"),
        ("docs/plans/harbour.md", "added"),
    ]
    assert all(file["message"] for file in done.json["files"] if file["status"] == "failed")
    assert "Traceback" not in done.err


def test_encodings_read_alike(youju: Callable[..., Done], docs: Path) -> None:
    (docs / "gb.md").write_bytes(REPORT.encode("gb18030"))
    (docs / "utf16.md").write_bytes(REPORT.encode("utf-16"))
    assert youju("index", "docs").code == 0
    for name in ("qingchuan", "gb", "utf16"):
        hits = youju("search", "养老床位", "--json").json["hits"]
        found = [hit["text"] for hit in hits if hit["document_id"] == name]
        assert found[0] == "全区新增养老床位537张，改造老旧小区42万平方米。"


def test_a_long_file_of_one_line_is_cut_into_paragraphs(youju: Callable[..., Done], docs: Path) -> None:
    (docs / "long.txt").write_text("预算收入增长百分之五。" * 20_000 + "白石公园建成。", encoding="utf-8")
    assert youju("index", "docs/long.txt").code == 0
    best = youju("search", "白石公园", "-k", "1", "--json").json["hits"][0]
    assert best["text"].endswith("白石公园建成。")
    assert len(best["text"]) < 5_000


def test_a_folder_that_may_not_be_read(youju: Callable[..., Done], docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:  # tests may run as root, whom no mode bits stop
        if str(path).endswith("plans"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = youju("index", "docs", "--json")
    assert done.code == 2
    assert done.json["files"] == [
        {
            "path": "docs/plans",
            "id": None,
            "status": "failed",
            "message": "the folder docs/plans cannot be read (Permission denied)",
        },
        {"path": "docs/qingchuan.md", "id": "qingchuan", "status": "added", "message": ""},
    ]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_nothing_to_index(youju: Callable[..., Done], tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = youju("index", name)
    assert done.code == 2
    assert "no file to index, nothing was changed" in done.out
    assert not (tmp_path / ".youju").exists()


def test_an_archive_is_its_documents(youju: Callable[..., Done], docs: Path) -> None:
    with zipfile.ZipFile(docs / "more.zip", "w") as archive:
        archive.writestr("north/plan.md", ENGLISH)
        archive.writestr("north/empty.txt", "")
    first, second = youju("index", "docs", "--json"), youju("index", "docs", "--json")
    assert [told for told in outcomes(first) if "more.zip" in told[0]] == [
        ("docs/more.zip/north/plan.md", "added", "more/north/plan"),
        ("docs/more.zip/north/empty.txt", "failed", None),
    ]
    assert ("docs/more.zip/north/plan.md", "unchanged", "more/north/plan") in outcomes(second)


def test_files_of_one_name_keep_apart(youju: Callable[..., Done], docs: Path, tmp_path: Path) -> None:
    (docs / "qingchuan.txt").write_text("另一份文件：青川区2022年新增养老床位300张，新建公园两座。", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "qingchuan.md").write_text(REPORT.replace("青川区", "白石区"), encoding="utf-8")
    wanted = [
        ("docs/qingchuan.md", "added", "qingchuan"),
        ("docs/qingchuan.txt", "added", "qingchuan.txt"),
        ("docs/plans/harbour.md", "added", "plans/harbour"),
        ("other/qingchuan.md", "added", "other/qingchuan"),
    ]
    assert sorted(outcomes(youju("index", "docs", "other", "--json"))) == sorted(
        (path, status, "qingchuan.md" if path.startswith("other") else id) for path, status, id in wanted
    )
    again = youju("index", "other", "docs/qingchuan.txt", "--json")
    assert outcomes(again) == [
        ("other/qingchuan.md", "unchanged", "qingchuan.md"),
        ("docs/qingchuan.txt", "unchanged", "qingchuan.txt"),
    ]


def test_prune_removes_what_is_gone_and_keeps_what_fails(youju: Callable[..., Done], indexed: Path) -> None:
    (indexed / "plans" / "harbour.md").unlink()
    (indexed / "qingchuan.md").write_bytes(b"")
    assert [status for _, status, _ in outcomes(youju("index", "docs", "--json"))] == ["failed"]
    done = youju("index", "docs", "--prune", "--json")
    assert [(status, id) for _, status, id in outcomes(done)] == [("failed", None), ("removed", "plans/harbour")]
    assert [d["id"] for d in youju("documents", "list", "--json").json["documents"]] == ["qingchuan"]


def test_the_store_inside_the_folder_is_not_indexed(youju: Callable[..., Done], docs: Path) -> None:
    assert youju("index", "docs", "--store", "docs/store").code == 0
    again = youju("index", "docs", "--store", "docs/store", "--json")
    assert [status for _, status, _ in outcomes(again)] == ["unchanged", "unchanged"]


# --- ask and search


def test_ask_prints_the_answer_and_where_it_stands(youju: Callable[..., Done], indexed: Path) -> None:
    done = youju("ask", "青川区2023年一般公共预算收入是多少？")
    assert done.code == 0
    assert "170.9亿元" in done.out.splitlines()[0]
    assert "\n① 青川区2024年政府工作报告 › 一、2023年工作回顾\n" in done.out
    assert "\x1b" not in done.out


def test_ask_json_is_the_contract(youju: Callable[..., Done], indexed: Path) -> None:
    answer = youju("ask", "青川区2023年一般公共预算收入是多少？", "--json").json
    assert {"id", "question", "resolved_question", "text", "abstained", "confidence", "citations"} <= answer.keys()
    assert {"related", "model", "timings_ms"} <= answer.keys()
    first = answer["citations"][0]
    assert (first["number"], first["document_id"]) == (1, "qingchuan")
    assert first["quote"] in first["paragraph"]
    assert (indexed / "qingchuan.md").read_text(encoding="utf-8")[first["start"] : first["end"]] == first["quote"]


def test_ask_a_file_of_questions(youju: Callable[..., Done], indexed: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "青川区新增养老床位多少张？"},
        {"id": "b", "question": "   "},
        {"id": "c", "question": "How many rental flats?", "history": [["Where?", "In the harbour."]], "lang": "en"},
    ]
    lines = "\ufeff" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "questions.jsonl").write_text(lines, encoding="utf-8")
    done = youju("ask", "--questions", "questions.jsonl", "--json")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 2  # row b could not be asked
    assert [(a["id"], a["question"], a["abstained"]) for a in answers][:2] == [
        ("a", "青川区新增养老床位多少张？", False),
        ("b", "   ", True),
    ]
    assert [bool(a.get("error")) for a in answers] == [False, True, False]
    assert "537" in answers[0]["text"]
    assert "1,200" in answers[2]["text"]


def test_bad_rows_are_listed_and_nothing_is_asked(youju: Callable[..., Done], indexed: Path, tmp_path: Path) -> None:
    rows = ['{"id": "a", "question": "好"}', "{", '{"id": 1, "question": "x"}', "[]", '{"id": "d"}']
    rows.append('{"id": "e", "question": "x", "history": ["q"]}')
    (tmp_path / "questions.jsonl").write_text("\n".join(rows), encoding="utf-8")
    done = youju("ask", "--questions", "questions.jsonl", "--json")
    assert (done.code, done.out) == (2, "")
    told = done.err.splitlines()
    assert told[0] == "youju: questions.jsonl: 5 rows cannot be used; nothing was asked"
    assert told[1].startswith("line 2: not JSON")
    assert told[2:] == [
        "line 3: id is 1, expected a string",
        "line 4: got list, expected an object with id and question",
        "line 5: question is None, expected a string",
        "line 6: history holds 'q', expected [question, answer] pairs",
    ]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_question_file_that_cannot_be_used(
    youju: Callable[..., Done], indexed: Path, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "questions.jsonl").write_bytes(content)
    done = youju("ask", "--questions", "questions.jsonl", "--json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("youju: questions.jsonl ")


def test_a_question_too_long_says_so_in_its_language(youju: Callable[..., Done], indexed: Path) -> None:
    chinese, english = youju("ask", "预算收入" * 2500), youju("ask", "budget " * 1500)
    assert (chinese.code, chinese.out, english.code, english.out) == (2, "", 2, "")
    assert chinese.err.startswith("youju: 这个问题没法问\n")
    assert "10,000" in chinese.err and "10,500" in english.err


@pytest.mark.parametrize("question", ["？？！……", "你是谁", "的", "\x1b[2J\x00", "🙂"])
def test_a_question_about_nothing_ends_well(youju: Callable[..., Done], indexed: Path, question: str) -> None:
    done = youju("ask", question)
    assert done.code in (0, 2)
    assert "\x1b" not in done.out
    assert (done.out if done.code == 0 else done.err).strip()


def test_an_empty_question(youju: Callable[..., Done], indexed: Path) -> None:
    done = youju("ask", "  ")
    assert (done.code, done.out) == (2, "")
    assert "empty" in done.err


def test_bytes_that_are_no_text(youju: Callable[..., Done], indexed: Path) -> None:
    done = youju("ask", os.fsdecode("预算".encode("gb18030")))
    assert (done.code, done.out) == (2, "")
    assert "UTF-8" in done.err


def test_search_by_each_leg(youju: Callable[..., Done], indexed: Path) -> None:
    for leg in ("hybrid", "lexical", "dense"):
        found = youju("search", "养老床位", "-k", "1", "--leg", leg, "--json").json
        assert (found["query"], found["leg"]) == ("养老床位", leg)
        assert [hit["document_id"] for hit in found["hits"]] == ["qingchuan"]
    shown = youju("search", "养老床位", "-k", "1").out.splitlines()
    assert shown[0].startswith(" 1. 青川区2024年政府工作报告 › 一、2023年工作回顾  ")
    assert shown[1] == "    全区新增养老床位537张，改造老旧小区42万平方米。"


def test_ask_an_example_from_the_documents(youju: Callable[..., Done], indexed: Path) -> None:
    lines = youju("ask", "--example").out.splitlines()
    assert lines[0].startswith("> ") and lines[0].endswith(("？", "?"))
    assert any(line.startswith("① ") for line in lines)


# --- eval

ROW = {
    "id": "beds",
    "question": "青川区新增养老床位多少张？",
    "lang": "zh",
    "type": "numeric",
    "answers": ["537张"],
    "evidence": [{"doc": "qingchuan", "text": "新增养老床位537张"}],
}


def test_eval_scores_the_store_or_a_folder_and_compares(
    youju: Callable[..., Done], indexed: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW, ensure_ascii=False), encoding="utf-8")
    for place in (["--store", ".youju"], ["--corpus", "docs"]):
        scored = youju("eval", "rows.jsonl", "--out", "run", "--json", *place).json
        assert (scored["rows"], scored["figures"]["overall"]["value"]) == (1, 1.0)
    assert youju("eval", "rows.jsonl", "--out", "again").out.splitlines()[0].split()[:2] == ["overall", "1.000"]
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == ["answers.jsonl", "report.html", "run.json"]
    assert youju("eval", "compare", "run", "again").code == 0
    assert youju("eval", "compare", "run", "nowhere").code == 2


def test_eval_on_a_beir_folder(youju: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    corpus = [{"_id": "a", "title": "", "text": "新增养老床位537张"}, {"_id": "b", "title": "", "text": "新建公园两座"}]
    queries = [{"_id": "q", "text": "养老床位"}]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n", encoding="utf-8")
    figures = youju("eval", "--beir", ".").json
    for leg in ("hybrid", "lexical", "dense"):
        assert {figures[leg][name] for name in ("ndcg@10", "recall@1", "recall@5", "recall@10", "mrr@10")} == {1.0}


def test_eval_drafts_rows_that_it_can_read(youju: Callable[..., Done], indexed: Path, tmp_path: Path) -> None:
    done = youju("eval", "draft", "docs", "--out", "rows.jsonl")
    assert done.code == 0
    rows = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert done.out == f"{len(rows)} rows in rows.jsonl; check each before you measure with it\n"
    assert youju("eval", "rows.jsonl", "--out", "run").code == 0


# --- stores and documents


@pytest.mark.parametrize(
    "command",
    [
        "ask 预算",
        "search 预算",
        "documents list",
        "store verify",
        "store stats",
        "store backup f",
        "store reencode",
        "sites list",
    ],
)
def test_without_a_store_it_says_what_to_do(youju: Callable[..., Done], command: str) -> None:
    done = youju(*command.split())
    assert (done.code, done.out) == (2, "")
    assert "youju index" in done.err


def test_a_store_of_another_place(
    youju: Callable[..., Done], docs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YOUJU_STORE", str(tmp_path / "mine"))
    assert youju("index", "docs").code == 0
    assert (tmp_path / "mine").is_dir() and not (tmp_path / ".youju").exists()
    monkeypatch.delenv("YOUJU_STORE")
    assert youju("documents", "list").code == 2
    assert youju("documents", "list", "--store", "mine").code == 0


def test_documents_list_and_remove(youju: Callable[..., Done], indexed: Path) -> None:
    listed = youju("documents", "list", "--json").json
    assert [(d["id"], d["title"], d["paragraphs"]) for d in listed["documents"]] == [
        ("qingchuan", "青川区2024年政府工作报告", 3),
        ("plans/harbour", "Harbour District annual plan", 1),
    ]
    assert youju("documents", "remove", "nothing").code == 2
    assert youju("documents", "remove", "qingchuan").out == "removed: qingchuan\n"
    assert "养老" not in youju("search", "养老床位").out
    assert youju("documents", "remove", "plans/harbour").code == 0
    assert youju("documents", "list").out == "No documents yet; run youju index FOLDER\n"
    assert youju("ask", "养老床位多少张？").code == 0


def test_verify_says_no_when_a_file_is_damaged(youju: Callable[..., Done], indexed: Path, tmp_path: Path) -> None:
    assert youju("store", "verify").code == 0
    victim = next((tmp_path / ".youju").rglob("vectors.faiss"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"\x00\x01")
    done = youju("store", "verify", "--json")
    assert done.code == 1
    assert [Path(name).name for name in done.json["damaged"]] == ["vectors.faiss"]


@pytest.mark.parametrize(
    "command",
    [
        "",
        "nonsense",
        "ask",
        "ask q --questions f",
        "search q -k 0",
        "index",
        "store",
        "eval",
        "eval draft",
        "serve --port 0",
    ],
)
def test_a_wrong_call_shows_the_usage(youju: Callable[..., Done], command: str) -> None:
    done = youju(*command.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: youju")


def test_sites_come_and_go(youju: Callable[..., Done], indexed: Path) -> None:
    made = youju(
        "sites", "add", "区政府", "--origin", "www.example.gov.cn", "--base", "https://ask.example.cn", "--json"
    ).json
    assert made["origins"] == ["https://www.example.gov.cn"]
    assert made["key"] in made["tag"] and "https://ask.example.cn" in made["tag"]
    rotated = youju("sites", "rotate", made["id"], "--json").json
    assert (rotated["id"], rotated["key"] == made["key"]) == (made["id"], False)
    assert youju("sites", "list").out == f"{made['id']}  {rotated['key']}  区政府  https://www.example.gov.cn\n"
    assert youju("sites", "revoke", made["id"]).out == f"{made['id']}  revoked  区政府\n"
    assert youju("sites", "revoke", "nothing").code == 2
    assert youju("sites", "add", "x", "--origin", "*.gov.cn").code == 2


def test_a_followed_folder_is_kept_in_step(docs: Path) -> None:
    kb = KnowledgeBase.from_texts(["别处来的一份文件"], ids=["elsewhere"])
    report, harbour = docs / "qingchuan.md", docs / "plans" / "harbour.md"

    def told(changes: FolderChanges) -> list[tuple[str, str | None]]:
        return [(str(o.status), o.document_id) for o in bring_up_to_date(kb, docs, changes)]

    both = FolderChanges(changed=[harbour, report])
    assert told(both) == [("added", "plans/harbour"), ("added", "qingchuan")]
    assert told(both) == [("unchanged", "plans/harbour"), ("unchanged", "qingchuan")]
    report.write_text(REPORT.replace("537", "600"), encoding="utf-8")
    harbour.unlink()
    assert told(FolderChanges(changed=[report], gone=[harbour])) == [
        ("replaced", "qingchuan"),
        ("removed", "plans/harbour"),
    ]
    assert [document.id for document in kb.documents()] == ["elsewhere", "qingchuan"]


def test_a_port_that_is_taken(youju: Callable[..., Done], indexed: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = youju("serve", "--port", str(taken.getsockname()[1]))
    assert (done.code, done.out) == (2, "")
    assert "Address already in use" in done.err and "--port" in done.err


def test_too_few_paragraphs_to_tune_on(youju: Callable[..., Done], indexed: Path) -> None:
    done = youju("encoder", "tune", "--minutes", "0.01")
    assert (done.code, done.out) == (2, "")
    assert "expected at least 20" in done.err


def test_an_encoder_that_is_not_there(youju: Callable[..., Done], docs: Path) -> None:
    done = youju("index", "docs", "--encoder", "./nowhere")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("youju: the encoder ./nowhere cannot be loaded (")


# --- the whole process


def test_a_cold_ask_imports_nothing_heavy(youju: Callable[..., Done], indexed: Path) -> None:
    script = (
        "import sys; from ui.cli import main; code = main(['ask', '青川区新增养老床位多少张？']); "
        "heavy = {'torch', 'gradio', 'langchain', 'langchain_core', 'transformers', 'fastapi', 'pandas', 'sklearn'}; "
        "sys.exit(f'imported {heavy & sys.modules.keys()}' if heavy & sys.modules.keys() else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "537张" in done.stdout


def test_a_reader_that_leaves_early_is_no_error(youju: Callable[..., Done], indexed: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "search", "预算收入", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    with process.stderr as stderr:
        assert stderr.read() == b""
    assert process.wait(60) == 0


def test_the_help_names_every_command(youju: Callable[..., Done]) -> None:
    done = youju("--help")
    assert done.code == 0
    for name in (
        "eval compare",
        "eval draft",
        "index",
        "ask",
        "search",
        "serve",
        "eval",
        "documents",
        "store",
        "sites",
    ):
        assert re.search(rf"^ +{name}\s+\w", done.out, re.MULTILINE), name


# --- how an answer looks

QUOTE = "收入达到170.9亿元，比上年增长10.1%"
PARAGRAPH = Paragraph("q#0001", "qingchuan", ("一、回顾",), 40, 70, f"2023年，全区{QUOTE}。", 3)
CITED = Citation(
    number=1,
    document_id="qingchuan",
    title="青川区工作报告",
    section=("一、回顾",),
    paragraph_id="q#0001",
    paragraph=PARAGRAPH.text,
    quote=QUOTE,
    start=47,
    end=47 + len(QUOTE),
    page=3,
    key=(51, 58),  # 170.9亿元
)
ANSWER = Answer(
    question="收入是多少？",
    resolved_question="青川区2023年收入是多少？",
    text="收入170.9亿元。[1]另见[7]。",
    sentences=(Sentence("收入170.9亿元。", (1,)), Sentence("另见[7]。", verified=False)),
    citations=(CITED,),
    confidence=0.934,
    timings_ms={"total": 2.94},
)


def shown(answer: Answer, style: Style, language: Language = Language.ZH) -> list[str]:
    dates, titles = {"qingchuan": "2024-01-16"}, {"qingchuan": "青川区工作报告"}
    return list(answer_lines(answer, dates=dates, titles=titles, style=style, language=language))


def test_an_answer_on_paper() -> None:
    assert shown(ANSWER, Style()) == [
        "按此理解：青川区2023年收入是多少？",
        "",
        "收入170.9亿元。①另见[7]。",  # there is no citation 7
        "未核实：另见[7]。",
        "",
        "① 青川区工作报告 › 一、回顾",
        f"   “{QUOTE}”",
        "   2024-01-16 · 第 3 页 · qingchuan:47-69",
        "",
        "把握 93% · 2.9 毫秒",
    ]


def test_an_answer_on_a_terminal_marks_the_figure() -> None:
    lines = shown(ANSWER, Style(colour=True, width=80))
    assert lines[6] == "   “收入达到\x1b[1;33m170.9亿元\x1b[0m，比上年增长10.1%”"


def test_a_broken_line_keeps_the_mark() -> None:
    lines = shown(ANSWER, Style(colour=True, width=20))
    assert lines[8:11] == [
        "   “收入达到\x1b[1;33m170.9亿\x1b[0m",
        "   \x1b[1;33m元\x1b[0m，比上年增长",
        "   10.1%”",
    ]


def test_abstaining_shows_the_nearest() -> None:
    answer = Answer("x?", "x?", "", abstained=True, related=(Hit(PARAGRAPH, 0.5),))
    assert shown(answer, Style(), Language.EN) == [
        "The documents do not answer this.",
        "",
        "The nearest passages, which do not answer it:",
        " 1. 青川区工作报告 › 一、回顾",
        f"    {PARAGRAPH.text}",
        "    page 3 · qingchuan:40-70",
        "",
        "",
    ]


def test_lines_break_between_chinese_characters_and_at_spaces() -> None:
    def broken(text: str, width: int) -> list[str]:
        return [text[start:end] for start, end in line_spans(text, width)]

    assert broken("一二三四五六", 6) == ["一二三", "四五六"]
    assert broken("一二三，四五", 6) == ["一二三，", "四五"]  # a comma never begins a line
    assert broken("one two three", 8) == ["one two ", "three"]
    assert broken("收入170亿元", 6) == ["收入", "170亿", "元"]
    assert broken("aaaaaaaa", 3) == ["aaa", "aaa", "aa"]
    assert broken("", 3) == [""]


def test_a_document_cannot_steer_the_terminal() -> None:
    assert safe("a\x1b[2Jb\tc\n\u202ed\x9b") == "a\ufffd[2Jb c \ufffdd\ufffd"


def test_numbers_in_circles() -> None:
    assert [circled(n) for n in (1, 20, 21, 35, 36, 50, 51)] == ["①", "⑳", "㉑", "㉟", "㊱", "㊿", "[51]"]


def test_the_language_of_the_question_or_else_the_locale() -> None:
    def language(text: str, **environment: str) -> str:
        return language_of(text, environment=environment)

    assert [language("GDP是多少", LANG="en_US.UTF-8"), language("GDP", LANG="zh_CN.UTF-8")] == ["zh", "en"]
    assert [language("?", LANG="zh_CN.UTF-8"), language("?", LC_ALL="C", LANG="zh_CN.UTF-8")] == ["zh", "en"]
    assert language("") == "en"


def test_colour_only_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert Style.of(io.StringIO(), environment={}) == Style(colour=False, width=None)
    assert Style.of(Terminal(), environment={}).colour
    assert not Style.of(Terminal(), environment={"NO_COLOR": "1"}).colour
    assert not Style.of(Terminal(), environment={"TERM": "dumb"}).colour

"""The evaluation tab of the whole service: a set is run, told of as it goes, compared with the last, called off."""

import json
import threading

import pytest
from fastapi.testclient import TestClient

from rag.knowledge_base import KnowledgeBase
from rag.types import Answer
from tests.serving import served
from tests.toys import ToyEncoder

TOKEN = "the-admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


def knowledge():
    texts = ["一、就业\n2024年全年新增就业3.2万人，帮扶困难人员就业1200人。", "一、绿化\n2024年新建改建公园12座。"]
    return KnowledgeBase.from_texts(texts, titles=["就业报告", "绿化报告"], ids=["jobs", "parks"], encoder=ToyEncoder())


def row(id, question, doc, text, *answers):
    evidence = [{"doc": doc, "text": text}]
    return {"id": id, "question": question, "lang": "zh", "type": "numeric", "answers": answers, "evidence": evidence}


ROWS = [
    row("a", "2024年新增就业多少人？", "jobs", "新增就业3.2万人", "3.2万人"),
    row("b", "2024年新建改建公园多少座？", "parks", "新建改建公园12座", "12座"),
    row("c", "2024年公园里有<b>几条</b>龙？", "parks", "新建改建公园12座", "九条"),
]
BAD = row("d", "没有这样的出处吗？", "jobs", "不在文件里的话", "1")


def lines(*rows):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()


class Halting:
    """Answers like the knowledge base, once it may; when silent, it abstains."""

    def __init__(self, kb):
        self._kb = kb
        self.silent = False
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __getattr__(self, name):
        return getattr(self._kb, name)

    def ask(self, question, **more):
        self.asked.set()
        assert self.go_on.wait(30)
        return Answer(question, question, "", abstained=True) if self.silent else self._kb.ask(question, **more)


@pytest.fixture
def kb():
    return Halting(knowledge())


@pytest.fixture
def client(kb, tmp_path):
    from ui.service import create_app

    with TestClient(create_app(kb, folder=tmp_path, admin_token=TOKEN), headers=ADMIN) as client:
        yield client


def sent(client, name, data):
    return client.post("/api/evaluation", files={"file": (name, data)})


def ended(client):
    for _ in range(400):
        now = client.get("/api/evaluation").json()
        if now["state"] != "running":
            return now
        threading.Event().wait(0.05)
    raise AssertionError(now)


def test_a_run_is_scored_and_compared_with_the_last(client, tmp_path):
    begun = sent(client, "题.jsonl", lines(*ROWS, BAD))
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    assert ended(client)["run"]["figures"][0]["label"] == "Overall"
    client.headers["Accept-Language"] = "zh-CN,zh;q=0.9"
    first = ended(client)
    run = first["run"]
    assert (first["state"], first["done"], first["total"]) == ("done", 3, 3)
    assert (run["rows"], run["wrong"], run["problems"]) == (3, 1, 1)
    assert run["first_problems"][0].startswith("第 4 行（d）：")
    assert first["comparison"] is None
    overall = run["figures"][0]
    assert (overall["name"], overall["label"], overall["value"], overall["n"]) == ("overall", "总正确率", 0.6667, 3)

    sent(client, "题.csv", "编号,问题,语言,类型,答案,出处文件,出处原文\n".encode() + csv_row(ROWS[0]))
    second = ended(client)
    assert second["comparison"]["with"] == run["name"]
    assert (second["comparison"]["rows"], second["comparison"]["broken"]) == (1, [])
    report = client.get(f"/api/evaluation/runs/{run['name']}/report")
    assert "2024年公园里有&lt;b&gt;几条&lt;/b&gt;龙？" in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    assert sorted(f.name for f in (tmp_path / "runs").iterdir()) == sorted([run["name"], second["run"]["name"]])


def csv_row(r):
    evidence = r["evidence"][0]
    cells = (r["id"], r["question"], r["lang"], r["type"], *r["answers"], evidence["doc"], evidence["text"])
    return ",".join(cells).encode()


def test_the_sample_is_said_not_to_fit_other_documents(client):
    assert client.post("/api/evaluation").status_code == 202
    now = ended(client)
    assert now["state"] == "failed"
    assert now["error"].startswith("the sample questions are about the sample reports")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.jsonl", b"", "a.jsonl: no question in it"),
        ("a.csv", "编号\n\xff".encode("latin-1", "replace") + b"\xff", "a.csv: "),
        ("a.xlsx", b"PK\x03\x04", "a.xlsx is not an Excel file or is cut off"),
    ],
)
def test_a_file_that_holds_no_questions_says_why(client, name, data, says):
    sent(client, name, data)
    now = ended(client)
    assert now["state"] == "failed"
    assert now["error"].startswith(says)
    assert "/tmp" not in now["error"]


def test_only_the_administrator_and_one_at_a_time(client, kb):
    kb.go_on.clear()
    assert sent(client, "a.jsonl", lines(*ROWS)).status_code == 202
    assert kb.asked.wait(20)
    assert sent(client, "a.jsonl", lines(*ROWS)).status_code == 409
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", ""), ("GET", "/runs/x/report")):
        wrong = client.request(method, f"/api/evaluation{path}", headers={"Authorization": "Bearer guess"})
        assert wrong.status_code == 401, (method, path)
    client.delete("/api/evaluation")
    kb.go_on.set()
    now = ended(client)
    assert (now["state"], now["run"]) == ("cancelled", None)
    assert sent(client, "a.pdf", b"x").status_code == 415
    assert client.get("/api/evaluation/runs/..%2f..%2fx/report").status_code == 404


@pytest.fixture(params=[1440, 390], ids=["projector", "phone"])
def page(request, chromium, kb):
    from ui.page import build_page, mount_page
    from ui.service import create_app

    app = create_app(kb, admin_token=TOKEN)
    mount_page(app, build_page(kb))
    with served(app) as address:
        context = chromium.new_context(viewport={"width": request.param, "height": 860}, locale="zh-CN")
        context.set_default_timeout(20_000)
        errors, requests = [], []
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("request", lambda request: requests.append(request.url))
        page = context.new_page()
        page.goto(address)
        page.locator("#yj-box textarea").wait_for()
        page.wait_for_function("Boolean(window.youjuSend)")
        page.get_by_role("tab", name="评测").click()
        yield page
        assert errors == []
        assert [url for url in requests if not url.startswith((address, "data:", "blob:", "about:"))] == []
        context.close()


def choose(page, *rows):
    page.locator("#yj-questions").set_input_files(
        {"name": "题.jsonl", "mimeType": "application/octet-stream", "buffer": lines(*rows)}
    )


@pytest.mark.browser
@pytest.mark.filterwarnings("default")
def test_the_tab(page, kb, axe):
    choose(page, *ROWS)
    page.get_by_text("请先填写管理口令").wait_for()
    assert page.evaluate("document.activeElement.id") == "yj-token-evaluation"
    page.keyboard.type("guess")
    choose(page, *ROWS)
    failure = page.locator("#yj-evaluation-here .yj-failure")
    failure.wait_for()
    assert failure.inner_text() == "评测没有完成：管理口令不对，没有改动"
    page.context.set_offline(True)
    choose(page, *ROWS)
    page.get_by_text("评测没有完成：连接中断").wait_for()
    page.context.set_offline(False)

    page.locator("#yj-token-evaluation").fill(TOKEN)
    kb.go_on.clear()
    choose(page, *ROWS)
    page.locator(".yj-evaluating").wait_for()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="停止评测").click()
    kb.go_on.set()
    page.get_by_text("已停止，没有留下结果").wait_for()

    choose(page, *ROWS)
    table = page.locator("#yj-evaluation-here .yj-table")
    table.wait_for()
    assert "3 题，1 题答错" in table.locator("caption").inner_text()
    assert table.locator("tbody tr").first.locator("strong").inner_text() == "66.7%"
    page.get_by_text("没有可比的上一次评测").wait_for()
    page.get_by_role("button", name="查看完整报告").click()
    report = page.frame_locator("iframe.yj-report")
    report.get_by_text("2024年公园里有<b>几条</b>龙？").first.wait_for(state="attached")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载报告").click()
    assert download.value.suggested_filename.endswith(".html")

    kb.silent = True
    choose(page, *ROWS)
    against = page.locator("#yj-evaluation-here .yj-table").nth(1)
    against.wait_for()
    assert "两次都有的 3 题" in against.locator("caption").inner_text()
    assert against.locator("tbody tr").first.locator("td").all_inner_texts()[1:] == ["66.7%", "0.0%", "-66.7"]
    page.get_by_text("变错的题（2）").click()
    assert page.locator(".yj-passage .yj-verdict").all_inner_texts() == [ROWS[0]["question"], ROWS[1]["question"]]
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

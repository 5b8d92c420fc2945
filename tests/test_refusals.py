"""Whatever the service refuses is said in the language that was asked for, with the same code in both."""

import ast
import inspect
import re
import threading
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from fastapi.testclient import TestClient
from pydantic_core import core_schema

import ui.service
from rag import errors
from rag.errors import ModelError, ServiceStoreError, YoujuError
from tests.test_service import ADMIN, StandIn, events, knowledge
from ui.messages import language_of
from ui.reasons import chinese_error, chinese_problem
from ui.service import create_app
from ui.service.refusals import SAID, wrong_field

ROOT = Path(ui.service.__file__).parent.parent.parent
HAN = re.compile(r"[\u4e00-\u9fff]")
# What is a name in either language: of a header, a command, a format, a field.
NAMES = re.compile(
    r"Authorization: Bearer|Content-Length|Unicode|JSON|multipart/form-data|application/json|youju \w+ ?\w*|"
    r"YOUJU_\w+|Allow|HTTP|UTF-8|Excel|PDF|(?:/[\w.-]+)+|“[^”]*”|'[^']*'|https?://\S+|\*\.\S+|(?:[a-z_]+\.)*\d+(?:\.[a-z_0-9]+)*|"
    r"\.\w+|\b(?:true|false)\b"
)
FIELDS = re.compile(r"(?:^|；)[\w.\[\]]+：|messages|\bfiles?\b|\buser\b|text/plain|\b(?:GET|PATCH|POST)\b")


def is_chinese(message: str) -> bool:
    return bool(HAN.search(message)) and not re.search("[A-Za-z]{2}", FIELDS.sub("", NAMES.sub("", message)))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", SAID)
def test_every_refusal_has_both_languages_and_the_same_facts(key):
    chinese, english = SAID[key]
    assert HAN.search(chinese) and not HAN.search(english)
    if key != "invalid_request/fields":
        assert fields(chinese) <= fields(english) | {"request"}
        assert is_chinese(re.sub(r"\{[^}]*\}", "7", chinese))


def refused_in_source():
    """Of every Refused(…) and _unauthorized(…) the words it may say."""
    for path in sorted((ROOT / "ui" / "service").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name in ("Refused", "_unauthorized", "words"):
                said = node.args[1:] if name == "Refused" else node.args
                parts = [[t.value for t in ast.walk(part) if isinstance(t, ast.Constant)] for part in said]
                if all(parts) and parts and "/" not in parts[0]:
                    yield from ("/".join((kind, *(way[0] for way in parts[1:]))) for kind in parts[0])


def test_what_is_refused_is_in_the_table_and_nothing_else():
    used = set(refused_in_source())
    by_status = {"bad_request", "forbidden", "method_not_allowed", "error"}
    by_limit = {key for key in SAID if key.startswith("limit/")}
    assert used | by_status | by_limit == set(SAID)


CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
JSON_BODY = {"content-type": "application/json"}
REFUSED = [
    ("POST", "/api/ask", {"json": {}}, 422),
    ("POST", "/api/ask", {"json": {"question": 7}}, 422),
    ("POST", "/api/ask", {"json": {"question": ""}}, 422),
    ("POST", "/api/ask", {"json": {"question": "问" * 2001}}, 422),
    ("POST", "/api/ask", {"json": {"question": "?", "history": [["a"]], "only": "x", "stream": "perhaps"}}, 422),
    ("POST", "/api/ask", {"json": {"question": "?", "history": [["a", "b", "c"]]}}, 422),
    ("POST", "/api/ask", {"json": {"question": "?", "only": ["x"] * 10_001}}, 422),
    ("POST", "/api/ask", {"json": []}, 422),
    ("POST", "/api/ask", {"content": b"{", "headers": JSON_BODY}, 422),
    ("POST", "/api/ask", {"content": b'{"question": "\\ud800"}', "headers": JSON_BODY}, 422),
    ("POST", "/api/ask", {"content": b'"\xff', "headers": JSON_BODY}, 400),
    ("POST", "/api/ask", {"json": {"question": "  "}}, 400),
    ("POST", "/api/ask", {"json": {"question": "x" * 3_000_000}}, 413),
    ("GET", "/api/ask", {}, 405),
    ("GET", "/api/nothing", {}, 404),
    ("GET", "/api/documents/none", {}, 404),
    ("GET", "/api/search", {}, 422),
    ("GET", "/api/search?q=a&k=0", {}, 422),
    ("GET", "/api/search?q=a&k=1000", {}, 422),
    ("GET", "/api/search?q=a&k=x", {}, 422),
    ("GET", "/api/search?q=a&leg=z", {}, 422),
    ("POST", "/api/feedback", {"json": {"answer_id": "", "rating": "x"}}, 422),
    ("POST", "/api/documents", {"json": {"documents": [{"text": "一"}]}}, 401),
    ("POST", "/api/documents", {"json": {}, "headers": {"Authorization": "Bearer wrong"}}, 401),
    ("POST", "/api/documents", {"json": {"documents": []}, "headers": ADMIN}, 422),
    ("POST", "/api/documents", {"json": {"documents": [{"date": 7}]}, "headers": ADMIN}, 422),
    ("POST", "/api/documents", {"json": {"documents": [{"id": "a", "text": "一"}] * 2}, "headers": ADMIN}, 422),
    ("POST", "/api/documents", {"content": b"{", "headers": {**ADMIN, **JSON_BODY}}, 422),
    ("POST", "/api/documents", {"content": b"x", "headers": {**ADMIN, "content-type": "text/plain"}}, 415),
    ("POST", "/api/documents", {"files": [("files", ("a.txt", b"x"))] * 2, "headers": ADMIN}, 422),
    ("POST", "/api/documents", {"files": [("other", (None, b"x"))], "headers": ADMIN}, 422),
    ("POST", "/api/documents", {"files": [("files", (f"{i}.txt", b"x")) for i in range(201)], "headers": ADMIN}, 400),
    ("DELETE", "/api/documents/none", {"headers": ADMIN}, 404),
    ("POST", "/api/evaluation", {"files": {"file": ("a.doc", b"x")}, "headers": ADMIN}, 415),
    ("GET", "/api/evaluation/runs/none/report", {"headers": ADMIN}, 404),
    ("POST", "/api/sites", {"json": {"name": "x", "origins": ["ftp://x"]}, "headers": ADMIN}, 422),
    ("POST", "/api/sites", {"json": {"name": "x", "origins": ["*.gov.cn"]}, "headers": ADMIN}, 422),
    ("POST", "/api/sites", {"json": {"name": "x", "origins": [], "per_minute": 0}, "headers": ADMIN}, 422),
    ("DELETE", "/api/sites/none", {"headers": ADMIN}, 404),
    ("GET", "/v1/models/gpt-4", {}, 404),
    ("POST", "/v1/chat/completions", {"json": {"messages": []}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "x", "content": "y"}]}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "system", "content": "y"}]}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "user", "content": "y" * 2001}]}}, 422),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "user", "content": 7}]}}, 422),
    ("POST", "/widget/v1/session", {"json": {"site": "pk_none"}}, 403),
    ("POST", "/widget/v1/session", {"json": {"site": "pk_demo"}}, 403),
    ("POST", "/widget/v1/session", {"json": {"site": "pk_demo", "frame": "x"}}, 403),
    ("POST", "/widget/v1/ask", {"json": {"question": "?"}}, 401),
    ("POST", "/widget/v1/ask", {"json": {"question": "?"}, "headers": {"Authorization": "Bearer x.y"}}, 401),
    ("POST", "/widget/v1/feedback", {"json": {"answer_id": "a", "rating": "x"}}, 422),
    ("OPTIONS", "/widget/v1/ask", {"headers": {"Origin": "https://other.example"}}, 403),
    ("GET", "/widget/v1/none.js", {}, 404),
]


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(knowledge(), admin_token="the-admin-token")) as opened:
        yield opened


@pytest.mark.parametrize(("method", "path", "more", "status"), REFUSED)
def test_a_refusal_is_said_in_the_language_asked_for(client, method, path, more, status):
    def ask(**language):
        return client.request(method, path, **{**more, "headers": {**more.get("headers", {}), **language}})

    chinese, english, plain = ask(**CHINESE), ask(**{"Accept-Language": "en"}), ask()
    assert [reply.status_code for reply in (chinese, english, plain)] == [status] * 3
    told = [reply.json()["error"] for reply in (chinese, english, plain)]
    assert told[0]["code"] == told[1]["code"] == told[0]["type"] == told[1]["type"]
    assert is_chinese(told[0]["message"]), told[0]["message"]
    assert not HAN.search(told[1]["message"].replace("问", ""))
    assert told[2] == told[1]
    assert [reply.headers["content-language"] for reply in (chinese, english, plain)] == ["zh-CN", "en", "en"]
    assert "Accept-Language" in chinese.headers["vary"]
    assert "与要求不符" not in told[0]["message"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("zh-Hant-TW", "zh"),
        ("ZH-cn", "zh"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("zh;q=0.5, en-GB;q=0.9", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("fr", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("en, zh", "en"),
        ("zho, x;;q=, ;;;,", "en"),
    ],
)
def test_what_is_preferred(accepted, language):
    assert language_of(None, accepted, otherwise="en") == language


def test_the_page_s_own_choice_comes_before_the_browser_s(client):
    reply = client.get("/api/nothing", headers={"Cookie": "youju_language=zh", "Accept-Language": "en"})
    assert is_chinese(reply.json()["error"]["message"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ModelError("the model went away"), 502),
        (ServiceStoreError("gone"), 503),
        (RuntimeError("secret"), 500),
        (errors.StoreDamaged("x/y is missing; restore a backup"), 500),
    ],
)
def test_what_fails_inside_is_said_in_it_too(error, status):
    app = create_app(StandIn(error=error))
    with TestClient(app, raise_server_exceptions=False, headers=CHINESE) as client:
        plain = client.post("/api/ask", json={"question": "?"})
        stream = client.post("/api/ask", json={"question": "?", "stream": True}).text
        chat = {"messages": [{"role": "user", "content": "?"}], "stream": True}
        chunks = client.post("/v1/chat/completions", json=chat).text
    assert plain.status_code == status
    told = [plain.json()["error"], events(stream)[-1][1]["error"]]
    assert told[0]["code"] == told[1]["code"]
    assert all(HAN.search(one["message"]) and "secret" not in one["message"] for one in told)
    assert told[1]["message"] in chunks


def test_a_full_house_and_a_late_answer_are_said_in_it():
    wait = threading.Event()
    with TestClient(create_app(StandIn(wait=wait), threads=1, waiting=0, time_limit_s=0.2), headers=CHINESE) as client:
        late = client.post("/api/ask", json={"question": "?"})
        full = client.get("/api/search", params={"q": "?"})
        wait.set()
    assert (late.status_code, full.status_code, full.headers["retry-after"]) == (504, 429, "1")
    assert all(is_chinese(reply.json()["error"]["message"]) for reply in (late, full))


def test_limits_and_keys_are_said_in_it(client):
    from ui.service.gate import WidgetLimits

    limits = WidgetLimits(sessions_per_address_minute=1)
    app = create_app(knowledge(), admin_token="the-admin-token", widget_limits=limits)
    app.state.access.add_key("program")
    with TestClient(app, headers={**CHINESE, "Origin": "http://testserver"}) as client:
        # Windows begin with the minute: a new one may let the second through, and never the third.
        replies = [client.post("/widget/v1/session", json={"site": "pk_demo"}) for _ in range(3)]
        keyless = client.get("/api/search", params={"q": "就业"})
        wrong = client.get("/api/search", params={"q": "就业"}, headers={"Authorization": "Bearer x"})
    assert [reply.status_code for reply in (replies[0], replies[2], keyless, wrong)] == [200, 429, 401, 401]
    assert all(is_chinese(reply.json()["error"]["message"]) for reply in (replies[2], keyless, wrong))


@pytest.mark.parametrize("kind", get_args(core_schema.ErrorType))
def test_whatever_is_wrong_with_a_field_has_chinese_words(kind):
    limits = ("min_length", "max_length", "actual_length", "pattern", "gt", "ge", "lt", "le", "expected")
    chinese, _ = wrong_field({"type": kind, "loc": ("body", "x"), "msg": "", "ctx": dict.fromkeys(limits, 7)})
    assert is_chinese(chinese)


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if inspect.isclass(k) and issubclass(k, YoujuError)])
def test_every_error_of_the_engine_has_chinese_words(kind):
    assert HAN.search(chinese_error(kind("something that no table holds")))


WHOLE = {"BadQuestion", "BadQuestions", "UnknownSite", "BadOrigin", "CalledOff", "StoreLocked"}
RAISED_IN = ("rag/knowledge_base", "rag/store/files", "evals/rows", "ui/indexing/indexer", "ui/sites")


def raised():
    for name in RAISED_IN:
        for node in ast.walk(ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                kind, text = node.func.id, node.args[0]
                if kind in WHOLE and isinstance(text, ast.JoinedStr | ast.Constant):
                    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                    yield kind, "".join(str(p.value) if isinstance(p, ast.Constant) else _example(p) for p in parts)


def _example(part: ast.FormattedValue) -> str:
    return "'x'" if part.conversion == ord("r") else "7"


@pytest.mark.parametrize(("kind", "said"), list(raised()))
def test_what_was_got_and_what_to_do_stays_in_chinese(kind, said):
    kinds = [k for k in vars(errors).values() if inspect.isclass(k) and issubclass(k, YoujuError)]
    chinese = chinese_error(getattr(errors, kind, YoujuError)(said))
    assert chinese not in {chinese_error(k("?")) for k in kinds}
    assert is_chinese(chinese)


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("line 4 (d): parks does not hold the evidence '不在'", "第 4 行（d）：parks 里没有出处原文 '不在'"),
        (
            "line 2: 'answers' is empty, and only an unanswerable question has none; missing: lang",
            "第 2 行：没有答案；只有类型是 unanswerable 的题可以没有；缺少 lang",
        ),
        ("line 9: 'question' must be a text with something in it, got nothing", "第 9 行：question 应是文字，收到空值"),
    ],
)
def test_a_row_that_cannot_be_used_is_said_in_chinese(said, chinese):
    assert chinese_problem(said) == chinese


def test_what_is_chinese_already_stays():
    assert chinese_error(ModelError("模型没有回应：等了 30 秒")) == "模型没有回应：等了 30 秒"
    assert chinese_error(errors.StoreError("报告 was made with another encoder")) == "文档库用不了"

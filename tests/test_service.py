"""The HTTP service, over a small knowledge base, and over one that is slow or fails on purpose."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag import Answer, Hit, Leg, Paragraph, Sentence
from rag.errors import ModelError
from rag.knowledge_base import KnowledgeBase
from tests.processes import until
from ui.cli import main
from ui.indexing.indexer import AT_HAND, Apart, Indexer
from ui.service import ExposedWithoutToken, create_app, serve
from ui.service.documents import safe_name
from ui.service.feedback import FeedbackBook
from ui.service.logs import JsonLines
from ui.service.metrics import Metrics
from ui.storage.service_store import FILE_NAME, ServiceStore

ADMIN = {"Authorization": "Bearer the-admin-token"}
JOBS = "2024年全年新增就业3.2万人，帮扶困难人员就业1200人。"
PARKS = "2024年新建改建公园12座，新增绿道20公里，改造老旧小区30个。"


def knowledge() -> KnowledgeBase:
    return KnowledgeBase.from_texts([JOBS, PARKS], titles=["就业报告", "绿化报告"], ids=["jobs", "sub/parks"])


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(knowledge(), admin_token="the-admin-token")) as opened:
        yield opened


@pytest.fixture
def own_client(tmp_path: Path) -> Iterator[TestClient]:
    """One whose documents may be changed."""
    with TestClient(create_app(knowledge(), folder=tmp_path, admin_token="the-admin-token")) as opened:
        yield opened


def events(text: str) -> list[tuple[str, dict]]:
    frames = [frame.split("\n") for frame in text.split("\n\n") if frame]
    return [(head.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for head, data in frames]


class StandIn:
    """An engine that says what it is told, piece by piece."""

    def __init__(self, *, pieces=("好", "好。"), wait: threading.Event | None = None, error: Exception | None = None):
        self.pieces, self.wait, self.error = pieces, wait, error
        self.paragraph = Paragraph("d#0", "d", (), 0, 4, "一二三四")

    def ask(self, question, *, history=(), only=None):
        return list(self.stream(question, history=history, only=only))[-1]

    def stream(self, question, *, history=(), only=None):
        for text in self.pieces:
            yield Answer(question, question, text, id="a", timings_ms={"total": 1.0})
        if self.wait:
            self.wait.wait(10)
        if self.error:
            raise self.error

    def search(self, query, *, k=10, leg="hybrid", only=None):
        return [] if leg == "dense" else [Hit(self.paragraph, 1.0, Leg(leg))]

    def documents(self):
        return []

    def size(self):
        return len(self.documents()), 1

    def heads(self):
        return []

    def document(self, document_id, /):
        raise NotImplementedError

    def paragraphs(self, document_id, /):
        return [self.paragraph]

    def add(self, documents, /):
        raise NotImplementedError

    def remove(self, ids, /):
        raise NotImplementedError


def test_an_answer_comes_with_the_place_it_stands_on(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"question": "2024年新增就业多少人?"})
    assert reply.status_code == 200
    answer = reply.json()
    assert (answer["abstained"], answer["citations"][0]["document_id"]) == (False, "jobs")
    cited = answer["citations"][0]
    assert JOBS[cited["start"] : cited["end"]] == cited["quote"]


def test_a_stream_is_hits_then_deltas_then_the_answer(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"question": "2024年新增就业多少人?", "stream": True})
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    got = events(reply.text)
    names = [name for name, _ in got]
    assert (names[0], set(names[1:-1]), names[-1]) == ("hits", {"delta"}, "answer")
    assert "".join(data["text"] for name, data in got if name == "delta") == got[-1][1]["text"]
    assert got[0][1]["hits"][0]["document_id"] == "jobs"


def test_what_a_model_is_writing_is_told_before_it_is_checked() -> None:
    growing = [
        Answer("?", "?", "", sentences=(Sentence("全年", (), verified=False),)),
        Answer("?", "?", "", sentences=(Sentence("全年新增", (), verified=False),)),
        Answer("?", "?", "全年新增6座。[1]", sentences=(Sentence("全年新增6座。", (1,), verified=True),)),
    ]
    engine = StandIn()
    engine.stream = lambda *_, **__: iter(growing)  # type: ignore[method-assign]
    with TestClient(create_app(engine)) as client:
        got = events(client.post("/api/ask", json={"question": "?", "stream": True}).text)
    told = [(name, data["text"]) for name, data in got if name in ("writing", "delta")]
    assert told == [("writing", "全年"), ("writing", "全年新增"), ("delta", "全年新增6座。[1]")]


def test_a_stream_that_fails_ends_in_an_error() -> None:
    with TestClient(create_app(StandIn(error=ModelError("the model went away")))) as client:
        got = events(client.post("/api/ask", json={"question": "?", "stream": True}).text)
    assert [name for name, _ in got] == ["hits", "delta", "delta", "error"]
    assert got[-1][1]["error"]["type"] == "model_error"
    assert got[-1][1]["error"]["message"] == "the model went away"


def test_what_fails_inside_is_not_told_to_the_asker(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(StandIn(error=RuntimeError("secret path")))
    with TestClient(app, raise_server_exceptions=False) as client:
        plain = client.post("/api/ask", json={"question": "?"})
        got = events(client.post("/api/ask", json={"question": "?", "stream": True}).text)
    assert (plain.status_code, plain.json()["error"]["type"]) == (500, "internal")
    assert "secret" not in plain.text + json.dumps(got)


def test_only_looks_in_the_documents_named(client: TestClient) -> None:
    reply = client.get("/api/search", params={"q": "2024年", "only": "sub/parks", "leg": "lexical"})
    assert [hit["document_id"] for hit in reply.json()["hits"]] == ["sub/parks"]


def test_a_full_house_refuses_with_a_time_to_come_again() -> None:
    wait = threading.Event()
    app = create_app(StandIn(wait=wait), threads=1, waiting=0)
    with TestClient(app) as client:
        first = threading.Thread(target=client.post, args=("/api/ask",), kwargs={"json": {"question": "?"}})
        first.start()
        refused = client.get("/api/search", params={"q": "?"})
        while refused.status_code != 429:
            refused = client.get("/api/search", params={"q": "?"})
        assert client.get("/healthz").status_code == 200
        wait.set()
        first.join()
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["type"] == "busy"


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_takes_too_long_is_given_up(stream: bool) -> None:
    wait = threading.Event()
    with TestClient(create_app(StandIn(wait=wait), time_limit_s=0.05)) as client:
        reply = client.post("/api/ask", json={"question": "?", "stream": stream})
        wait.set()
    error = events(reply.text)[-1][1]["error"] if stream else reply.json()["error"]
    assert (reply.status_code, error["type"]) == (200 if stream else 504, "timeout")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{", 422, "invalid_request"),
        (b'"\xff', 400, "bad_request"),
        (b'{"question": 7}', 422, "invalid_request"),
        (b'{"question": "   "}', 400, "bad_question"),
        (b'{"question": "\\ud800"}', 422, "invalid_request"),
        (b"[" * 50_000, 400, "bad_request"),
        (b'{"question": "' + b"x" * 3_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(client: TestClient, body: bytes, status: int, kind: str) -> None:
    reply = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["type"]) == (status, kind)


def test_a_body_that_does_not_say_how_long_it_is_is_counted_as_it_comes(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 100_000

    reply = client.post("/api/ask", content=pieces(), headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["type"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/documents/none", 404, "unknown_document"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/ask", 405, "method_not_allowed"),
        ("GET", "/v1/models/gpt-4", 404, "model_not_found"),
        ("GET", "/nowhere", 404, "not_found"),
    ],
)
def test_every_error_has_the_same_shape(client: TestClient, method: str, path: str, status: int, kind: str) -> None:
    reply = client.request(method, path)
    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"type", "message", "param", "code"}
    assert reply.json()["error"]["type"] == kind


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer ÿ".encode("latin-1")}]
)
def test_changes_need_the_admin_token(client: TestClient, headers: dict) -> None:
    for reply in (
        client.post("/api/documents", json={"documents": [{"text": "一"}]}, headers=headers),
        client.delete("/api/documents/jobs", headers=headers),
        client.delete("/api/documents", params={"id": "jobs"}, headers=headers),
    ):
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/api/documents/jobs").json()["text"] == JOBS


def test_documents_come_and_go(own_client: TestClient) -> None:
    body = {
        "documents": [{"id": "schools", "title": "教育报告", "text": "2024年新建学校9所，新增学位8000个，教师1100名。"}]
    }
    added = own_client.post("/api/documents", json=body, headers=ADMIN)
    assert (added.status_code, added.json()["documents"][0]["status"]) == (201, "added")
    again = own_client.post("/api/documents", json=body, headers=ADMIN)
    assert again.json()["documents"][0]["status"] == "replaced"
    found = own_client.get("/api/search", params={"q": "新建学校"}).json()["hits"]
    assert found[0]["document_id"] == "schools"
    assert own_client.delete("/api/documents/sub/parks", headers=ADMIN).json() == {"removed": ["sub/parks"]}
    listed = own_client.get("/api/documents").json()
    assert ([d["id"] for d in listed["documents"]], listed["total"]) == (["jobs", "schools"], 2)
    both = own_client.delete("/api/documents", params={"id": ["jobs", "none"]}, headers=ADMIN)
    assert (both.status_code, own_client.get("/api/documents").json()["total"]) == (404, 2)


def test_large_uploads_are_indexed_apart(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path, create=True)
    indexer = Indexer(kb, apart=Apart(tmp_path, kb.refresh))
    large = "".join(f"第{n}段：全年修缮道路{n}公里。\n" for n in range(2000))
    assert len(large.encode()) > AT_HAND
    with TestClient(create_app(kb, folder=tmp_path, indexer=indexer, admin_token="the-admin-token")) as client:
        files = [("files", ("roads.txt", large.encode(), "text/plain"))]
        assert client.post("/api/documents", files=files, headers=ADMIN).json() == {
            "documents": [{"name": "roads.txt", "id": "roads", "status": "added", "message": ""}]
        }
        assert client.get("/api/documents").json()["total"] == 1
        assert client.get("/api/indexing").json() == {"indexing": False, "done": 0, "total": 0, "name": ""}
        assert indexer._child is not None
        child = indexer._child
    assert child.poll() is not None


def test_a_question_without_words_is_no_error_after_a_removal(own_client: TestClient) -> None:
    own_client.delete("/api/documents/jobs", headers=ADMIN)
    reply = own_client.post("/api/ask", json={"question": "?!"})
    assert reply.status_code == 200


def test_files_come_in_one_by_one_with_what_became_of_each(own_client: TestClient) -> None:
    files = [
        ("files", ("教育/2024.md", "# 教育报告\n\n2024年新建学校9所，新增学位8000个，教师1100名。".encode("gb18030"))),
        ("files", ("../picture.png", b"\x89PNG")),
    ]
    reply = own_client.post("/api/documents", files=files, headers=ADMIN)
    good, bad = reply.json()["documents"]
    assert (good["id"], good["status"]) == ("教育/2024", "added")
    assert (bad["name"], bad["status"]) == ("picture.png", "failed")
    assert "no reader for .png" in bad["message"]
    assert own_client.get("/api/documents/教育/2024").json()["source"] == "教育/2024.md"
    assert own_client.post("/api/documents", files=[], headers=ADMIN).status_code == 415


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.md", "etc/passwd.md"),
        ("C:\\reports\\a.md", "C_/reports/a.md"),
        ("/a/./b\x00.txt", "a/b_.txt"),
        ("报" * 100 + ".md", "报" * 60 + ".md"),
    ],
)
def test_a_file_name_leads_nowhere_else(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


def test_feedback_is_kept_over_a_restart(tmp_path: Path) -> None:
    body = {"answer_id": "a1", "rating": "down", "reason": "wrong_year", "question": "哪年?"}
    with TestClient(create_app(knowledge(), folder=tmp_path)) as client:
        assert client.post("/api/feedback", json=body).status_code == 201
        assert client.post("/api/feedback", json=body | {"rating": "meh"}).status_code == 422
    store = ServiceStore.open(tmp_path)
    kept = FeedbackBook(store).all()
    store.close()
    assert [(f.answer_id, f.rating, f.reason, f.question, f.way) for f in kept] == [
        ("a1", "down", "wrong_year", "哪年?", "api")
    ]


def test_a_backup_of_the_store_holds_what_the_service_keeps(tmp_path: Path) -> None:
    store = tmp_path / "store"
    kb = KnowledgeBase.open(store, create=True)
    kb.add(knowledge().documents())
    with TestClient(create_app(kb, folder=store, admin_token="the-admin-token")) as client:
        said = {"answer_id": "a1", "rating": "down", "question": "问", "answer": "答"}
        assert client.post("/api/feedback", json=said).status_code == 201
        key = client.post("/api/sites", json={"name": "门户", "origins": ["https://a.cn"]}, headers=ADMIN).json()["key"]
        kb.backup(tmp_path / "kept.tar")  # while the service has it open
    assert main(["store", "restore", str(tmp_path / "kept.tar"), "--store", str(tmp_path / "other")]) == 0
    with TestClient(create_app(knowledge(), folder=tmp_path / "other")) as client:
        assert [site["key"] for site in client.get("/api/sites", headers=ADMIN).json()["sites"]] == [key]
    kept = ServiceStore.open(tmp_path / "other")
    assert kept.rows("SELECT answer_id, rating, question FROM feedback") == [("a1", "down", "问")]
    kept.close()


def test_tokens_are_stored_hashed_and_shown_once(tmp_path: Path) -> None:
    app = create_app(knowledge(), folder=tmp_path)
    token = app.state.access.first_admin_token()
    key = app.state.access.add_key("a program")
    assert app.state.access.first_admin_token() is None
    with TestClient(app) as client:
        assert client.get("/api/search", params={"q": "就业"}).status_code == 401
        allowed = client.get("/api/search", params={"q": "就业"}, headers={"Authorization": f"Bearer {key}"})
        assert allowed.status_code == 200
        assert app.state.access.revoke_key("a program") == 1
        refused = client.get("/api/search", params={"q": "就业"}, headers={"Authorization": f"Bearer {key}"})
        assert (refused.status_code, refused.json()["error"]["type"]) == (401, "api_key_wrong")
        admin = client.get("/api/search", params={"q": "就业"}, headers={"Authorization": f"Bearer {token}"})
        assert admin.status_code == 200
    stored = b"".join(file.read_bytes() for file in tmp_path.glob(FILE_NAME + "*"))
    assert stored.startswith(b"SQLite")
    assert token.encode() not in stored
    assert key.encode() not in stored


def test_other_machines_are_let_in_only_behind_a_token() -> None:
    with pytest.raises(ExposedWithoutToken, match=r"Refusing to listen on 0\.0\.0\.0"):
        serve(knowledge(), "0.0.0.0")


def test_ready_means_that_every_leg_finds_something(client: TestClient) -> None:
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["legs"] == {"hybrid": True, "lexical": True, "dense": True}


def test_a_dead_leg_turns_ready_red() -> None:
    class OneLeg(StandIn):
        def documents(self):
            return knowledge().documents()[:1]

    with TestClient(create_app(OneLeg())) as client:
        red = client.get("/readyz")
        metrics = client.get("/metrics").text
    assert red.status_code == 503
    assert red.json()["legs"] == {"hybrid": True, "lexical": True, "dense": False}
    assert red.json()["message"].startswith("Nothing found by: dense.")
    assert 'youju_leg_up{leg="dense"} 0.0' in metrics


def test_metrics_count_what_was_asked() -> None:
    with TestClient(create_app(knowledge())) as client:
        client.post("/api/ask", json={"question": "2024年新增就业多少人?"})
        client.get("/api/documents/none")
        text = client.get("/metrics").text
    assert 'youju_asks_total{outcome="answered",way="api"} 1.0' in text
    assert 'youju_ask_seconds_count{stage="search"} 1.0' in text
    assert 'youju_http_requests_total{method="GET",route="/api/documents/{document_id:path}",status="404"} 1.0' in text
    assert "youju_index_paragraphs 2.0" in text


def test_metrics_count_what_a_model_did_and_cost() -> None:
    worded = {
        "name": "m",
        "input_tokens": 300,
        "output_tokens": 20,
        "cost": 0.5,
        "cached": False,
        "retries": 1,
        "sentences": {"verified": 2},
    }
    again = {**worded, "input_tokens": 0, "output_tokens": 0, "cost": 0.0, "cached": True, "retries": 0}
    failed = {**again, "cached": False, "cost": None, "retries": 2, "sentences": {}, "failed": "HTTP 500"}
    metrics = Metrics()
    for about in (worded, again, failed):
        metrics.asked("api", Answer("问", "问", "答", id="a", model=about))
    lines = [line for line in metrics.text().decode().splitlines() if line.startswith("youju_model_")]
    assert sorted(line for line in lines if "_created" not in line) == [
        'youju_model_answers_total{model="m",outcome="cached"} 1.0',
        'youju_model_answers_total{model="m",outcome="fell_back"} 1.0',
        'youju_model_answers_total{model="m",outcome="worded"} 1.0',
        'youju_model_cost_total{model="m"} 0.5',
        'youju_model_retries_total{model="m"} 3.0',
        'youju_model_sentences_total{fate="verified",model="m"} 4.0',
        'youju_model_tokens_total{direction="input",model="m"} 300.0',
        'youju_model_tokens_total{direction="output",model="m"} 20.0',
    ]


def test_the_log_has_an_id_and_no_question(client: TestClient) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("youju.service")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        reply = client.get("/api/search", params={"q": "机密问题"}, headers={"X-Request-ID": "from-proxy-1"})
        client.get("/api/search", params={"q": "机密问题"}, headers={"X-Request-ID": "bad id\t"})
    finally:
        logger.removeHandler(handler)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["request_id"], first["route"], first["status"]) == ("from-proxy-1", "/api/search", 200)
    assert reply.headers["x-request-id"] == "from-proxy-1"
    assert len(second["request_id"]) == 32
    assert "机密" not in stream.getvalue()


def test_openai_chat_takes_history_and_parts(client: TestClient) -> None:
    body = {
        "model": "anything",
        "temperature": 0.7,
        "messages": [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": "你好"},
            {"role": "assistant", "content": "你好。"},
            {"role": "user", "content": [{"type": "text", "text": "2024年新增就业多少人?"}]},
        ],
    }
    reply = client.post("/v1/chat/completions", json=body).json()
    assert reply["youju"]["question"] == "2024年新增就业多少人?"
    assert reply["choices"][0]["message"]["content"] == reply["youju"]["text"]
    assert client.post("/v1/chat/completions", json={"messages": [{"role": "system"}]}).status_code == 422


def test_openapi_describes_every_route_with_an_error_and_an_example(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) >= {
        "/api/ask",
        "/api/search",
        "/api/documents",
        "/api/indexing",
        "/api/feedback",
        "/v1/chat/completions",
        "/v1/models",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert schema["components"]["schemas"]["AskBody"]["examples"][0]["question"]
    assert "ErrorBody" in json.dumps(schema["paths"]["/api/ask"])
    page = client.get("/docs").text
    assert "/v1/chat/completions" in page
    assert 'src="http' not in page
    assert "@import" not in page


@pytest.mark.parametrize("path", ["/api/documents", "/kb/api/documents"])
def test_a_proxy_may_take_its_path_off_or_leave_it(path: str) -> None:
    with TestClient(create_app(knowledge(), root_path="/kb")) as client:
        assert client.get(path).json()["total"] == 2
    with TestClient(create_app(knowledge(), root_path="/kb", widget_only=True)) as client:
        assert client.get(path).status_code == 404
        assert client.get("/kb/widget/v1/youju.js").status_code == 200


def test_widget_only_exposes_nothing_else() -> None:
    with TestClient(create_app(knowledge(), widget_only=True)) as client:
        got = {path: client.get(path).status_code for path in ("/healthz", "/docs", "/metrics", "/api/documents", "/")}
    assert got == {"/healthz": 200, "/docs": 404, "/metrics": 404, "/api/documents": 404, "/": 404}


def test_the_first_key_of_another_process_closes_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    KnowledgeBase.open(tmp_path, create=True).add(knowledge().documents())
    with TestClient(create_app(knowledge(), folder=tmp_path)) as client:
        assert client.get("/api/documents").status_code == 200
        assert main(["keys", "add", "portal", "--store", str(tmp_path)]) == 0
        until(lambda: client.get("/api/documents").status_code == 401)
    assert capsys.readouterr().out.startswith("yjk_")


def test_keys_are_made_and_ended_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path)]
    assert main(["keys", "list", *store]) == 2  # no store yet
    KnowledgeBase.open(tmp_path, create=True).add(knowledge().documents())
    assert main(["keys", "add", "portal", *store]) == 0
    said = capsys.readouterr()
    key = said.out.strip()
    assert "every call of the API needs a key" in said.err.splitlines()[-1]
    with TestClient(create_app(knowledge(), folder=tmp_path)) as client:
        headers = {"Authorization": f"Bearer {key}"}
        assert client.get("/api/documents").status_code == 401
        assert client.get("/api/documents", headers=headers).status_code == 200
        assert main(["keys", "revoke", "portal", *store]) == 0
        assert client.get("/api/documents", headers=headers).status_code == 401
    assert main(["keys", "revoke", "portal", *store]) == 1
    assert main(["keys", "list", *store]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "portal  revoked"

"""The service as real clients see it: openai's, LangChain's, slow ones, and ones that send nonsense."""

import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.knowledge_base import KnowledgeBase
from tests.serving import Halting, served
from ui.service import create_app

JOBS = "2024年全年新增就业3.2万人，帮扶困难人员就业1200人。"
QUESTION = "2024年新增就业多少人?"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    kb = KnowledgeBase.from_texts(
        ["2024年全年新增就业3.2万人，帮扶困难人员就业1200人。"], titles=["就业报告"], ids=["jobs"]
    )
    with served(create_app(kb, admin_token="the-admin-token", body_time_s=2.0)) as address:
        yield address


def test_the_openai_client_gets_an_answer_with_citations(url: str) -> None:
    from openai import OpenAI

    with OpenAI(base_url=f"{url}/v1", api_key="none") as client:
        assert [model.id for model in client.models.list()] == ["youju"]
        reply = client.chat.completions.create(model="youju", messages=[{"role": "user", "content": QUESTION}])
        stream = client.chat.completions.create(
            model="youju",
            messages=[{"role": "user", "content": QUESTION}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = list(stream)
    text = reply.choices[0].message.content
    assert "3.2万人" in text
    assert reply.model_extra["youju"]["citations"][0]["document_id"] == "jobs"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == text
    assert [c.model_extra["youju"]["text"] for c in chunks if "youju" in c.model_extra] == [text]
    assert chunks[-1].usage.completion_tokens == len(text)


def test_the_openai_client_understands_our_errors(url: str) -> None:
    from openai import NotFoundError, OpenAI, UnprocessableEntityError

    with OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(NotFoundError, match="the only one here is 'youju'"):
            client.models.retrieve("gpt-4")
        with pytest.raises(UnprocessableEntityError, match="the last user message is the question"):
            client.chat.completions.create(model="youju", messages=[{"role": "system", "content": "x"}])


def test_langchain_chat_openai_invokes_and_streams(url: str) -> None:
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(base_url=f"{url}/v1", api_key="none", model="youju")
    text = model.invoke(QUESTION).content
    assert "3.2万人" in text
    assert "".join(chunk.content for chunk in model.stream(QUESTION)) == text


def test_slow_senders_hold_nobody_up_and_are_let_go(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    head = b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{"
    slow = [socket.create_connection((host, int(port)), timeout=10) for _ in range(200)]
    for connection in slow:
        connection.sendall(head)
    reply = httpx.post(f"{url}/api/ask", json={"question": QUESTION}, timeout=5)
    assert reply.status_code == 200
    assert slow[0].recv(100).startswith(b"HTTP/1.1 408 ")
    for connection in slow:
        connection.close()


def test_characters_of_a_stream_are_whole(url: str) -> None:
    with httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION, "stream": True}) as reply:
        for piece in reply.iter_raw():
            piece.decode("utf-8")


def test_answering_goes_on_while_the_page_is_built() -> None:
    built = threading.Event()

    def page(app: FastAPI, parts) -> None:
        app.get("/")(lambda: parts.kb.ask(QUESTION).text)
        built.wait(10)

    kb = KnowledgeBase.from_texts([JOBS])
    with served(create_app(kb, page=page)) as url:
        ready = httpx.get(f"{url}/readyz").json()
        built.set()
        assert (ready["status"], ready["page"]) == ("ready", "starting")
        assert "3.2万人" in httpx.get(f"{url}/").json()
        assert 'youju_asks_total{outcome="answered",way="page"} 1.0' in httpx.get(f"{url}/metrics").text
        assert httpx.get(f"{url}/readyz").json()["page"] == "ready"
        assert httpx.get(f"{url}/api/none").json()["error"]["type"] == "not_found"


def test_a_stream_under_way_ends_before_the_service_does() -> None:
    halting = Halting(KnowledgeBase.from_texts([JOBS]))
    lines: list[str] = []
    begun = threading.Event()

    def read() -> None:
        with httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION, "stream": True}, timeout=20) as reply:
            for line in reply.iter_lines():
                lines.append(line)
                begun.set()

    with served(create_app(halting)) as url:
        reader = threading.Thread(target=read)
        reader.start()
        assert begun.wait(10)
        threading.Timer(0.3, halting.go_on.set).start()
    reader.join(20)
    assert [line for line in lines if line.startswith("event")] == ["event: hits", "event: delta", "event: answer"]


PATHS = ["/api/ask", "/api/search", "/api/documents", "/api/documents/x", "/api/feedback", "/v1/chat/completions"]
PATHS += ["/v1/models/x", "/healthz", "/readyz", "/docs", "/openapi.json", "/widget/v1/session", "/widget/v1/ask"]
PATHS += ["/widget/v1/diagnose", "/widget/v1/view/x", "/view/x", "/widget/v1/feedback", "/api/sites"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
KEYS = ["question", "history", "only", "stream", "messages", "role", "content", "documents", "text", "id", "title"]
KEYS += ["answer_id", "rating", "site", "model", "stream_options", "turns", "session", "origins", "name"]
bodies = st.one_of(
    st.binary(max_size=300),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6).map(lambda value: json.dumps(value).encode()),
    st.integers(1, 3000).map(lambda n: b'{"question":' * n),
    st.just(b'{"question": ' + b"9" * 5000 + b"}"),
)
tails = st.one_of(
    st.just(b""), st.binary(max_size=30), st.sampled_from([b"/../../etc/passwd", b"%00", b"%ff%fe", b"//"])
)
queries = st.one_of(
    st.just(b""),
    st.binary(max_size=40),
    st.sampled_from([b"q=%ff&k=1", b"q=a&k=-1", b"q=a&leg=x", b"id=%00", b"s=1-2"]),
)
header_values = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"Bearer the-admin-token", b"Bearer \xff", b"null", b"http://a.example"])
)
HEADERS = [b"authorization", b"origin", b"x-request-id", b"x-forwarded-for", b"accept-language", b"range", b"cookie"]
TYPES = [b"application/json", b"multipart/form-data", b"multipart/form-data; boundary=x", b"text/plain", b"a/b; c=\xff"]


def nonsense(method: bytes, path: str, tail: bytes, query: bytes, headers: dict, kind: bytes, body: bytes) -> bytes:
    """A request as bytes, well enough framed that the server reads all of it."""
    clean = bytes.maketrans(b"\r\n\x00 ", b"____")
    target = path.encode() + tail.translate(clean) + (b"?" + query.translate(clean) if query else b"")
    lines = [method + b" " + target + b" HTTP/1.1", b"host: x", b"connection: close", b"content-type: " + kind]
    lines += [name + b": " + value.translate(clean) for name, value in headers.items()]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body)]) + b"\r\n\r\n" + body


def send(url: str, request: bytes) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        reply = b""
        while piece := connection.recv(65536):
            reply += piece
    return reply


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    request=st.builds(
        nonsense,
        st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"HEAD", b"BREW"]),
        st.sampled_from(PATHS),
        tails,
        queries,
        st.dictionaries(st.sampled_from(HEADERS), header_values, max_size=3),
        st.sampled_from(TYPES),
        bodies,
    )
)
def test_nonsense_never_breaks_it(url: str, request: bytes) -> None:
    reply = send(url, request)
    status = reply.split(b" ", 2)[1]
    assert status[:1] in (b"2", b"3", b"4"), (request, reply)


def test_head_is_get_without_the_body(url: str) -> None:
    reply = httpx.head(f"{url}/healthz")
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-length"] == str(len(httpx.get(f"{url}/healthz").content))


def test_it_is_well_afterwards(url: str) -> None:
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
    assert httpx.post(f"{url}/api/ask", json={"question": QUESTION}).status_code == 200

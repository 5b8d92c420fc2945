"""The viewer shows the whole document and marks exactly the span it was asked for."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.reading import read_bytes, split
from rag.types import Document
from tests.fake_knowledge import FakeKnowledge
from tests.test_reading_formats import MAKERS, TABLES
from ui.marking import circled, marked, view_url
from ui.viewer import render, span_of, viewer

TEXT = (
    "一、经济\n（一）财政\n收入完成178.6亿元，增长6.1%。\n"
    "其中税收<b>占比</b>高。\n二、民生\n住房1261套。\n\f三、下一步\n预期增长5%。\n"
)

CORPUS = Path(__file__).parent.parent / "data" / "corpus"


@pytest.fixture
def client():
    app = FastAPI()
    documents = [
        Document("区/2024 报告", "报告<script>alert(1)</script>", TEXT, date="2024-01-16"),
        Document("b", "", "短文。"),
    ]
    app.include_router(viewer(FakeKnowledge(documents)))
    return TestClient(app)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<p class=\"page\".*?</p>|<[^>]+>", "", html))


def article(html: str) -> str:
    return re.search(r'<article id="text">(.*)</article>', html, re.DOTALL)[1]


def marks(html: str) -> str:
    return "".join(text_of(m) for m in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL))


def test_whole_text_is_shown_unchanged(client):
    assert text_of(article(client.get("/view/区/2024 报告").text)) == TEXT


def test_two_hundred_quotes_over_every_format_are_marked_exactly():
    files = {f"report.{suffix}": make() for suffix, make in MAKERS.items()}
    files |= {f"table.{suffix}": make() for suffix, make in TABLES.items()}
    files |= {path.name: path.read_bytes() for path in sorted(CORPUS.glob("*.md"))}
    documents = [replace(read_bytes(data, name), id=name) for name, data in files.items()]
    quotes = [
        (p.document_id, p.start + clause.start(), clause.group())
        for d in documents
        for p in split(d)
        for clause in re.finditer(r"[^。；;，,：]+[。；;，,：]?", p.text)
    ][:200]
    assert len(quotes) == 200
    assert {name for name, _, _ in quotes} >= {name for name in files if not name.endswith(".md")}

    app = FastAPI()
    app.include_router(viewer(SplitLibrary(documents)))
    client = TestClient(app)
    found = [marks(client.get(view_address(*quote)).text) for quote in quotes]
    assert found == [text for _, _, text in quotes]


class SplitLibrary(FakeKnowledge):
    """Documents with the paragraphs that the engine makes of them."""

    def paragraphs(self, document_id):
        return split(self.document(document_id))


def view_address(document_id, start, quote):
    return "/" + view_url(document_id, start, start + len(quote)).partition("#")[0]


def test_every_span_is_marked_to_the_character():
    document = Document("a", "", TEXT)
    paragraphs = FakeKnowledge([document]).paragraphs("a")
    for start in range(len(TEXT)):
        for end in {start + 1, min(start + 7, len(TEXT)), len(TEXT)}:
            html = render(document, paragraphs, f"{start}-{end}", root="", language="zh")
            assert marks(html) == TEXT[start:end], (start, end)
            assert html.count('id="span"') == 1


@pytest.mark.parametrize("wanted", ["5", "9-3", "0-9999", "-1-4", "a-b", "3-3"])
def test_a_span_that_is_not_there_is_said_to_be_so(client, wanted):
    html = client.get(f"/view/b?s={wanted}").text
    assert "<mark" not in html
    assert "链接指的位置不在这份文件里" in html


def test_unknown_document_is_404_and_named(client):
    answer = client.get("/view/nowhere<script>")
    assert answer.status_code == 404
    assert "没有这份文件：nowhere&lt;script&gt;" in answer.text


def test_outline_leads_to_headings_at_their_level(client):
    html = client.get("/view/区/2024 报告").text
    outline = re.findall(r'<li class="level-(\d)"><a href="#h-(\d+)">(.*?)</a>', html)
    expected = [("1", "一、经济"), ("2", "（一）财政"), ("1", "二、民生"), ("1", "三、下一步")]
    assert [(level, name) for level, _, name in outline] == expected
    for _, start, name in outline:
        assert TEXT[int(start) :].lstrip("\f").startswith(name)
        assert html.count(f'id="h-{start}"') == 1


def test_nothing_of_a_document_is_markup(client):
    html = client.get("/view/区/2024 报告?s=0-2").text
    assert "alert(1)</script>" not in html
    assert "&lt;b&gt;占比&lt;/b&gt;" in html
    policy = client.get("/view/b").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_language_follows_cookie_then_browser(client):
    assert "Find in document" in client.get("/view/b", headers={"accept-language": "en-GB,en"}).text
    assert "文内查找" in client.get("/view/b", headers={"accept-language": "zh-CN"}).text
    cookie = {"accept-language": "zh-CN", "cookie": "youju_language=en"}
    assert "Find in document" in client.get("/view/b", headers=cookie).text


def test_assets_are_only_the_two(client):
    assert client.get("/view-assets/viewer.css").headers["content-type"].startswith("text/css")
    assert client.get("/view-assets/viewer.js").status_code == 200
    assert client.get("/view-assets/page.js").status_code == 404
    assert client.get("/view-assets/..%2f..%2fpyproject.toml").status_code == 404


def test_marked_cuts_spans_at_the_edges_of_the_text():
    assert marked("a<b&c", at=10, span=(11, 14), key=(12, 13)) == "a<mark>&lt;<strong>b</strong>&amp;</mark>c"
    assert marked("abc", at=10, span=(0, 11)) == "<mark>a</mark>bc"
    assert marked("abc", at=10, span=(20, 30)) == "abc"
    assert marked("abc", at=10, span=None) == "abc"
    assert marked("abcd", at=0, span=(1, 3), key=(2, 4)) == "a<mark>b<strong>c</strong></mark><strong>d</strong>"


def test_addresses_and_numbers():
    assert view_url("区/2024 报告?", 3, 9) == "view/%E5%8C%BA/2024%20%E6%8A%A5%E5%91%8A%3F?s=3-9#span"
    assert view_url("a") == "view/a"
    assert [circled(n) for n in (1, 20, 21, 35, 36, 50, 51, 0)] == ["①", "⑳", "㉑", "㉟", "㊱", "㊿", "(51)", "(0)"]
    assert [span_of(s, 10) for s in ("2-5", "0-10", "0-11", None, "5-2")] == [(2, 5), (0, 10), None, None, None]

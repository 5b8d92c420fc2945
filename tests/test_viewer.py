"""The viewer shows the whole document and marks exactly the span it was asked for."""

import hashlib
import os
import re
from dataclasses import replace
from html import unescape
from itertools import zip_longest
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.reading import read_bytes, read_path, split
from rag.types import Document
from tests.fake_knowledge import FakeKnowledge
from tests.test_reading_formats import MAKERS, TABLES
from tests.toys import ToyEncoder
from ui.leaves import Pictures
from ui.marking import circled, marked, view_url
from ui.originals import Originals
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
    by_document = [
        [
            (p.document_id, p.start + clause.start(), clause.group())
            for p in split(d)
            for clause in re.finditer(r"[^。；;，,：:]+[。；;，,：:]?", p.text)
        ]
        for d in documents
    ]
    quotes = [quote for turn in zip_longest(*by_document) for quote in turn if quote][:200]
    assert len(quotes) == 200
    assert {name for name, _, _ in quotes} == set(files)

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


@pytest.fixture
def with_pdf(tmp_path):
    """The service over a store, a PDF sent to it, and the address of the viewer at its third paragraph."""
    from rag.knowledge_base import KnowledgeBase
    from ui.service import create_app

    kb = KnowledgeBase.open(tmp_path / "store", encoder=ToyEncoder(), create=True)
    client = TestClient(
        create_app(kb, folder=tmp_path / "store", admin_token="t"), headers={"Authorization": "Bearer t"}
    )
    sent = client.post("/api/documents", files={"files": ("报告/绿道.pdf", MAKERS["pdf"]())})
    assert [d["status"] for d in sent.json()["documents"]] == ["added"]
    third = kb.paragraphs("报告/绿道")[2]
    return client, view_address("报告/绿道", third.start, third.text)


def test_a_pdf_shows_the_page_with_the_span_boxed(with_pdf):
    client, address = with_pdf
    html = client.get(address).text
    assert "第 2 页，共 2 页" in html
    assert html.count("<rect ") == 2  # the paragraph has two lines
    source = re.search(r'<img src="([^"]+)"', html)[1]
    assert source == "../../view-page/2/%E6%8A%A5%E5%91%8A/%E7%BB%BF%E9%81%93"
    picture = client.get(source.removeprefix("../.."))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    earlier = unescape(re.search(r'class="pages"><a href="([^"]+)"', html)[1])
    assert earlier == "?" + address.partition("?")[2] + "&p=1#original"
    before = client.get(address + "&p=1").text
    assert "第 1 页，共 2 页" in before
    assert "引文不在这一页上" in before
    assert "<rect" not in before
    assert client.get("/view-page/3/报告/绿道").status_code == 404
    assert client.get("/view-page/1/nowhere").status_code == 404


def test_without_the_very_file_the_page_is_said_to_be_missing(with_pdf, tmp_path):
    client, address = with_pdf
    (kept,) = (tmp_path / "store" / "originals").iterdir()
    kept.write_bytes(kept.read_bytes() + b" ")
    html = client.get(address).text
    assert "原 PDF 没有保留或已改动" in html
    assert marks(html)
    assert client.get("/view-page/2/报告/绿道").status_code == 404


def test_a_backup_brings_the_pages_back(with_pdf, tmp_path):
    from rag.knowledge_base import KnowledgeBase
    from rag.store import Store, backup, restore
    from ui.service import create_app

    client, address = with_pdf
    backup(Store(tmp_path / "store"), tmp_path / "kept.tar")
    restore(Store(tmp_path / "other"), tmp_path / "kept.tar")
    kb = KnowledgeBase.open(tmp_path / "other", encoder=ToyEncoder())
    again = TestClient(create_app(kb, folder=tmp_path / "other"))
    assert again.get("/view-page/2/报告/绿道").content == client.get("/view-page/2/报告/绿道").content
    assert again.get(address).text.count("<rect ") == 2


def test_a_removed_document_leaves_no_file(with_pdf, tmp_path):
    client, _ = with_pdf
    assert client.delete("/api/documents/报告/绿道").status_code == 200
    assert list((tmp_path / "store" / "originals").iterdir()) == []


def test_a_file_is_shown_where_it_lies_while_it_is_the_one_read(tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(MAKERS["pdf"]())
    document = read_path(file, root=tmp_path)
    originals = Originals(None)
    assert originals.find(document) == file
    file.write_bytes(b"%PDF- another")
    assert originals.find(document) is None


def test_kept_files_and_pictures_are_bounded(tmp_path):
    originals = Originals(tmp_path, limit=250)
    for i in range(4):
        data = bytes([i]) * 100
        document = Document(f"{i}", "", "", attributes={"sha256": hashlib.sha256(data).hexdigest()})
        originals.keep(document, data)
        os.utime(originals.find(document), (i, i))
    originals.keep(replace(document, id="large"), bytes(251))
    assert sorted(f.stat().st_mtime for f in (tmp_path / "originals").iterdir()) == [2, 3]
    file = tmp_path / "a.pdf"
    file.write_bytes(MAKERS["pdf"]())
    pictures = Pictures(limit=1)
    assert pictures.png(file, "x", 1) == pictures.png(file, "x", 1) != pictures.png(file, "x", 2)
    assert pictures.bytes == 0


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

"""Documents through the page of the whole service: dropped, told of one by one, called off, removed, asked about."""

import io
import threading
import time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from rag.knowledge_base import KnowledgeBase
from tests.serving import served
from tests.test_reading_formats import pdf
from tests.toys import ToyEncoder

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

TOKEN = "the-admin-token"
LIMIT = 8 * 2**20


@pytest.fixture(scope="module")
def kb():
    texts = ["一、就业\n2024年全年新增就业3.2万人，帮扶困难人员就业1200人。", "一、绿化\n2024年新建改建公园12座。"]
    return KnowledgeBase.from_texts(
        texts, titles=["就业报告", "绿化报告"], ids=["jobs", "sub/parks"], encoder=ToyEncoder()
    )


@pytest.fixture(scope="module")
def address(kb):
    from ui.page import build_page, mount_page
    from ui.service import create_app

    app = create_app(kb, admin_token=TOKEN, upload_limit=LIMIT + 2**20)
    mount_page(app, build_page(kb, upload_limit=LIMIT))
    with served(app) as address:
        yield address


@pytest.fixture(params=[1440, 390], ids=["projector", "phone"])
def page(request, chromium, address):
    context = chromium.new_context(viewport={"width": request.param, "height": 860}, locale="zh-CN")
    context.set_default_timeout(20_000)
    errors, requests = [], []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    page.locator("#yj-box textarea").wait_for()
    page.wait_for_function("Boolean(window.youjuSend)")
    page.get_by_role("tab", name="文件").click()
    page.locator("#yj-token").fill(TOKEN)
    yield page
    assert errors == []
    assert page.evaluate("window.ran") is None
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
    context.close()


def drop(page, *files):
    page.locator("#yj-files").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )


def outcomes(page, count):
    """What is said of each file once all have ended."""
    ended = page.locator(".yj-file:is(.yj-file-done, .yj-file-failed, .yj-file-cancelled)")
    ended.nth(count - 1).wait_for(timeout=60_000)
    rows = page.locator(".yj-file").all()
    return {r.locator("> .yj-file-name").inner_text(): r.locator("> .yj-file-state").inner_text() for r in rows}


def test_added_asked_about_and_removed(page, kb):
    text = "# 养老报告\n\n2024年新增养老床位537张。<script>window.ran=1</script>\n"
    drop(page, ("养老.md", text.encode()))
    assert outcomes(page, 1) == {"养老.md": "完成，已可检索"}
    row = page.locator("#yj-documents tbody tr").filter(has_text="养老")
    row.wait_for()
    page.get_by_role("tab", name="问答").click()
    page.fill("#yj-box textarea", "2024年新增养老床位多少张？")
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-is-done .yj-cite").first.wait_for()
    page.get_by_role("tab", name="文件").click()
    row.get_by_role("button", name="删除").click()
    row.wait_for(state="detached")
    assert [d.id for d in kb.documents()] == ["jobs", "sub/parks"]


def test_wrong_token_changes_nothing(page, kb):
    page.locator("#yj-token").fill("guess")
    drop(page, ("a.txt", "新的文件，里面有一句话。".encode()))
    assert outcomes(page, 1) == {"a.txt": "没有加入：管理口令不对，没有改动"}
    page.locator("[data-remove='jobs']").click()
    page.get_by_text("管理口令不对，没有改动").last.wait_for()
    assert [d.id for d in kb.documents()] == ["jobs", "sub/parks"]


def test_files_dropped_before_the_token_wait_for_it(page, kb):
    page.locator("#yj-token").fill("")
    drop(page, ("供水.txt", "一、供水\n2024年供水管网更新12公里。\n".encode()))
    page.get_by_text("等待：请填写管理口令").wait_for()
    assert page.evaluate("document.activeElement.id") == "yj-token"
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    assert outcomes(page, 1) == {"供水.txt": "完成，已可检索"}
    kb.remove(["供水"])


def test_bad_files_are_each_told_why_and_the_good_one_comes_in(page, kb):
    bomb = io.BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    formulas = Workbook()
    formulas.active.append(["街道", "床位"])
    formulas.active.append(["云桥", '=HYPERLINK("http://example.org","点")'])
    sheet = io.BytesIO()
    formulas.save(sheet)
    hostile = "<title><script>window.ran=2</script></title><body><p>网页里有一句关于供水的话，说得很清楚。</p></body>"
    drop(
        page,
        ("好.txt", "一、供水\n2024年供水管网更新12公里。\n".encode()),
        ("空.txt", b"  \n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("cut.docx", b"PK\x03\x04" + bytes(200)),
        ("bomb.docx", bomb.getvalue()),
        ("large.txt", bytes(LIMIT + 1)),
        ("locked.pdf", pdf(password="x")),
        ("公式.xlsx", sheet.getvalue()),
        ("../../x.html", hostile.encode()),
    )
    said = outcomes(page, 9)
    assert said.pop("好.txt") == said.pop("公式.xlsx") == "完成，已可检索"
    assert said.pop("large.txt") == "没有加入：文件太大，服务不收"
    assert said.pop("x.html" if "x.html" in said else "../../x.html") == "完成，已可检索"
    assert set(said) == {"空.txt", "picture.png", "cut.docx", "bomb.docx", "locked.pdf"}
    for name, reason in said.items():
        assert reason.startswith("没有加入："), (name, reason)
        assert len(reason) > 12, (name, reason)
        assert "is" not in reason.split(), (name, reason)  # in Chinese, as the page is
        assert "/tmp" not in reason, (name, reason)
    added = {d.id for d in kb.documents()} - {"jobs", "sub/parks"}
    assert added == {"好", "x", "公式"}
    assert "=HYPERLINK" in kb.document("公式").text
    kb.remove(added)


def test_each_file_in_an_archive_is_told_of(page, kb):
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("报告/供水.txt", "一、供水\n2024年供水管网更新12公里。\n")
        archive.writestr("../../<b>x</b>.txt", "一、排水\n2024年排水管网更新34公里。\n")
        archive.writestr("内层.zip", b"PK")
        archive.writestr("图.png", b"\x89PNG")
    bomb = io.BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 300_000_000)
    drop(page, ("年报.zip", out.getvalue()), ("炸弹.zip", bomb.getvalue()))
    said = outcomes(page, 2)
    assert said["年报.zip"] == "内含 4 个文件，加入 2 个"
    assert "像是压缩炸弹" in said["炸弹.zip"]
    inside = page.locator(".yj-inside li").all()
    assert [one.locator(".yj-file-name").inner_text() for one in inside] == [
        "年报.zip/报告/供水.txt",
        "年报.zip/../../<b>x</b>.txt",
        "年报.zip/内层.zip",
        "年报.zip/图.png",
    ]
    states = [one.locator(".yj-file-state").inner_text() for one in inside]
    assert states[:2] == ["完成，已可检索"] * 2
    assert states[2].startswith("没有加入：压缩包里的压缩包不解")
    assert states[3].startswith("没有加入：图片里没有可读的文字")
    added = {d.id for d in kb.documents()} - {"jobs", "sub/parks"}
    assert added == {"年报/报告/供水", "年报/<b>x</b>"}
    kb.remove(added)


def test_uploads_are_called_off_at_once(page, kb, monkeypatch):
    from ui.indexing import readers

    begun, go_on = threading.Event(), threading.Event()
    read = readers.outcomes_of

    def slow(wanted):
        begun.set()
        go_on.wait(20)
        return read(wanted)

    monkeypatch.setattr(readers, "outcomes_of", slow)
    drop(page, *[(f"{i}.txt", f"第{i}份文件里有一句话。".encode()) for i in range(5)])
    assert begun.wait(15)
    began = time.monotonic()
    page.get_by_role("button", name="取消上传").click()
    assert set(outcomes(page, 5).values()) == {"已取消，没有加入"}
    took = time.monotonic() - began
    page.wait_for_timeout(600)
    go_on.set()
    page.wait_for_timeout(600)
    assert [d.id for d in kb.documents()] == ["jobs", "sub/parks"]
    assert took < 20  # it ended while the reading still hung, which it would have done for 20 s


def test_asking_goes_on_while_thirty_files_come_in(page, kb):
    sentence = "第{}份文件说，全年修缮道路{}公里，惠及沿线居民。\n"
    drop(page, *[(f"道路{i}.txt", (sentence.format(i, i + 10) * 3000).encode()) for i in range(30)])
    page.get_by_role("tab", name="问答").click()
    page.fill("#yj-box textarea", "2024年新增就业多少人？")
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-is-done .yj-cite").first.wait_for()
    page.get_by_role("tab", name="文件").click()
    said = outcomes(page, 30)
    assert set(said.values()) == {"完成，已可检索"}
    assert len(said) == 30
    kb.remove([d.id for d in kb.documents() if d.id.startswith("道路")])

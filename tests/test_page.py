"""The page in a browser, at both widths: asking, its sources, and all that a reader can do with them."""

import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote
from zipfile import ZipFile

import pytest
from fastapi import FastAPI

from rag.types import Document
from tests.fake_knowledge import FakeKnowledge
from tests.serving import served

# The web stack warns of its own affairs from its own threads.
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

HOSTILE = "<img src=x onerror=window.ran=1>"
HONGKOU = (
    "一、经济\n（一）财政\n2023年虹口区一般公共预算收入完成178.6亿元，比上年增长6.1%。其中税收占比较高。\n"
    "全年一般公共预算支出完成265.3亿元。\n二、民生\n"
    "建设保障性住房1261套。<script>window.ran=2</script>${window.ran=3}{{window}}\n"
    "\f三、下一步\n2024年一般公共预算收入预期增长5%左右。\n"
)
YANGPU = "一、财政\n2023年杨浦区一般公共预算收入完成152.1亿元，比上年增长4.2%。\n二、民生\n新增床位300张。\n"
FACTS = {"issuer": "虹口区人民政府", "period": "2023-2024"}
DOCUMENTS = [
    Document("hongkou/2024", f"2024年虹口区报告{HOSTILE}", HONGKOU, date="2024-01-16", attributes=FACTS),
    Document("yangpu-2024", "2024年杨浦区报告", YANGPU, date="2024-01-10", attributes={"issuer": "杨浦区发改委"}),
]
QUESTION = "2023年一般公共预算收入是多少？"
QUOTE = "2023年虹口区一般公共预算收入完成178.6亿元，比上年增长6.1%。"


@dataclass
class Notes:
    """Feedback as it comes in."""

    kept: list[tuple] = field(default_factory=list)

    def record(self, answer, *, helpful, reasons, comment):
        self.kept.append((answer.question, helpful, list(reasons), comment))


@dataclass(frozen=True)
class Site:
    address: str
    kb: FakeKnowledge
    notes: Notes


@pytest.fixture(scope="module")
def site():
    from ui.page import build_page, mount_page
    from ui.viewer import viewer

    kb, notes = FakeKnowledge(DOCUMENTS, pause=2.5), Notes()
    app = FastAPI()
    app.include_router(viewer(kb))
    mount_page(app, build_page(kb, feedback=notes))
    with served(app) as address:
        yield Site(address, kb, notes)


@pytest.fixture(params=[1440, 390], ids=["projector", "phone"])
def width(request):
    return request.param


@pytest.fixture
def context(chromium, site, width):
    """A reader's browser; at the end no script failed, none of a document's ran, and only our server was asked."""
    context = chromium.new_context(viewport={"width": width, "height": 860}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(15_000)
    errors, requests = [], []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("request", lambda request: requests.append(request.url))
    yield context
    assert errors == []
    assert [page.evaluate("window.ran") for page in context.pages] == [None] * len(context.pages)
    assert [url for url in requests if not url.startswith((site.address, "data:", "blob:"))] == []
    context.close()


def visit(context, site, path="/"):
    page = context.new_page()
    page.goto(site.address + path)
    page.locator("#yj-box textarea").wait_for()
    page.wait_for_function("Boolean(window.youjuSend)")
    return page


@pytest.fixture
def page(context, site):
    return visit(context, site)


def finished(page, question):
    turn = page.locator("#yj-live .yj-turn:not(.yj-is-running)").filter(has_text=question)
    turn.wait_for()
    return turn


def ask(page, question):
    page.fill("#yj-box textarea", question)
    page.press("#yj-box textarea", "Enter")
    return finished(page, question)


def clipboard(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_asking_and_following_a_citation(page, context):
    ask(page, QUESTION)
    assert page.locator(".yj-text .yj-cite").all_inner_texts() == ["①", "②"]
    assert page.locator(".yj-text strong").all_inner_texts() == ["178.6亿元", "152.1亿元"]

    page.locator(".yj-cite").first.click()
    card = page.locator("#yj-panel .yj-card.yj-current")
    assert card.locator("h3").inner_text() == f"2024年虹口区报告{HOSTILE}"
    assert card.locator(".yj-facts").inner_text() == "虹口区人民政府 · 2024-01-16 · 第 1 页"
    assert card.locator(".yj-section").inner_text() == "一、经济 › （一）财政"
    assert card.locator(".yj-paragraph mark").inner_text() == QUOTE
    assert card.locator(".yj-paragraph").inner_text() == QUOTE + "其中税收占比较高。"
    assert card.locator(".yj-paragraph strong").inner_text() == "178.6亿元"
    assert card.locator(".yj-badge").inner_text() == "已核对原文"

    with context.expect_page() as popup:
        card.get_by_role("link", name="在文中查看").click()
    viewer = popup.value
    viewer.wait_for_load_state()
    start = HONGKOU.index(QUOTE)
    assert unquote(viewer.url).endswith(f"/view/hongkou/2024?s={start}-{start + len(QUOTE)}#span")
    assert viewer.locator("mark").all_inner_texts() == [QUOTE]
    assert viewer.evaluate("document.querySelector('#text').textContent.includes('window.ran=2')")
    assert 0 <= viewer.locator("#span").bounding_box()["y"] <= 860


def test_panel_by_keyboard_alone(page):
    ask(page, QUESTION)
    page.locator(".yj-cite").first.focus()
    assert page.locator("#yj-peek").inner_text().endswith(QUOTE + "其中税收占比较高。")
    page.keyboard.press("Enter")
    current = page.locator("#yj-panel .yj-card.yj-current .yj-number")
    assert current.inner_text() == "①"
    page.keyboard.press("ArrowRight")
    assert current.inner_text() == "②"
    assert page.locator("#yj-panel .yj-card.yj-current .yj-badge").inner_text() == "未核实"
    page.keyboard.press("ArrowDown")
    assert current.inner_text() == "①"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.cite") == "1"
    assert page.locator("#yj-panel .yj-card.yj-current").count() == 0


def test_panel_shows_neighbours_and_keeps_the_uncited_apart(page):
    ask(page, QUESTION)
    page.locator(".yj-cite").first.click()
    card = page.locator("#yj-panel .yj-card.yj-current")
    card.get_by_text("下一段").click()
    assert card.locator(".yj-neighbour p").inner_text() == "全年一般公共预算支出完成265.3亿元。"
    others = page.locator("#yj-panel .yj-others")
    assert others.locator("summary").inner_text() == "其他检索到的段落（2，未引用）"
    assert others.get_attribute("open") is None
    assert page.locator("#yj-panel .yj-card").count() == 2


def test_copying(page, site):
    turn = ask(page, QUESTION)
    page.locator(".yj-cite").first.click()
    page.locator("#yj-panel .yj-card.yj-current").get_by_role("button", name="复制引用").click()
    page.get_by_text("已复制").wait_for()
    reference = f"《2024年虹口区报告{HOSTILE}》，虹口区人民政府，2024-01-16，一、经济 › （一）财政，第 1 页：“{QUOTE}”"
    assert clipboard(page) == reference
    page.keyboard.press("Escape")
    turn.get_by_role("button", name="复制", exact=True).click()
    page.wait_for_function(f"navigator.clipboard.readText().then(t => t.includes({json.dumps('① ' + reference)}))")
    assert clipboard(page).startswith(f"{QUOTE}①")
    turn.get_by_role("button", name="复制链接").click()
    page.wait_for_function("navigator.clipboard.readText().then(t => t.startsWith('http'))")
    assert clipboard(page) == f"{site.address}/?q={quote(QUESTION)}"


def test_link_to_a_question(context, site):
    page = visit(context, site, f"/?q={quote(QUESTION)}")
    finished(page, QUESTION)
    assert page.url == f"{site.address}/"
    page.reload()
    finished(page, QUESTION)
    assert page.locator(".yj-turn").count() == 1


def test_followup_shows_how_it_was_understood_and_can_be_changed(page, site):
    ask(page, QUESTION)
    turn = ask(page, "那杨浦呢？")
    assert turn.locator(".yj-resolved q").inner_text() == "杨浦的一般公共预算收入是多少？"
    assert site.kb.asked[-1][1] == [
        (QUESTION, f"{QUOTE}[1]2023年杨浦区一般公共预算收入完成152.1亿元，比上年增长4.2%。[2]")
    ]
    turn.get_by_role("button", name="修改后再问").click()
    area = turn.locator(".yj-editing textarea")
    assert area.input_value() == "杨浦的一般公共预算收入是多少？"
    area.fill("2024年一般公共预算收入预期增长多少？")
    area.press("Enter")
    finished(page, "2024年一般公共预算收入预期增长多少？")
    assert page.locator(".yj-asked").all_inner_texts() == [QUESTION, "2024年一般公共预算收入预期增长多少？"]


def test_followup_misunderstood_is_asked_on_its_own_and_stays_so(page, site):
    ask(page, QUESTION)
    turn = ask(page, "那杨浦区收入呢？")
    turn.get_by_role("button", name="不接上文，单独问").click()
    page.locator(".yj-resolved").wait_for(state="detached")
    finished(page, "那杨浦区收入呢？")
    assert site.kb.asked[-1] == ("那杨浦区收入呢？", [], None)
    assert page.locator(".yj-asked").all_inner_texts() == [QUESTION, "那杨浦区收入呢？"]
    page.reload()
    before = len(site.kb.asked)
    finished(page, "那杨浦区收入呢？").get_by_role("button", name="重新回答").click()
    page.wait_for_function("document.querySelectorAll('.yj-is-done').length === 2")
    deadline = time.monotonic() + 10
    while len(site.kb.asked) == before and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert site.kb.asked[-1] == ("那杨浦区收入呢？", [], None)


def test_what_a_paste_leaves_out_is_told(page):
    page.evaluate("navigator.clipboard.writeText('问'.repeat(2100))")
    page.locator("#yj-box textarea").focus()
    page.keyboard.press("Control+V")
    page.get_by_text("问题最多 2000 字，多出的 100 字没有放进来").wait_for()
    assert len(page.input_value("#yj-box textarea")) == 2000


def test_editing_an_earlier_question_drops_what_leant_on_it(page, site):
    ask(page, QUESTION)
    ask(page, "新增床位多少张？")
    first = page.locator("#yj-log .yj-turn").first
    first.get_by_role("button", name="修改问题").click()
    first.locator(".yj-editing textarea").fill("保障性住房多少套？")
    first.get_by_role("button", name="重新提问").click()
    finished(page, "保障性住房多少套？")
    assert page.locator(".yj-asked").all_inner_texts() == ["保障性住房多少套？"]
    assert site.kb.asked[-1][1] == []


def test_retry_asks_again(page, site):
    turn = ask(page, QUESTION)
    before = len(site.kb.asked)
    turn.get_by_role("button", name="重新回答").click()
    page.wait_for_function("document.querySelectorAll('.yj-is-done').length === 1")
    deadline = time.monotonic() + 10
    while len(site.kb.asked) == before and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    finished(page, QUESTION)
    assert [asked[0] for asked in site.kb.asked[before:]] == [QUESTION]


def test_answer_streams_and_can_be_stopped(page):
    page.fill("#yj-box textarea", "慢：一般公共预算收入？")
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-is-running .yj-cite").wait_for()
    assert page.locator("#yj-live .yj-cite").all_inner_texts() == ["①"]
    page.get_by_role("button", name="停止").click()
    stopped = page.locator("#yj-live .yj-is-stopped")
    stopped.wait_for()
    assert stopped.locator(".yj-note").inner_text() == "已停止"
    assert stopped.locator(".yj-cite").all_inner_texts() == ["①"]
    page.wait_for_timeout(3000)
    assert stopped.locator(".yj-cite").all_inner_texts() == ["①"]
    ask(page, QUESTION)
    assert page.locator(".yj-turn").count() == 2


def test_enter_while_an_answer_is_written_asks_nothing_and_loses_nothing(page, site):
    page.fill("#yj-box textarea", "慢：一般公共预算收入？")
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-is-running .yj-cite").wait_for()
    asked = len(site.kb.asked)
    page.fill("#yj-box textarea", QUESTION)
    page.press("#yj-box textarea", "Enter")
    page.wait_for_timeout(500)
    assert page.input_value("#yj-box textarea") == QUESTION
    assert len(site.kb.asked) == asked
    page.get_by_role("button", name="停止").click()
    page.locator("#yj-live .yj-is-stopped").wait_for()
    page.press("#yj-box textarea", "Enter")
    finished(page, QUESTION)
    assert page.locator(".yj-turn").count() == 2


def test_an_empty_question_changes_nothing(page):
    ask(page, QUESTION)
    page.fill("#yj-box textarea", "  ")
    page.press("#yj-box textarea", "Enter")
    page.wait_for_timeout(500)
    assert page.input_value("#yj-box textarea") == "  "
    assert page.locator("#yj-live .yj-turn").count() == 1


def test_what_was_typed_outlives_a_reload(page):
    page.fill("#yj-box textarea", "还没问完的")
    page.reload()
    page.wait_for_function("document.querySelector('#yj-box textarea')?.value === '还没问完的'")
    page.press("#yj-box textarea", "Enter")
    finished(page, "还没问完的")
    page.wait_for_function("document.querySelector('#yj-box textarea').value === ''")
    page.reload()
    page.locator("#yj-live .yj-turn").wait_for()
    page.wait_for_timeout(1000)
    assert page.input_value("#yj-box textarea") == ""


def test_opening_another_conversation_leaves_what_is_being_written(page):
    page.fill("#yj-box textarea", "慢：一般公共预算收入？")
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-is-running .yj-cite").wait_for()
    page.get_by_role("button", name="新对话").click()
    page.locator(".yj-turn").wait_for(state="detached")
    page.wait_for_timeout(3000)
    assert page.locator(".yj-turn").count() == 0
    ask(page, QUESTION)
    assert page.locator(".yj-turn").count() == 1


def test_citations_open_while_the_answer_is_still_written(page):
    page.fill("#yj-box textarea", "慢：一般公共预算收入？")
    page.press("#yj-box textarea", "Enter")
    running = page.locator("#yj-live .yj-is-running")
    running.get_by_text("下一句正在写").wait_for()
    assert running.locator(".yj-unverified, .yj-doubt").count() == 0
    running.locator(".yj-cite").click()
    current = page.locator("#yj-panel .yj-card.yj-current")
    assert current.locator(".yj-paragraph mark").inner_text() == QUOTE
    assert running.count() == 1
    finished(page, "慢：一般公共预算收入？")
    assert current.locator(".yj-number").inner_text() == "①"
    assert current.locator(".yj-neighbour").count() == 1
    assert page.locator("#yj-live .yj-text .yj-unverified").count() == 1


def test_abstention_looks_like_one(page):
    turn = ask(page, "火星上一般公共预算收入是多少？")
    assert turn.locator(".yj-verdict").inner_text() == "文件里没有找到答案"
    assert "查找的是：火星上一般公共预算收入是多少？" in turn.locator(".yj-abstained").inner_text()
    assert turn.locator(".yj-cite").count() == 0
    nearest = turn.locator(".yj-nearest")
    assert nearest.locator("summary").inner_text() == "最接近的段落（没有回答问题）"
    assert nearest.locator(".yj-passage").count() == 4
    assert page.locator("#yj-panel .yj-card").count() == 0


def test_failure_says_what_failed(page):
    turn = ask(page, "坏模型")
    assert turn.locator(".yj-failure").inner_text() == "未能回答：模型没有回应：等了 30 秒；请检查模型地址"
    turn = ask(page, "出错")
    assert turn.locator(".yj-failure").inner_text().startswith("未能回答：服务出错")
    ask(page, QUESTION)
    assert page.locator(".yj-is-done").count() == 1


def test_starting_questions_come_from_the_documents(page):
    offered = page.locator(".yj-suggestion")
    offered.first.wait_for()
    wanted = "2024年杨浦区报告中，一般公共预算收入是多少？"
    assert wanted in offered.all_inner_texts()
    offered.get_by_text(wanted).click()
    finished(page, wanted)


def test_narrowing_down(page, site):
    page.get_by_role("button", name="限定范围").click()
    page.get_by_label("发布单位").click()
    page.get_by_role("option", name="杨浦区发改委").click()
    page.keyboard.press("Escape")
    turn = ask(page, QUESTION)
    assert site.kb.asked[-1][2] == ["yangpu-2024"]
    page.get_by_role("button", name="限定范围（已选 1 项）").wait_for()
    assert turn.locator(".yj-resolved").inner_text().startswith("只查了《2024年杨浦区报告》")
    turn.get_by_role("button", name="在全部文件中再问").click()
    page.locator(".yj-resolved").wait_for(state="detached")
    finished(page, QUESTION)
    assert site.kb.asked[-1][2] is None
    page.get_by_label("年份").click()
    assert page.get_by_role("option").all_inner_texts() == ["2024", "2023"]


def test_conversations_stay_in_the_browser(page, context, site):
    ask(page, QUESTION)
    page.get_by_role("button", name="新对话").click()
    page.locator(".yj-turn").first.wait_for(state="detached")
    ask(page, "新增床位多少张？")
    page.close()

    again = visit(context, site)
    assert again.locator(".yj-turn").count() == 0
    again.get_by_role("button", name="历史对话").click()
    assert again.locator(".yj-drawer-open").all_inner_texts() == ["新增床位多少张？", QUESTION]
    again.locator(".yj-drawer-open").nth(1).click()
    finished(again, QUESTION)
    again.locator(".yj-cite").first.click()
    assert again.locator("#yj-panel .yj-card.yj-current .yj-paragraph").inner_text() == QUOTE + "其中税收占比较高。"
    again.keyboard.press("Escape")
    ask(again, "那杨浦呢？")
    again.get_by_role("button", name="历史对话").click()
    again.get_by_role("button", name="删除对话“新增床位多少张？”").click()
    assert again.locator(".yj-drawer-open").all_inner_texts() == [QUESTION]


def test_history_closes_without_a_keyboard(page):
    ask(page, QUESTION)
    for shut in (lambda: page.locator("#yj-drawer").get_by_role("button", name="关闭").click(),
                 lambda: page.mouse.click(page.viewport_size["width"] - 6, 600)):  # fmt: skip
        page.get_by_role("button", name="历史对话").click()
        page.locator("#yj-drawer").wait_for()
        shut()
        page.locator("#yj-drawer").wait_for(state="detached")


def test_a_long_conversation_keeps_the_question_box_and_the_sources_in_sight(page, width):
    def in_sight(what):
        box = page.locator(what).bounding_box()
        return box is not None and box["y"] >= 0 and box["y"] + min(box["height"], 200) <= 861

    for _ in range(6):
        ask(page, QUESTION)
        page.wait_for_function("document.querySelector('#yj-box textarea').value === ''")
    assert page.evaluate("scrollY") > 300  # or there is nothing to lose
    for what in ("#yj-box", "#yj-live .yj-text", "#yj-live .yj-actions"):
        assert in_sight(what), what
    page.locator("#yj-live .yj-cite").first.click()
    assert in_sight("#yj-panel .yj-card.yj-current")
    assert in_sight("#yj-live .yj-cite.yj-current")
    sheet = page.locator("#yj-panel").bounding_box()
    marker = page.locator("#yj-live .yj-cite.yj-current").bounding_box()
    assert width > 860 or marker["y"] + marker["height"] <= sheet["y"]


def test_export(page):
    ask(page, QUESTION)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Markdown").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "2023年一般公共预算收入是多少.md"
    assert text.startswith(f"# 有据\n\n## {QUESTION}\n\n{QUOTE}[1]")
    assert "\\<img src=x onerror=window.ran=1\\>" in text
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word").click()
    with ZipFile(download.value.path()) as archive:
        body = archive.read("word/document.xml").decode()
    assert f"{QUOTE}[1]" in body
    assert "&lt;img src=x onerror=window.ran=1&gt;" in body


def test_feedback(page, site):
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="没用").click()
    turn.get_by_label("引文不支持").check()
    turn.get_by_label("补充说明（可不填）").fill("应为另一年")
    turn.get_by_role("button", name="提交").click()
    page.get_by_text("已记下，谢谢").first.wait_for()
    assert site.notes.kept[-1] == (QUESTION, False, ["citation"], "应为另一年")
    turn.get_by_role("button", name="有用").click()
    deadline = time.monotonic() + 10
    while site.notes.kept[-1][1] is False and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert site.notes.kept[-1] == (QUESTION, True, [], "")


def test_search_shows_each_leg(page):
    page.get_by_role("tab", name="检索").click()
    page.fill("#yj-query textarea", "保障性住房")
    page.press("#yj-query textarea", "Enter")
    legs = page.locator(".yj-leg")
    legs.first.wait_for()
    assert legs.locator("h2").all_inner_texts() == ["综合", "字词", "语义"]
    first = legs.first.locator(".yj-passage").first
    assert "保障性住房" in "".join(first.locator("mark").all_inner_texts())
    assert "得分 4.000" in first.inner_text()
    assert first.locator("a").get_attribute("href").startswith("view/hongkou/2024?s=")


def test_figures_across_documents(page):
    page.get_by_role("tab", name="数据").click()
    page.fill("#yj-measure textarea", "一般公共预算收入")
    page.press("#yj-measure textarea", "Enter")
    table = page.locator("#yj-figures .yj-table")
    table.wait_for()
    values = table.locator("tbody strong").all_inner_texts()
    assert {"178.6亿元", "152.1亿元"} <= set(values)
    bars = page.locator(".yj-plot .yj-bar-value").all_text_contents()
    assert {"178.6亿元", "152.1亿元"} <= set(bars)
    start = HONGKOU.index(QUOTE)
    hrefs = [link.get_attribute("href") for link in page.locator(".yj-plot a").all()]
    assert f"view/hongkou/2024?s={start}-{start + len(QUOTE)}#span" in hrefs


def test_documents_are_listed_and_show_how_they_were_read(page):
    page.get_by_role("tab", name="文件").click()
    table = page.locator("#yj-documents .yj-table")
    table.wait_for()
    row = table.locator("tbody tr").filter(has_text="hongkou/2024")
    assert row.locator("td").nth(3).inner_text().endswith("4")
    row.get_by_role("button", name="查看读取结果").click()
    how = page.locator(".yj-how")
    how.wait_for()
    page.wait_for_function("document.activeElement.matches('.yj-how h2')")  # it is drawn below the list
    assert how.locator("h2").evaluate("(e) => e.getBoundingClientRect().bottom <= innerHeight")
    assert how.locator("summary").all_inner_texts() == ["一、经济 › （一）财政 2", "二、民生 1", "三、下一步 1"]
    how.locator("summary").first.click()
    assert how.locator("li").first.inner_text() == QUOTE + "其中税收占比较高。"


def test_language_follows_the_browser_and_the_switch(chromium, site, width):
    context = chromium.new_context(viewport={"width": width, "height": 860}, locale="en-GB")
    page = visit(context, site)
    assert page.get_by_role("tab").all_inner_texts() == ["Ask", "Search", "Figures", "Documents", "Evaluation"]
    ask(page, QUESTION)
    page.locator(".yj-cite").first.click()
    assert page.locator("#yj-panel .yj-card.yj-current .yj-badge").inner_text() == "Checked against the source"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="中文").click()
    page.get_by_role("tab", name="问答").wait_for()
    finished(page, QUESTION)
    page.locator(".yj-cite").first.click()
    assert page.locator("#yj-panel .yj-card.yj-current .yj-badge").inner_text() == "已核对原文"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    context.close()


def test_light_and_dark(page):
    def ground():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.get_by_role("button", name="明暗").click()
    page.wait_for_function("document.body.classList.contains('dark')")
    dark = ground()
    assert dark != light
    page.reload()
    page.locator("#yj-box textarea").wait_for()
    page.wait_for_function("document.body.classList.contains('dark')")
    assert ground() == dark


def test_nothing_is_wider_than_the_screen(page, width):
    ask(page, QUESTION)
    for tab in ("问答", "检索", "数据", "文件", "评测"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        # What the page's frame cuts off makes it no wider: buttons are looked at themselves.
        ends = "[...document.querySelectorAll('button')].map((b) => b.getBoundingClientRect().right)"
        assert max(page.evaluate(ends)) <= width, tab


def test_the_smallest_phone_has_its_buttons_in_one_row(page):
    page.set_viewport_size({"width": 320, "height": 640})
    ask(page, QUESTION)
    for row in ("#yj-header button", "#yj-live .yj-actions .yj-link"):
        boxes = [button.bounding_box() for button in page.locator(row).all()]
        assert max(box["y"] for box in boxes) < min(box["y"] + box["height"] for box in boxes), row
        assert all(a["x"] + a["width"] <= b["x"] for a, b in pairwise(boxes)), row


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(context, site, axe, scheme):
    def look(what):
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == [], what

    page = visit(context, site)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is caught halfway
    page.evaluate(f"document.body.classList.toggle('dark', {json.dumps(scheme == 'dark')})")
    page.locator(".yj-suggestion").first.wait_for()
    look("start")
    ask(page, "火星上一般公共预算收入是多少？")
    ask(page, QUESTION)
    page.locator("#yj-live .yj-cite").first.click()
    look("answer")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="历史对话").click()
    look("conversations")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="检索").click()
    page.fill("#yj-query textarea", "保障性住房")
    page.press("#yj-query textarea", "Enter")
    page.locator(".yj-leg").first.wait_for()
    look("search")
    page.get_by_role("tab", name="数据").click()
    page.fill("#yj-measure textarea", "一般公共预算收入")
    page.press("#yj-measure textarea", "Enter")
    page.locator(".yj-plot").wait_for()
    look("figures")
    page.get_by_role("tab", name="文件").click()
    page.locator("[data-send=show_reading]").first.click()
    page.locator(".yj-how").wait_for()
    look("documents")
    page.goto(f"{site.address}/view/hongkou/2024?s=0-9")
    look("viewer")

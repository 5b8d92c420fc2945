"""The page in a browser: ask, follow a citation, and nothing of a document is ever run."""

from urllib.parse import unquote

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


@pytest.fixture(scope="module")
def kb():
    return FakeKnowledge(DOCUMENTS)


@pytest.fixture(scope="module")
def address(kb):
    from ui.page import build_page, mount_page
    from ui.viewer import viewer

    app = FastAPI()
    app.include_router(viewer(kb))
    mount_page(app, build_page(kb))
    with served(app) as address:
        yield address


@pytest.fixture(params=[1440, 390], ids=["projector", "phone"])
def width(request):
    return request.param


@pytest.fixture
def opened(chromium, address, width):
    """An open page; at the end, no script failed, none of a document's ran, and only our own server was asked."""
    context = chromium.new_context(viewport={"width": width, "height": 860}, locale="zh-CN")
    page = context.new_page()
    errors, requests = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    context.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.locator("#yj-box textarea").wait_for()
    page.wait_for_function("Boolean(window.youjuSend)")
    yield page
    assert errors == []
    assert page.evaluate("window.ran") is None
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
    context.close()


def ask(page, question):
    page.fill("#yj-box textarea", question)
    page.press("#yj-box textarea", "Enter")
    page.locator("#yj-live .yj-turn:not(.yj-is-running)", has_text=question).wait_for()


def test_asking_and_following_a_citation(opened, kb):
    ask(opened, QUESTION)
    assert opened.locator(".yj-text .yj-cite").all_inner_texts() == ["①", "②"]
    assert opened.locator(".yj-text strong").all_inner_texts() == ["178.6亿元", "152.1亿元"]

    opened.locator(".yj-cite").first.click()
    card = opened.locator("#yj-panel .yj-card.yj-current")
    assert card.locator("h3").inner_text() == f"2024年虹口区报告{HOSTILE}"
    assert card.locator(".yj-facts").inner_text() == "虹口区人民政府 · 2024-01-16 · 第 1 页"
    assert card.locator(".yj-section").inner_text() == "一、经济 › （一）财政"
    quote = "2023年虹口区一般公共预算收入完成178.6亿元，比上年增长6.1%。"
    assert card.locator(".yj-paragraph mark").inner_text() == quote
    assert card.locator(".yj-paragraph").inner_text() == quote + "其中税收占比较高。"
    assert card.locator(".yj-paragraph strong").inner_text() == "178.6亿元"
    assert card.locator(".yj-badge").inner_text() == "已核对原文"

    with opened.context.expect_page() as popup:
        card.get_by_role("link", name="在文中查看").click()
    viewer = popup.value
    viewer.wait_for_load_state()
    start = HONGKOU.index(quote)
    assert unquote(viewer.url).endswith(f"/view/hongkou/2024?s={start}-{start + len(quote)}#span")
    assert viewer.locator("mark").all_inner_texts() == [quote]
    assert viewer.evaluate("document.querySelector('#text').textContent.includes('window.ran=2')")
    assert viewer.evaluate("window.ran") is None
    box = viewer.locator("#span").bounding_box()
    assert 0 <= box["y"] <= 860


def test_panel_by_keyboard_alone(opened):
    ask(opened, QUESTION)
    opened.locator(".yj-cite").first.focus()
    assert opened.locator("#yj-peek").inner_text().endswith("178.6亿元，比上年增长6.1%。其中税收占比较高。")
    opened.keyboard.press("Enter")
    current = opened.locator("#yj-panel .yj-card.yj-current .yj-number")
    assert current.inner_text() == "①"
    opened.keyboard.press("ArrowRight")
    assert current.inner_text() == "②"
    assert opened.locator("#yj-panel .yj-card.yj-current .yj-badge").inner_text() == "未核实"
    opened.keyboard.press("ArrowRight")
    assert current.inner_text() == "①"
    opened.keyboard.press("Escape")
    assert opened.evaluate("document.activeElement.dataset.cite") == "1"
    assert opened.locator("#yj-panel .yj-card.yj-current").count() == 0

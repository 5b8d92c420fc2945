"""The widget in Chromium, on pages of other origins than the service's."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.knowledge_base import KnowledgeBase
from tests.serving import Halting, served
from ui.service import create_app
from ui.service.feedback import FeedbackBook
from ui.service.gate import WidgetLimits
from ui.sites import Sites
from ui.storage.service_store import ServiceStore

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
QUESTION = "2024年新增就业多少人?"
TEXTS = [
    "2024年全年新增就业3.2万人，帮扶困难人员就业1200人。",
    f"2024年公园管理办法{EVIL}规定开放时间为每天6时至22时。",
]
TITLES = ["就业报告", f"公园{EVIL}"]


@dataclass
class Pages:
    """Pages that a host site would serve, and the addresses of two such sites."""

    port: int = 0
    html: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"http://site.localhost:{self.port}"

    @property
    def foreign(self) -> str:
        return f"http://other.localhost:{self.port}"

    def put(self, body: str, *, path: str = "/", head: str = "", html: str = "", **headers: str) -> str:
        whole = f'<!doctype html><html lang="zh-CN" {html}><head><meta charset="utf-8">'
        whole += '<meta name="viewport" content="width=device-width"><title>x</title>'
        whole += f"{head}</head><body>{body}</body></html>"
        self.html[path] = (whole, {name.replace("_", "-"): value for name, value in headers.items()})
        return path


@dataclass
class Service:
    url: str
    sites: Sites
    key: str
    pages: Pages

    def tag(self, **data: str) -> str:
        given = {"site": self.key} | data
        attributes = " ".join(f"data-{name}='{value}'" for name, value in given.items())
        return f'<script async src="{self.url}/widget/v1/youju.js" {attributes}></script>'


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    made = Pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, headers = made.html.get(self.path.partition("?")[0], ("", {}))
            self.send_response(200 if html else 204)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def running(pages: Pages, kb=None, **options) -> Iterator[Service]:
    kb = kb or KnowledgeBase.from_texts(TEXTS, titles=TITLES, ids=["jobs", "parks"])
    app = create_app(kb, admin_token="the-admin-token", **options)
    key = app.state.sites.add("site", [pages.home]).key
    with served(app) as url:
        yield Service(url, app.state.sites, key, pages)


@pytest.fixture(scope="module")
def service(pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(pages, folder=tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture
def open_page(chromium, service: Service) -> Iterator[Callable]:
    """Opens a page with the widget's tag in a fresh profile; `page.said` is what its console was told."""
    contexts = []

    def opened(body: str | None = None, *, origin: str | None = None, on: Service = service, context=None, **put):
        path = on.pages.put(on.tag() if body is None else body, **put)
        made = chromium.new_context(**{"viewport": {"width": 1024, "height": 768}} | (context or {}))
        contexts.append(made)
        page = made.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
        page.goto((origin or on.pages.home) + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def ask(page, question: str = QUESTION) -> None:
    page.get_by_role("textbox", name="问题").fill(question)
    page.keyboard.press("Enter")


def answered(page, count: int = 1) -> None:
    page.locator(".answer blockquote").nth(count - 1).wait_for()


def test_a_page_on_the_list_gets_a_cited_answer(open_page) -> None:
    page = open_page()
    launcher = page.get_by_role("button", name="有据问答")
    assert launcher.get_attribute("aria-expanded") == "false"
    launcher.click()
    ask(page)
    answered(page)
    assert "3.2万人" in page.locator(".answer p").first.inner_text()
    page.get_by_role("button", name="出处 1").click()
    card = page.locator(".card.lit")
    assert "就业报告" in card.inner_text()
    with page.context.expect_page() as opened:
        card.get_by_role("link", name="查看原文").click()
    viewer = opened.value
    assert "3.2万人" in "".join(viewer.locator("mark").all_inner_texts())
    assert viewer.evaluate("window.opener") is None
    assert page.said == []


def test_the_conversation_lasts_over_page_loads(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    answered(page)
    page.reload()
    answered(page)
    assert page.locator(".asked").all_inner_texts() == [QUESTION]
    assert page.evaluate("JSON.stringify(sessionStorage)").find("token") == -1
    page.get_by_role("button", name="新对话").click()
    assert page.locator(".asked").count() == 0


def test_a_followup_misunderstood_is_asked_on_its_own(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    answered(page)
    ask(page, "那2019年呢？")
    page.get_by_text("按此理解：").wait_for()
    assert (
        "就业报告" in page.locator(".answer").last.locator(".card strong").all_inner_texts()
    )  # what is near has a name
    page.get_by_role("button", name="不接上文，单独问").click()
    page.get_by_text("按此理解：").wait_for(state="detached")
    page.locator(".answer").nth(1).locator("p").first.wait_for()
    assert page.locator(".asked").all_inner_texts() == [QUESTION, "那2019年呢？"]
    page.wait_for_function("Object.values(sessionStorage).some((kept) => kept.split('那2019年呢').length > 1)")
    page.reload()
    page.locator(".asked").nth(1).wait_for()
    assert page.locator(".asked").all_inner_texts() == [QUESTION, "那2019年呢？"]
    assert page.get_by_text("按此理解：").count() == 0


def test_a_foreign_page_gets_nothing_and_its_owner_is_told_why(open_page, service: Service) -> None:
    page = open_page(origin=service.pages.foreign)
    page.get_by_role("button", name="有据问答").click()
    with page.expect_response("**/diagnose*"):
        ask(page)
    page.get_by_role("alert").wait_for()
    page.wait_for_timeout(200)
    assert page.locator("blockquote").count() == 0
    assert any(f"来源 {service.pages.foreign} 不在该密钥的允许列表中" in line for line in page.said)


def test_an_expired_token_is_renewed_unseen(open_page, service: Service) -> None:
    with running(service.pages, widget_session_s=0.4) as short:
        page = open_page(short.tag(), on=short)
        sessions = []

        def lie(route) -> None:
            sessions.append(route.request.url)
            reply = route.fetch()
            route.fulfill(response=reply, json=reply.json() | {"expires_in": 900})

        page.route("**/widget/v1/session", lie)
        page.get_by_role("button", name="有据问答").click()
        ask(page)
        answered(page)
        page.wait_for_timeout(500)
        ask(page)
        answered(page, 2)
        assert page.get_by_role("alert").count() == 0
        assert len(sessions) == 2


def test_a_revoked_key_stops_at_the_next_question(open_page, service: Service) -> None:
    site = service.sites.add("short", [service.pages.home])
    page = open_page(service.tag(site=site.key))
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    answered(page)
    service.sites.revoke(site.id)
    ask(page)
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "此页面暂时不能使用问答。"


def test_a_strict_policy_needs_our_origin_twice_and_no_more(open_page, service: Service) -> None:
    policy = (
        f"default-src 'none'; script-src {service.url}; connect-src {service.url}; style-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types youju"
    )
    page = open_page(service.tag(color="#0a7"), Content_Security_Policy=policy)
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    answered(page)
    assert page.said == []


def test_a_policy_that_blocks_us_is_named(open_page, service: Service) -> None:
    page = open_page(Content_Security_Policy=f"default-src 'none'; script-src {service.url}")
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    page.get_by_role("alert").wait_for()
    page.wait_for_timeout(200)
    assert f"Youju: blocked by this page's Content-Security-Policy (connect-src): add {service.url}" in page.said


HOSTILE = """<style>
body, body * { all: unset !important; display: none !important; }
* { font: 40px/3 cursive !important; color: red !important; letter-spacing: 9px !important }
* { text-align: right !important }
html > *:not(head):not(body) { transform: scale(3) !important; opacity: .1 !important; visibility: hidden !important; }
button, section, textarea { background: red !important; border: 9px solid !important; width: 9999px !important }
:root { --accent: red !important; --ground: red !important; zoom: 1 }
</style>"""


@pytest.mark.parametrize(
    ("html", "head"),
    [("", HOSTILE), ('dir="rtl"', "<style>body{direction:rtl}</style>"), ("", "<style>html{font-size:40px}</style>")],
)
def test_it_looks_the_same_in_any_page(open_page, service: Service, html: str, head: str) -> None:
    plain, other = open_page(), open_page(html=html, head=head)
    pictures = []
    for page in (plain, other):
        page.locator("youju-widget .launch").click()
        page.locator("textarea:focus").wait_for()
        page.evaluate("document.querySelector('youju-widget').shadowRoot.activeElement.blur()")
        page.mouse.move(0, 0)
        pictures.append(page.screenshot(clip={"x": 584, "y": 0, "width": 440, "height": 768}, animations="disabled"))
    assert pictures[0] == pictures[1]


def test_nothing_that_was_asked_or_found_runs(open_page, service: Service) -> None:
    page = open_page(service.tag(title=EVIL.replace("'", ""), suggest=EVIL, greeting=EVIL))
    page.locator("youju-widget .launch").click()
    ask(page, f"公园{EVIL}开放时间是几时?")
    page.locator(".answer li").first.wait_for()
    page.reload()
    page.locator(".answer li").first.wait_for()
    assert EVIL in page.locator(".asked").inner_text()
    with page.context.expect_page() as opened:
        page.locator(".answer a").first.click()
    for one in (page, opened.value):
        assert one.evaluate("window.hacked") is None
    made = "document.querySelector('youju-widget').shadowRoot.querySelectorAll('img, script').length"
    assert page.evaluate(made) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh-CN", "zh-TW", "en"])
def test_axe_finds_nothing(open_page, service: Service, theme: str, lang: str) -> None:
    import axe_playwright_python

    page = open_page(f"<main><h1>x</h1></main>{service.tag(theme=theme, lang=lang, color='#ffd700', suggest='甲|乙')}")
    page.locator("youju-widget .launch").click()
    page.locator("textarea").fill("2024年公园数量与绿道里程" if lang == "zh-TW" else QUESTION)
    page.keyboard.press("Enter")
    page.locator(".answer .icon").first.wait_for()
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
    assert found == []


@pytest.mark.parametrize("size", [(320, 568), (512, 384)])
def test_it_fills_a_small_screen_and_overflows_nowhere(open_page, size: tuple[int, int]) -> None:
    width, height = size  # 512 x 384 is what 200 % zoom leaves of 1024 x 768
    page = open_page(context={"viewport": {"width": width, "height": height}})
    page.get_by_role("button", name="有据问答").click()
    ask(page)
    answered(page)
    assert page.locator(".panel").bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert page.locator(".panel").get_attribute("aria-modal") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = "e => [...e.querySelectorAll('*')].filter(x => x.scrollWidth > x.clientWidth + 1 && x.clientWidth).length"
    assert page.locator(".log").evaluate(wide) == 0
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "youju-widget"


def test_focus_goes_in_and_comes_back(open_page) -> None:
    page = open_page()
    launcher = page.get_by_role("button", name="有据问答")
    launcher.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="有据问答").wait_for()
    inside = "document.querySelector('youju-widget').shadowRoot.activeElement.localName"
    assert page.evaluate(inside) == "textarea"
    assert launcher.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.evaluate(inside) == "button"
    assert launcher.get_attribute("aria-expanded") == "false"


def test_sentences_are_read_out_whole(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="有据问答").click()
    log = page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    page.evaluate(
        """() => {
          window.heard = [];
          const log = document.querySelector("youju-widget").shadowRoot.querySelector(".log");
          new MutationObserver((changes) => {
            if (log.getAttribute("aria-live") !== "polite") return;
            for (const { target, addedNodes } of changes)
              for (const node of addedNodes)
                if (node.localName === "span" && !node.ariaHidden && !target.closest("[aria-hidden]"))
                  window.heard.push(node.textContent);
          }).observe(log, { childList: true, subtree: true });
        }"""
    )
    ask(page)
    answered(page)
    heard = [text for text in page.evaluate("window.heard") if "…" not in text]
    assert heard
    assert all(text.rstrip("[]0123456789")[-1] in "。！？" for text in heard)


def test_offline_is_said_and_asking_again_works(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="有据问答").click()
    page.context.set_offline(True)
    page.get_by_text("网络已断开").first.wait_for()
    ask(page)
    page.get_by_role("alert").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="重试").click()
    answered(page)
    assert page.get_by_role("alert").count() == 0
    assert page.locator(".asked").count() == 1


@pytest.mark.parametrize(
    ("lang", "line", "message"),
    [
        ("zh-CN", "提问太频繁", "同一网络地址 60 秒内最多提问 1 次"),
        ("zh-TW", "提問太頻繁", "同一网络地址 60 秒内最多提问 1 次"),
        ("en", "Too many questions", "At most 1 in 60 s for one address"),
    ],
)
def test_errors_are_said_in_the_widget_s_language(
    open_page, service: Service, lang: str, line: str, message: str
) -> None:
    with running(service.pages, widget_limits=WidgetLimits(address_minute=1)) as made:
        page = open_page(made.tag(lang=lang), on=made, context={"locale": "fr-FR"})
        told = page.evaluate(
            # Windows begin with the minute: a new one may let the second through, and never the third.
            """async (question) => {
              const refused = new Promise((resolve) => Youju.on("error", resolve));
              for (let asked = 0; asked < 3; asked++) {
                const answered = new Promise((resolve) => Youju.on("answer", resolve));
                await Youju.ask(question);
                const told = await Promise.race([answered.then(() => null), refused]);
                if (told) return told;
                await new Promise((later) => setTimeout(later, 50));
              }
              return { type: "none" };
            }""",
            QUESTION,
        )
        assert told["type"] == "limit"
        assert told["message"].startswith(message)
        assert page.get_by_role("alert").inner_text().startswith(line)


def test_stop_stops_and_retry_asks_again(open_page, service: Service) -> None:
    slow = Halting(KnowledgeBase.from_texts(TEXTS, titles=TITLES))
    with running(service.pages, slow) as made:
        page = open_page(made.tag(), on=made)
        page.get_by_role("button", name="有据问答").click()
        ask(page)
        page.get_by_text("正在说的话").wait_for()
        page.get_by_role("button", name="停止").click()
        page.get_by_text("已停止。").wait_for()
        slow.go_on.set()
        page.get_by_role("button", name="重试").click()
        answered(page)


def test_modes_and_calls(open_page, service: Service) -> None:
    inline = open_page("<div id=here></div>" + service.tag(mode="inline", target="#here"))
    inline.get_by_role("region", name="有据问答").wait_for()
    assert inline.evaluate("document.querySelector('#here > youju-widget') !== null")
    linked = open_page("<a id=go href=/elsewhere>问</a>" + service.tag(mode="link", target="#go"))
    assert linked.locator(".launch").count() == 0
    linked.get_by_role("link", name="问").click()
    linked.get_by_role("dialog").wait_for()
    assert linked.url == service.pages.home + "/"
    called = open_page()
    got = called.evaluate(
        """async (question) => {
          const seen = [];
          for (const name of ["open", "ask", "answer", "close"]) Youju.on(name, (detail) => seen.push(name));
          const answer = new Promise((resolve) => Youju.on("answer", resolve));
          await Youju.ask(question);
          const { text } = await answer;
          Youju.close();
          return { seen, text, frozen: Object.isFrozen(Youju), checks: (await Youju.diagnose()).ok };
        }""",
        QUESTION,
    )
    assert (got["seen"], got["frozen"], got["checks"]) == (["open", "ask", "answer", "close"], True, True)
    assert "3.2万人" in got["text"]


def test_feedback_arrives(open_page, service: Service, pages: Pages, tmp_path: Path) -> None:
    with running(pages, folder=tmp_path) as made:
        page = open_page(made.tag(), on=made)
        page.get_by_role("button", name="有据问答").click()
        ask(page)
        answered(page)
        for button in ("没用", "出处不对"):  # each sends; the second answer has to be the second's
            with page.expect_response("**/feedback"):
                page.get_by_role("button", name=button).click()
        store = ServiceStore.open(tmp_path)
        kept = FeedbackBook(store).all()
        store.close()
    assert [(f.rating, f.reason, f.question) for f in kept][-1] == ("down", "出处不对", QUESTION)


@pytest.mark.parametrize(("color", "theme"), [("#ffff00", "light"), ("#000080", "dark"), ("nonsense", "light")])
def test_a_colour_that_cannot_be_read_is_corrected(open_page, service: Service, color: str, theme: str) -> None:
    page = open_page(service.tag(color=color, theme=theme))
    shown = page.locator(".launch").evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
    ground = (255, 255, 255) if theme == "light" else (27, 29, 33)
    back, text = (tuple(int(v) for v in one[4:-1].split(", ")) for one in shown)
    assert contrast(back, ground) >= 4.5
    assert contrast(back, text) >= 4.5


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG 2.1, relative luminance."""

    def luminance(color: tuple[int, ...]) -> float:
        r, g, b = (v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in color)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("locale", "button"), [("zh-CN", "问文件"), ("en-GB", "Ask the documents")])
def test_the_demonstration_works(chromium, service: Service, locale: str, button: str) -> None:
    page = chromium.new_page(locale=locale)
    page.goto(f"{service.url}/widget/v1/demo")
    page.get_by_role("button", name=button).click()
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    answered(page)
    page.close()


def test_the_administrator_makes_a_key_and_tries_it_out(chromium, service: Service) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{service.url}/admin/sites")
    page.get_by_label("管理口令").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("管理口令不对").wait_for()
    page.get_by_label("管理口令").fill("the-admin-token")
    page.keyboard.press("Enter")
    form = page.locator("#add")
    form.get_by_label("名称").fill("新站<b>")
    form.get_by_label("允许的来源").fill("https://new.example.gov.cn")
    form.get_by_label("每分钟最多提问").fill("7")
    form.get_by_role("button", name="生成密钥").click()
    page.get_by_role("heading", name="新站<b>").wait_for()
    site = page.locator("article").first
    assert "data-site=" in site.locator("pre").first.inner_text()
    assert site.get_by_label("每分钟最多提问").input_value() == "7"
    site.get_by_label("每天最多提问").fill("99")
    site.get_by_role("button", name="保存").click()
    page.get_by_text("已保存").wait_for()
    assert site.get_by_label("每天最多提问").input_value() == "99"
    site.get_by_text("外观与预览").click()
    site.get_by_label("标题").fill('问"文件"')
    site.get_by_label("标题").blur()
    preview = site.frame_locator("iframe.preview")
    preview.get_by_role("button", name='问"文件"').press("Enter")
    preview.get_by_role("textbox", name="问题").fill(QUESTION)
    preview.get_by_role("textbox", name="问题").press("Enter")
    preview.locator(".answer blockquote").first.wait_for()
    assert 'data-title="问&quot;文件&quot;"' in site.locator("pre", has_text="data-title").inner_text()
    page.close()


def test_the_administrator_reads_english(chromium, service: Service) -> None:
    page = chromium.new_page(locale="en-GB")
    page.goto(f"{service.url}/admin/sites")
    page.get_by_label("Admin token").fill("the-admin-token")
    page.get_by_role("button", name="Enter").click()
    form = page.locator("#add")
    form.get_by_label("Name").fill("Riverton")
    form.get_by_label("Origins allowed").fill("https://riverton.example.org")
    form.get_by_role("button", name="Make a key").click()
    page.get_by_text("Made", exact=True).wait_for()
    site = page.locator("article", has_text="Riverton").first
    site.get_by_text("Looks and preview").click()
    site.locator("iframe.preview").wait_for()
    said = [*page.locator("h1, h2, main > p, #add").all_inner_texts(), *site.inner_text().split()]
    assert not re.search("[㐀-鿿]", "".join(said).replace("简体中文", "").replace("繁體中文", ""))
    page.close()


def test_a_site_that_allows_no_foreign_script_frames_the_widget(open_page, service: Service) -> None:
    framed = f'<iframe src="{service.url}/widget/v1/frame?site={service.key}" title="x" width=400 height=600></iframe>'
    policy = f"default-src 'none'; frame-src {service.url}"
    page = open_page(framed, path="/framed", Content_Security_Policy=policy)
    inside = page.frame_locator("iframe")
    inside.get_by_role("textbox", name="问题").fill(QUESTION)
    inside.get_by_role("textbox", name="问题").press("Enter")
    inside.locator(".answer blockquote").first.wait_for()
    assert page.said == []
    foreign = open_page(framed, path="/framed", origin=service.pages.foreign)
    foreign.wait_for_timeout(500)
    assert any("frame-ancestors" in said for said in foreign.said)
    assert foreign.frame_locator("iframe").get_by_role("textbox").count() == 0

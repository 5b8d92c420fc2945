"""The server goes away while the page is open, and comes back: the reader is told so, and loses nothing."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI

from rag.types import Document
from tests.fake_knowledge import FakeKnowledge

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

QUESTION = "2023年一般公共预算收入是多少？"


@contextmanager
def page_served(port: int):
    from ui.page import build_page, mount_page

    app = FastAPI()
    text = "一、财政\n2023年一般公共预算收入完成152.1亿元。\n"
    mount_page(app, build_page(FakeKnowledge([Document("a", "2024年报告", text)]), feedback=None))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield
    finally:
        server.should_exit = True
        thread.join(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_lost_connection_is_told_once_in_the_readers_language_and_loses_nothing(chromium):
    port = free_port()
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 740})
    context.set_default_timeout(30_000)
    page = context.new_page()
    with page_served(port):
        page.goto(f"http://127.0.0.1:{port}/")
        page.fill("#yj-box textarea", QUESTION)
        page.press("#yj-box textarea", "Enter")
        page.locator("#yj-live .yj-is-done").wait_for()
    page.fill("#yj-box textarea", "还有一问")
    page.press("#yj-box textarea", "Enter")
    notice = page.locator(".toast-message-text")
    notice.first.wait_for()
    page.wait_for_timeout(1000)
    page.wait_for_function("document.querySelectorAll('.toast-item').length === 1")
    assert notice.inner_text().startswith("与服务器的连接断了，正在重连")
    assert page.locator(".toast-title").inner_text().strip() == "出错"
    told = page.locator(".toast-item").bounding_box()
    for kept_clear in ("#yj-header", "[role=tablist]", "#yj-box"):
        box = page.locator(kept_clear).first.bounding_box()
        assert told["y"] >= box["y"] + box["height"] or told["y"] + told["height"] <= box["y"]
    with page_served(port):
        notice.wait_for(state="detached")
        page.locator("#yj-live .yj-turn").filter(has_text=QUESTION).wait_for()
        page.wait_for_function("document.querySelector('#yj-box textarea').value === '还有一问'")
        context.close()

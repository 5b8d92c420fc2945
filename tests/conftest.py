"""Shared fixtures."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


# Not for the session: while Playwright's loop stands, asyncio.run() fails in every later test of the same process.
@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A headless Chromium. Without one a test is skipped on a desk and fails in CI, where it is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no chromium on this machine; on Debian: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which looks for what keeps people out of a page."""
    script = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        reason = "no axe-core; npm install --no-save --no-package-lock axe-core brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return script.read_text(encoding="utf-8")

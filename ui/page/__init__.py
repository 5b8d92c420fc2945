"""The Gradio page: ask, see each sentence's source, search, and look after the documents."""

from ui.page.build import build_page, mount_page

__all__ = ["build_page", "mount_page"]

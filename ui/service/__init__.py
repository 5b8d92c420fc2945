"""The HTTP service: one process with the API, the chat page, the viewer and the widget."""

from ui.service.app import create_app
from ui.service.server import ExposedWithoutToken, serve

__all__ = ["ExposedWithoutToken", "create_app", "serve"]

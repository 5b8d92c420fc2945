"""`youju serve`: the service on a port, until it is told to stop."""

import gc
import ipaddress
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from rag import YoujuError
from ui.knowledge import Knowledge
from ui.service import logs
from ui.service.access import Access
from ui.service.app import DEFAULT_UPLOAD_LIMIT, MountPage, PageParts, create_app

SHUTDOWN_S = 10


class ExposedWithoutToken(YoujuError):
    """The service would be reachable from other machines while anyone could become its administrator."""


def serve(
    kb: Knowledge,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    folder: Path | None = None,
    admin_token: str | None = None,
    trusted_proxies: Sequence[str] = (),
    root_path: str = "",
    **options: Any,
) -> None:
    """Serve `kb` until SIGINT or SIGTERM; requests under way have 10 s to end.

    On this machine's own address an admin token is made at the first start and shown once. On any other, one has to
    exist before: ExposedWithoutToken otherwise.

    `trusted_proxies` are addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed; `root_path`
    is what they put before our paths. `options` are those of `create_app`.
    """
    logs.to_stderr()
    page = chat_page(upload_limit=options.get("upload_limit", DEFAULT_UPLOAD_LIMIT))
    app = create_app(kb, folder=folder, page=page, admin_token=admin_token, root_path=root_path, **options)
    access: Access = app.state.access
    if not is_loopback(host) and not access.has_admin_token():
        raise ExposedWithoutToken(
            f"Refusing to listen on {host} without an admin token. Set YOUJU_ADMIN_TOKEN, or start once on 127.0.0.1 "
            "with the same store: a token is made and shown."
        )
    token = access.first_admin_token()
    if token is not None:
        sys.stderr.write(f"Admin token (shown once; changes need it): {token}\n")
    shown_host = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Youju: http://{shown_host}:{port}{root_path}/\n")
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=64 * 1024,
    )
    _settle()
    uvicorn.Server(config).run()


def chat_page(*, upload_limit: int) -> MountPage:
    """What puts the chat page on an application; importing gradio waits until then."""

    def mount(app: FastAPI, parts: PageParts) -> None:
        from ui.page import build_page, mount_page

        mount_page(app, build_page(parts.kb, feedback=parts.feedback, upload_limit=upload_limit))
        _settle()

    return mount


def _settle() -> None:
    """What is there by now stays; the garbage collector need not go through it again and again, a fifth of the time."""
    gc.collect()
    gc.freeze()


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

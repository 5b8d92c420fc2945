"""Links into documents for those who may see nothing else: signed, for one span, for 15 minutes."""

from html import escape
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from ui import viewer
from ui.knowledge import Knowledge
from ui.messages import language_of
from ui.service.tokens import BadToken, Signer

LINK_S = 15 * 60
_RENEWABLE_S = 24 * 3600
# The address holds the token: it goes into no other site's log and no shared cache.
_PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def view_link(signer: Signer, document_id: str, start: int, end: int) -> str:
    """Where the viewer shows this span, below /widget/v1/; good for 15 minutes."""
    token = signer.sign("view", {"d": document_id, "s": start, "e": end}, lives_s=LINK_S)
    return f"view/{quote(document_id)}?s={start}-{end}&t={token}"


def fresh_link(signer: Signer, link: str) -> str:
    """The same link, good for another 15 minutes, up to a day after its end. Raises BadToken."""
    claims = signer.read("view", link.rpartition("t=")[2], grace_s=_RENEWABLE_S)
    return view_link(signer, claims["d"], claims["s"], claims["e"])


def link_router(*, signer: Signer, engine: Knowledge) -> APIRouter:
    router = APIRouter(prefix="/widget/v1", include_in_schema=False)

    @router.get("/view/{document_id:path}")
    def view(
        document_id: str,
        request: Request,
        t: Annotated[str, Query(max_length=4000)] = "",
        s: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        try:
            claims = signer.read("view", t)
        except BadToken:
            return _notice(
                "链接已过期，请回到问答窗口重新打开。", "This link has expired. Open it again from the answer."
            )
        if (claims["d"], f"{claims['s']}-{claims['e']}") != (document_id, s):
            return _notice("链接不完整。", "This link is not complete.")
        language = language_of(None, request.headers.get("accept-language"))
        root = "../" * (document_id.count("/") + 3)
        html = viewer.render(
            engine.document(document_id), engine.paragraphs(document_id), s, root=root, language=language
        )
        headers = {
            "Content-Security-Policy": viewer.POLICY,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(html, headers=headers | {"X-Robots-Tag": "noindex"})

    return router


def _notice(chinese: str, english: str) -> Response:
    html = (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>Youju</title>'
        f'<p>{escape(chinese)}</p><p lang="en">{escape(english)}</p></html>'
    )
    return HTMLResponse(
        html, 403, headers={"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
    )

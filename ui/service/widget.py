"""/widget/v1: what a page of another origin may call, and nothing more."""

from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from rag import Answer, Citation
from rag.errors import UnknownDocument
from ui import widget as files
from ui.knowledge import Library
from ui.service import diagnosis
from ui.service.api import answer_events
from ui.service.asks import Asks
from ui.service.errors import Refused, language_asked
from ui.service.events import event_stream
from ui.service.feedback import Feedback, FeedbackBook
from ui.service.gate import WidgetGate
from ui.service.links import fresh_link, view_link
from ui.service.metrics import Metrics
from ui.service.schemas import ErrorBody
from ui.service.tokens import BadToken, Signer
from ui.sites import Site

MAX_QUESTION = 500
_RELATED = 3
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The body cannot be read."},
    401: {"model": ErrorBody, "description": "The token is missing, wrong or expired; a new session helps."},
    403: {"model": ErrorBody, "description": "The key or the origin is refused."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    422: {"model": ErrorBody, "description": "The request is not of the shape described here."},
    429: {"model": ErrorBody, "description": "A limit is used up; `Retry-After` says for how long."},
}


class SessionIn(BaseModel):
    site: str = Field(max_length=100, examples=["pk_…"])
    frame: str = Field(default="", max_length=400, description="The ticket of our own page, where a site frames it.")


class SessionOut(BaseModel):
    token: str
    expires_in: float = Field(description="Seconds.")


class TurnIn(BaseModel):
    question: str = Field(max_length=MAX_QUESTION)
    answer: str = Field(max_length=20_000)
    receipt: str = Field(max_length=64, description="As it came with the answer; a turn without is not believed.")


class WidgetAsk(BaseModel):
    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    turns: list[TurnIn] = Field(default=[], max_length=20)


class WidgetFeedback(BaseModel):
    answer_id: str = Field(min_length=1, max_length=200)
    rating: Literal["up", "down"]
    reason: str = Field(default="", max_length=200)
    question: str = Field(default="", max_length=MAX_QUESTION)
    answer: str = Field(default="", max_length=20_000)


class LinkIn(BaseModel):
    view: str = Field(max_length=4000, description="A link of an earlier answer, expired or not.")


class WidgetAnswers:
    """Answers in the widget's shape: what a visitor sees, no more."""

    def __init__(self, signer: Signer, site: Site, question: str, library: Library) -> None:
        self._signer = signer
        self._library = library
        self._site = site
        self._question = question

    def present(self, answer: Answer) -> dict[str, Any]:
        return {
            "id": answer.id,
            "question": self._question,
            "resolved_question": answer.resolved_question,
            "text": answer.text,
            "abstained": answer.abstained,
            "sentences": [
                {"text": s.text, "citations": list(s.citations), "verified": s.verified} for s in answer.sentences
            ],
            "citations": [self._citation(citation) for citation in answer.citations],
            "related": [
                {
                    "title": self._title(hit.paragraph.document_id),
                    "section": list(hit.paragraph.section),
                    "text": hit.paragraph.text[:120],
                    "view": view_link(self._signer, hit.paragraph.document_id, hit.paragraph.start, hit.paragraph.end),
                }
                for hit in answer.related[:_RELATED]
            ],
            "receipt": self._signer.receipt(self._site.id, self._question, answer.text),
        }

    def _title(self, document_id: str) -> str:
        try:
            return self._library.document(document_id).title
        except UnknownDocument:  # removed since
            return ""

    def _citation(self, citation: Citation) -> dict[str, Any]:
        key = None
        if citation.key is not None:
            key = [citation.key[0] - citation.start, citation.key[1] - citation.start]
        return {
            "number": citation.number,
            "title": citation.title,
            "section": list(citation.section),
            "page": citation.page,
            "quote": citation.quote,
            "key": key,
            "verified": citation.verified,
            "view": view_link(self._signer, citation.document_id, citation.start, citation.end),
        }


def widget_router(
    *,
    gate: WidgetGate,
    asks: Asks,
    library: Library,
    signer: Signer,
    metrics: Metrics,
    feedback: FeedbackBook,
) -> APIRouter:
    router = APIRouter(prefix="/widget/v1", tags=["widget"])

    @router.post("/session", summary="A page's key for a 15-minute token", response_model=SessionOut, responses=_ERRORS)
    def session(body: SessionIn, request: Request) -> Response:
        return JSONResponse(gate.begin(body.site, request, ticket=body.frame), headers={"Cache-Control": "no-store"})

    @router.post(
        "/ask",
        summary="Ask; answered as events `delta`, then `answer` or `error`",
        response_class=StreamingResponse,
        responses={**_ERRORS, 200: {"content": {"text/event-stream": {"example": "event: answer\ndata: {…}\n\n"}}}},
    )
    async def ask(body: WidgetAsk, request: Request) -> Response:
        visit = await run_in_threadpool(gate.admit, request, counted=True)
        history = [
            (turn.question, turn.answer)
            for turn in body.turns
            if signer.is_receipt(turn.receipt, visit.site.id, turn.question, turn.answer)
        ]
        pieces = asks.stream(body.question, history=history)
        answers = WidgetAnswers(signer, visit.site, body.question, library)
        language = language_asked(request.scope)
        return event_stream(
            answer_events(pieces, metrics=metrics, way="widget", present=answers.present, language=language)
        )

    @router.post("/feedback", status_code=201, summary="Thumbs up or down", responses=_ERRORS)
    def give_feedback(body: WidgetFeedback, request: Request) -> Response:
        visit = gate.admit(request)
        feedback.add(Feedback(**body.model_dump(), way=f"widget:{visit.site.id}"))
        return JSONResponse({}, 201)

    @router.post("/link", summary="A fresh link for one that has expired", responses=_ERRORS)
    def link(body: LinkIn, request: Request) -> Response:
        gate.admit(request)
        try:
            return JSONResponse({"view": fresh_link(signer, body.view)})
        except BadToken:
            raise Refused(403, "link_wrong") from None

    @router.get("/diagnose", summary="Why the widget does not work on a page", responses={422: _ERRORS[422]})
    def diagnose(
        request: Request,
        site: Annotated[str, Query(max_length=100, description="The key in the tag.")] = "",
        page: Annotated[
            str, Query(max_length=2000, description="The page's address; the Origin header if left out.")
        ] = "",
        csp: Annotated[str, Query(max_length=8000, description="The page's Content-Security-Policy.")] = "",
        lang: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        language = diagnosis.language_of(lang or request.headers.get("accept-language", ""))
        found = gate.diagnose(request, key=site, page=page, policy=csp, language=language)
        checks = [{"check": f.check, "ok": f.ok, "kind": f.kind, "message": f.message} for f in found]
        return JSONResponse({"ok": all(f.ok for f in found), "checks": checks}, headers={"Cache-Control": "no-store"})

    return router


def frame_router(*, gate: WidgetGate) -> APIRouter:
    """The widget as a page, for sites that may not run scripts of others: they frame it."""
    router = APIRouter(prefix="/widget/v1", include_in_schema=False)

    @router.get("/frame")
    def frame(
        request: Request,
        site: Annotated[str, Query(max_length=100)],
        mode: Literal["inline", "launcher"] = "inline",
        lang: Annotated[str, Query(max_length=20)] = "",
        theme: Annotated[str, Query(max_length=10)] = "",
        color: Annotated[str, Query(max_length=40)] = "",
        position: Annotated[str, Query(max_length=20)] = "",
        title: Annotated[str, Query(max_length=100)] = "",
        greeting: Annotated[str, Query(max_length=500)] = "",
        suggest: Annotated[str, Query(max_length=1000)] = "",
    ) -> Response:
        framed = gate.frame(site, request)
        options = {
            "site": site,
            "frame": framed.ticket,
            "mode": mode,
            "target": "#youju",
            "lang": lang,
            "theme": theme,
            "color": color,
            "position": position,
            "title": title,
            "greeting": greeting,
            "suggest": suggest,
        }
        attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in options.items() if value)
        page = files.read("frame.html").decode().replace("<script ", f"<script {attributes} ")
        policy = f"{files.DEMO_POLICY}; frame-ancestors {' '.join(framed.ancestors)}"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    @router.get("/frame.css")
    def style() -> Response:
        return Response(files.read("frame.css"), media_type="text/css")

    return router


def files_router(*, demo: bool) -> APIRouter:
    """The scripts, and the page that shows them off."""
    router = APIRouter(prefix="/widget/v1", include_in_schema=False)

    @router.get("/{name}.js")
    def script(name: str, request: Request) -> Response:
        if name not in files.SCRIPTS:
            raise Refused(404, "not_found")
        body = files.read(f"{name}.js")
        tag = f'"{files.version(name)}"'
        pinned = request.query_params.get("v") == files.version(name)
        headers = {
            "ETag": tag,
            "Cache-Control": "public, max-age=31536000, immutable" if pinned else "public, max-age=300",
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/javascript", headers=headers)

    if demo:

        @router.get("/demo")
        def demo_page(request: Request) -> Response:
            chinese = language_asked(request.scope) == "zh"
            headers = {"Content-Security-Policy": files.DEMO_POLICY, "Vary": "Accept-Language"}
            return HTMLResponse(files.read("demo.html" if chinese else "demo.en.html"), headers=headers)

        @router.get("/demo.css")
        def demo_style() -> Response:
            return Response(files.read("demo.css"), media_type="text/css")

    return router

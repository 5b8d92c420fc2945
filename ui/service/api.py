"""/api: ask, search, feedback."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from rag import Answer, Leg
from rag.types import hit_to_dict
from ui.messages import Language
from ui.service.access import Access
from ui.service.asks import Asks, Piece
from ui.service.errors import Refused, error_body, language_asked
from ui.service.events import event, event_stream
from ui.service.feedback import Feedback, FeedbackBook
from ui.service.logs import log
from ui.service.metrics import Metrics
from ui.service.schemas import (
    MAX_QUESTION,
    AnswerBody,
    AskBody,
    ErrorBody,
    FeedbackBody,
    HitsBody,
    StoredBody,
)

_HITS_SHOWN = 6

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The question cannot be asked."},
    401: {"model": ErrorBody, "description": "A token is needed, or this one is wrong."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    422: {"model": ErrorBody, "description": "The request is not of the shape described here."},
    429: {"model": ErrorBody, "description": "Busy; `Retry-After` says when to come again."},
    502: {"model": ErrorBody, "description": "The language model failed."},
    504: {"model": ErrorBody, "description": "No answer within the time limit."},
}
_EVENTS_EXAMPLE = (
    'event: hits\ndata: {"hits": []}\n\nevent: writing\ndata: {"text": "全年"}\n\n'
    'event: delta\ndata: {"text": "全年新增3000个。[1]"}\n\n'
    'event: answer\ndata: {"id": "…"}\n\n'
)


def api_router(
    *, asks: Asks, access: Access, feedback: FeedbackBook, metrics: Metrics, log_questions: bool
) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["answers"], dependencies=[Depends(access.program)])

    @router.post(
        "/ask",
        summary="Ask a question",
        response_model=AnswerBody,
        responses={
            **ERRORS,
            200: {
                "description": "The answer; with `stream: true`, events that end in `answer` or `error`.",
                "content": {"text/event-stream": {"example": _EVENTS_EXAMPLE}},
            },
        },
    )
    async def ask(body: AskBody, request: Request) -> Response:
        if log_questions:
            log("question", request_id=request.scope.get("youju.request_id"), question=body.question)
        if body.stream:
            pieces = asks.stream(body.question, history=body.history, only=body.only, hits=_HITS_SHOWN)
            language = language_asked(request.scope)
            return event_stream(
                answer_events(pieces, metrics=metrics, way="api", present=Answer.to_dict, language=language)
            )
        answer = await asks.ask(body.question, history=body.history, only=body.only)
        metrics.asked("api", answer)
        return JSONResponse(answer.to_dict())

    @router.get(
        "/search", summary="Paragraphs nearest to a query, best first", response_model=HitsBody, responses=ERRORS
    )
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=MAX_QUESTION, examples=["城镇新增就业"])],
        k: Annotated[int, Query(ge=1, le=100)] = 10,
        leg: Leg = Leg.HYBRID,
        only: Annotated[list[str] | None, Query(description="Repeat for several documents.")] = None,
    ) -> Response:
        hits = await asks.search(q, k=k, leg=str(leg), only=only)
        return JSONResponse({"hits": [hit_to_dict(hit) for hit in hits]})

    @router.post(
        "/feedback", status_code=201, summary="Say how good an answer was", response_model=StoredBody, responses=ERRORS
    )
    def give_feedback(body: FeedbackBody) -> Response:
        return JSONResponse({"id": feedback.add(Feedback(**body.model_dump()))}, 201)

    return router


async def answer_events(
    pieces: AsyncIterator[Piece],
    *,
    metrics: Metrics,
    way: str,
    present: Callable[[Answer], dict[str, Any]],
    language: Language,
) -> AsyncIterator[bytes]:
    """`hits`, `delta` for each piece of text, then `answer` or `error`; `writing` while a model is in a sentence.

    A `delta` only ever adds; where checking has changed what was said, the `answer` event holds what counts. `writing`
    is the sentence so far, not checked yet: each takes the place of the one before, a `delta` of them all.
    """
    shown = ""
    written = ""
    last: Answer | None = None
    async for piece in pieces:
        if isinstance(piece, Refused):
            metrics.failed(way)
            yield event("error", error_body(piece, language))
            return
        if isinstance(piece, list):
            yield event("hits", {"hits": [hit_to_dict(hit) for hit in piece]})
            continue
        last = piece
        if piece.text.startswith(shown) and len(piece.text) > len(shown):
            yield event("delta", {"text": piece.text[len(shown) :]})
            shown, written = piece.text, ""
        if (sentence := _under_way(piece)) and sentence != written:
            yield event("writing", {"text": sentence})
            written = sentence
    if last is None:
        metrics.failed(way)
        yield event("error", error_body(Refused(500, "internal", "no_answer"), language))
        return
    metrics.asked(way, last)
    yield event("answer", await run_in_threadpool(present, last))  # it may look documents up


def _under_way(answer: Answer) -> str:
    """The sentence that a model is writing; "" when it is in none. It is no part of the text yet."""
    last = answer.sentences[-1] if answer.sentences else None
    writing = last is not None and not (last.verified or last.citations or last.text in answer.text)
    return last.text if last is not None and writing else ""

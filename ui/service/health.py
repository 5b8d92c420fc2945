"""/healthz, /readyz, /metrics."""

from collections.abc import Callable

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from rag import Leg
from ui.knowledge import Knowledge
from ui.service.access import Access
from ui.service.metrics import CONTENT_TYPE, Metrics
from ui.service.schemas import ErrorBody, HealthBody, ReadyBody

_CANARY_LENGTH = 24


def health_router(*, engine: Knowledge, access: Access, metrics: Metrics, page_state: Callable[[], str]) -> APIRouter:
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", summary="Is the process alive?", response_model=HealthBody)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz",
        summary="Does every leg find something?",
        response_model=ReadyBody,
        responses={
            503: {"model": ReadyBody, "description": "A leg finds nothing, or there is no document."},
        },
    )
    def readyz() -> Response:
        # Not by way of the asks: a service that is busy is not one that is broken.
        documents, legs = canaries(engine)
        for leg, up in legs.items():
            metrics.leg_up.labels(leg).set(up)
        dead = [leg for leg, up in legs.items() if not up]
        message = ""
        if not documents:
            message = "The store holds no document. Add some: youju index PATH, or POST /api/documents."
        elif dead:
            message = f"Nothing found by: {', '.join(dead)}. Check the store: youju store verify."
        body = {
            "status": "not_ready" if message else "ready",
            "documents": documents,
            "legs": legs,
            "page": page_state(),
            "message": message,
        }
        return JSONResponse(body, 503 if message else 200)

    @router.get(
        "/metrics",
        summary="For Prometheus",
        dependencies=[Depends(access.program)],
        response_class=PlainTextResponse,
        responses={401: {"model": ErrorBody}},
    )
    def read_metrics() -> Response:
        documents = engine.documents()
        metrics.documents.set(len(documents))
        metrics.paragraphs.set(sum(len(engine.paragraphs(document.id)) for document in documents))
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router


def canaries(engine: Knowledge) -> tuple[int, dict[str, bool]]:
    """How many documents there are, and for each leg whether it finds something for the beginning of one of them."""
    documents = engine.documents()
    question = _canary(engine)
    return len(documents), {str(leg): bool(question and engine.search(question, k=1, leg=str(leg))) for leg in Leg}


def _canary(engine: Knowledge) -> str:
    for document in engine.documents():
        for paragraph in engine.paragraphs(document.id):
            text = paragraph.text.strip()[:_CANARY_LENGTH]
            if any(character.isalnum() for character in text):
                return text
    return ""

"""/healthz, /readyz, /metrics."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from rag import Leg
from ui.knowledge import Knowledge
from ui.service.access import Access
from ui.service.errors import language_asked
from ui.service.metrics import CONTENT_TYPE, Metrics
from ui.service.refusals import said, words
from ui.service.schemas import ErrorBody, HealthBody, ReadyBody

_CANARY_LENGTH = 24


def health_router(*, engine: Knowledge, access: Access, metrics: Metrics, page_state: Callable[[], str]) -> APIRouter:
    router = APIRouter(tags=["operation"])
    canary = Canary(engine)

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
    def readyz(request: Request) -> Response:
        # Not by way of the asks: a service that is busy is not one that is broken.
        documents, _ = engine.size()
        legs = canary.legs()
        for leg, up in legs.items():
            metrics.leg_up.labels(leg).set(up)
        dead = [leg for leg, up in legs.items() if not up]
        message = ""
        if not documents:
            message = said(language_asked(request.scope), words("not_ready/empty"))
        elif dead:
            message = said(language_asked(request.scope), words("not_ready/legs", legs=", ".join(dead)))
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
        documents, paragraphs = engine.size()
        metrics.documents.set(documents)
        metrics.paragraphs.set(paragraphs)
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router


class Canary:
    """The beginning of a document as a question, which every leg has to find something for."""

    def __init__(self, engine: Knowledge) -> None:
        self._engine = engine
        self._question = ""

    def legs(self) -> dict[str, bool]:
        """For each leg whether it finds something. The document may be gone, so another is tried before one says no."""
        found = self._ask()
        if not all(found.values()):
            self._question = self._choose()
            found = self._ask()
        return found

    def _ask(self) -> dict[str, bool]:
        question = self._question
        return {str(leg): bool(question and self._engine.search(question, k=1, leg=str(leg))) for leg in Leg}

    def _choose(self) -> str:
        for document in self._engine.documents():
            for paragraph in self._engine.paragraphs(document.id):
                text = paragraph.text.strip()[:_CANARY_LENGTH]
                if any(character.isalnum() for character in text):
                    return text
        return ""

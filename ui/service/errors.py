"""Every error body is {"error": {"type": …, "message": …}}; this says which status and type each error has."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rag import errors
from ui.indexer import CalledOff
from ui.service.logs import LOGGER
from ui.sites import BadOrigin, UnknownSite


class Refused(Exception):
    """A request that is not served, and why."""

    def __init__(self, status: int, kind: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = dict(headers or {})


_STATUS: dict[type[errors.YoujuError], int] = {
    errors.UnknownDocument: 404,
    errors.BadQuestion: 400,
    errors.BadQuestions: 422,
    errors.UnsupportedFormat: 415,
    errors.ReadError: 422,
    errors.StoreLocked: 409,
    errors.ModelError: 502,
    errors.ServiceStoreError: 503,
    CalledOff: 503,
    UnknownSite: 404,
    BadOrigin: 422,
    errors.YoujuError: 500,
}

_KINDS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_format",
    422: "invalid_request",
    429: "too_many_requests",
}


def refusal_of(error: BaseException) -> Refused:
    """UnknownDocument -> 404 unknown_document, and so on; the nearest named base decides the status.

    An error that is not ours is logged, and its text stays here; likewise one of the service's own database.
    """
    if isinstance(error, Refused):
        return error
    if not isinstance(error, errors.YoujuError):
        LOGGER.error("a question failed", exc_info=error)
        return Refused(500, "internal", "Something failed inside the service. The log tells what.")
    if isinstance(error, errors.ServiceStoreError):  # it names our database
        LOGGER.error("%s", error)
        return Refused(503, "service_store_error", "The service cannot reach its own records now. Try again later.")
    status = next(_STATUS[base] for base in type(error).__mro__ if base in _STATUS)
    return Refused(status, _snake(type(error).__name__), str(error))


def error_body(kind: str, message: str) -> dict[str, Any]:
    """`param` and `code` are there because clients of OpenAI's API look for them."""
    return {"error": {"type": kind, "message": message, "param": None, "code": kind}}


def install(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse(error_body(error.kind, error.message), error.status, headers=error.headers)

    @app.exception_handler(errors.YoujuError)
    async def engine_error(_: Request, error: errors.YoujuError) -> JSONResponse:
        found = refusal_of(error)
        return JSONResponse(error_body(found.kind, found.message), found.status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(error_body("invalid_request", _explain(error.errors())), 422)

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        kind = _KINDS.get(error.status_code, "error")
        return JSONResponse(error_body(kind, str(error.detail)), error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> JSONResponse:
        request_id = request.scope.get("youju.request_id", "-")
        message = f"Something failed inside the service. The log tells what, under request {request_id}."
        return JSONResponse(error_body("internal", message), 500)


def _explain(found: Sequence[Any]) -> str:
    """What is wrong, where, without echoing what was sent."""
    parts = []
    for error in found[:5]:
        place = ".".join(str(step) for step in error["loc"] if step != "body") or "body"
        parts.append(f"{place}: {error['msg']}")
    return "; ".join(parts).encode("utf-8", "replace").decode("utf-8")


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")

"""Every error body is {"error": {"type": …, "message": …}}; this says which status and type each error has.

The message is in Chinese or English, as the request asks: by the page's cookie, else by Accept-Language, else English.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Scope

from rag import errors
from ui.indexing.indexer import CalledOff
from ui.messages import COOKIE, Language, language_of
from ui.reasons import chinese_error
from ui.service.logs import LOGGER
from ui.service.refusals import Said, said, words, wrong_field
from ui.sites import BadOrigin, UnknownSite


class Refused(HTTPException):
    """A request that is not served, and why: `kind` is its code, `way` which of its reasons, `facts` are named there.

    It is an HTTPException so that FastAPI lets it through while it reads a body.
    """

    def __init__(
        self, status: int, kind: str, way: str = "", *, headers: Mapping[str, str] | None = None, **facts: object
    ) -> None:
        self._tell(status, kind, words(f"{kind}/{way}" if way else kind, **facts), headers)

    @classmethod
    def told(cls, status: int, kind: str, both: Said) -> "Refused":
        """With words that are at hand."""
        made = cls.__new__(cls)
        made._tell(status, kind, both, None)
        return made

    def _tell(self, status: int, kind: str, both: Said, headers: Mapping[str, str] | None) -> None:
        super().__init__(status, both[1], headers)
        self.kind = kind
        self.both = both

    def message(self, language: Language) -> str:
        return said(language, self.both)


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
}
_TOO_MANY_PARTS = re.compile(r"Too many (?:files|fields)\. Maximum number of (?:files|fields) is (\d+)\.")


def refusal_of(error: BaseException) -> Refused:
    """UnknownDocument -> 404 unknown_document, and so on; the nearest named base decides the status.

    An error that is not ours is logged, and its text stays here; likewise one of the service's own database.
    """
    if isinstance(error, Refused):
        return error
    if not isinstance(error, errors.YoujuError):
        LOGGER.error("a question failed", exc_info=error)
        return Refused(500, "internal")
    if isinstance(error, errors.ServiceStoreError):  # it names our database
        LOGGER.error("%s", error)
        return Refused(503, "service_store_error")
    status = next(_STATUS[base] for base in type(error).__mro__ if base in _STATUS)
    return Refused.told(status, _snake(type(error).__name__), (chinese_error(error), str(error)))


def language_asked(scope: Scope) -> Language:
    """What the page's reader chose, else what Accept-Language prefers, else English: programs name none."""
    asking = HTTPConnection(scope)
    return language_of(asking.cookies.get(COOKIE), asking.headers.get("accept-language"), otherwise="en")


def error_body(refused: Refused, language: Language) -> dict[str, Any]:
    """`param` and `code` are there because clients of OpenAI's API look for them."""
    kind = refused.kind
    return {"error": {"type": kind, "message": refused.message(language), "param": None, "code": kind}}


def error_response(refused: Refused, scope: Scope) -> JSONResponse:
    language = language_asked(scope)
    headers = {
        **(refused.headers or {}),
        "Content-Language": "zh-CN" if language == "zh" else "en",
        "Vary": "Accept-Language, Cookie",
    }
    return JSONResponse(error_body(refused, language), refused.status_code, headers=headers)


def refused_fields(found: Sequence[Any]) -> Refused:
    """What is wrong with a body or a query, and where."""
    wrong = [wrong_field(error) for error in found[:5]]
    chinese = _whole("；".join(one[0] for one in wrong))
    english = _whole("; ".join(one[1] for one in wrong))
    return Refused(422, "invalid_request", "fields", chinese=chinese, english=english)


def install(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return error_response(error, request.scope)

    @app.exception_handler(errors.YoujuError)
    async def engine_error(request: Request, error: errors.YoujuError) -> JSONResponse:
        return error_response(refusal_of(error), request.scope)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return error_response(refused_fields(error.errors()), request.scope)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        return error_response(_of_framework(error, request.method), request.scope)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> JSONResponse:
        request_id = request.scope.get("youju.request_id", "-")
        return error_response(Refused(500, "internal", "request", request=request_id), request.scope)


def _of_framework(error: HTTPException, method: str) -> Refused:
    """What FastAPI and Starlette refuse by themselves, in our words."""
    status, headers = error.status_code, error.headers
    if many := _TOO_MANY_PARTS.fullmatch(str(error.detail)):
        return Refused(status, "bad_request", "parts", most=many[1])
    kind = _KINDS.get(status, "error")
    return Refused(status, kind, headers=headers, number=status, method=method)


def _whole(text: str) -> str:
    """Half a character, as JSON can hold it, is not sent back."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")

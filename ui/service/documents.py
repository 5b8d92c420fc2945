"""/api/documents: what can be cited. Reading is open like asking; changing needs the admin token."""

import asyncio
import hashlib
import re
import shutil
import tempfile
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from rag import Document
from ui.indexing.files import FileOutcome
from ui.indexing.indexer import Indexer, Progress
from ui.indexing.jobs import Job, Texts, Upload
from ui.knowledge import Knowledge
from ui.originals import Originals
from ui.reasons import chinese_reason
from ui.service.access import Access
from ui.service.api import ERRORS
from ui.service.errors import Refused, language_asked, refused_fields
from ui.service.schemas import (
    DocumentIn,
    DocumentsBody,
    DocumentsIn,
    ErrorBody,
    IndexingBody,
    OutcomesBody,
    RemovedBody,
    WholeDocumentBody,
)

_MAX_FILES = 200
_LOOK_S = 0.2  # how often a sender is looked after
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No document has this id."}}


def _texts_schema() -> dict[str, Any]:
    """Of DocumentsIn in one piece: what stands in `openapi_extra` has no share in the description's components."""
    schema = DocumentsIn.model_json_schema()
    schema["properties"]["documents"]["items"] = schema.pop("$defs")["DocumentIn"]
    return schema


_POST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _texts_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
        },
    }
}


class Changes:
    """Changes one after the other, on a thread of their own: asking goes on beside them."""

    def __init__(self, engine: Knowledge, indexer: Indexer, originals: Originals) -> None:
        self._engine = engine
        self._indexer = indexer
        self._originals = originals
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="youju-change")

    @property
    def progress(self) -> Progress | None:
        """Of the change that is being made."""
        return self._indexer.progress

    async def add_files(
        self, folder: str, names: Sequence[str], *, gone: Callable[[], Awaitable[bool]]
    ) -> list[FileOutcome]:
        kept = self._originals.store
        return await self.make(Upload(folder, names, str(kept) if kept else None), gone=gone)

    async def make(self, job: Job, *, gone: Callable[[], Awaitable[bool]]) -> list[FileOutcome]:
        """Nothing is added once the sender is `gone`: that is how an upload is called off."""
        called_off = threading.Event()
        work = asyncio.get_running_loop().run_in_executor(self._pool, self._indexer.run, job, called_off)
        try:
            while not (await asyncio.wait({work}, timeout=_LOOK_S))[0]:
                if await gone():
                    called_off.set()
        except asyncio.CancelledError:
            called_off.set()
            raise
        return await work

    async def remove(self, ids: Sequence[str]) -> None:
        def known_then_remove() -> None:
            for document_id in ids:
                self._engine.document(document_id)  # raises UnknownDocument before anything is removed
            self._indexer.remove(list(ids))
            self._originals.drop(ids)

        await asyncio.get_running_loop().run_in_executor(self._pool, known_then_remove)

    def close(self) -> None:
        self._indexer.close()
        self._pool.shutdown(wait=True, cancel_futures=True)


def documents_router(*, engine: Knowledge, access: Access, changes: Changes) -> APIRouter:
    router = APIRouter(prefix="/api/documents", tags=["documents"])
    read = [Depends(access.program)]
    change = [Depends(access.admin)]

    @router.get(
        "",
        summary="List the documents, in the order added",
        response_model=DocumentsBody,
        dependencies=read,
        responses=ERRORS,
    )
    def list_documents(
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1000
    ) -> Response:
        documents = engine.documents()
        page = documents[offset : offset + limit]
        return JSONResponse({"documents": [_describe(d) for d in page], "total": len(documents)})

    @router.post(
        "",
        status_code=201,
        summary="Add or replace documents: files, or texts",
        response_model=OutcomesBody,
        dependencies=change,
        responses={**ERRORS, 415: {"model": ErrorBody, "description": "Neither JSON nor multipart/form-data."}},
        openapi_extra=_POST_BODY,
    )
    async def add_documents(
        request: Request,
    ) -> Response:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == "multipart/form-data":
            outcomes = await _take_files(request, changes)
        elif kind == "application/json":
            outcomes = await _take_texts(request, changes)
        else:
            raise Refused(415, "unsupported_format", got=kind)
        if language_asked(request.scope) == "zh":
            outcomes = [{**one, "message": chinese_reason(one["message"]) or one["message"]} for one in outcomes]
        return JSONResponse({"documents": outcomes}, 201)

    @router.delete(
        "",
        summary="Remove documents",
        response_model=RemovedBody,
        dependencies=change,
        responses={**ERRORS, **_NOT_FOUND},
    )
    async def remove_documents(
        ids: Annotated[list[str], Query(alias="id", max_length=1000, description="Repeat for several.")],
    ) -> Response:
        await changes.remove(ids)
        return JSONResponse({"removed": ids})

    @router.get(
        "/{document_id:path}",
        summary="One document with its text",
        response_model=WholeDocumentBody,
        dependencies=read,
        responses={**ERRORS, **_NOT_FOUND},
    )
    def one_document(document_id: str) -> Response:
        document = engine.document(document_id)
        paragraphs = [
            {"id": p.id, "section": list(p.section), "start": p.start, "end": p.end, "page": p.page}
            for p in engine.paragraphs(document_id)
        ]
        return JSONResponse({**_describe(document), "text": document.text, "paragraphs": paragraphs})

    @router.delete(
        "/{document_id:path}",
        summary="Remove one document",
        response_model=RemovedBody,
        dependencies=change,
        responses={**ERRORS, **_NOT_FOUND},
    )
    async def remove_document(document_id: str) -> Response:
        await changes.remove([document_id])
        return JSONResponse({"removed": [document_id]})

    return router


def indexing_router(*, access: Access, changes: Changes) -> APIRouter:
    router = APIRouter(prefix="/api/indexing", tags=["documents"], dependencies=[Depends(access.program)])

    @router.get("", summary="How far the change that is being made is", response_model=IndexingBody, responses=ERRORS)
    def progress() -> Response:
        found = changes.progress
        return JSONResponse({"indexing": found is not None, **asdict(found or Progress())})

    return router


async def _take_files(request: Request, changes: Changes) -> list[dict[str, Any]]:
    async with request.form(max_files=_MAX_FILES, max_fields=10) as form:
        uploads = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if not uploads:
            raise Refused(422, "invalid_request", "no_file")
        with tempfile.TemporaryDirectory(prefix="youju-upload-") as folder:
            names: list[str] = []
            for upload in uploads:
                name = safe_name(upload.filename or "")
                if name in names:
                    raise Refused(422, "invalid_request", "same_name", name=name)
                await asyncio.to_thread(_save, upload, Path(folder, name))
                names.append(name)
            return _outcomes(await changes.add_files(folder, names, gone=request.is_disconnected))


def _save(upload: UploadFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as opened:
        shutil.copyfileobj(upload.file, opened)


async def _take_texts(request: Request, changes: Changes) -> list[dict[str, Any]]:
    try:
        sent = DocumentsIn.model_validate_json(await request.body())
    except ValidationError as error:
        raise refused_fields(error.errors(include_url=False, include_input=False)) from None
    documents = [_document(entry) for entry in sent.documents]
    ids = [document.id for document in documents]
    if len(set(ids)) < len(ids):
        raise Refused(422, "invalid_request", "same_id")
    return _outcomes(await changes.make(Texts(documents), gone=request.is_disconnected))


def _document(entry: DocumentIn) -> Document:
    digest = hashlib.sha256(f"{entry.title}\n{entry.text}".encode()).hexdigest()[:12]
    return Document(
        id=entry.id.strip() or f"text-{digest}",
        title=entry.title,
        text=entry.text,
        source=entry.source,
        date=entry.date,
    )


def safe_name(name: str) -> str:
    """A file's relative path with nothing in it that leads out of a folder: '../../a\\b.md' -> 'a/b.md'."""
    cleaned = name.encode("utf-8", "replace").decode().replace("\\", "/")
    parts = [_shortened(_UNSAFE.sub("_", part).strip()) for part in PurePosixPath(cleaned).parts]
    kept = [part for part in parts if part.strip("./ ")][-8:]
    if not kept:
        raise Refused(422, "invalid_request", "no_name")
    return "/".join(kept)


def _shortened(part: str) -> str:
    """At most 60 characters before the suffix: file systems take 255 bytes, and a Chinese character is three."""
    path = PurePosixPath(part)
    return path.stem[:60] + path.suffix[:12] if len(part) > 72 else part


def _describe(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "date": document.date,
        "attributes": dict(document.attributes),
        "characters": len(document.text),
    }


def _outcomes(outcomes: Sequence[FileOutcome]) -> list[dict[str, Any]]:
    return [{"name": o.path, "id": o.document_id, "status": str(o.status), "message": o.message} for o in outcomes]

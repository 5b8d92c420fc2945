"""/api/sites and the page /admin/sites over it: keys, origins, tags, use."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field

from ui import widget as files
from ui.service.access import Access
from ui.service.api import ERRORS
from ui.service.schemas import ErrorBody
from ui.sites import DEFAULT_PER_DAY, DEFAULT_PER_MINUTE, Site, Sites

_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No site has this id."}}
_PAGE_POLICY = files.DEMO_POLICY + "; frame-src 'self'; frame-ancestors 'none'"


class SiteIn(BaseModel):
    name: str = Field(max_length=200, examples=["门户网站"])
    origins: list[str] = Field(max_length=100, examples=[["https://www.example.gov.cn", "*.example.gov.cn"]])
    per_minute: int = Field(default=DEFAULT_PER_MINUTE, ge=1, le=1_000_000)
    per_day: int = Field(default=DEFAULT_PER_DAY, ge=1, le=1_000_000_000)


class SiteChange(BaseModel):
    name: str | None = Field(default=None, max_length=200)
    origins: list[str] | None = Field(default=None, max_length=100)
    per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    per_day: int | None = Field(default=None, ge=1, le=1_000_000_000)


class SiteOut(BaseModel):
    id: str
    key: str
    name: str
    origins: list[str]
    per_minute: int
    per_day: int
    created: float
    revoked: float | None
    use: dict[str, int] = Field(description="Questions (`ask`) and refusals by reason.")
    tag: str = Field(description="To be put into the site's pages.")
    frame: str = Field(description="In place of the tag, where a site may not run scripts of others.")
    policy: str = Field(description="What a Content-Security-Policy of the site has to allow.")


class SitesOut(BaseModel):
    sites: list[SiteOut]


def admin_router(*, sites: Sites, access: Access) -> APIRouter:
    router = APIRouter(prefix="/api/sites", tags=["sites"], dependencies=[Depends(access.admin)])

    @router.get("", summary="All sites with their use", response_model=SitesOut, responses=ERRORS)
    def list_sites(request: Request) -> Response:
        return JSONResponse({"sites": [_describe(site, sites, request) for site in sites.list()]})

    @router.post("", status_code=201, summary="A new site with a key", response_model=SiteOut, responses=ERRORS)
    def add_site(body: SiteIn, request: Request) -> Response:
        site = sites.add(body.name, body.origins, per_minute=body.per_minute, per_day=body.per_day)
        return JSONResponse(_describe(site, sites, request), 201)

    @router.patch("/{site_id}", summary="Change a site", response_model=SiteOut, responses={**ERRORS, **_NOT_FOUND})
    def edit_site(site_id: str, body: SiteChange, request: Request) -> Response:
        return JSONResponse(_describe(sites.edit(site_id, **body.model_dump()), sites, request))

    @router.post(
        "/{site_id}/rotate", summary="A new key for a site", response_model=SiteOut, responses={**ERRORS, **_NOT_FOUND}
    )
    def rotate(site_id: str, request: Request) -> Response:
        return JSONResponse(_describe(sites.rotate(site_id), sites, request))

    @router.delete(
        "/{site_id}", summary="Revoke a site's key", response_model=SiteOut, responses={**ERRORS, **_NOT_FOUND}
    )
    def revoke(site_id: str, request: Request) -> Response:
        return JSONResponse(_describe(sites.revoke(site_id), sites, request))

    return router


def admin_page_router() -> APIRouter:
    router = APIRouter(prefix="/admin", include_in_schema=False)

    @router.get("/sites")
    def page() -> Response:
        return HTMLResponse(files.read("admin.html"), headers={"Content-Security-Policy": _PAGE_POLICY})

    @router.get("/sites.js")
    def script() -> Response:
        return Response(files.read("admin.js"), media_type="text/javascript")

    @router.get("/sites.css")
    def style() -> Response:
        return Response(files.read("admin.css"), media_type="text/css")

    return router


def _describe(site: Site, sites: Sites, request: Request) -> dict[str, Any]:
    base = str(request.base_url).rstrip("/")
    return {
        "id": site.id,
        "key": site.key,
        "name": site.name,
        "origins": list(site.origins),
        "per_minute": site.per_minute,
        "per_day": site.per_day,
        "created": site.created,
        "revoked": site.revoked,
        "use": dict(sites.use(site.id)),
        "tag": tag(base, site.key),
        "frame": frame(base, site.key),
        "policy": policy(f"{request.url.scheme}://{request.url.netloc}"),
    }


def tag(base: str, key: str, *, language: str = "zh-CN") -> str:
    """The element for the site's pages. It pins the launcher, and the launcher pins the panel."""
    return (
        f'<script async src="{base}/widget/v1/youju.js" integrity="{files.integrity("youju")}" '
        f'crossorigin="anonymous" data-site="{key}" data-lang="{language}"></script>'
    )


def frame(base: str, key: str) -> str:
    return (
        f'<iframe src="{base}/widget/v1/frame?site={key}" title="有据问答" width="400" height="600" '
        f'sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def policy(service: str) -> str:
    return f"script-src {service}; connect-src {service}"

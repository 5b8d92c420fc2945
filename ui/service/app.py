"""The application: parts made here and handed to the routers that use them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from ui.indexing.indexer import Indexer
from ui.knowledge import Knowledge
from ui.originals import Originals
from ui.service import asks as bounds
from ui.service import errors
from ui.service.access import Access
from ui.service.admin import admin_page_router, admin_router
from ui.service.api import api_router
from ui.service.asks import Asks, Engine
from ui.service.cors import WidgetCors
from ui.service.counted import Counted
from ui.service.docs_page import docs_html
from ui.service.documents import Changes, documents_router, indexing_router
from ui.service.evaluation import Evaluations, evaluation_router
from ui.service.feedback import FeedbackBook
from ui.service.gate import SESSION_S, WidgetGate, WidgetLimits
from ui.service.health import health_router
from ui.service.late_page import LatePage, PageMount
from ui.service.limits import Limiter
from ui.service.links import link_router
from ui.service.metrics import Metrics
from ui.service.openai_api import openai_router
from ui.service.tokens import Signer
from ui.service.watch import Watch
from ui.service.widget import files_router, frame_router, widget_router
from ui.sites import Sites
from ui.storage.service_store import ServiceStore
from ui.viewer import viewer

DEFAULT_BODY_LIMIT = 2 * 2**20
DEFAULT_UPLOAD_LIMIT = 100 * 2**20
DEFAULT_BODY_TIME_S = 60.0


@dataclass(frozen=True, slots=True)
class PageParts:
    """What the chat page is made of."""

    kb: Knowledge
    feedback: FeedbackBook


MountPage = Callable[[FastAPI, PageParts], object]

_OURS = ("/api/", "/v1/", "/widget/", "/admin/", "/view/", "/view-page/")


def create_app(
    kb: Knowledge,
    *,
    folder: Path | None = None,
    service: str | None = None,
    indexer: Indexer | None = None,
    answers: Engine | None = None,
    page: MountPage | None = None,
    admin_token: str | None = None,
    widget_only: bool = False,
    threads: int = bounds.DEFAULT_THREADS,
    waiting: int = bounds.DEFAULT_WAITING,
    time_limit_s: float = bounds.DEFAULT_TIME_LIMIT_S,
    widget_limits: WidgetLimits = WidgetLimits(),  # noqa: B008  frozen
    widget_session_s: float = SESSION_S,
    body_limit: int = DEFAULT_BODY_LIMIT,
    upload_limit: int = DEFAULT_UPLOAD_LIMIT,
    body_time_s: float = DEFAULT_BODY_TIME_S,
    log_questions: bool = False,
    root_path: str = "",
) -> FastAPI:
    """The service over `kb`.

    `folder` is where feedback, site keys, limits and token hashes are kept (the store's folder); None keeps them in
    memory. `service` keeps them in the database of this URL instead, which any number of processes may share;
    evaluation runs and uploaded files stay in the folder. `indexer` makes the changes, by default in this process; it
    is closed with the service. `answers` answers what comes in over HTTP in place of `kb`. `page` puts the chat page on
    the empty application it is given, on a thread, after the start.
    `admin_token` replaces the one on file. `widget_only` exposes the widget and /healthz and nothing else. Limits are
    bytes and seconds.
    """
    store = ServiceStore.open(service or folder)
    access = Access(store)
    if admin_token is not None:
        access.set_admin_token(admin_token)
    metrics = Metrics()
    asks = Asks(answers or kb, threads=threads, waiting=waiting, time_limit_s=time_limit_s)
    originals = Originals(folder)
    changes = Changes(kb, indexer or Indexer(kb), originals)
    evaluations = Evaluations(kb, folder)
    feedback = FeedbackBook(store)
    sites = Sites(store)
    signer = Signer(store.signing_key())
    gate = WidgetGate(
        sites=sites,
        limiter=Limiter(store),
        signer=signer,
        limits=widget_limits,
        session_s=widget_session_s,
        demo=not widget_only,
    )
    late_page = None
    if page is not None and not widget_only:
        parts = PageParts(Counted(kb, metrics, way="page"), feedback)
        late_page = LatePage(lambda inner: page(inner, parts))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(store.close)
            stack.callback(evaluations.close)
            stack.callback(changes.close)
            stack.callback(asks.close)
            if late_page is not None:
                await stack.enter_async_context(late_page.running())
            yield

    app = FastAPI(
        title="Youju 有据",
        version="1",
        description="Answers about a body of documents, each sentence with the place it stands on. "
        "Why something failed is told in Chinese or English, as Accept-Language prefers, with the same codes.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    errors.install(app)
    app.include_router(
        api_router(asks=asks, access=access, feedback=feedback, metrics=metrics, log_questions=log_questions)
    )
    app.include_router(documents_router(engine=kb, access=access, changes=changes))
    app.include_router(indexing_router(access=access, changes=changes))
    app.include_router(evaluation_router(evaluations=evaluations, access=access))
    app.include_router(openai_router(asks=asks, access=access, metrics=metrics))
    app.include_router(
        health_router(
            engine=kb,
            access=access,
            metrics=metrics,
            page_state=lambda: late_page.state if late_page is not None else "none",
        )
    )

    app.include_router(viewer(kb, originals))
    if not widget_only:
        app.include_router(admin_router(sites=sites, access=access))
        app.include_router(admin_page_router())
    app.include_router(
        widget_router(
            gate=gate,
            asks=asks,
            library=kb,
            signer=signer,
            metrics=metrics,
            feedback=feedback,
        )
    )
    app.include_router(frame_router(gate=gate))
    app.include_router(link_router(signer=signer, engine=kb))
    app.include_router(files_router(demo=not widget_only))

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(docs_html(app.openapi()))

    if late_page is not None:
        app.router.routes.append(PageMount(late_page, beside=_OURS))
    app.add_middleware(WidgetCors, allowed=gate.origin_allowed)
    app.add_middleware(
        Watch,
        metrics=metrics,
        body_limit=body_limit,
        upload_limit=upload_limit,
        body_time_s=body_time_s,
        allowed=_of_widget if widget_only else _anything,
        root_path=root_path,
    )
    app.state.access = access
    app.state.sites = sites
    return app


def _anything(_: str) -> bool:
    return True


def _of_widget(path: str) -> bool:
    return path.startswith(("/widget/", "/view-assets/")) or path == "/healthz"

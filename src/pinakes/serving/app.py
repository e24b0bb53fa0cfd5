"""Composes the HTTP application of one collection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import attrgetter
from pathlib import Path

import anyio
from fastapi import FastAPI

from pinakes import __version__
from pinakes.collection import Collection
from pinakes.engine import Engine
from pinakes.ingest.inbox import Inbox
from pinakes.media.fetch.fetcher import Fetcher
from pinakes.media.fetch.policy import FetchLimits
from pinakes.serving.admission import Admission
from pinakes.serving.api import facets, feedback, health, items, media, receipts, releases, search, writes
from pinakes.serving.config import ServingConfig
from pinakes.serving.context import ServingContext
from pinakes.serving.feedback import FeedbackLog
from pinakes.serving.keys import Keyring
from pinakes.serving.metrics import Metrics
from pinakes.serving.middleware.body_limit import BodyLimitMiddleware
from pinakes.serving.middleware.direct import DirectMiddleware
from pinakes.serving.middleware.requests import RequestMiddleware
from pinakes.serving.openapi import add_openapi
from pinakes.serving.pages import add_missing_page, pages_router
from pinakes.serving.problems import add_handlers
from pinakes.serving.rates import Rates
from pinakes.serving.receipts import ReceiptStore
from pinakes.serving.releases import Releases
from pinakes.serving.roles import Role
from pinakes.serving.standby import follow, open_sound
from pinakes.serving.together import Together

OBSERVE_EVERY = 5.0
"""Seconds between the notes of what a worker holds, which another worker may be asked for."""

UPLOADS = frozenset({"/v1/items", "/v1/search", "/v1/search/batch", "/search"})
"""Paths whose bodies may hold a picture; ``/search`` is that of the pages."""


def create_app(
    collection: Engine | str | Path, config: ServingConfig | None = None, fetcher: Fetcher | None = None
) -> FastAPI:
    """Return the application that serves a collection.

    The application opens what it needs when it starts, and closes it when it ends; an engine that is given
    stays open.

    Args:
        collection: an open engine, or the collection's folder.
        config: the limits; see `ServingConfig`.
        fetcher: fetches pictures that queries name by address, instead of the one of ``fetch_pictures``.

    Raises:
        UsageError: the configuration would serve strangers by accident, or nothing is published.
        SettingsError: the folder is not a collection.
        IntegrityError: the live release is damaged, and so are all before it.
    """
    config = config or ServingConfig()
    config.check()
    engine = collection if isinstance(collection, Engine) else open_sound(collection)
    metrics = Metrics()
    admission = Admission(config.concurrency, config.queue, config.timeout)
    context = ServingContext(
        engine=engine,
        collection=Collection(engine.paths.root),
        config=config,
        keyring=Keyring(config.keys),
        admission=admission,
        together=Together(admission),
        picture_admission=Admission(config.picture_concurrency, config.queue, config.timeout),
        media_admission=Admission(config.picture_concurrency, 8 * config.queue, config.timeout),
        releases=Releases(engine, config.cursor_seconds),
        feedback=FeedbackLog(
            engine.paths.machinery / "feedback", config.feedback_bytes, config.feedback_files
        ),
        receipts=ReceiptStore(engine.paths.receipts, config.receipts),
        inbox=Inbox(engine.paths),
        rates=Rates(config.visitor_rate / config.workers),
        metrics=metrics,
        fetcher=fetcher or (_fetcher(config) if config.fetch_pictures else None),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(follow(engine)), asyncio.create_task(_observe(context))]
        yield
        for task in tasks:
            task.cancel()
        for part in (
            context.admission,
            context.picture_admission,
            context.media_admission,
            context.releases,
            context.inbox,
        ):
            await anyio.to_thread.run_sync(part.close)
        if engine is not collection:
            await anyio.to_thread.run_sync(engine.close)

    app = FastAPI(
        title="Pinakes",
        summary="Search a collection of pictures and records by text, by photo, by both.",
        version=__version__,
        openapi_url="/v1/openapi.json",
        # The pages of FastAPI load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=attrgetter("name"),
        lifespan=lifespan,
    )
    app.state.context = context
    parts = (search, receipts, facets, items, writes, media, feedback, releases, health)
    add_openapi(app, [part.router for part in parts])
    add_handlers(app)
    for part in parts:
        app.include_router(part.router)
    app.include_router(pages_router(context))
    add_missing_page(app, context)
    app.add_middleware(
        DirectMiddleware,
        context=context,
        path="/v1/search",
        method="POST",
        role=Role.VISITOR,
        endpoint=search.search,
    )
    app.add_middleware(
        BodyLimitMiddleware,
        json_bytes=config.json_bytes,
        upload_bytes=config.upload_bytes,
        uploads=UPLOADS,
        seconds=config.body_seconds,
    )
    app.add_middleware(RequestMiddleware, metrics=metrics)
    return app


def _fetcher(config: ServingConfig) -> Fetcher:
    """Return what fetches for visitors, who wait: once, and for no longer than their request may take."""
    return Fetcher(FetchLimits(bytes=config.upload_bytes, seconds=config.timeout / 2, attempts=1))


async def _observe(context: ServingContext) -> None:
    while True:
        context.observe()
        await asyncio.sleep(OBSERVE_EVERY)

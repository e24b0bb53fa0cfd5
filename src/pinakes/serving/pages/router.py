"""The routes of the pages."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from pinakes.serving.access import Searcher, Visitor
from pinakes.serving.context import ServingContext
from pinakes.serving.pages.api_page import api_values
from pinakes.serving.pages.asked import read_asked
from pinakes.serving.pages.assets import static_file
from pinakes.serving.pages.collection_page import collection_values
from pinakes.serving.pages.item_page import item_values
from pinakes.serving.pages.login import add_login
from pinakes.serving.pages.refusals import page_route
from pinakes.serving.pages.search_page import SearchPage
from pinakes.serving.pages.site import read_site
from pinakes.serving.pages.templates import render
from pinakes.serving.uploads import read_form

HEADERS = {
    # A page may be kept by the browser that asked for it, which makes Back instant, and by nobody else.
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
    # Without it a browser hides where its own form comes from (Origin: null), and the form is refused.
    "Referrer-Policy": "same-origin",
}


def pages_router(context: ServingContext) -> APIRouter:
    """Return the routes of the pages of one collection.

    Args:
        context: the collection, and where work is done.
    """
    router = APIRouter(route_class=page_route(context), include_in_schema=False)

    async def page(
        template: str, values: Callable[[], dict[str, Any]], *, pictured: bool = False
    ) -> HTMLResponse:
        admission = context.picture_admission if pictured else context.admission
        html = await admission.run(lambda: render(template, values()))
        return HTMLResponse(html, headers=HEADERS)

    def search_page() -> SearchPage:
        return SearchPage(context.engine, read_site(context.engine))

    @router.get("/", dependencies=[Visitor])
    @router.get("/search", dependencies=[Visitor])
    async def search(request: Request) -> HTMLResponse:
        asked = read_asked(request.query_params.multi_items())
        # Only the browser knows the picture of a search: it asks again with it, or says that it has lost it.
        if "pic" in request.query_params:
            return await page("search.html", lambda: search_page().awaiting(asked))
        lost = "lost" in request.query_params
        return await page("search.html", lambda: search_page().values(asked, lost=lost))

    @router.post("/search", dependencies=[Visitor])
    async def search_by_picture(request: Request) -> HTMLResponse:
        form = await read_form(request, context.config.upload_bytes)
        picture = next((upload.data for upload in form.uploads), None)
        return await page(
            "search.html",
            lambda: search_page().values(read_asked(form.fields), picture),
            pictured=picture is not None,
        )

    @router.get("/items/{item:path}", dependencies=[Visitor])
    async def item(item: str) -> HTMLResponse:
        return await page("item.html", lambda: item_values(context.engine, read_site(context.engine), item))

    @router.get("/collection", dependencies=[Searcher])
    async def collection() -> HTMLResponse:
        return await page(
            "collection.html", lambda: collection_values(context.engine, read_site(context.engine))
        )

    @router.get("/api", dependencies=[Visitor])
    async def api(request: Request) -> HTMLResponse:
        document, address = request.app.openapi(), str(request.base_url).rstrip("/")
        return await page("api.html", lambda: api_values(document, read_site(context.engine), address))

    add_login(router, context)

    @router.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        return static_file(name, request.headers.get("if-none-match"))

    return router

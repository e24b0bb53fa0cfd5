"""Search: by words, picture, item, vector or filter; one query, several, or more like one item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from numpy.typing import NDArray
from starlette.responses import Response

from pinakes.engine import Engine
from pinakes.errors import QueryError
from pinakes.retrieval.results import Results
from pinakes.serving.access import Visitor
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.api.bodies import validated
from pinakes.serving.api.media import thumb_address
from pinakes.serving.api.parameters import KnownParameters
from pinakes.serving.api.receipts import check_keeping
from pinakes.serving.api.schemas import (
    MAX_FILTER,
    MAX_PAGE,
    Answer,
    Answers,
    Batch,
    SearchQuery,
    WeightedPicture,
    picture_bytes,
)
from pinakes.serving.context import Context, ServingContext
from pinakes.serving.cursors import FINGERPRINT, Cursor
from pinakes.serving.uploads import Upload, check_upload, read_form

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Visitor])

END = 2**16
"""Bytes of each end of a picture that a cursor's query is told by."""

PART = "image"
"""The part of a form that is a picture; ``image.ROLE`` is one for the views of a role."""

REF = "#/components/schemas/"
Pictures = Sequence[tuple[bytes, float, str | None]]
Vectors = NDArray[np.floating] | dict[str, NDArray[np.floating]] | None


@router.post(
    "/search",
    summary="Search",
    response_model=Answer,
    responses=problems(400, 404, 410),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"{REF}SearchQuery"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "image": {"type": "string", "format": "binary", "description": "a picture file"},
                            "query": {"type": "string", "description": "the rest of the query, as JSON"},
                        },
                        "patternProperties": {
                            "^image\\.": {
                                "type": "string",
                                "format": "binary",
                                "description": "a picture for the views of a role, such as `image.obverse`",
                            }
                        },
                    }
                },
            },
        }
    },
)
async def search(request: Request, context: Context) -> Response:
    """Find the items that answer a query best. The body is JSON, or a form with a picture file."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        query, uploads = await _from_form(request, context)
    else:
        query, uploads = validated(SearchQuery, await request.body()), []
    if query.keep:
        check_keeping(request, context)
    return await _respond(request, context, query, uploads)


@router.post(
    "/search/batch",
    summary="Several searches",
    response_model=Answers,
    responses=problems(400, 404, 410),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"{REF}Batch"}}},
        }
    },
)
async def search_batch(request: Request, context: Context) -> Response:
    """Answer several queries as `search` would one by one; the first that cannot be answered refuses all."""
    batch = validated(Batch, await request.body())
    if any(query.keep for query in batch.queries):
        check_keeping(request, context)
    pictured = any(query.image for query in batch.queries)
    admission = context.picture_admission if pictured else context.admission
    answers = await admission.run(answer_queries, context, batch.queries)
    for number, answer in enumerate(answers):
        if isinstance(answer, Exception):
            request.state.at = f"body/queries/{number}"
            raise answer
    return json_response({"answers": answers})


@router.get(
    "/similar/{id:path}",
    summary="More like this",
    response_model=Answer,
    responses=problems(400, 404, 410),
    dependencies=[KnownParameters],
)
async def similar(
    request: Request,
    context: Context,
    id: str,
    *,
    where: Annotated[
        str | None, Query(description="a filter, such as `price < 50`", max_length=MAX_FILTER)
    ] = None,
    top: Annotated[int, Query(ge=1, le=MAX_PAGE, description="hits on a page")] = 10,
    cursor: Annotated[str | None, Query(description="`next` of the page before", max_length=400)] = None,
) -> Response:
    """Find the items that are most like one, which is left out."""
    query = SearchQuery(like=id, where=where, top=top, cursor=cursor)
    return await _respond(request, context, query)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query as an engine takes it.

    Attributes:
        engine: answers it.
        arguments: of `Engine.search`.
        fingerprint: tells it from other queries.
    """

    engine: Engine
    arguments: Mapping[str, Any]
    fingerprint: str


def answer_query(
    context: ServingContext, query: SearchQuery, uploads: Sequence[Upload] = ()
) -> dict[str, Any]:
    """Answer one query in the form of `Answer`, and keep the answer where that is asked for.

    Raises:
        QueryError, FilterError, UnknownNameError, MediaError: see `Engine.search`.
        WithheldError: an item of ``like`` may not be shown.
        GoneError: the cursor's release is gone.
        StorageError: the answer cannot be kept.
    """
    prepared = _prepare(context, query, uploads)
    if query.keep:
        found, kept = prepared.engine.search_kept(prepared.arguments)
        context.receipts.add(kept)
    else:
        found = prepared.engine.search(**prepared.arguments)
    context.metrics.observe_searches([found])
    return _answer(prepared, found)


def answer_queries(
    context: ServingContext, queries: Sequence[SearchQuery]
) -> Sequence[dict[str, Any] | Exception]:
    """Answer several queries as `answer_query` would one by one; its error stands for one that it refuses."""
    if len(queries) > 1 and not any(query.cursor or query.keep for query in queries):
        try:
            prepared = [_prepare(context, query) for query in queries]
            found = context.engine.search_many([one.arguments for one in prepared])
        except Exception:  # one by one, the query that it is about has it
            pass
        else:
            context.metrics.observe_searches(found)
            return list(map(_answer, prepared, found))
    return [_attempt(context, query) for query in queries]


def _attempt(context: ServingContext, query: SearchQuery) -> dict[str, Any] | Exception:
    try:
        return answer_query(context, query)
    except Exception as error:  # whoever asked has it, whatever it is
        return error


def _prepare(context: ServingContext, query: SearchQuery, uploads: Sequence[Upload] = ()) -> _Prepared:
    pictures = [*_pictures(context, query), *((u.data, 1.0, _role(u.part)) for u in uploads)]
    vector = _arrays(query.vector)
    asked = _fingerprint(query, vector, uploads)
    engine, offset = context.engine, query.offset
    if query.cursor is not None:
        cursor = Cursor.decode(query.cursor)
        cursor.check(asked)
        engine, offset = context.releases.engine(cursor.release), cursor.offset
    for item in [query.like] if isinstance(query.like, str) else query.like or ():
        engine.item(item, query.as_of)
    arguments = {
        "text": query.text,
        "image": pictures or None,
        "like": query.like,
        "vector": vector,
        "weights": query.weights,
        "where": query.where,
        "as_of": query.as_of,
        "top": query.top,
        "candidates": query.candidates,
        "rerank": query.rerank,
        "score": query.score,
        "collapse": query.collapse,
        "min_confidence": query.min_confidence,
        "sort": query.sort,
        "facets": query.facets,
        "prefix": query.prefix,
        "offset": offset,
    }
    return _Prepared(engine, arguments, asked)


def _answer(prepared: _Prepared, results: Results) -> dict[str, Any]:
    end = prepared.arguments["offset"] + prepared.arguments["top"]
    following = Cursor(results.release, end, prepared.fingerprint).encode() if results.more else None
    return {**wire_results(results), "next": following}


def wire_results(results: Results) -> dict[str, Any]:
    """Return an answer as it goes over the wire.

    Where `Results.to_dict` names the file of a thumbnail, this names its address.
    """
    answer = results.to_dict()
    for hit in answer["hits"]:
        if hit["thumb"]:
            hit["thumb"] = thumb_address(hit["thumb"])
    return answer


def note_answer(request: Request, answer: Mapping[str, Any]) -> None:
    """Keep for the log how long the stages of a search took and what came of it; never what was asked."""
    hits, timings = answer["hits"], answer["timings_ms"]
    encode, rerank = timings.get("encode", 0.0), timings.get("rerank", 0.0)
    request.state.answer = {
        "release": answer["release"],
        "receipt": answer["receipt"],
        "results": len(hits),
        "top_score": hits[0]["score"] if hits else None,
        "encode_ms": encode,
        "search_ms": round(timings["total"] - encode - rerank, 3),
        "rerank_ms": rerank,
    }


async def _respond(
    request: Request, context: ServingContext, query: SearchQuery, uploads: Sequence[Upload] = ()
) -> Response:
    if uploads or query.image:
        answer = await context.picture_admission.run(answer_query, context, query, uploads)
    elif query.cursor or query.keep:  # a release may have to be opened, a file has to be written
        answer = await context.admission.run(answer_query, context, query)
    else:
        answer = await context.together.run(partial(answer_queries, context), query)
    note_answer(request, answer)
    return json_response(answer)


async def _from_form(request: Request, context: ServingContext) -> tuple[SearchQuery, Sequence[Upload]]:
    form = await read_form(request, context.config.upload_bytes)
    for name in [*(name for name, _ in form.fields), *(upload.part for upload in form.uploads)]:
        if name not in (PART, "query") and not _role(name):
            raise QueryError(
                f"the form has a part {name!r}: it may have `image`, a file, `image.ROLE`, a file for the "
                "views of a role, and `query`, JSON"
            )
    if not form.uploads:
        raise QueryError("the form has no picture: send it as a file in the part `image`")
    text = dict(form.fields).get("query", "{}")
    return validated(SearchQuery, text), form.uploads


def _role(part: str) -> str | None:
    """Return the role in the name of a part such as ``image.obverse``; None where it names none."""
    head, _, role = part.partition(".")
    return role or None if head == PART else None


def _pictures(context: ServingContext, query: SearchQuery) -> Pictures:
    match query.image:
        case None:
            given: list[WeightedPicture] = []
        case str() as text:
            given = [WeightedPicture(data=text)]
        case {"url": str(url), **others} if not others:
            given = [WeightedPicture(data=url)]
        case dict() as by_role:
            given = [WeightedPicture(data=text, role=role) for role, text in by_role.items()]
        case several:
            given = several
    return [(_picture(context, p.data), p.weight, p.role) for p in given]


def _picture(context: ServingContext, text: str) -> bytes:
    """Return the bytes of a picture that came in base64, or lies at an address; base64 has no colon."""
    if not text.startswith(("https:", "http:")):
        return check_upload(picture_bytes(text), context.config.upload_bytes)
    if context.fetcher is None:
        raise QueryError("this service fetches no pictures from the web: send the file itself")
    return context.fetcher.fetch(text).data


def _arrays(vector: Sequence[float] | Mapping[str, Sequence[float]] | None) -> Vectors:
    if isinstance(vector, Mapping):
        return {space: _array(numbers) for space, numbers in vector.items()}
    return None if vector is None else _array(vector)


def _array(numbers: Sequence[float]) -> NDArray[np.float64]:
    """Return validated numbers as an array; one that looked for rows in them would take twice as long."""
    return np.fromiter(numbers, np.float64, len(numbers))


def _fingerprint(query: SearchQuery, vector: Vectors, uploads: Sequence[Upload]) -> str:
    """Return what tells this query from others, whatever page of it is asked for.

    Args:
        query: all of it but the cursor, and whether to keep the answer, counts.
        vector: that of the query; its bytes count, which takes a third of the time that its digits would.
        uploads: pictures that came with it, told by their length and both their ends: this is to notice
            mistakes, and hashing a phone's photo takes 2 ms.
    """
    asked = sha256(
        query.model_dump_json(exclude={"cursor", "vector", "keep"}, exclude_defaults=True).encode()
    )
    named = vector if isinstance(vector, dict) else {} if vector is None else {"": vector}
    for space, numbers in named.items():
        asked.update(f" {space} ".encode())
        asked.update(numbers.tobytes())
    for upload in uploads:
        asked.update(f" {upload.part} {len(upload.data)} ".encode())
        asked.update(upload.data[:END])
        asked.update(upload.data[-END:])
    return asked.hexdigest()[:FINGERPRINT]

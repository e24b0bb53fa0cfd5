"""The client of a served collection: the methods of an engine, answered over HTTP."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http.client import HTTPException
from typing import Any, Literal
from urllib.parse import quote, urlencode

import numpy as np
from numpy.typing import NDArray

from pinakes.errors import FilterError, MediaError, PinakesError, QueryError, UnknownNameError, UsageError
from pinakes.indexes.bm25 import Correction
from pinakes.retrieval.facets import Facet, FacetRange
from pinakes.retrieval.grid import inline_picture
from pinakes.retrieval.kept import KeptAnswer
from pinakes.retrieval.query_pictures import Pictures, query_pictures
from pinakes.retrieval.results import Hit, PlanStep, Reason, Results
from pinakes.retrieval.why_nothing import WhyNothing
from pinakes.types import AttributeType, Collapse, Item, ItemScore, Rights, Value, View

Vector = NDArray[np.floating] | Mapping[str, NDArray[np.floating]] | Sequence[float]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one item that was changed.

    Attributes:
        id: of the item; None where it came without.
        status: ``accepted`` (safe, and visible soon), ``visible`` or ``rejected``.
        number: by which `Client.change` says what became of it; None where there is nothing to wait for.
        detail: why it was rejected, or what was left out of it.
    """

    id: str | None
    status: Literal["accepted", "visible", "rejected"]
    number: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """Searches a collection that `pinakes serve` serves.

    Answers are those of `pinakes.Engine`, but for what JSON does not know: attributes that are dates are ISO
    texts, and the ``thumb`` of a hit is an address of the service.

    Attributes:
        url: of the service, such as ``http://localhost:8000``.
        key: an API key, where one is needed.
        timeout: seconds to wait for an answer.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise UsageError(f"the url of a service begins with http:// or https://, got {self.url!r}")

    def search(
        self,
        text: str | Mapping[str, float] | None = None,
        *,
        image: Pictures | None = None,
        like: str | Mapping[str, float] | None = None,
        vector: Vector | None = None,
        weights: Mapping[str, float] | None = None,
        where: str | Mapping[str, Any] | None = None,
        as_of: date | None = None,
        top: int = 10,
        candidates: int = 200,
        rerank: str | None = None,
        score: ItemScore | None = None,
        collapse: Collapse | None = None,
        min_confidence: float | None = None,
        sort: str | None = None,
        facets: Sequence[str] = (),
        prefix: bool = False,
        offset: int = 0,
        keep: bool = False,
    ) -> Results:
        """Find the items that answer a query best; see `Engine.search` for the arguments.

        Args:
            keep: the service keeps what names the answer, so that `receipt` gives it and asks again;
                nothing of a picture is kept. Needs a key with the role search, where there are keys.

        Raises:
            QueryError, FilterError, UnknownNameError, MediaError, UsageError: as the engine does.
            PinakesError: the service cannot be reached, is too busy, or went wrong.
        """
        pictures = [
            {"data": base64.b64encode(p.data).decode("ascii"), "weight": p.weight, "role": p.role}
            for p in query_pictures(image)
        ]
        query = {
            "text": text,
            "image": pictures or None,
            "like": like,
            "vector": _lists(vector),
            "weights": weights,
            "where": where,
            "as_of": as_of.isoformat() if as_of else None,
            "top": top,
            "candidates": candidates,
            "rerank": rerank,
            "score": score,
            "collapse": collapse,
            "min_confidence": min_confidence,
            "sort": sort,
            "facets": list(facets) or None,
            "prefix": prefix or None,
            "offset": offset or None,
            "keep": keep or None,
        }
        given = {name: value for name, value in query.items() if value is not None}
        return replace(read_results(self._ask("POST", "/v1/search", given)), picture=self._inline)

    def search_many(self, queries: Sequence[Mapping[str, Any]]) -> list[Results]:
        """Answer several queries, each a mapping of the arguments of `search`."""
        return [self.search(**query) for query in queries]

    def receipt(self, receipt: str, *, replay: bool = False) -> KeptAnswer:
        """Return what was kept of an answer whose search said ``keep``.

        Args:
            receipt: as `Results.receipt` has it.
            replay: ask the same release again, and say whether it answers the same.

        Raises:
            UnknownNameError: no answer with this receipt is kept, or no longer.
            UsageError: the release was pruned and cannot be asked again.
        """
        asked = "?replay=true" if replay else ""
        return KeptAnswer.from_dict(self._ask("GET", f"/v1/receipts/{quote(receipt, safe='')}{asked}"))

    def item(self, item: str) -> Item:
        """Return an item with its views.

        Raises:
            UnknownNameError: there is no such item.
            PinakesError: it may not be shown, or the service went wrong.
        """
        found = self._ask("GET", f"/v1/items/{quote(item)}")
        names = ("role", "media", "uri", "width", "height")
        return Item(
            id=found["id"],
            title=found["title"],
            text=found["text"],
            attributes=_attributes(found["attributes"]),
            rights=_rights(found["rights"]),
            views=tuple(View(**{name: view[name] for name in names}) for view in found["views"]),
        )

    def facets(
        self,
        where: str | Mapping[str, Any] | None = None,
        fields: str | Sequence[str] | None = None,
    ) -> tuple[Facet, ...]:
        """Count the values of attributes over the items that pass a filter, as `Engine.facets` does.

        Dates are texts, as everywhere in answers over HTTP.

        Raises:
            FilterError: the filter cannot be understood.
            UnknownNameError: a field that does not exist.
        """
        named = (fields,) if isinstance(fields, str) else fields or ()
        asked = [("field", name) for name in named]
        if where is not None:
            asked.append(("where", where if isinstance(where, str) else json.dumps(where)))
        return tuple(map(_facet, self._ask("GET", f"/v1/facets?{urlencode(asked)}")["facets"]))

    def _inline(self, hit: Hit) -> str | None:
        """Return the thumbnail of a hit as an address that holds it, or None where it is gone."""
        try:
            return inline_picture(self._send("GET", hit.thumb, accept="image/webp")) if hit.thumb else None
        except PinakesError:
            return None

    def upsert(self, items: Sequence[Mapping[str, Any]], *, wait: bool = False) -> list[Change]:
        """Add items, or put them in the place of those with their ids.

        Args:
            items: each a mapping of ``id``, and as far as there is ``title``, ``text``, ``attributes``,
                ``rights``, ``pictures`` (each ``{"role": ..., "data": a picture as in `search`}`` or
                ``{"role": ..., "url": ...}``) and ``vectors`` by space.
            wait: until they are visible; otherwise they are safe when this returns, and visible soon.

        Returns:
            What became of each, in their order.

        Raises:
            UsageError: this key may not write, or there are no items, or too many.
            PinakesError: the service cannot be reached, is too busy, or went wrong.
        """
        body = {"items": [_wire_item(item) for item in items]}
        return _changes(self._ask("POST", f"/v1/items?wait={str(wait).lower()}", body))

    def delete(self, item: str, *, wait: bool = False) -> Change:
        """Delete an item; see `upsert`.

        Raises:
            UnknownNameError: there is no such item, or no longer.
        """
        return _changes(self._ask("DELETE", f"/v1/items/{quote(item)}?wait={str(wait).lower()}"))[0]

    def patch(self, item: str, attributes: Mapping[str, Value]) -> Change:
        """Change live attributes of an item; None takes one away.

        Raises:
            UnknownNameError: there is no such item, or no such live attribute.
        """
        return _changes(self._ask("PATCH", f"/v1/items/{quote(item)}", {"attributes": _plain(attributes)}))[0]

    def change(self, number: int) -> Change:
        """Return what became of a change.

        Raises:
            UnknownNameError: there is no such change, or it was made long ago.
        """
        return _change(self._ask("GET", f"/v1/changes/{number}"))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return json.loads(self._send(method, path, body))
        except ValueError as error:
            raise PinakesError(f"{self.url} is not the address of a served collection: {error}") from None

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> bytes:
        headers = {"Accept": accept}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            request = urllib.request.Request(self.url.rstrip("/") + path, data, headers, method=method)
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise _error(error.code, error.read()) from None
        except (OSError, HTTPException) as error:
            raise PinakesError(f"no answer from {self.url}: {_said(error)}") from None
        except ValueError as error:
            raise PinakesError(f"{self.url} is not the address of a served collection: {error}") from None


def _said(error: Exception) -> str:
    """Return what an error says, without the wrapping and the number that are of use to programs alone."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return str((isinstance(cause, OSError) and cause.strerror) or cause)


def read_results(answer: Mapping[str, Any]) -> Results:
    """Return an answer that came as JSON: the inverse of `Results.to_dict`, but for dates in attributes."""
    return Results(
        hits=tuple(_hit(hit) for hit in answer["hits"]),
        plan=tuple(PlanStep(**step) for step in answer["plan"]),
        timings=answer["timings_ms"],
        release=answer["release"],
        n_below=answer["n_below"],
        receipt=answer["receipt"],
        synthetic=answer["synthetic"],
        notes=tuple(answer["notes"]),
        facets=tuple(_facet(facet) for facet in answer["facets"]),
        did_you_mean=answer["did_you_mean"],
        corrections=tuple(Correction(**correction) for correction in answer["corrections"]),
        more=answer["more"],
        why_nothing=answer["why_nothing"] and WhyNothing.from_dict(answer["why_nothing"]),
    )


def _hit(hit: Mapping[str, Any]) -> Hit:
    made = {name: value for name, value in hit.items() if name != "attribution"}
    made |= {
        "attributes": _attributes(hit["attributes"]),
        "rights": _rights(hit["rights"]),
        "reasons": tuple(Reason(**reason) for reason in hit["reasons"]),
    }
    return Hit(**made)


def _facet(plain: Mapping[str, Any]) -> Facet:
    made = {
        **plain,
        "type": AttributeType(plain["type"]),
        "values": tuple((entry["value"], entry["count"]) for entry in plain["values"]),
        "ranges": tuple(FacetRange(**entry) for entry in plain["ranges"]),
    }
    return Facet(**made)


def _attributes(plain: Mapping[str, Any]) -> dict[str, Value]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}


def _rights(plain: Mapping[str, Any]) -> Rights:
    expires = plain["expires"]
    return Rights(**{**plain, "expires": date.fromisoformat(expires) if expires else None})


def _lists(vector: Vector | None) -> Any:
    if isinstance(vector, Mapping):
        return {space: np.asarray(numbers).tolist() for space, numbers in vector.items()}
    return None if vector is None else np.asarray(vector).tolist()


def _wire_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as it goes over the wire."""
    wire = dict(item)
    if "attributes" in wire:
        wire["attributes"] = _plain(wire["attributes"])
    if "rights" in wire:
        wire["rights"] = _plain(wire["rights"])
    if "vectors" in wire:
        wire["vectors"] = {space: np.asarray(v).tolist() for space, v in wire["vectors"].items()}
    if "pictures" in wire:
        wire["pictures"] = [_wire_picture(picture) for picture in wire["pictures"]]
    return wire


def _wire_picture(picture: Mapping[str, Any]) -> dict[str, Any]:
    if "data" not in picture:
        return dict(picture)
    (found,) = query_pictures(picture["data"])
    return {**picture, "data": base64.b64encode(found.data).decode("ascii")}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON knows them: dates as ISO texts, sets as lists."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }


def _changes(answer: Mapping[str, Any]) -> list[Change]:
    return [_change(change) for change in answer["items"]]


def _change(wire: Mapping[str, Any]) -> Change:
    return Change(wire["id"], wire["status"], wire["change"], wire["detail"])


def _error(status: int, body: bytes) -> PinakesError:
    """Return the error that the engine would have raised, as far as the problem document tells."""
    try:
        problem = json.loads(body)
        detail, name = str(problem["detail"]), str(problem["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return PinakesError(f"the service answered with status {status}")
    match name:
        case "filter":
            return FilterError(detail, problem.get("position"))
        case "query":
            return QueryError(detail)
        case "unknown-name" | "not-found" if "kind" in problem:
            return UnknownNameError(problem["kind"], problem["name"], (), detail)
        case "picture-refused":
            return MediaError(problem["reason"], detail.partition(": ")[2])
    return UsageError(detail) if 400 <= status < 500 and status != 429 else PinakesError(detail)

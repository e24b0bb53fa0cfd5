"""One row of a table as a record, by the field map of the settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pinakes.settings import AttributeSettings, FieldMap
from pinakes.sources.base import PictureRef, Record, Rejection
from pinakes.sources.cells import as_text, as_vector, is_nothing, shorten
from pinakes.sources.pictures import locate, numbered_role
from pinakes.sources.rows import Row
from pinakes.sources.text import id_trouble
from pinakes.sources.values import convert
from pinakes.sources.views import view_columns, view_uris
from pinakes.types import AttributeType, Rights, Value


@dataclass(frozen=True, slots=True)
class RowMapper:
    """Turns rows into records.

    Attributes:
        table: the file name of the table, for messages.
        fields: which column holds what; ``id`` is set.
        attributes: by name.
        dims: length of the vectors of each space.
        base: the folder to which picture paths are relative, absolute.
        allowed: folders, absolute, in or below which pictures must lie.
        named: the columns that have a place of their own.
    """

    table: str
    fields: FieldMap
    attributes: Mapping[str, AttributeSettings]
    dims: Mapping[str, int]
    base: Path
    allowed: Sequence[Path]
    named: frozenset[str]

    def record(self, row: Row, vectors: Mapping[str, Any]) -> Record | Rejection:
        """Make a record of a row.

        Args:
            row: the row.
            vectors: by space, the cell or array that holds the row's vector.
        """
        where, values = f"{self.table}:{row.number}", row.values
        cell = values.get(self.fields.id or "")
        identifier = "" if isinstance(cell, list | np.ndarray) else as_text(cell)
        if not identifier:
            detail = f"column {self.fields.id!r} holds {shorten(cell)}; every row needs an id"
            return Rejection(where, "missing_id", detail)
        trouble = id_trouble(identifier)
        if trouble:
            return Rejection(where, "bad_id", trouble)
        left_out: list[Rejection] = []
        try:
            rights = self._rights(values)
        except ValueError as error:
            # Without its last date an item would be shown for ever.
            detail = f"{self.fields.expires}: {error}"
            return Rejection(where, "bad_expiry", detail, id=identifier, field="expires")
        return Record(
            where,
            identifier,
            title=as_text(values.get(self.fields.title or "")),
            text="\n".join(self._words(values)),
            attributes=self._attributes(where, identifier, values, left_out),
            rights=rights,
            pictures=self._pictures(where, identifier, values, left_out),
            vectors=self._vectors(where, identifier, vectors, left_out),
            left_out=tuple(left_out),
        )

    def _words(self, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield the words of the text columns; a pattern takes the words of the columns without a place."""
        for spec in self.fields.text:
            cells: list[Any] = [values.get(spec)]
            if "*" in spec:
                cells = [
                    cell
                    for column, cell in values.items()
                    if isinstance(cell, str | list) and column not in self.named and fnmatchcase(column, spec)
                ]
            yield from filter(None, map(as_text, cells))

    def _rights(self, values: Mapping[str, Any]) -> Rights:
        def words(column: str | None) -> str | None:
            return as_text(values.get(column)) or None if column else None

        fields = self.fields
        until = values.get(fields.expires) if fields.expires else None
        expires = convert(until, AttributeType.DATE, dates=fields.dates)
        return Rights(
            words(fields.license),
            words(fields.author),
            words(fields.source),
            words(fields.attribution),
            cast("date | None", expires),
        )

    def _attributes(
        self, where: str, identifier: str, values: Mapping[str, Any], left_out: list[Rejection]
    ) -> dict[str, Value]:
        converted: dict[str, Value] = {}
        for name, attribute in self.attributes.items():
            try:
                converted[name] = convert(
                    values.get(attribute.column or name),
                    attribute.type,
                    attribute.separator,
                    attribute.decimal,
                    attribute.dates,
                )
            except ValueError as error:
                converted[name] = None
                left_out.append(Rejection(where, "wrong_type", f"{name}: {error}", id=identifier, field=name))
        return converted

    def _pictures(
        self, where: str, identifier: str, values: Mapping[str, Any], left_out: list[Rejection]
    ) -> tuple[PictureRef, ...]:
        pictures: dict[str, PictureRef] = {}
        for role, spec in self.fields.views.items():
            for uri in view_uris(spec, values):
                numbered = numbered_role(role, pictures)
                picture = locate(numbered, uri, self.base, self.allowed)
                if picture is not None:
                    pictures[numbered] = picture
                    continue
                folders = " or ".join(dict.fromkeys(map(str, self.allowed)))
                detail = f"{shorten(uri)} lies outside of {folders}; pictures of a table lie below its folder"
                left_out.append(Rejection(where, "outside_source", detail, id=identifier, uri=uri))
        return tuple(pictures.values())

    def _vectors(
        self, where: str, identifier: str, cells: Mapping[str, Any], left_out: list[Rejection]
    ) -> dict[str, NDArray[np.float32]]:
        vectors: dict[str, NDArray[np.float32]] = {}
        for space, cell in cells.items():
            if is_nothing(cell):
                continue
            try:
                vector = as_vector(cell)
                if len(vector) != self.dims[space]:
                    raise ValueError(f"{len(vector)} numbers, where the others have {self.dims[space]}")
                vectors[space] = vector
            except ValueError as error:
                left_out.append(
                    Rejection(where, "bad_vector", f"{space}: {error}", id=identifier, field=space)
                )
        return vectors


def named_columns(fields: FieldMap, attributes: Mapping[str, AttributeSettings]) -> frozenset[str]:
    """Return every column that the settings name, without the patterns of text columns and ``.npy`` files."""
    single = (fields.id, fields.title, fields.license, fields.author, fields.source, fields.attribution)
    return frozenset(
        (
            *filter(None, (*single, fields.expires)),
            *(column for column in fields.text if "*" not in column),
            *(column for spec in fields.views.values() for column in view_columns(spec)),
            *(column for column in fields.vectors.values() if not column.endswith(".npy")),
            *(attribute.column or name for name, attribute in attributes.items()),
        )
    )

"""What an item that comes by itself must be, so that it cannot stop the freeze of all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pinakes.ingest.gates import Demands
from pinakes.ingest.validate import validate
from pinakes.settings import Settings
from pinakes.snapshots.manifest import Manifest
from pinakes.sources.base import Record, Rejection
from pinakes.types import AttributeType


@dataclass(frozen=True, slots=True)
class EntryRules:
    """The rules of a collection.

    A whole source that breaks them fails the gates of its freeze, and its owner is told. Of items that come
    one by one, those that would fail are refused, each with its reason.

    Attributes:
        types: the type of every attribute.
        required: attributes that an item must have.
        dims: length of the vectors of each space that has some.
    """

    types: Mapping[str, AttributeType]
    required: tuple[str, ...] = ()
    dims: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(settings: Settings, base: Manifest | None) -> EntryRules:
        """Take them from the settings, and from the base that a delta would follow."""
        demands = Demands.of(settings)
        brought = settings.brought_spaces
        encoders = base.encoders if base is not None else {}
        return EntryRules(
            types=settings.attribute_types,
            required=tuple(
                name
                for name in demands.required
                if not {"required", f"required.{name}"} & set(settings.gates.waive)
            ),
            dims={
                name: record.dim
                for name, record in encoders.items()
                if name in brought and base is not None and base.counts.vectors[name]
            },
        )

    def check(self, entry: Record | Rejection) -> Record | Rejection:
        """Return an entry as it can be stored, or the reason why it cannot; see `validate`."""
        entry = validate(entry, self.types)
        if isinstance(entry, Rejection):
            return entry
        for name in self.required:
            if entry.attributes.get(name) is None:
                detail = f"it has no {name!r}, which every item of this collection must have"
                return Rejection(entry.where, "required", detail, entry.id, field=name)
        for space, vector in entry.vectors.items():
            if len(vector) != self.dims.get(space, len(vector)):
                detail = f"{len(vector)} numbers, where the vectors of {space!r} have {self.dims[space]}"
                return Rejection(entry.where, "bad_vector", detail, entry.id, field=space)
        return entry

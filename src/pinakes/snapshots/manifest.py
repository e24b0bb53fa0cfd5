"""What a snapshot says of itself: ``manifest.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pinakes.errors import FormatVersionError, IntegrityError
from pinakes.kernels.hashing import digest
from pinakes.types import AttributeType

FORMAT = 1
"""The version of the format that this Pinakes writes, and the newest that it reads."""

Unit = Literal["item", "view"]
Status = Literal["pass", "fail", "not_applicable"]


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate found when a snapshot was frozen.

    Attributes:
        name: the gate, with what it looked at after a dot where it looks at one thing at a time, such as
            ``norms.picture``.
        status: ``pass``, ``fail`` or ``not_applicable``.
        n: how many things were looked at.
        value: what was measured, a finite number; None where nothing was.
        limit: what ``value`` was held against; None where there is no single number.
        detail: one sentence for people.
        waived: the gate failed, and the owner of the collection let it through by name.
    """

    name: str
    status: Status
    n: int
    value: float | None = None
    limit: float | None = None
    detail: str = ""
    waived: bool = False


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """The encoder of one space, as it was when the vectors were made.

    Attributes:
        name: the name that it was asked for by.
        fingerprint: digest of weights and preprocessing; queries must be encoded by the same.
        dim: length of its vectors.
        dtype: how they are stored, ``float16`` or ``float32``.
        unit: whether a vector stands for an item or for a view.
        recipe: the parameters that decide its vectors on any machine: no fitted numbers, no paths. With
            the name, it enters the content hash.
        measured: what was measured when it was fitted.
    """

    name: str
    fingerprint: str
    dim: int
    dtype: str
    unit: Unit
    recipe: Mapping[str, Any] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each table of a snapshot has; ``media`` counts distinct pictures."""

    items: int
    views: int
    media: int
    tombstones: int
    vectors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a snapshot: the SHA-256 and the number of its bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds; every key is explained in docs/format.md."""

    snapshot: str
    parent: str | None
    created: str
    pinakes: str
    counts: Counts
    id_range: tuple[str, str] | None
    schema: Mapping[str, AttributeType]
    coverage: Mapping[str, float]
    encoders: Mapping[str, EncoderRecord]
    gates: tuple[GateResult, ...]
    content_hash: str
    files: Mapping[str, FileRecord]
    format: int = FORMAT

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything above: names this snapshot and all its bytes."""
        return digest(asdict(self))

    def to_json(self) -> bytes:
        """Return the bytes of ``manifest.json``."""
        content = {**asdict(self), "digest": self.digest}
        return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def read_manifest(path: Path) -> Manifest:
    """Read a ``manifest.json`` and check it against its own digest.

    Raises:
        IntegrityError: the file is missing, is not JSON, or was changed after it was written.
        FormatVersionError: it has a newer format than this Pinakes reads.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise IntegrityError(path, "the file is missing; the snapshot cannot be used") from None
    except OSError as error:
        raise IntegrityError(path, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise IntegrityError(path, f"is not JSON, it was damaged or edited: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise IntegrityError(path, "is not a manifest: it has no 'format'")
    if content["format"] > FORMAT:
        raise FormatVersionError(
            path, f"has format {content['format']}, this Pinakes reads up to {FORMAT}; install a newer one"
        )
    stated = content.pop("digest", None)
    if stated != digest(content):
        raise IntegrityError(path, "does not match its own digest: it was edited by hand, or damaged")
    try:
        manifest = _manifest(content)
        vars(manifest)["digest"] = stated  # which was worked out just now
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(path, f"is not a manifest of format {FORMAT}: {error!r}") from None
    return manifest


def _manifest(content: Mapping[str, Any]) -> Manifest:
    id_range = content["id_range"]
    return Manifest(
        **{
            **content,
            "counts": Counts(**content["counts"]),
            "id_range": tuple(id_range) if id_range is not None else None,
            "schema": {name: AttributeType(kind) for name, kind in content["schema"].items()},
            "encoders": {space: EncoderRecord(**record) for space, record in content["encoders"].items()},
            "gates": tuple(GateResult(**gate) for gate in content["gates"]),
            "files": {name: FileRecord(**record) for name, record in content["files"].items()},
        }
    )

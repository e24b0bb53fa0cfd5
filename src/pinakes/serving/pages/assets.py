"""The files beside the pages: one style sheet, a few modules, an icon."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from fastapi.responses import Response
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent.parent / "static"

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, media type and ETag."""

    data: bytes
    media_type: str
    etag: str


def static_file(name: str, known: str | None) -> Response:
    """Return a file, or 304 where the browser has it.

    Args:
        name: of a file in ``static/``.
        known: the header ``If-None-Match``.

    Raises:
        HTTPException: 404, there is no such file.
    """
    asset = _assets().get(name)
    if asset is None:
        raise HTTPException(404, f"there is no file {name!r}")
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
    if known is not None and asset.etag in known:
        return Response(status_code=304, headers=headers)
    return Response(asset.data, headers=headers, media_type=asset.media_type)


@cache
def _assets() -> Mapping[str, Asset]:
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            data = path.read_bytes()
            found[path.name] = Asset(data, TYPES[path.suffix], f'"{sha256(data).hexdigest()[:16]}"')
    return MappingProxyType(found)

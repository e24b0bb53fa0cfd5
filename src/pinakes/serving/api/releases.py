"""Snapshots and refs: what there is, what is served, and serving something else."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from pinakes.collection import Collection
from pinakes.errors import UsageError
from pinakes.serving.access import Admin, Searcher
from pinakes.serving.api import schemas
from pinakes.serving.api.answers import json_response, problems
from pinakes.serving.context import Context
from pinakes.snapshots.layout import CollectionPaths, list_snapshots
from pinakes.snapshots.manifest import read_manifest
from pinakes.snapshots.refs import Ref, list_refs, read_ref

router = APIRouter(prefix="/v1", tags=["releases"])


@router.get(
    "/snapshots",
    summary="Snapshots and refs",
    response_model=schemas.Snapshots,
    responses=problems(),
    dependencies=[Searcher],
)
async def snapshots(context: Context) -> Response:
    """List the snapshots on disk, and where each ref points and pointed."""
    return json_response(await context.admission.run(_listing, context.collection.paths))


@router.put(
    "/refs/{name}",
    summary="Publish or roll back",
    response_model=schemas.RefOut,
    responses=problems(400, 404, 409),
    dependencies=[Admin],
)
async def move_ref(context: Context, name: str, move: schemas.Move) -> Response:
    """Point a ref at a snapshot, or back at a release of its history; workers follow within a second."""
    return json_response(await context.admission.run(_moved, context.collection, name, move))


def _listing(paths: CollectionPaths) -> dict[str, Any]:
    manifests = [read_manifest(paths.snapshot(str(name)).manifest) for name in list_snapshots(paths)]
    return {
        "snapshots": [
            {
                "name": manifest.snapshot,
                "created": manifest.created,
                "items": manifest.counts.items,
                "content_hash": manifest.content_hash,
            }
            for manifest in manifests
        ],
        "refs": [_wire(read_ref(paths, name)) for name in list_refs(paths)],
    }


def _moved(collection: Collection, name: str, move: schemas.Move) -> dict[str, Any]:
    if (move.snapshot is None) == (move.release is None):
        raise UsageError("name either the snapshot to publish or the release to roll back to")
    if move.snapshot is not None:
        collection.publish(move.snapshot, name)
    else:
        collection.rollback(move.release, name)
    return _wire(read_ref(collection.paths, name))


def _wire(ref: Ref) -> dict[str, Any]:
    history = [
        {
            "at": move.at,
            "reason": move.reason,
            "release": move.release.id,
            "snapshots": [pin.name for pin in move.release.snapshots],
        }
        for move in ref.history
    ]
    return {"name": ref.name, "release": ref.release.id, "history": history}

"""Standing in: where the live release is damaged, the newest sound one before it is served."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from pinakes.engine import Engine, open_engine
from pinakes.errors import IntegrityError, PinakesError
from pinakes.snapshots.layout import CollectionPaths
from pinakes.snapshots.refs import list_refs, read_ref
from pinakes.snapshots.release import Release
from pinakes.snapshots.verify import verify_release

LIVE = "live"

LOOK_EVERY = 1.0
"""Seconds between looks whether something sound was published."""

logger = logging.getLogger("pinakes.standby")


def open_sound(folder: str | Path) -> Engine:
    """Open the live release of a collection after every hash of it was checked.

    Where it is damaged, the newest sound release that led to it is opened instead: the engine is *pinned* to
    it, until `follow_again` finds that something sound was published.

    Raises:
        SettingsError, UsageError, UnknownNameError: see `open_engine`.
        IntegrityError: no release that led to the live one is sound.
    """
    paths = CollectionPaths(Path(folder).expanduser().absolute())
    if LIVE not in list_refs(paths):
        return open_engine(folder)  # which says what is missing
    first, *before = read_ref(paths, LIVE).line
    if is_sound(paths, first):
        return open_engine(folder)
    for release in before:
        if is_sound(paths, release):
            logger.error("release %s is damaged: serving %s instead", first.id, release.id)
            return open_engine(folder, release=release.id)
    raise IntegrityError(paths.snapshots, f"release {first.id} is damaged, and no sound one led to it")


def is_sound(paths: CollectionPaths, release: Release) -> bool:
    """Return whether every file of a release is there and what was written."""
    try:
        return not verify_release(paths, release).problems
    except PinakesError:
        return False


async def follow_again(engine: Engine) -> None:
    """Wait until a pinned engine can follow its ref again, and let it."""
    damaged = read_ref(engine.paths, engine.ref).release.id
    while engine.pinned is not None:
        await asyncio.sleep(LOOK_EVERY)
        with suppress(IntegrityError):  # a damaged ref: what is served goes on
            published = read_ref(engine.paths, engine.ref).release
            if published.id != damaged and await asyncio.to_thread(is_sound, engine.paths, published):
                logger.info("following %s again: release %s", engine.ref, published.id)
                engine.pinned = None

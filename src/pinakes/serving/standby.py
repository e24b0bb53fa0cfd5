"""Standing in: where the live release is damaged, the newest sound one before it is served."""

import asyncio
import logging
from pathlib import Path

from pinakes.engine import Engine
from pinakes.errors import IntegrityError, PinakesError
from pinakes.opening import open_engine
from pinakes.settings import load_settings
from pinakes.snapshots.layout import LIVE, CollectionPaths
from pinakes.snapshots.refs import list_refs, read_ref, read_release
from pinakes.snapshots.release import Release
from pinakes.snapshots.verify import verify_release

LOOK_EVERY = 0.25
"""Seconds between looks for something newer: less than those of an engine, so that no request has to look."""

logger = logging.getLogger("pinakes.standby")


def open_sound(folder: str | Path) -> Engine:
    """Open the live release of a collection after every hash of it was checked.

    Where it is damaged, or this version cannot open it, the newest sound release that led to it is opened
    instead: the engine is *pinned* to it, until `follow` finds that something sound was published.

    Raises:
        SettingsError, UsageError, UnknownNameError: see `open_engine`.
        IntegrityError: no release that led to the live one is sound.
    """
    paths = CollectionPaths(Path(folder).expanduser().absolute())
    if LIVE not in list_refs(paths):
        return open_engine(folder)  # which says what is missing
    load_settings(paths.root)
    first, *before = read_ref(paths, LIVE).line
    for release in (first, *before):
        if not is_sound(paths, release):
            continue
        try:
            engine = open_engine(folder, release=None if release is first else release.id)
        except PinakesError as error:
            logger.error("release %s cannot be opened: %s", release.id, error)
            continue
        if release is not first:
            logger.error("release %s is damaged: serving %s instead", first.id, release.id)
        return engine
    raise IntegrityError(paths.snapshots, f"release {first.id} is damaged, and no sound one led to it")


def is_sound(paths: CollectionPaths, release: Release) -> bool:
    """Return whether every file of a release is there and what was written."""
    try:
        return not verify_release(paths, release).problems
    except PinakesError:
        return False


async def follow(engine: Engine) -> None:
    """Keep an engine at what is published, so that requests never wait until something newer is open.

    One that is pinned follows its ref again as soon as something else is published that is sound.
    """
    damaged, said = engine.pinned and read_release(engine.paths, engine.ref).id, ""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            if engine.pinned is not None:
                await _unpin(engine, damaged)
            await asyncio.to_thread(engine.refresh)
            trouble = engine.trouble or ""
        except PinakesError as error:  # a damaged ref, for one: what is open goes on answering
            trouble = str(error)
        if trouble and trouble != said:
            logger.error("cannot follow %s: %s", engine.ref, trouble)
        said = trouble


async def _unpin(engine: Engine, damaged: str | None) -> None:
    published = read_release(engine.paths, engine.ref)
    if published.id != damaged and await asyncio.to_thread(is_sound, engine.paths, published):
        logger.info("following %s again: release %s", engine.ref, published.id)
        engine.follow()

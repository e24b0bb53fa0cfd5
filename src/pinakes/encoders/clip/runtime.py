"""One tower of a model in ONNX Runtime: rows in, rows out, each computed alone."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pinakes.cores import usable_cores
from pinakes.encoders.clip.pages import own_memory, use_huge_pages, without
from pinakes.encoders.clip.ways import MANY, TRIED, Notebook, Way, fastest, key_of, ways
from pinakes.errors import MissingExtraError, SettingsError, UsageError

T = TypeVar("T")

Row: TypeAlias = Mapping[str, NDArray[Any]]
"""Values of a tower's inputs by name, each with a first axis of length 1."""

Inputs: TypeAlias = Mapping[str, tuple[str, Sequence[int | str | None]]]
"""What a tower takes, by name: type (such as ``tensor(float)``) and shape."""

OUTPUTS = ("embedding", "image_embeds", "text_embeds")
"""Names of the output that is taken; where a model has none of them, its first."""

EACH_ALONE: Final = "rows_each_alone"
"""What a tower calls its first axis when it takes several rows and computes each as if it were alone."""

ROWS_A_CALL: Final = 4
"""Rows that such a tower is given at most: each block of weights is then read from memory once for all."""

SPIN_MICROSECONDS = 100
"""How long a thread of a row that is shared by several waits before it sleeps: the steps between two matrix
products take less, where no other work is in the way."""


WORTH_HUGE_PAGES: Final = 64
"""Rows that a tower has computed when its weights are put on huge pages: that takes the time that it saves on
100 to 200 rows, so whoever asks a few queries does not pay for it, and a service or an ingest soon has it."""


class Tower:
    """One ONNX model, opened on first use and shared by all threads.

    Every row is computed alone: a vector cannot depend on its neighbours (the scales of dynamic int8 are
    those of a whole batch), the published models take one row only, and it is no slower than batches on a
    CPU. A tower whose rows are `EACH_ALONE` is given a few in one call, which changes none of them. As many
    calls are made at a time as there are cores, with one thread each; a single row, such as a query, has all
    cores; of many, as many as a measurement found best, see `fastest`. All give the same numbers: see
    docs/decisions/0005-clip-onnx.md.

    Args:
        path: the model.
        dim: length of its vectors, as its settings say.
        cores: how many to use; None for all that this process may use.
    """

    def __init__(self, path: Path, dim: int, cores: int | None = None) -> None:
        self.path = path
        self.dim = dim
        self._cores = cores or usable_cores()
        self._sessions: dict[int, Any] = {}
        self._way: Way | None = None
        self._weights: list[range] = []
        self._computed = 0
        self._lock = threading.Lock()

    def inputs(self, rows: int) -> Inputs:
        """Return what the tower takes.

        Args:
            rows: how many will be computed, so that no session is opened in vain.
        """
        return {
            given.name: (given.type, given.shape)
            for given in self._open(self._way_for(rows).threads).get_inputs()
        }

    def run(
        self,
        given: Sequence[T],
        row_of: Callable[[T], Row],
        finish: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
        outputs: Sequence[str] = OUTPUTS,
    ) -> NDArray[np.float32]:
        """Compute one row for each of some things.

        Args:
            given: what to compute.
            row_of: makes the inputs of one, when its turn comes: they are many times as large.
            finish: makes the row of what the model gives, where that is no row yet.
            outputs: names of the output that is taken; where a model has none of them, its first.

        Returns:
            float32 of shape (n, dim), as the model gives them.

        Raises:
            SettingsError: the model cannot be opened, or gives another shape than its settings say.
            UsageError: there is not enough memory for one row.
        """
        if not given:
            return np.empty((0, self.dim), dtype=np.float32)

        def compute(way: Way, things: Sequence[T]) -> list[NDArray[np.float32]]:
            session = self._open(way.threads)
            names = [output.name for output in session.get_outputs()]
            output = next((name for name in outputs if name in names), names[0])

            def several(group: Sequence[T]) -> NDArray[np.float32]:
                found = np.asarray(_run(session, output, _joined(list(map(row_of, group)))), np.float32)
                found = found if finish is None else finish(found)
                if found.shape != (len(group), self.dim):
                    raise SettingsError(
                        f"{self.path} gives {output!r} of shape {found.shape}, "
                        f"its settings say ({len(group)}, {self.dim})"
                    )
                return found

            most = ROWS_A_CALL if session.get_inputs()[0].shape[0] == EACH_ALONE else 1
            return compute_each(several, groups(things, way.at_once, most), way.at_once)

        if len(given) >= MANY and self._way is None:
            self._way = self._find_way(lambda way: compute(way, given[:TRIED]))
        rows = np.concatenate(compute(self._way_for(len(given)), given))
        self._note_computed(len(given))
        return rows

    def _note_computed(self, rows: int) -> None:
        """Count rows; once they are many, put the weights on huge pages, beside whatever is computed next."""
        with self._lock:
            self._computed += rows
            if self._computed < WORTH_HUGE_PAGES or not self._weights:
                return
            weights, self._weights = self._weights, []
        threading.Thread(target=use_huge_pages, args=(weights,), name="huge-pages", daemon=True).start()

    def _way_for(self, rows: int) -> Way:
        """Return how so many rows are computed; a process that only queries, or only ingests, opens one."""
        if rows == 1:
            return Way(1, self._cores)
        return self._way or Way(self._cores, 1)

    def _find_way(self, compute: Callable[[Way], object]) -> Way:
        """Return the fastest way for many rows, as it was noted, or else measured now and noted."""
        choices, notebook = ways(self._cores), Notebook.of_user()
        if len(choices) == 1:
            return choices[0]
        key = key_of(self.path, self._cores, _runtime_version())
        way = notebook.find(key)
        if way is None:
            way = fastest(choices, compute)
            notebook.note(key, way)
            with self._lock:  # weights are in memory once for each number of threads
                self._sessions = {
                    threads: s for threads, s in self._sessions.items() if threads == way.threads
                }
        return way

    def _open(self, threads: int) -> Any:
        """Return the session with so many threads."""
        with self._lock:
            if threads not in self._sessions:
                before = own_memory()
                self._sessions[threads] = _open_session(self.path, threads)
                self._weights += without(own_memory(), before)
            return self._sessions[threads]


def groups(things: Sequence[T], at_once: int, most: int) -> list[Sequence[T]]:
    """Return things in groups of at most so many, which become smaller towards the end.

    A group is the share of what is left that occupies each of ``at_once`` threads twice, so that a thread
    that other work held up does not leave the others idle for long.
    """
    found, begin = [], 0
    while begin < len(things):
        share = -(-(len(things) - begin) // (2 * at_once))
        end = begin + min(most, share)
        found.append(things[begin:end])
        begin = end
    return found


def compute_each(
    one: Callable[[T], NDArray[np.float32]], given: Sequence[T], at_once: int
) -> list[NDArray[np.float32]]:
    """Compute each thing alone, several at a time; half as many whenever memory runs out.

    Raises:
        UsageError: there is not enough memory for one at a time.
    """
    width = min(at_once, len(given))
    while True:
        try:
            if width == 1:
                return [one(thing) for thing in given]
            with ThreadPoolExecutor(width, thread_name_prefix="encode") as threads:
                return list(threads.map(one, given))
        except MemoryError as error:
            if width == 1:
                raise UsageError(
                    "there is not enough memory to encode even one picture or text; choose a smaller model "
                    "(`pinakes encoders list`)"
                ) from error
            width //= 2


def _run(session: Any, output: str, row: Row) -> Any:
    """Run a session; running out of memory, which ONNX Runtime reports in words, is a MemoryError."""
    try:
        return session.run([output], dict(row))[0]
    except Exception as error:  # its exceptions have no common base but Exception
        said = str(error)
        if "bad_alloc" in said or "bad allocation" in said or "Failed to allocate memory" in said:
            raise MemoryError(said) from error
        raise


def _joined(rows: Sequence[Row]) -> Row:
    """Return the inputs of several rows."""
    if len(rows) == 1:
        return rows[0]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _runtime_version() -> str:
    import onnxruntime  # noqa: PLC0415 (see _open_session, which has imported it)

    return str(onnxruntime.__version__)


def _open_session(path: Path, threads: int) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 (costs 100 ms and 40 MB)
    except ModuleNotFoundError as error:
        raise MissingExtraError("a model in ONNX", "clip") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads wait for each other a hundred times a row, mostly for less than it takes to fall asleep and
    # wake. What waits longer must not spin: it would take the core from other work, such as decoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN_MICROSECONDS))
    options.log_severity_level = 3  # errors; its warnings are about speed on other machines
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # see _run
        raise SettingsError(f"{path} cannot be opened as an ONNX model: {error}") from error

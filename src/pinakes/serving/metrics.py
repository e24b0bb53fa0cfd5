"""What is counted for operators: metrics in the Prometheus format, all named ``pinakes_``."""

import os
from bisect import bisect_left
from collections import Counter as Count
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from pinakes.engine import Engine
from pinakes.retrieval.results import Results

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names prometheus_client a folder where workers share their numbers."""

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper bounds of the buckets of every histogram of times."""


class Times(Histogram):
    """A histogram that takes several times at once: each sum that workers share is written once for all."""

    def observe_all(self, seconds: Collection[float]) -> None:
        """Count some times, as `observe` would one by one."""
        self._sum.inc(sum(seconds))
        for bucket, count in Count(bisect_left(self._upper_bounds, one) for one in seconds).items():
            self._buckets[bucket].inc(count)


class Metrics:
    """The metrics of one worker; where there are several, the page that is shown adds them up."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._shown: str | None = None
        self._counted: dict[tuple[str, str], int] = {}
        self.requests = Counter(
            "pinakes_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self.request_seconds = Histogram(
            "pinakes_request_seconds",
            "Time to the last byte.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.errors = Counter(
            "pinakes_errors", "Requests answered with a problem.", ("problem",), registry=self._registry
        )
        self.stage_seconds = Times(
            "pinakes_stage_seconds",
            "Time of one stage of a search.",
            ("stage",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.plans = Counter(
            "pinakes_plans", "How signals were searched.", ("signal", "method"), registry=self._registry
        )
        self.pending = self._gauge("pending", "Requests that are worked on or wait.", ("queue",))
        self.caches = Counter(
            "pinakes_cache", "Look-ups in a cache.", ("cache", "outcome"), registry=self._registry
        )
        self.audited = Counter(
            "pinakes_audit",
            "Approximate answers compared with the exact ones: answers, rows wanted, rows found.",
            ("count",),
            registry=self._registry,
        )
        self.workers = self._gauge("workers", "Processes that answer.")
        self.resident = self._gauge("resident_bytes", "Memory of the workers, shared pages counted by each.")
        self.degraded = self._gauge("degraded", "Workers that answer by an older release than the published.")
        self.items = self._gauge("items", "Living items of the release.", mode="mostrecent")
        self.release = self._gauge(
            "release_info",
            "The release that answers: 1 beside its name, 0 beside those before it.",
            ("release",),
            mode="mostrecent",
        )
        # To find a labelled metric takes longer than to count; there are few of each.
        self._plan = lru_cache(self.plans.labels)
        self._stage = lru_cache(self.stage_seconds.labels)
        self._request = lru_cache(self.requests.labels)
        self._request_time = lru_cache(self.request_seconds.labels)

    def observe_searches(self, found: Iterable[Results]) -> None:
        """Count the stages of searches, and how their signals were searched; together, each takes a tenth."""
        plans: Count[tuple[str, str]] = Count()
        stages: dict[str, list[float]] = {}
        for one in found:
            plans.update((step.signal, step.method) for step in one.plan)
            for stage, milliseconds in one.timings.items():
                stages.setdefault(stage, []).append(milliseconds / 1000)
        for plan, count in plans.items():
            self._plan(*plan).inc(count)
        for stage, seconds in stages.items():
            self._stage(stage).observe_all(seconds)

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request, and how long it took."""
        self._request(method, route, status).inc()
        self._request_time(route).observe(seconds)

    def observe_process(self, engine: Engine, pending: Mapping[str, int]) -> None:
        """Note what this worker holds now: its release, its memory, and how many wait in which queue."""
        self._show_release(engine.release.id, len(engine))
        self.degraded.set(engine.degraded)
        self.workers.set(1)
        self.resident.set(resident_bytes())
        for queue, waiting in pending.items():
            self.pending.labels(queue).set(waiting)
        for name, count in engine.audit_counts().items():
            self.audited.labels(name).inc(self._since("audit", name, count))
        for cache, counts in engine.cache_counts().items():
            for outcome, count in counts.items():
                self.caches.labels(cache, outcome).inc(self._since(cache, outcome, count))

    def _since(self, kind: str, name: str, count: int) -> int:
        """Return what was added to a count since the last time; what was emptied counts from 0 again."""
        before = self._counted.get((kind, name), 0)
        self._counted[kind, name] = count
        return count - before if count >= before else count

    def _show_release(self, release: str, items: int) -> None:
        if self._shown not in (None, release):
            self.release.labels(self._shown).set(0)
        self._shown = release
        self.release.labels(release).set(1)
        self.items.set(items)

    def _gauge(
        self,
        name: str,
        meaning: str,
        labels: tuple[str, ...] = (),
        mode: Literal["livesum", "mostrecent"] = "livesum",
    ) -> Gauge:
        """Return a gauge that is added up over the workers that live, or shows the one that spoke last."""
        return Gauge(f"pinakes_{name}", meaning, labels, registry=self._registry, multiprocess_mode=mode)

    def page(self) -> bytes:
        """Return the page that Prometheus reads: of all workers, where there are several."""
        if SHARED_METRICS in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(self._registry)


def resident_bytes() -> int:
    """Return the memory that this process has in use; 0 where the system does not tell."""
    counts = Path("/proc/self/statm")
    return int(counts.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if counts.exists() else 0

"""What is counted for operators: metrics in the Prometheus format, all named ``pinakes_``."""

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from pinakes.retrieval.results import PlanStep

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names prometheus_client a folder where workers share their numbers."""

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper bounds of the buckets of every histogram of times."""


class Metrics:
    """The metrics of one worker; where there are several, the page that is shown adds them up."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._shown: str | None = None
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
        self.stage_seconds = Histogram(
            "pinakes_stage_seconds",
            "Time of one stage of a search.",
            ("stage",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.plans = Counter(
            "pinakes_plans", "How signals were searched.", ("signal", "method"), registry=self._registry
        )
        self.pending = Gauge(
            "pinakes_pending",
            "Requests that are worked on or wait.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self.items = Gauge(
            "pinakes_items",
            "Living items of the release.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self.release = Gauge(
            "pinakes_release_info",
            "The release that answers: 1 beside its name, 0 beside those before it.",
            ("release",),
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

        # To find a labelled metric takes longer than to count; there are few of each.
        self._plan = lru_cache(self.plans.labels)
        self._stage = lru_cache(self.stage_seconds.labels)
        self._request = lru_cache(self.requests.labels)
        self._request_time = lru_cache(self.request_seconds.labels)

    def observe_search(self, timings: Mapping[str, float], plan: Iterable[PlanStep]) -> None:
        """Count the stages of one search, given in milliseconds, and how its signals were searched."""
        for step in plan:
            self._plan(step.signal, step.method).inc()
        for stage, milliseconds in timings.items():
            self._stage(stage).observe(milliseconds / 1000)

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request, and how long it took."""
        self._request(method, route, status).inc()
        self._request_time(route).observe(seconds)

    def show_release(self, release: str, items: int) -> None:
        """Say which release answers."""
        if self._shown not in (None, release):
            self.release.labels(self._shown).set(0)
        self._shown = release
        self.release.labels(release).set(1)
        self.items.set(items)

    def page(self) -> bytes:
        """Return the page that Prometheus reads: of all workers, where there are several."""
        if SHARED_METRICS in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(self._registry)

"""The ingest's counts for Prometheus, on a port of their own on the platform's own interface."""

import time
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

from common.settings import Settings
from streaming.metrics import serve

TOPIC_GAUGES = {
    "rows": "Events landed in bronze since the ingest began.",
    "quarantined": "Of these, events that break their contract.",
    "lag_events": "Events in Kafka that have not landed.",
    "lag_seconds": "How long the first of them has waited, at most.",
}
GAUGES = {
    "rows_per_second": "Events landed a second, over the last look.",
    "batches": "Batches committed since the ingest began.",
    "last_batch_seconds": "How long the last batch took.",
}


@dataclass(frozen=True)
class Gauges:
    """The gauges that the endpoint shows."""

    topics: dict[str, Gauge]
    run: dict[str, Gauge]
    looked: Gauge

    @classmethod
    def serving(cls, settings: Settings) -> "Gauges":
        """Return gauges whose endpoint answers.

        Raises:
            UserError: another program has the port.
        """
        registry = CollectorRegistry()
        gauges = cls(
            {name: Gauge(f"lakehouse_ingest_{name}", text, ["topic"], registry=registry)
             for name, text in TOPIC_GAUGES.items()},
            {name: Gauge(f"lakehouse_ingest_{name}", text, registry=registry) for name, text in GAUGES.items()},
            Gauge("lakehouse_ingest_looked_at_seconds", "When these were counted (Unix time).", registry=registry),
        )  # fmt: skip
        serve(registry, settings, "ingest")
        return gauges

    def show(self, state: dict[str, Any]) -> None:
        """Set the gauges to a state of the meter."""
        for topic, counts in state["topics"].items():
            for name, gauge in self.topics.items():
                gauge.labels(topic).set(counts[name])
        for name, gauge in self.run.items():
            gauge.set(state[name] or 0)
        self.looked.set(time.time())

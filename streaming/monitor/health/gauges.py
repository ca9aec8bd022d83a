"""The monitor's health for Prometheus, on a port of its own on the platform's own interface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from common.settings import Settings
from streaming.metrics import serve
from streaming.monitor.health.rows import Row

JOB_GAUGES = {
    "lag_events": "Records in Kafka that the job has not taken.",
    "lag_seconds": "How long the first of them has waited, at most.",
    "rows_per_second": "Records that the job takes a second.",
    "late_events": "Events too late for their window since the monitor began.",
    "state_rows": "Rows of state that the job holds.",
    "state_bytes": "Size of that state in memory.",
}


@dataclass(frozen=True)
class Gauges:
    """The gauges that the endpoint shows."""

    jobs: dict[str, Gauge]
    newest: Gauge
    success: Gauge
    problem: Gauge
    alerts: Gauge
    looked: Gauge

    @classmethod
    def serving(cls, settings: Settings) -> "Gauges":
        """Return gauges whose endpoint answers.

        Raises:
            UserError: another program has the port.
        """
        registry, labels = CollectorRegistry(), ["job", "topic"]

        def gauge(name: str, text: str, labels: Sequence[str] = labels) -> Gauge:
            return Gauge(f"lakehouse_monitor_{name}", text, labels, registry=registry)

        gauges = cls(
            {name: gauge(name, text) for name, text in JOB_GAUGES.items()},
            gauge("newest_event_at_seconds", "Time of the newest event taken (Unix time)."),
            gauge("last_success_at_seconds", "When the job last finished a batch (Unix time)."),
            gauge("problem", "1 where something is wrong; live.pipeline_health says what."),
            gauge("alerts_today", "Alerts stored since midnight, UTC.", ["channel"]),
            gauge("looked_at_seconds", "When these were counted (Unix time).", []),
        )
        serve(registry, settings, "monitor")
        return gauges

    def show(self, rows: Sequence[Row], alerts: Mapping[str, int], looked_at: datetime) -> None:
        """Set the gauges to what a look found; a job that is gone has none."""
        for gauge in (*self.jobs.values(), self.newest, self.success, self.problem, self.alerts):
            gauge.clear()
        for row in rows:
            for name, gauge in self.jobs.items():
                gauge.labels(row.job, row.topic).set(getattr(row, name))
            self.problem.labels(row.job, row.topic).set(row.problem is not None)
            for gauge, at in ((self.newest, row.newest_event_at), (self.success, row.last_success_at)):
                if at is not None:
                    gauge.labels(row.job, row.topic).set(at.timestamp())
        for channel, count in alerts.items():
            self.alerts.labels(channel).set(count)
        self.looked.set(looked_at.timestamp())

"""A row of `live.pipeline_health`, and what a query's own report gives for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Row:
    """A job and a topic that it reads: the columns of `common.live_tables.HEALTH`, in their order."""

    job: str
    topic: str
    lag_events: int = 0
    lag_seconds: float = 0.0
    newest_event_at: datetime | None = None
    rows_per_second: float = 0.0
    late_events: int = 0
    last_success_at: datetime | None = None
    state_rows: int = 0
    state_bytes: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Report:
    """What a query last said of itself; `ends` are the offsets that follow all it has taken, by topic."""

    ends: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    finished_at: datetime | None = None
    newest_event_at: datetime | None = None
    state_rows: int = 0
    state_bytes: int = 0


def report_of(progress: Mapping[str, Any]) -> Report:
    """Return what stands in the engine's progress of a query, as its JSON has it.

    The newest event is what the query observes under a name that ends with `newest_event_at`; otherwise nobody knows.
    """
    ends: dict[str, dict[int, int]] = {}
    for source in progress.get("sources", ()):
        for topic, offsets in as_offsets(source.get("endOffset")).items():
            ends.setdefault(topic, {}).update(offsets)
    observed = [value for row in (progress.get("observedMetrics") or {}).values() for value in row.asDict().items()]
    newest = [instant(str(at)) for name, at in observed if name.endswith("newest_event_at") and at]
    operators = progress.get("stateOperators", ())
    took = timedelta(milliseconds=(progress.get("durationMs") or {}).get("triggerExecution", 0))
    return Report(
        ends=ends,
        finished_at=instant(progress["timestamp"]) + took,
        newest_event_at=max(newest, default=None),
        state_rows=sum(one.get("numRowsTotal", 0) for one in operators),
        state_bytes=sum(one.get("memoryUsedBytes", 0) for one in operators),
    )


def as_offsets(value: object) -> dict[str, dict[int, int]]:
    """Return a source's offsets, which the engine writes as JSON, or as JSON in a text."""
    content = json.loads(value) if isinstance(value, str) else value
    if not isinstance(content, dict):
        return {}
    return {
        topic: {int(part): end for part, end in parts.items()}
        for topic, parts in content.items()
        if isinstance(parts, dict)
    }


def instant(text: str) -> datetime:
    """Return an instant that the engine wrote, in UTC where it names no zone."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)

"""The ingest as the monitor sees it: by the file that it writes for `make status`."""

import time
from datetime import UTC, datetime
from typing import Any

from common import locks
from common.files import read_state
from common.settings import Settings
from streaming.ingest.totals import FILE
from streaming.monitor.health.rows import Row

JOB = "ingest"
# A stream writes its file every ten seconds.
FRESH_SECONDS = 25.0


def read(settings: Settings) -> dict[str, Any]:
    """Return what the ingest wrote last; nothing where it has not run, or the file is not whole."""
    return read_state(settings.path(*FILE)) or {}


def ends(state: dict[str, Any], topic: str) -> dict[int, int]:
    """Return the offsets that follow what has landed of a topic."""
    return {int(part): end for part, end in state.get("topics", {}).get(topic, {}).get("ends", {}).items()}


def written_at(state: dict[str, Any]) -> float:
    """Return when the file was written, as Unix time; 0 where it was not."""
    return datetime.fromisoformat(state["at"]).timestamp() if "at" in state else 0.0


def row(settings: Settings, state: dict[str, Any], topic: str, lag: tuple[int, float], rate: float) -> Row:
    """Return the row of a topic.

    Args:
        lag: what waits and for how long, by Kafka's present ends; of a stream that has just said so itself, its own
            words count, since its file holds where it was seconds ago.
    """
    counts = state.get("topics", {}).get(topic, {})
    at = written_at(state)
    is_fresh = time.time() - at < FRESH_SECONDS and bool(locks.holder(settings, JOB))
    waiting, seconds = lag
    if is_fresh and counts:
        # A stream that has counted nothing yet does not know how long the first has waited.
        waiting, seconds = counts["lag_events"], counts["lag_seconds"] or (seconds if counts["lag_events"] else 0.0)
    newest = counts.get("newest_event")
    return Row(
        job=JOB,
        topic=topic,
        lag_events=waiting,
        lag_seconds=seconds,
        newest_event_at=datetime.fromtimestamp(newest, UTC) if newest else None,
        rows_per_second=rate if is_fresh else 0.0,
        last_success_at=datetime.fromtimestamp(at, UTC) if at else None,
        problem=problem(settings, waiting),
    )


def problem(settings: Settings, waiting: int) -> str | None:
    """Return what is wrong with the ingest of a topic."""
    if waiting and not locks.holder(settings, JOB):
        return f"no ingest runs, and {waiting:,} events have not landed in bronze; run `make stream`"
    return None

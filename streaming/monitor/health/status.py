"""The monitor's part of `make status`: per query what waits, how fresh it is, its rate and state, what is wrong."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from common import locks, monitor_state
from common.settings import Settings

HEADER = (
    f"{'query':<12}{'topic':<10}{'waiting':>10}{'for':>9}{'events/s':>10}{'newest event':>21}{'late':>8}"
    f"{'state rows':>12}{'MB':>7}"
)
# The monitor writes every two seconds.
STALE_SECONDS = 20.0


def lines(settings: Settings) -> list[str]:
    """Return the lines about the monitor; PostgreSQL is not asked."""
    state, holder = monitor_state.read(settings), locks.holder(settings, "monitor")
    if not holder:
        last = f"; it last ran at {state['at'][:19]}" if state else ""
        return [f"monitor: does not run{last}; `make monitor` watches what comes, `make live` shows all of it at work"]
    if state is None:
        return [f"monitor: runs (process {holder}) and has not said anything yet"]
    return list(running(state, holder, datetime.now(UTC)))


def running(state: Mapping[str, Any], holder: str, now: datetime) -> Iterator[str]:
    """Yield the lines about a monitor that runs."""
    rows = [row for row in state["rows"] if row["job"] != "ingest"]
    yield HEADER
    yield from map(line, rows)
    for text, jobs in wrong(rows).items():
        yield f"{', '.join(jobs)}: {text}"
    for text in state["problems"]:
        yield f"monitor: {text}"
    age = (now - datetime.fromisoformat(state["at"])).total_seconds()
    if age > STALE_SECONDS:
        yield f"monitor: has not said anything for {age:,.0f} s; see `log/jobs/monitor.spark.log`, or start it again"
    yield f"monitor: runs (process {holder}), {alerts(state['alerts_today'])} today, looked at {state['at'][:19]}"


def line(row: Mapping[str, Any]) -> str:
    """Return the line of a query and a topic."""
    waited = f"{row['lag_seconds']:,.1f} s" if row["lag_events"] else "-"
    newest = (row["newest_event_at"] or "-")[:19]
    size = f"{row['state_bytes'] / 1e6:,.1f}" if row["state_rows"] else "-"
    return (
        f"{row['job']:<12}{row['topic'] or '-':<10}{row['lag_events']:>10,}{waited:>9}{row['rows_per_second']:>10,.0f}"
        f"{newest:>21}{row['late_events']:>8,}{row['state_rows']:>12,}{size:>7}"
    )


def wrong(rows: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what is wrong, each with the queries that it is said of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["problem"] and row["job"] not in found.setdefault(row["problem"], []):
            found[row["problem"]].append(row["job"])
    return found


def alerts(counts: Mapping[str, int]) -> str:
    """Return how many alerts there are, and of which channels."""
    if not counts:
        return "no alerts"
    total = sum(counts.values())
    channels = ", ".join(f"{channel} {count:,}" for channel, count in sorted(counts.items()))
    return f"{total:,} alert{'s' if total != 1 else ''} ({channels})"

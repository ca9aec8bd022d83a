"""The block of lines that shows all of it at work: written over on a terminal, plain lines elsewhere."""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

HEADER = f"{'job':<12}{'topics':<28}{'waiting':>9}{'for':>9}{'events/s':>10}{'newest event':>16}{'state rows':>12}"
SECONDS_BETWEEN_BLOCKS, SECONDS_BETWEEN_LINES = 1.0, 5.0


def block(state: Mapping[str, Any] | None, simulator: str, flume: str, page: str, now: datetime) -> list[str]:
    """Return the lines of one moment.

    Args:
        state: what the monitor wrote last; None before it has.
        simulator: the last thing that the simulator has said.
        flume: how far it is with the shop's log.
        page: its address.
        now: in UTC.
    """
    first = [simulator or "simulate: waits for the monitor", flume, HEADER]
    if state is None:
        return [*first, "the stream and the monitor are starting", page]
    jobs = by_job(state["rows"])
    problems = dict.fromkeys([*state["problems"], *(row["problem"] for row in state["rows"] if row["problem"])])
    return [*first, *(line(job, rows, now) for job, rows in jobs.items()), alerts(state), *problems, page]


def by_job(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows of health by their job, in their order."""
    jobs: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        jobs.setdefault(row["job"], []).append(row)
    return jobs


def line(job: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> str:
    """Return the line of a job: of all its topics what waits, the longest wait, the rate, the newest event."""
    waiting, seconds = sum(row["lag_events"] for row in rows), max(row["lag_seconds"] for row in rows)
    newest = max((row["newest_event_at"] for row in rows if row["newest_event_at"]), default=None)
    ago = f"{duration((now - datetime.fromisoformat(newest)).total_seconds())} ago" if newest else "-"
    held = sum(row["state_rows"] for row in rows)
    return (
        f"{job:<12}{topics(rows):<28}{waiting:>9,}{duration(seconds) if waiting else '-':>9}"
        f"{sum(row['rows_per_second'] for row in rows):>10,.0f}{ago:>16}{held or '-':>12}"
    )


def topics(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the names of a job's topics where they are few, else their number."""
    names = [row["topic"] or "-" for row in rows]
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} topics"


def duration(seconds: float) -> str:
    """Return a time in the unit that a person reads it in."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{max(seconds, 0):.1f} s"


def alerts(state: Mapping[str, Any]) -> str:
    """Return the line of the alerts."""
    counts = state["alerts_today"]
    channels = f" ({', '.join(f'{name} {count:,}' for name, count in sorted(counts.items()))})" if counts else ""
    return f"alerts today: {sum(counts.values()):,}{channels}"


@dataclass
class Screen:
    """Where the block is shown."""

    terminal: bool = field(default_factory=sys.stdout.isatty)
    height: int = 0
    shown: float = 0.0

    def show(self, lines: Sequence[str]) -> None:
        """Show the lines, where it is time to, in place of those before."""
        now = time.monotonic()
        if now - self.shown < (SECONDS_BETWEEN_BLOCKS if self.terminal else SECONDS_BETWEEN_LINES):
            return
        self.shown = now
        if not self.terminal:
            write("\n".join(lines))
            return
        width = shutil.get_terminal_size().columns
        over = f"\x1b[{self.height}A\x1b[J" if self.height else ""
        write(over + "\n".join(one[: width - 1] for one in lines))
        self.height = len(lines)

    def say(self, text: str) -> None:
        """Say something below the block, which stays as it is."""
        self.height = 0
        write(text)


def write(text: str) -> None:
    """Print, where there is still somebody to read it: the end must go on when the terminal has gone."""
    with suppress(OSError):
        print(text, flush=True)


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)

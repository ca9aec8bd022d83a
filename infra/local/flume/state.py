"""How Flume is: what its watch wrote last, what the agent itself says, and both in words for `status` and `doctor`."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from common.files import read_state
from common.settings import Settings
from infra.local import web

FILE = ("run", "flume.json")
# The watch looks twice a second; what is older was written by one that does not run.
FRESH_SECONDS = 10.0
DAY_SECONDS, MOST_LINES, FULL = 86_400, 8, 0.8


def metrics(settings: Settings) -> dict[str, dict[str, str]]:
    """Return what the agent says of its sources, channels and sinks.

    Raises:
        OSError: it does not answer.
    """
    return web.get_json(f"http://{settings.host}:{settings.port('flume')}", "/metrics")


def read(settings: Settings) -> dict[str, Any] | None:
    """Return what the watch wrote last; None where it has not run, or the file is not whole."""
    return read_state(settings.path(*FILE))


def has_delivered(settings: Settings, since: datetime) -> bool:
    """Return whether the watch has found, since an instant, that Kafka has every line of the logs."""
    state = read(settings)
    return state is not None and state["at"] > since.timestamp() and bool(state["delivered"])


def line(settings: Settings) -> str:
    """Return in one line how far Flume is."""
    state = read(settings)
    if state is None or time.time() - state["at"] > FRESH_SECONDS:
        return "flume: its watch does not look; see `make logs SERVICE=flume-watch`"
    behind = sum(one["size"] - one["read"] for one in state["files"])
    waiting = sum(held for held, _ in state["channels"].values())
    sent = f"{state['sent']:,} lines sent" if state["channels"] else "the agent does not answer"
    return f"flume: {sent}, {behind:,} bytes of logs and {waiting:,} lines in its channels wait"


def lines(settings: Settings) -> Iterator[str]:
    """Yield what a person is told of Flume while it runs."""
    state = read(settings)
    if state is None:
        yield "flume: its watch has not looked yet"
        return
    channels = ", ".join(f"{name} {held:,} of {most:,}" for name, (held, most) in state["channels"].items())
    last = f"the last {ago(state['last_delivery_at'])}" if state["last_delivery_at"] else "none yet"
    yield f"flume: {state['sent']:,} lines sent to Kafka since it began, {last}; events in channels: {channels or '-'}"
    behind = {one["name"]: one["size"] - one["read"] for one in state["files"] if one["size"] > one["read"]}
    told = ", ".join(
        f"{name} {count:,}" for name, count in sorted(behind.items(), key=lambda one: -one[1])[:MOST_LINES]
    )
    yield f"flume: {len(state['files']):,} logs, behind by bytes: {told or 'none'}"
    yield from (f"flume: {text}" for text in problems(state))


def problems(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong, or was within a day, each with its remedy where there is one."""
    if time.time() - state["at"] > FRESH_SECONDS:
        yield f"its watch looked last {ago(state['at'])}; see `make logs SERVICE=flume-watch`"
    yield from state["problems"]
    for name, (held, most) in state["channels"].items():
        if held > FULL * most:
            yield f"channel {name} is {held / most:.0%} full; its sink does not keep up, see `make logs SERVICE=flume`"
    for fault in state["faults"][-MOST_LINES:]:
        if time.time() - fault["at"] < DAY_SECONDS:
            yield f"{datetime.fromtimestamp(fault['at'], UTC):%Y-%m-%d %H:%M:%S} {fault['text']}"


def ago(at: float) -> str:
    """Return how long ago an instant is, in words."""
    seconds = max(0.0, time.time() - at)
    return f"{seconds:,.0f} s ago" if seconds < 120 else f"{seconds / 60:,.0f} min ago"

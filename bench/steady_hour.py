"""An hour at a steady rate: how latency of alerts and memory of the monitor are in each ten minutes of it.

`.venv/bin/python bench/steady_hour.py` on a running platform with `make monitor`, `make stream` beside it, and a past
of `shop` (`bench/known_past.py`). Orders come as `alert_latency.py` sends them. The last ten minutes stand beside the
second ten, since the first warm the engine up; the load of the machine, which moves the latency, stands in each line.
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bench import alert_latency, measure
from common import locks
from common.errors import UserError, entry_point
from common.kafka_errors import reaching
from common.kafka_topics import ALERTS
from common.settings import Settings, read_settings

SECONDS_BETWEEN_LOOKS = 10.0
PARTS, SAMPLE_SECONDS, SAMPLE_RATE = 6, 12, 50
PERCENTILES = (50, 95, 99)
HEADER = ("part", "load", "memory MB", *(f"{name} p{one}" for name in ("sizes", "speed") for one in PERCENTILES))
Row = tuple[float, ...]


@dataclass(frozen=True)
class Look:
    """What is seen every few seconds: the time (Unix), the monitor's memory (MB, PSS), the machine's load."""

    at: float
    megabytes: float
    load: float


def main(argv: Sequence[str] | None = None) -> None:
    """Send, look, and print a line for each part and the last beside the second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="length of the run (default 60)")
    parser.add_argument("--rate", type=int, default=500, help="orders a second (default 500)")
    parser.add_argument("--customers", type=int, default=200_000, help="customers c0, c1, … of shop (default 200,000)")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE_SECONDS} seconds at {SAMPLE_RATE}/s")
    arguments = parser.parse_args(argv)
    seconds, rate = (SAMPLE_SECONDS, SAMPLE_RATE) if arguments.sample else (arguments.minutes * 60, arguments.rate)
    settings = read_settings()
    if not (holder := locks.holder(settings, "monitor")):
        raise UserError("no monitor runs; start `make monitor`")
    with reaching(settings):
        begins = {topic: alert_latency.ends(settings, topic) for topic in ("orders", ALERTS)}
        began = time.time()
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(alert_latency.send, settings, "shop", arguments.customers, rate, seconds)
            looks = list(look_at(int(holder.partition(",")[0]), sending))
        time.sleep(alert_latency.SECONDS_TO_ARRIVE)
        lags = np.array(list(lags_of(settings, begins)))
    rows = [part(number, began, seconds / PARTS, looks, lags) for number in range(PARTS)]
    print(f"{sending.result():,} orders at {rate:,}/s in {PARTS} parts of {seconds / PARTS:,.0f} s; latency in seconds")
    print(measure.table(HEADER, [line(str(number + 1), row) for number, row in enumerate(rows)]))
    print(measure.table(("last / second", *HEADER[1:]), [line("", beside(rows[-1], rows[1]))]))


def look_at(process: int, sending: "Future[int]") -> Iterator[Look]:
    """Yield looks until everything is sent."""
    while not sending.done():
        yield Look(time.time(), measure.memory_of(process), os.getloadavg()[0])
        time.sleep(SECONDS_BETWEEN_LOOKS)


def lags_of(settings: Settings, begins: Mapping[str, alert_latency.Ends]) -> Iterator[tuple[float, bool, float]]:
    """Yield of each order's alert when the order came (Unix), whether it is one of speed, and the seconds between."""
    appended = {event["event_id"]: at for at, event in alert_latency.read(settings, begins["orders"])}
    told = set()
    for at, alert in alert_latency.read(settings, begins[ALERTS]):
        event = alert.get("event_id")
        if event in appended and (event, alert["channel"]) not in told:
            told.add((event, alert["channel"]))
            yield appended[event], alert["channel"] == "speed", at - appended[event]


def part(number: int, began: float, seconds: float, looks: Sequence[Look], lags: np.ndarray) -> Row:
    """Return the values of a part's line: mean load, most memory, percentiles of both queries."""
    start, end = began + number * seconds, began + (number + 1) * seconds
    within = [one for one in looks if start <= one.at < end]
    came = lags[(lags[:, 0] >= start) & (lags[:, 0] < end)] if lags.size else np.empty((0, 3))
    values = [came[came[:, 1] == is_speed, 2] for is_speed in (False, True)]
    quantiles = [float(np.percentile(one, p)) if one.size else float("nan") for one in values for p in PERCENTILES]
    load = float(np.mean([one.load for one in within])) if within else float("nan")
    return load, max((one.megabytes for one in within), default=float("nan")), *quantiles


def beside(last: Row, second: Row) -> Row:
    """Return the last part's values as multiples of the second's."""
    return tuple(one / other if other else float("nan") for one, other in zip(last, second, strict=True))


def line(name: str, row: Row) -> tuple[str, ...]:
    """Return a line of the table."""
    return (
        name,
        f"{row[0]:.2f}",
        f"{row[1]:,.2f}" if row[1] < 10 else f"{row[1]:,.0f}",
        *(f"{one:.3f}" for one in row[2:]),
    )


if __name__ == "__main__":
    entry_point(main)()

"""Lines a second that Flume brings from a log to Kafka, acknowledged by all replicas, beside kafka-python's plain loop.

A log of visits appears whole; the seconds are those from then to the last record in Kafka, whose offsets are asked for,
not Flume's own counts. `--files` is how many logs they stand in. The plain loop sends the same lines, without positions
on disk: what it has sent nobody knows after a kill.
"""

import argparse
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer

from bench.measure import table
from common.errors import UserError, entry_point
from common.kafka_topics import partition_bounds
from common.processes import memory_mb
from common.settings import Settings, read_settings
from infra.local import supervise
from infra.local.flume import state
from infra.local.up import up

TOPIC, SAMPLE_LINES = "visits", 5_000
SECONDS_AT_MOST = 900.0
HEADER = ("way", "lines", "seconds", "lines/s", "agent's memory")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure both ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=500_000, help="how many lines (default 500,000)")
    parser.add_argument("--files", type=int, default=1, help="logs that they stand in (default 1)")
    parser.add_argument("--sample", action="store_true", help="a tiny run")
    arguments = parser.parse_args(argv)
    settings, lines = read_settings(), SAMPLE_LINES if arguments.sample else arguments.lines
    up(settings, ("flume",))
    flume, memory = by_flume(settings, lines, arguments.files)
    loop = by_loop(settings, lines)
    rows = [("Flume", flume, f"{memory} MB"), ("plain loop", loop, "-")]
    print(table(HEADER, [(name, f"{lines:,}", f"{s:.1f}", f"{lines / s:,.0f}", more) for name, s, more in rows]))


def visits(lines: int, name: str) -> list[bytes]:
    """Return lines of a log."""
    return [
        json.dumps({
            "event_id": f"{name}-{number}", "schema_version": 2, "source": "flume-bench",
            "customer_id": f"c{number % 9973}", "occurred_at": "2024-03-01T08:26:00.000Z", "visit_id": f"v{number}",
            "channel": "search", "device": "mobile", "seconds": 60, "pages_viewed": 3, "products_viewed": 1,
            "products_in_cart": 0,
        }).encode() + b"\n"
        for number in range(lines)
    ]  # fmt: skip


def by_flume(settings: Settings, lines: int, files: int) -> tuple[float, int]:
    """Return the seconds that Flume takes for logs that appear at once, and the agent's memory at their end in MB."""
    folder, name = settings.flume_logs / TOPIC, f"bench{time.time_ns()}"
    content = visits(lines, name)
    parts = [folder / f".{name}n{number}.part" for number in range(files)]
    for number, part in enumerate(parts):
        part.write_bytes(b"".join(content[number::files]))
    logs = [folder / f"{name}n{number}.log" for number in range(files)]
    before, began = records(settings), time.monotonic()
    for part, log in zip(parts, logs, strict=True):
        part.rename(log)
    while records(settings) - before < lines:
        if time.monotonic() - began > SECONDS_AT_MOST:
            raise UserError(f"Flume has sent {records(settings) - before:,} of {lines:,} lines; see `make status`")
        time.sleep(0.05)
    seconds = time.monotonic() - began
    hide(settings, logs)
    return seconds, memory_mb(int(supervise.processes(settings)["flume"]["pid"]))


def hide(settings: Settings, logs: Sequence[Path]) -> None:
    """Give the logs names that nobody reads, once all is known to be sent; the files stay, and so do their numbers."""
    since = datetime.now(UTC)
    while not state.has_delivered(settings, since):
        time.sleep(0.2)
    for log in logs:
        log.rename(log.with_name(f".{log.name}"))


def records(settings: Settings) -> int:
    """Return how many records the topic has ever had."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, enable_auto_commit=False)
    try:
        return sum(end for _, end in partition_bounds(consumer, TOPIC).values())
    finally:
        consumer.close()


def by_loop(settings: Settings, lines: int) -> float:
    """Return the seconds that the loop takes which one writes first."""
    content = visits(lines, f"loop{time.time_ns()}")
    began = time.monotonic()
    producer = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap, acks="all", compression_type="gzip")
    for line in content:
        event = json.loads(line)
        producer.send(TOPIC, line.rstrip(), f"{event['source']}/{event['customer_id']}".encode())
    producer.close()
    return time.monotonic() - began


if __name__ == "__main__":
    entry_point(main)()

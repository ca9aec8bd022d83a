"""Sends events and writes down each that the broker acknowledged: `python -m tests.drills.producer LEDGER --seed S`.

Every line on standard input, `FAULT COUNT`, asks for that many events at once, sent under that fault's number; between
them a trickle goes on. At the end of the input it waits for what is under way and prints how many it could not send.
"""

import argparse
import json
import select
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

from kafka import KafkaProducer
from kafka.producer.future import RecordMetadata

from common.contracts.model import FOLDER, load
from common.settings import read_settings

TRICKLE, SECONDS_BETWEEN_TRICKLES = 20, 0.2
PATIENCE_MS = 600_000
NEWEST, DAYS = datetime(2025, 1, 1, tzinfo=UTC), 60
BROKEN_SHARE = 0.005
TOPICS = ("orders", "orders", "orders", "visits", "visits", "ratings", "returns", "customers")


Made = tuple[str, str, bytes, int]


class Ledger:
    """What was acknowledged, one line each, and how many failed."""

    def __init__(self, file: TextIO) -> None:
        """Write to an open file."""
        self.file, self.lock = file, threading.Lock()
        self.failed = 0

    def write_acknowledged(self, fault: int, number: int, place: RecordMetadata) -> None:
        """Write down a record; called by the producer's thread, and by whoever sent what it had acknowledged by then.

        A text file of Python's takes two writers at once for one, and fills a line with what was in memory before.
        """
        with self.lock:
            self.file.write(f"{fault},{place.topic},{place.partition},{place.offset},{number}\n")

    def count_refused(self, error: Exception) -> None:
        """Count a record whose fate is unknown: it is neither expected in bronze nor missed there."""
        self.failed += 1


def events(seed: int) -> Iterator[Made]:
    """Yield topic, key, value and number without end: out of order by up to sixty days, some broken, numbered 0."""
    versions = {one.topic: one.version for one in load(FOLDER).topics}
    chance, number = Random(seed), 0
    while True:
        number += 1
        topic = TOPICS[chance.randrange(len(TOPICS))]
        at = NEWEST - timedelta(milliseconds=chance.randrange(DAYS * 86_400_000))
        customer = f"d{chance.randrange(20_000)}"
        event = {
            "event_id": f"{seed}-{number}", "schema_version": versions[topic], "source": "drill",
            "occurred_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z", "customer_id": customer,
        }  # fmt: skip
        value = json.dumps({**event, **fields(topic, number)}, separators=(",", ":")).encode()
        broken = chance.random() < BROKEN_SHARE
        yield topic, f"drill/{customer}", value[:-9] if broken else value, 0 if broken else number


def fields(topic: str, number: int) -> dict[str, Any]:
    """Return what an event of a topic says beside its envelope."""
    line = {"product_id": f"s{number % 500}", "quantity": number % 7 + 1, "unit_price": "9.99", "is_product": True}
    order = {"currency": "GBP", "lines": [line] * (number % 3 + 1)}
    of_topic: dict[str, dict[str, Any]] = {
        "orders": {"order_id": f"o{number}", "kind": "sale", "discount_applied": None, **order},
        "returns": {"return_id": f"b{number}", "order_id": None, **order},
        "customers": {"gender": "Male", "birth_date": "1970-01-01", "city": "York", "membership_type": "Silver"},
        "ratings": {"rating_id": f"r{number}", "order_id": None, "rating": number % 5 + 1},
        "visits": {
            "visit_id": f"v{number}", "channel": "email", "device": "tablet", "seconds": number % 900,
            "pages_viewed": 4, "products_viewed": 2, "products_in_cart": 0,
        },
    }  # fmt: skip
    return of_topic[topic]


def send(producer: KafkaProducer, ledger: Ledger, records: Iterator[Made], fault: int) -> None:
    """Hand one event to the producer."""
    topic, key, value, number = next(records)
    future = producer.send(topic, key=key.encode(), value=value)
    future.add_callback(ledger.write_acknowledged, fault, number).add_errback(ledger.count_refused)


def main(argv: Sequence[str] | None = None) -> None:
    """Send what is asked for until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", metavar="LEDGER", type=Path, help="the file of what was acknowledged")
    parser.add_argument("--seed", type=int, default=1, help="another seed is other events")
    arguments = parser.parse_args(argv)
    producer = KafkaProducer(
        bootstrap_servers=read_settings().kafka_bootstrap, acks="all", enable_idempotence=True, compression_type="gzip",
        linger_ms=20, batch_size=128 * 1024, delivery_timeout_ms=PATIENCE_MS, max_block_ms=PATIENCE_MS,
    )  # fmt: skip
    records, fault = events(arguments.seed), 0
    with arguments.ledger.open("a") as file:
        ledger = Ledger(file)
        while True:
            ready, _, _ = select.select([sys.stdin], [], [], SECONDS_BETWEEN_TRICKLES)
            asked = TRICKLE
            if ready:
                line = sys.stdin.readline()
                if not line:
                    break
                fault, asked = map(int, line.split())
            for _ in range(asked):
                send(producer, ledger, records, fault)
            print(f"sent {asked}", flush=True)
        producer.flush()
        producer.close()
    print(f"{ledger.failed} of unknown fate", flush=True)


if __name__ == "__main__":
    main()

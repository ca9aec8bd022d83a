"""How soon an odd order is an alert: from the append of the order in Kafka to that of its alert, by Kafka's own times.

`.venv/bin/python bench/alert_latency.py` on a running platform with `make monitor`, and `make stream` beside it:
orders of a shop with a past (`bench/known_past.py` makes one up), 1,000 a second for a minute. One in fifty comes to a
thousand times what is usual; of one customer in fifty orders come sooner than ever.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

import numpy as np
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from bench import measure
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from common.kafka_errors import reaching
from common.kafka_topics import ALERTS
from common.settings import Settings, read_settings

SAMPLE_SECONDS, SAMPLE_RATE = 5, 50
SECONDS_TO_ARRIVE = 15
ODD_EVERY = 50
PERCENTILES = (50, 95, 99, 99.9)
LINE = {"product_id": "s17", "description": "Candle, red", "unit_price": "12.50", "is_product": True}
Ends = Mapping[TopicPartition, int]


def main(argv: Sequence[str] | None = None) -> None:
    """Send, wait, and print the percentiles of each channel."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", default="shop", help="shop whose baseline the lake holds (default shop)")
    parser.add_argument("--customers", type=int, default=20_000, help="customers c0, c1, … of it (default 20,000)")
    parser.add_argument("--seconds", type=float, default=60, help="length of the run (default 60)")
    parser.add_argument("--rate", type=int, default=1000, help="orders a second (default 1,000)")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE_SECONDS} seconds at {SAMPLE_RATE}/s")
    arguments = parser.parse_args(argv)
    seconds, rate = (SAMPLE_SECONDS, SAMPLE_RATE) if arguments.sample else (arguments.seconds, arguments.rate)
    settings = read_settings()
    with reaching(settings):
        begins = {topic: ends(settings, topic) for topic in ("orders", ALERTS)}
        sent = send(settings, arguments.source, arguments.customers, rate, seconds)
        time.sleep(SECONDS_TO_ARRIVE)
        appended = {event["event_id"]: at for at, event in read(settings, begins["orders"])}
        lags = lags_by_channel(appended, read(settings, begins[ALERTS]))
    if not lags:
        raise UserError("no alert came; start `make monitor`, and give the shop a past (`make marts`)")
    print(f"{sent:,} orders at {rate:,}/s; seconds from the order in Kafka to its alert in Kafka")
    header = ("channel", "alerts", *(f"p{one:g}" for one in PERCENTILES), "most")
    print(measure.table(header, [line(channel, lags[channel]) for channel in sorted(lags)]))


def send(settings: Settings, source: str, customers: int, rate: int, seconds: float) -> int:
    """Send orders at a rate and return how many."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap, linger_ms=1)
    version, chance, began, sent = load(FOLDER).of("orders").version, Random(1), time.time(), 0
    while time.time() - began < seconds:
        for number in range(sent, int((time.time() - began) * rate)):
            customer = f"c{chance.randrange(customers)}"
            event = order(source, version, customer, f"{began:.0f}-{number}", 1000 if number % ODD_EVERY == 0 else 1)
            producer.send("orders", json.dumps(event).encode(), key=f"{source}/{customer}".encode())
            sent = number + 1
        time.sleep(0.005)
    producer.flush()
    producer.close()
    return sent


def order(source: str, version: int, customer: str, name: str, pieces: int) -> dict[str, object]:
    """Return an order that is placed now."""
    now = time.time()
    at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03d}Z"
    return {
        "event_id": name, "schema_version": version, "source": source, "occurred_at": at, "customer_id": customer,
        "order_id": name, "kind": "sale", "currency": "GBP", "discount_applied": None,
        "lines": [{**LINE, "quantity": pieces}],
    }  # fmt: skip


def ends(settings: Settings, topic: str) -> Ends:
    """Return where each partition of a topic ends now."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    try:
        return dict(consumer.end_offsets(places))
    finally:
        consumer.close()


def read(settings: Settings, begins: Ends) -> Iterator[tuple[float, dict[str, object]]]:
    """Yield append time (Unix) and content of the records from some offsets to the present end."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, enable_auto_commit=False)
    consumer.assign(list(begins))
    for place, offset in begins.items():
        consumer.seek(place, offset)
    present = consumer.end_offsets(list(begins))
    while any(consumer.position(place) < present[place] for place in present):
        for records in consumer.poll(500).values():
            yield from ((record.timestamp / 1000, json.loads(record.value)) for record in records)
    consumer.close()


def lags_by_channel(
    appended: Mapping[object, float], alerts: Iterator[tuple[float, dict[str, object]]]
) -> dict[str, np.ndarray]:
    """Return the seconds from an order to the first message of each of its alerts, by channel."""
    firsts: dict[str, dict[object, float]] = defaultdict(dict)
    for at, alert in alerts:
        if (event := alert.get("event_id")) in appended:
            firsts[str(alert["channel"])].setdefault(event, at - appended[event])
    return {channel: np.array(list(lags.values())) for channel, lags in firsts.items()}


def line(channel: str, lags: np.ndarray) -> tuple[str, ...]:
    """Return a channel's line of the table."""
    return channel, f"{lags.size:,}", *(f"{np.percentile(lags, one):.3f}" for one in PERCENTILES), f"{lags.max():.3f}"


if __name__ == "__main__":
    entry_point(main)()

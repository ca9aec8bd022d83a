"""How fast events are sent: from the start of a fresh process to the last acknowledgement.

`.venv/bin/python bench/send_rate.py` on a running platform: the simulator's history, a replay of orders of about
two lines, a replay of a file of yours (`--orders FILE`), and beside them the naive way, a loop of `send(json.dumps(…))`
with kafka-python's default settings over events that are ready in memory. Start-up is what the same program takes for
the smallest input. It fills the platform's topics: use one that may be thrown away.
"""

import argparse
import csv
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from bench import measure
from common.contracts.model import FOLDER, load
from common.errors import entry_point
from common.settings import ROOT, read_settings
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

NAIVE_TOPIC = "bench_naive"
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
HEADER = ("", "events", "seconds", "events/s", "start-up", "events/s without", "naive way")
# The seed of the history, whose events then differ from those of a shop that somebody looks at.
SEED = 2_000
# Name, events, seconds, and of them those of the start.
Side = tuple[str, int, float, float]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each side after the other and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000, help="of the simulated history (default 20000)")
    parser.add_argument("--rows", type=int, default=500_000, help="orders of the replayed file (default 500000)")
    parser.add_argument("--orders", type=Path, help="also replay this file, by the mapping online_retail")
    parser.add_argument("--sample", action="store_true", help="tiny, to see that it works")
    parser.add_argument("--naive", type=int, metavar="EVENTS", help="run the naive way alone and print its seconds")
    arguments = parser.parse_args(argv)
    if arguments.naive:
        print(f"{arguments.naive:,} events acknowledged in {naive(arguments.naive):.3f} s")
        return
    customers, rows, events = (100, 500, 2_000) if arguments.sample else (arguments.customers, arguments.rows, 100_000)
    with tempfile.TemporaryDirectory() as folder:
        measured = list(sides(Path(folder), customers, rows, events, arguments.orders))
    _, count, seconds, _ = measured[0]
    print(measure.table(HEADER, [line(*one, count / seconds) for one in measured]))


def sides(
    folder: Path, customers: int, rows: int, events: int, orders: Path | None
) -> Iterator[tuple[str, int, float, float]]:
    """Yield each side: its name, events, seconds, and of them those of the start."""
    output = run(["bench/send_rate.py", "--naive", str(events)]).output
    yield "naive way", events, float(output.split()[-2]), 0.0
    history = ["-m", "streaming.simulate", "--seed", str(SEED), "--truth", str(folder / "truth.jsonl")]
    start = run([*history, "--customers", "1", "--days", "1"]).seconds
    yield side("simulator", [*history, "--customers", str(customers)], start)
    replay = ["-m", "streaming.replay", "--mapping", "online_retail", "--source", "bench", "--force", "--orders"]
    start = run([*replay, str(write_orders(folder / "one.csv", 1))]).seconds
    yield side("replay, 2 lines an order", [*replay, str(write_orders(folder / "many.csv", rows))], start)
    if orders:
        yield side(f"replay, {orders.name}", [*replay, str(orders)], start)


def side(name: str, arguments: list[str], start: float) -> Side:
    """Return a side's name, events, seconds and start."""
    measured = run(arguments)
    (sent,) = re.findall(r"(?:=|;) ([\d,]+)(?: orders \+ ([\d,]+) returns)? events acknowledged", measured.output)
    return name, sum(int(count.replace(",", "")) for count in sent if count), measured.seconds, start


def run(arguments: list[str]) -> measure.Measured:
    """Run a program of this project in a fresh process."""
    return measure.run([sys.executable, *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}, ROOT)


def line(name: str, events: int, seconds: float, start: float, naive_rate: float) -> tuple[str, ...]:
    """Return a side as a row of the table; its ratio to the naive way is of the rate with the start."""
    rate, without = events / seconds, events / (seconds - start)
    numbers = f"{events:,}", f"{seconds:.1f}", f"{rate:,.0f}", f"{start:.1f}", f"{without:,.0f}"
    return name, *numbers, f"{rate / naive_rate:.1f}x"


def write_orders(path: Path, orders: int) -> Path:
    """Write a file of orders of one to three lines, in the columns of Online Retail, and return its path."""
    chance, moment = Random(SEED), datetime(2011, 1, 1)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(orders):
            moment += timedelta(seconds=chance.randint(1, 90))
            customer = f"{12_000 + chance.randrange(20_000)}.0"
            for _ in range(chance.choice((1, 2, 2, 3))):
                product, price = f"P{chance.randrange(3_000)}", f"{chance.randint(1, 20)}.{chance.randrange(100):02d}"
                row = (500_000 + number, product, "WHITE HANGING HEART T-LIGHT HOLDER", chance.randint(1, 12))
                rows.writerow((*row, f"{moment:%Y-%m-%d %H:%M}:00", price, customer, "United Kingdom"))
    return path


def naive(events: int) -> float:
    """Return the seconds that the loop takes which one writes first; generating is not counted."""
    bootstrap = read_settings().kafka_bootstrap
    with tempfile.TemporaryDirectory() as folder, Truth(Path(folder) / "truth.jsonl") as truth:
        options = Options(max(100, events // 40), 420, SEED, date(2025, 1, 1), anomalies=0.0)
        shop = Shop(options, truth, load(FOLDER).versions)
        sound = (one for one in shop.history() if one.topic == "orders" and one.value.endswith(b"}]}"))
        ready = [(json.loads(one.value.decode(errors="replace")), one.key) for one in islice(sound, events)]
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    client.create_topics({NAIVE_TOPIC: {"num_partitions": read_settings().topic_partitions}}, wait_for_metadata=True)
    try:
        began = time.monotonic()
        producer = KafkaProducer(bootstrap_servers=bootstrap)
        futures = [producer.send(NAIVE_TOPIC, json.dumps(event).encode(), key.encode()) for event, key in ready]
        for future in futures:
            future.get(timeout=120)
        producer.close()
        return (time.monotonic() - began) * events / len(ready)
    finally:
        client.delete_topics([NAIVE_TOPIC])
        client.close()


if __name__ == "__main__":
    entry_point(main)()

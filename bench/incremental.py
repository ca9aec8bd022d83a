"""What a run of dbt costs after 1,000 new orders of 200 customers, as the history grows and the customers do not.

`.venv/bin/python bench/incremental.py` on a running platform that was never fed. At every size of the history:
a run that warms up, a run in which nothing arrived, and the run behind the new orders, model by model. Bytes are what
the DataNode gave away; rows are what Delta's own history says that the merge wrote. Rows touched are counted from the
events: orders, customers' days and hours.
"""

import argparse
import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kafka import KafkaProducer

from bench import measure
from common import thrift
from common.contracts.model import FOLDER, load
from common.errors import entry_point
from common.settings import ROOT, Settings, read_settings
from infra.pipeline.steps import DBT_PROJECT
from streaming import topics

SIZES, CUSTOMERS = (25_000, 250_000, 1_000_000), 4_000
NEW, TOUCHED_CUSTOMERS = 1_000, 200
SAMPLE_SIZES, SAMPLE_NEW = (300,), 50
BEGIN, BETWEEN = datetime(2021, 1, 1, tzinfo=UTC), timedelta(seconds=100)
ARRIVAL_DRIVEN = ("run_batches", "int_order_versions", "int_customer_days", "int_sales_hours")
SAMPLE_MODELS = ARRIVAL_DRIVEN[:2]
# What stands before anything is measured; a sample asks for no more than what leads to its models.
BUILT = ("path:models/staging", "path:models/intermediate", "+run_bounds")
SAMPLE_BUILT = tuple(f"+{model}" for model in SAMPLE_MODELS)
# The place of `operationMetrics` among the columns of `describe history`.
METRICS = 12
# The DataNode renews what it tells of itself after so many seconds; a sample does not wait for it.
RENEWED = 11
HEADER = ("model", "orders", "empty s", "new s", "ratio", "MB read empty", "MB read new", "touched", "written")


@dataclass(frozen=True)
class Cost:
    """What one model took: its seconds by dbt's own count, and the bytes that HDFS gave away meanwhile."""

    seconds: float
    bytes_read: int


def main(argv: Sequence[str] | None = None) -> None:
    """Grow the history, and measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help="a tiny history, to see that the bench works")
    arguments = parser.parse_args(argv)
    sizes, new, models = (SAMPLE_SIZES, SAMPLE_NEW, SAMPLE_MODELS) if arguments.sample else (SIZES, NEW, ARRIVAL_DRIVEN)
    wait = 0 if arguments.sample else RENEWED
    settings = read_settings()
    topics.ensure(settings, load(FOLDER).topics)
    rows: list[tuple[str, ...]] = []
    sent = 0
    for size in sizes:
        send(settings, range(sent, size), CUSTOMERS)
        land(settings)
        dbt(settings, "run", "--select", *(SAMPLE_BUILT if arguments.sample else BUILT))
        if not arguments.sample:
            costs(settings, models, wait)
        empty = costs(settings, models, wait)
        sent = size + new
        send(settings, range(size, sent), TOUCHED_CUSTOMERS)
        land(settings)
        versions = {model: version(settings, model) for model in models}
        with_orders = costs(settings, models, wait)
        touched = rows_touched(range(size, sent))
        for model in models:
            written = rows_written(settings, model, versions[model])
            rows.append(line(model, size, empty[model], with_orders[model], touched[model], written))
        print(measure.table(HEADER, rows), flush=True)
        if not arguments.sample:
            print(as_of_marts(settings), flush=True)


def placed_at(number: int) -> datetime:
    """Return when an order was placed: history grows in time, at a steady rate."""
    return BEGIN + number * BETWEEN


def whose(number: int, customers: int) -> int:
    """Return the customer of an order."""
    return number * 7919 % customers


def events(numbers: range, customers: int) -> Iterator[bytes]:
    """Yield orders of two lines."""
    for number in numbers:
        stamp = placed_at(number).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        goods = [
            {
                "product_id": f"p{(number * step) % 900}",
                "quantity": 1 + number % 3,
                "unit_price": "2.50",
                "is_product": True,
            }
            for step in (3, 11)
        ]
        envelope = {"event_id": f"e{number:09}", "schema_version": 1, "source": "bench", "occurred_at": stamp}
        order = {"customer_id": f"c{whose(number, customers)}", "order_id": f"o{number:09}", "kind": "sale"}
        yield json.dumps({**envelope, **order, "currency": "GBP", "lines": goods}).encode()


def send(settings: Settings, numbers: range, customers: int) -> None:
    """Send orders to Kafka and wait until it has them."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka_bootstrap, linger_ms=50, batch_size=512 * 1024)
    for event in events(numbers, customers):
        producer.send("orders", event)
    producer.flush()
    producer.close()


def land(settings: Settings) -> None:
    """Run the ingest until it has caught up."""
    measure.run([sys.executable, "-m", "streaming.ingest"], os.environ, ROOT)


def dbt(settings: Settings, *arguments: str) -> Mapping[str, float]:
    """Run dbt and return the seconds of each model."""
    target = Path(settings.state_dir, "bench-dbt")
    environ = {**os.environ, "DBT_PROFILES_DIR": str(settings.path("conf", "dbt")), "DBT_TARGET_PATH": str(target)}
    measure.run([f"{sys.prefix}/bin/dbt", *arguments], {**environ, "DBT_LOG_PATH": str(target)}, DBT_PROJECT)
    results = json.loads((target / "run_results.json").read_text())["results"]
    return {one["unique_id"].rpartition(".")[2]: one["execution_time"] for one in results}


def costs(settings: Settings, models: Sequence[str], wait: float) -> dict[str, Cost]:
    """Run models one after another and return what each cost; bytes are looked at so many seconds after."""
    by_model = {}
    time.sleep(wait)
    for model in models:
        before = bytes_given(settings)
        seconds = dbt(settings, "run", "--select", model)[model]
        time.sleep(wait)
        by_model[model] = Cost(seconds, bytes_given(settings) - before)
    return by_model


def bytes_given(settings: Settings) -> int:
    """Return how many bytes the DataNode has given away since it started."""
    url = (
        f"http://{settings.host}:{settings.port('datanode-web')}/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*"
    )
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(json.load(answer)["beans"][0]["BytesRead"])


def version(settings: Settings, model: str) -> int:
    """Return the newest version of a model's table."""
    return int(thrift.rows(settings, f"describe history core.{model} limit 1")[0][0])


def rows_written(settings: Settings, model: str, before: int) -> int:
    """Return the rows that merges wrote after a version, those copied along with them included."""
    names = ("numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted", "numTargetRowsCopied")
    history = thrift.rows(settings, f"describe history core.{model}")
    metrics = [json.loads(row[METRICS]) for row in history if row[0] > before]
    return sum(int(one.get(name, 0)) for one in metrics for name in names)


def rows_touched(numbers: range) -> dict[str, int]:
    """Return how many rows of each model the new orders change or add."""
    days = {(whose(number, TOUCHED_CUSTOMERS), placed_at(number).date()) for number in numbers}
    hours = {placed_at(number).replace(minute=0, second=0) for number in numbers}
    return dict(zip(ARRIVAL_DRIVEN, (1, len(numbers), len(days), len(hours)), strict=True))


def line(model: str, size: int, empty: Cost, with_orders: Cost, touched: int, written: int) -> tuple[str, ...]:
    """Return a line of the table."""
    ratio = f"{with_orders.seconds / empty.seconds:.2f}x"
    read = (f"{one.bytes_read / 1e6:.2f}" for one in (empty, with_orders))
    return (
        model,
        f"{size:,}",
        f"{empty.seconds:.2f}",
        f"{with_orders.seconds:.2f}",
        ratio,
        *read,
        f"{touched:,}",
        f"{written:,}",
    )


def as_of_marts(settings: Settings) -> str:
    """Run all the marts and return the seconds of those that took longest."""
    seconds = dbt(settings, "run", "--selector", "lake_before_scores")
    slowest = sorted(seconds.items(), key=lambda one: -one[1])[:12]
    return f"all models {sum(seconds.values()):.1f} s: " + ", ".join(f"{name} {took:.1f}" for name, took in slowest)


if __name__ == "__main__":
    entry_point(main)()

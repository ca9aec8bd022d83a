"""What the batch detector says of the orders of a shop in Kafka: what a monitor must have found, however often it died.

`python -m tests.drills.findings SOURCE` prints a line of JSON for each alert. The orders are taken in Kafka's order,
all at once, and compared with the newest baseline; which one came before which, plain Python finds.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common.contracts.model import load
from common.errors import UserError, entry_point
from common.session import session, telling_failures
from common.settings import ROOT, Settings, read_settings
from streaming.events import only, valid_events
from streaming.monitor.orders import baseline
from streaming.monitor.orders.detector import order_values, size_verdicts, speed_verdicts

# An order's place and instant: partition, offset, source, customer, microseconds.
Placed = tuple[int, int, str, str, int]
KNOWN_INSTANTS = 2
PREVIOUS = pa.schema({"partition": pa.int32(), "offset": pa.int64(), "previous": pa.int64()})


@dataclass(frozen=True)
class Finding:
    """An alert: which one it is, of which event and channel, how surprising, and from which score it alerts."""

    alert_id: str
    event_id: str
    channel: str
    score: float
    threshold: float


def main(argv: Sequence[str] | None = None) -> None:
    """Judge the orders and print the alerts."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.findings", description=__doc__)
    parser.add_argument("source", help="shop whose orders are judged")
    arguments, settings = parser.parse_args(argv), read_settings()
    spark = session("findings", settings, identity="monitor")
    with telling_failures(settings, "findings"):
        verdicts = judge(spark, settings, arguments.source)
        names = list(Finding.__dataclass_fields__)
        for row in verdicts.where("is_alert").select(*names).toLocalIterator():
            print(json.dumps(row.asDict()))
    spark.stop()


def judge(spark: SparkSession, settings: Settings, source: str) -> DataFrame:
    """Return the verdicts of all channels on all valid orders of a shop that Kafka holds."""
    options = {"kafka.bootstrap.servers": settings.kafka_bootstrap, "subscribe": "orders"}
    records = spark.read.format("kafka").options(**options).load()
    events = valid_events(records, only(load(settings.contracts_dir), ["orders"]))
    orders = order_values(events.where(f"source = '{source}'"), "partition", "offset").persist()
    past = baseline.of(spark)
    return size_verdicts(orders, past).unionByName(speed_verdicts(add_previous(orders), past))


def add_previous(orders: DataFrame) -> DataFrame:
    """Return the orders of customers with `previous_at`, which plain Python finds."""
    known = orders.where("customer_id is not null")
    places = known.select("partition", "offset", "source", "customer_id", F.unix_micros("occurred_at"))
    rows = zip(*(column.to_pylist() for column in places.toArrow().columns), strict=True)
    columns = list(zip(*previous_instants(rows), strict=True)) or [(), (), ()]
    previous = orders.sparkSession.createDataFrame(pa.table(list(map(list, columns)), schema=PREVIOUS))
    timed = previous.select("partition", "offset", F.timestamp_micros("previous").alias("previous_at"))
    return known.join(timed, ["partition", "offset"])


def previous_instants(orders: Iterable[Placed]) -> Iterator[tuple[int, int, int | None]]:
    """Yield partition and offset of each order, and when the customer's newest earlier one that came before it was.

    Of a customer no more is known at any time than the newest two different instants.
    """
    instants: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for partition, offset, source, customer, at in sorted(orders):
        known = instants[source, customer]
        yield partition, offset, max((one for one in known if one < at), default=None)
        instants[source, customer] = sorted({*known, at})[-KNOWN_INSTANTS:]


def findings(environ: Mapping[str, str], source: str) -> Iterator[Finding]:
    """Yield the alerts on the orders of a shop, computed by a process of its own on the platform of an environment.

    Raises:
        UserError: it failed.
    """
    command = [sys.executable, "-m", "tests.drills.findings", source]
    process = subprocess.run(command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False)
    if process.returncode:
        raise UserError(f"the batch detector failed: {process.stderr.strip()[-2000:]}")
    yield from (Finding(**json.loads(line)) for line in process.stdout.splitlines())


if __name__ == "__main__":
    entry_point(main)()

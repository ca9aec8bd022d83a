"""Which of the simulator's own oddities the detector finds, by their kind, as `make simulate` notes them in its truth.

`.venv/bin/python bench/anomaly_truth.py`; it needs no platform. The orders are those of `make simulate` with the same
options, without Kafka and without what is broken on the way. An order that grows beside others of its burst counts for
itself. Kinds that are no orders (`return_burst`, `bot_visits`) have no channel here: the windows count returns and
visits, no alert is made of them.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from bench import measure
from bench.anomalies import PROFILES, RATE
from bench.churn_truth import local
from common.contracts.model import FOLDER, load
from common.errors import entry_point
from streaming.monitor.orders import history
from streaming.simulate.draft import Draft, fields
from streaming.simulate.faults import Shares
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

CUSTOMERS, SAMPLE, DAYS, SEED = 5_000, 120, 365, 7
ENDS_ON = date(2025, 1, 1)
SOUND = Shares(duplicate=0, conflicting=0, broken=0, late=0, out_of_order=0, correction=0)
# The first half of the days only teaches.
TAUGHT = 0.5
USUAL = "no oddity"
HEADER = ("kind", "events", "alerts", "share", "by channel")


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate, judge, count by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help=f"default {CUSTOMERS}")
    parser.add_argument("--sample", action="store_true", help="few customers, to see that the bench works")
    arguments = parser.parse_args(argv)
    customers, days = (SAMPLE, 120) if arguments.sample else (arguments.customers, DAYS)
    drafts = simulate(Options(customers, days, SEED, ENDS_ON, shares=SOUND))
    first_day = datetime.combine(ENDS_ON, datetime.min.time()) - timedelta(days=days)
    orders = pd.DataFrame([order(number, draft, first_day) for number, draft in enumerate(drafts["orders"])])
    with tempfile.TemporaryDirectory() as folder:
        spark = local(Path(folder))
        found = alerts(spark, orders)
        spark.stop()
    later = orders[orders["occurred_at"] >= first_day + timedelta(days=days * TAUGHT)]
    print(measure.table(HEADER, lines(later, found)))
    for topic in ("returns", "visits"):
        marks = pd.Series([draft.mark for draft in drafts[topic] if draft.mark], dtype=str).value_counts()
        print("\n".join(f"{kind}: {count:,} events of topic {topic}, not judged" for kind, count in marks.items()))


def simulate(options: Options) -> dict[str, list[Draft]]:
    """Return the drafts of a history by topic."""
    with tempfile.TemporaryDirectory() as folder, Truth(Path(folder) / "truth.jsonl") as truth:
        shop = Shop(options, truth, load(FOLDER).versions)
        drafts = [draft for _ in iter(lambda: shop.day < options.days, False) for draft in shop.slice()]
    return {topic: [draft for draft in drafts if draft.topic == topic] for topic in ("orders", "returns", "visits")}


def order(number: int, draft: Draft, first_day: datetime) -> dict[str, object]:
    """Return a draft as the detector wants an order, and its kind."""
    content = fields(draft.rest)
    amount = sum(
        line["quantity"] * Decimal(line["unit_price"]) - Decimal(line.get("discount_amount") or 0)
        for line in content["lines"]
    )
    return {
        "source": "simulated", "event_id": str(number), "order_id": f"{number:09d}",
        "customer_id": content["customer_id"], "occurred_at": first_day + timedelta(milliseconds=draft.at),
        "currency": content["currency"], "amount": float(amount), "line_count": len(content["lines"]),
        "kind": draft.mark or USUAL,
    }  # fmt: skip


def alerts(spark: SparkSession, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the alerts on orders: event_id and channel."""
    typed = orders.drop(columns="kind").astype({"occurred_at": "datetime64[us]"})
    verdicts = history.verdicts(spark.createDataFrame(typed), spark.createDataFrame([], PROFILES), RATE)
    return verdicts.where("is_alert").select("event_id", "channel").toPandas()


def lines(orders: pd.DataFrame, found: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Yield a line per kind: its orders, those with an alert, and by which channel."""
    for kind, group in orders.groupby("kind"):
        of_kind = found[found["event_id"].isin(group["event_id"])]
        alerted = of_kind["event_id"].nunique()
        channels = ", ".join(f"{name} {count:,}" for name, count in of_kind["channel"].value_counts().items())
        yield str(kind), f"{len(group):,}", f"{alerted:,}", f"{alerted / len(group):.3f}", channels or "none"


if __name__ == "__main__":
    entry_point(main)()

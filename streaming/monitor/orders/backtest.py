"""Judge the orders of the marts as the monitor would have: each against what was known at the midnight before it."""

import sys
import time
from collections.abc import Iterator, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.cli import Parser, whole
from common.errors import UserError, entry_point
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import read_settings
from common.tables import instant
from streaming.monitor.orders import history, learning
from streaming.monitor.orders.thresholds import CHANNELS

IDENTITY = "monitor"
MOST_SURPRISING = 10
Line = tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> None:
    """Judge, and print the alerts by month and channel, their rate, and the most surprising ones."""
    parser = Parser(prog="python -m streaming.monitor.orders.backtest", description=__doc__)
    parser.add_argument("--top", type=whole(0, 10_000), default=MOST_SURPRISING, help="alerts to show (default 10)")
    arguments, settings = parser.parse_args(argv), read_settings()
    spark, began = session("backtest", settings, identity=IDENTITY), time.monotonic()
    with telling_failures(settings, "backtest"):
        as_of = run_bounds(spark).as_of
        orders = learning.past_orders(spark).where(F.col("occurred_at") < instant(as_of))
        if not (count := orders.count()):
            raise UserError("the marts hold no orders; feed the platform, then `make marts`")
        print(f"backtest: {count:,} orders before {as_of:%Y-%m-%d}", file=sys.stderr, flush=True)
        verdicts = history.verdicts(orders, learning.past_profiles(spark), settings.alert_rate).persist()
        print("\n".join(aligned([("month", "orders", *CHANNELS), *months(verdicts)])))
        print("\n".join(["", *most_surprising(verdicts, arguments.top), ""]))
        print(f"backtest: {time.monotonic() - began:.1f} s", file=sys.stderr)
        print(summary(verdicts, settings.alert_rate))
    spark.stop()


def months(verdicts: DataFrame) -> Iterator[Line]:
    """Yield the orders that were judged in each month, and the alerts of each channel."""
    alerts = (F.count_if((F.col("channel") == one) & F.col("is_alert")).alias(one) for one in CHANNELS)
    by_month = verdicts.groupBy(F.date_format("occurred_at", "yyyy-MM").alias("month"))
    counts = by_month.agg(F.count_distinct("source", "event_id").alias("orders"), *alerts)
    for row in counts.orderBy("month").collect():
        yield row["month"], *(f"{row[one]:,}" for one in ("orders", *CHANNELS))


def most_surprising(verdicts: DataFrame, count: int) -> Iterator[str]:
    """Yield the alerts with the highest scores, a line each."""
    alerts = verdicts.where("is_alert").orderBy(F.desc("score"), "alert_id").limit(count)
    for row in alerts.selectExpr("string(date(occurred_at)) as on_day", "*").collect():
        yield f"{row['on_day']}  {row['channel']:9}  {row['score']:5.2f}  {row['event_id']}  {row['reason']}"


def summary(verdicts: DataFrame, alert_rate: float) -> str:
    """Return how many orders were judged and how often they alerted, beside the target."""
    by_order = verdicts.groupBy("source", "event_id").agg(F.bool_or("is_alert").alias("is_alert"))
    row = by_order.agg(F.count("*").alias("orders"), F.count_if("is_alert").alias("alerts")).first()
    if row is None or not row["orders"]:
        return "backtest: no order was judged, the shops are too young"
    share = row["alerts"] / row["orders"]
    return f"backtest: {row['orders']:,} orders judged, {row['alerts']:,} alerts: {share:.2%}, target {alert_rate:.2%}"


def aligned(lines: Sequence[Line]) -> Iterator[str]:
    """Yield lines whose cells stand below each other, numbers to the right."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for first, *others in lines:
        yield "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])])


if __name__ == "__main__":
    entry_point(main)()

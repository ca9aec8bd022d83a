"""Judge the past of the marts as the monitor would have: each order and rate against what was known at its midnight."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence

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
from streaming.monitor.rates.rate_bands import WEEKDAYS
from streaming.monitor.rates.rate_baseline import histories, orders_by_hour
from streaming.monitor.rates.rate_history import RateHistory, rate_history
from streaming.monitor.rates.rate_verdicts import CHANNELS as RATE_CHANNELS

IDENTITY = "monitor"
MOST_SURPRISING = 10
Line = tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> None:
    """Judge, and print the alerts by month and channel, the most surprising ones, and how often there was one."""
    parser = Parser(prog="python -m streaming.monitor.backtest", description=__doc__)
    top = "alerts to show of orders, and of rates (default 10)"
    parser.add_argument("--top", type=whole(0, 10_000), default=MOST_SURPRISING, help=top)
    arguments, settings = parser.parse_args(argv), read_settings()
    spark, began = session("backtest", settings, identity=IDENTITY), time.monotonic()
    with telling_failures(settings, "backtest"):
        bounds = run_bounds(spark)
        as_of, midnights = bounds.until, bounds.midnights
        orders = learning.past_orders(spark).where(F.col("occurred_at") < instant(as_of))
        if not (count := orders.count()):
            raise UserError("the marts hold no orders; feed the platform, then `make marts`")
        say(f"{count:,} orders before {as_of:%Y-%m-%d}")
        verdicts = history.verdicts(orders, learning.past_profiles(spark), settings.alert_rate).persist()
        by_month = dict(months(verdicts))
        say(f"orders judged in {time.monotonic() - began:.1f} s; now the rates")
        shops = histories(orders_by_hour(spark, midnights), midnights)
        rates = rate_history(shops, midnights, WEEKDAYS / settings.rate_alert_days)
        print("\n".join(aligned([("month", "orders", *CHANNELS, *RATE_CHANNELS), *with_rates(by_month, rates)])))
        print("\n".join(["", *most_surprising(verdicts, arguments.top), ""]))
        print("\n".join([*most_surprising_rates(rates, arguments.top), ""]))
        say(f"{time.monotonic() - began:.1f} s")
        print(summary(verdicts, settings.alert_rate))
        print(summary_of_rates(rates, settings.rate_alert_days))
    spark.stop()


def say(text: str) -> None:
    """Tell the person who waits how far it is."""
    print(f"backtest: {text}", file=sys.stderr, flush=True)


def months(verdicts: DataFrame) -> Iterator[tuple[str, Line]]:
    """Yield for each month the orders that were judged in it, and the alerts of each channel."""
    alerts = (F.count_if((F.col("channel") == one) & F.col("is_alert")).alias(one) for one in CHANNELS)
    by_month = verdicts.groupBy(F.date_format("occurred_at", "yyyy-MM").alias("month"))
    counts = by_month.agg(F.count_distinct("source", "event_id").alias("orders"), *alerts)
    for row in counts.orderBy("month").collect():
        yield row["month"], tuple(f"{row[one]:,}" for one in ("orders", *CHANNELS))


def with_rates(orders: Mapping[str, Line], rates: RateHistory) -> Iterator[Line]:
    """Yield the line of each month with the alerts of rates; a dash where none of its orders, or days, was judged."""
    counts = [rates.by_month(channel) for channel in RATE_CHANNELS]
    for month in sorted(orders.keys() | rates.days.keys()):
        alerts = tuple(f"{each[month]:,}" if month in rates.days else "-" for each in counts)
        yield month, *orders.get(month, ("-",) * (1 + len(CHANNELS))), *alerts


def most_surprising(verdicts: DataFrame, count: int) -> Iterator[str]:
    """Yield the alerts of orders with the highest scores, a line each."""
    alerts = verdicts.where("is_alert").orderBy(F.desc("score"), "alert_id").limit(count)
    for row in alerts.selectExpr("string(date(occurred_at)) as on_day", "*").collect():
        yield f"{row['on_day']}  {row['channel']:9}  {row['score']:5.2f}  {row['event_id']}  {row['reason']}"


def most_surprising_rates(rates: RateHistory, count: int) -> Iterator[str]:
    """Yield the alerts of rates with the highest scores, a line each, which names the hour or day."""
    for each in rates.most_surprising(count):
        yield f"{each['channel']:9}  {each['score']:6.2f}  {each['source']}  {each['reason']}"


def summary(verdicts: DataFrame, alert_rate: float) -> str:
    """Return how many orders were judged and how often they alerted, beside the target."""
    by_order = verdicts.groupBy("source", "event_id").agg(F.bool_or("is_alert").alias("is_alert"))
    row = by_order.agg(F.count("*").alias("orders"), F.count_if("is_alert").alias("alerts")).first()
    if row is None or not row["orders"]:
        return "backtest: no order was judged, the shops are too young"
    share = row["alerts"] / row["orders"]
    return f"backtest: {row['orders']:,} orders judged, {row['alerts']:,} alerts: {share:.2%}, target {alert_rate:.2%}"


def summary_of_rates(rates: RateHistory, alert_days: int) -> str:
    """Return how many weeks were judged and how often rates alerted in each direction, beside the target."""
    if not rates.days:
        return "backtest: no rate was judged, the shops are too young"
    counts = {channel: rates.by_month(channel).total() for channel in RATE_CHANNELS}
    up, down = (f"{count:,} {channel}: {count / rates.weeks:.2f} a week" for channel, count in counts.items())
    target = f"target {WEEKDAYS / alert_days:.2f} each (RATE_ALERT_DAYS={alert_days})"
    return f"backtest: {rates.weeks:,.1f} weeks of rates judged, {up}, {down}, {target}"


def aligned(lines: Sequence[Line]) -> Iterator[str]:
    """Yield lines whose cells stand below each other, numbers to the right."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for first, *others in lines:
        yield "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])])


if __name__ == "__main__":
    entry_point(main)()

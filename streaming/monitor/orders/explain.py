"""Compute the verdict on one order again: every channel, with its values, the usual ones, score and threshold."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.contracts.model import EVENTS
from common.errors import UserError, entry_point
from common.live_tables import BASELINE_CUSTOMERS
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from streaming.monitor.orders import baseline, learning
from streaming.monitor.orders.baseline import Baseline
from streaming.monitor.orders.detector import order_values, size_verdicts, speed_verdicts
from streaming.monitor.orders.expectation import SHOP_ORDERS
from streaming.monitor.orders.thresholds import CHANNELS

IDENTITY = "monitor"
# Where an event stands among those of one partition, topics that were made again included.
PLACE = ("ingest_seq", "offset")


def main(argv: Sequence[str] | None = None) -> None:
    """Find the event, what was known before it, and print the verdicts."""
    parser = Parser(prog="python -m streaming.monitor.orders.explain", description=__doc__)
    parser.add_argument("--event", required=True, help="event_id of an order")
    arguments, settings = parser.parse_args(argv), read_settings()
    spark = session("explain", settings, identity=IDENTITY)
    with telling_failures(settings, "explain"):
        events = tables.read(spark, EVENTS)
        event = find(events, arguments.event)
        print("\n".join(explain(with_previous(event, events), past_of(spark, settings, event))))
    spark.stop()


def find(events: DataFrame, event_id: str) -> DataFrame:
    """Return the order as bronze has it, one row; of an event that was sent again the first that keeps its contract.

    Raises:
        UserError: there is none, it is no order or cancels one, or it breaks its contract.
    """
    rows = events.where(F.col("event_id") == event_id).orderBy(F.col("broken_rule").isNotNull(), "ingest_seq", "offset")
    row = rows.select("topic", "broken_rule", "kind").first()
    if row is None:
        raise UserError(f"bronze has no event {event_id}; event ids stand in live.anomalies and core.fct_orders")
    if row["topic"] != "orders":
        raise UserError(f"event {event_id} is of topic {row['topic']}; orders alone are judged one by one")
    if row["broken_rule"]:
        raise UserError(
            f"event {event_id} breaks its contract (rule {row['broken_rule']}), so it was not judged; `make requeue` "
            "sends such events again"
        )
    if row["kind"] != "sale":
        raise UserError(f"event {event_id} cancels an order and is none itself; name an order's event")
    return rows.limit(1)


def with_previous(event: DataFrame, events: DataFrame) -> DataFrame:
    """Return an order with `previous_at`, of the newest earlier one of the customer that came before it in Kafka."""
    valid = events.where("topic = 'orders' and broken_rule is null and kind = 'sale' and customer_id is not null")
    others = valid.select("source", "customer_id", *PLACE, F.col("occurred_at").alias("previous_at")).alias("p")
    same = "o.source = p.source and o.customer_id = p.customer_id"
    before = f"{place_of('p')} < {place_of('o')} and p.previous_at < o.occurred_at"
    orders = order_values(event, *PLACE).alias("o")
    pairs = orders.join(others, F.expr(f"{same} and {before}"), "left")
    return pairs.orderBy(F.desc_nulls_last("previous_at")).limit(1).select("o.*", "previous_at")


def place_of(side: str) -> str:
    """Return the SQL of an event's place among those of its customer, which lie in one partition."""
    return f"struct({', '.join(f'{side}.{name}' for name in PLACE)})"


def past_of(spark: SparkSession, settings: Settings, event: DataFrame) -> Baseline:
    """Return the newest stored baseline that is not later than the event, or else one of the midnight before it."""
    moment = event.select(F.date_format("occurred_at", "yyyy-MM-dd").alias("on_day")).first()
    assert moment is not None
    midnight = datetime.fromisoformat(moment["on_day"])
    stored = tables.read(spark, BASELINE_CUSTOMERS.name)
    known = baseline.newest(stored.where(F.col("baseline_as_of") <= tables.instant(midnight)))
    if known:
        return baseline.of(spark, known)
    return learning.build(learning.past_orders(spark), learning.past_profiles(spark), midnight, settings.alert_rate)


def explain(order: DataFrame, past: Baseline) -> Iterator[str]:
    """Yield the verdicts on an order in words, those of channels that cannot judge it included."""
    order = order.localCheckpoint()
    row = order.selectExpr("*", "string(occurred_at) as at", "string(previous_at) as before").first()
    assert row is not None
    who = f"customer {row['customer_id']}" if row["customer_id"] else "a guest"
    yield f"event {row['event_id']}: order {row['order_id']} of {row['source']}, {row['at']} UTC, by {who}"
    before = row["before"] or "none known"
    lines = "1 line" if row["line_count"] == 1 else f"{row['line_count']} lines"
    yield f"  {row['amount']:,.2f} {row['currency']} in {lines}; order before: {before}"
    yield f"  compared with what was known before {past.as_of:%Y-%m-%d}"
    verdicts = {one["channel"]: one for one in size_verdicts(order, past).union(speed_verdicts(order, past)).collect()}
    for channel in CHANNELS:
        yield verdict(verdicts[channel]) if channel in verdicts else f"{channel}: not judged, {why_not(channel, row)}"


def verdict(row: Row) -> str:
    """Return a verdict in words."""
    outcome = "ALERT" if row["is_alert"] else "as usual"
    low, middle, high = (f"{row[name]:,.2f}" for name in ("usual_low", "usual", "usual_high"))
    return (
        f"{row['channel']}: {outcome}, score {row['score']:.2f}, alerts from {row['threshold']:.2f}\n"
        f"  {row['measured']:,.2f} {row['unit']}; usual {middle}, nine of ten from {low} to {high}, by the past of the "
        f"{row['evidence']}\n"
        f"  {row['reason']}"
    )


def why_not(channel: str, row: Row) -> str:
    """Return why a channel says nothing of an order."""
    if channel != "speed":
        return f"the shop had fewer than {SHOP_ORDERS} orders in {row['currency']}"
    if not row["customer_id"]:
        return "nobody knows when a guest ordered before"
    return "no earlier order of the customer is known, or the shop is too young"


if __name__ == "__main__":
    entry_point(main)()

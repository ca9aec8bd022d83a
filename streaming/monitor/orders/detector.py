"""How odd an order is for its customer: the verdicts, each a function of the order, the baseline and the order before.

Expressions of Spark alone, so that the stream (stateless, broadcast joins), the history and a single event that is
explained go through the same lines. Nothing here reads or writes, and no clock is asked.
"""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.live_tables import ANOMALY
from streaming.events import LINE_AMOUNT
from streaming.monitor.orders.baseline import Baseline
from streaming.monitor.orders.moments import LOG_AMOUNT, LOG_LINES, REPEAT_HOURS, SPLIT_HOURS
from streaming.monitor.orders.surprise import NINE_OF_TEN, add_tail

# Orders, a part of the baseline, and what names a shop in both: the orders with the columns of the part.
Find = Callable[[DataFrame, DataFrame, tuple[str, ...]], DataFrame]
COLUMNS = tuple(name for name, *_ in ANOMALY)
# What a verdict needs of an order.
ORDER = ("source", "event_id", "order_id", "customer_id", "occurred_at", "currency", "amount", "line_count")
AMOUNT = (
    "cast(aggregate(lines, cast(0 as decimal(18, 4)), "
    f"(total, line) -> cast(total + {LINE_AMOUNT} as decimal(18, 4))) as double) as amount"
)
SUBJECT = "if(customer_id is null, concat('guest of ', source), concat('customer ', customer_id))"
WHOSE = (
    "case evidence when 'customer' then concat('customer ', customer_id) "
    "when 'segment' then concat('a customer like this (', segment, ')') else concat('a customer of ', source) end"
)
GAP = (
    "case when measured >= 1 then concat(format_number(measured, 1), ' hours') "
    "when measured >= 1d / 60 then concat(format_number(measured * 60, 0), ' min') else 'less than a minute' end"
)
ALERT_ID = "substr(sha2(concat_ws('|', source, event_id, channel), 256), 1, 32)"


def order_values(events: DataFrame, *more: str) -> DataFrame:
    """Return what the verdicts need of valid events of topic `orders`, a row each, and more columns of them."""
    return events.selectExpr(*ORDER[:6], AMOUNT, "size(lines) as line_count", *more)


def size_verdicts(orders: DataFrame, baseline: Baseline, find: Find | None = None) -> DataFrame:
    """Return for each order of a shop with a past two rows, of the channels size_up and size_down.

    Args:
        orders: the columns ORDER; others are left out.
        baseline: what is known of the past.
        find: what gives an order the row of its customer or shop, by default a join.

    Returns:
        The columns of ANOMALY, and `is_alert`.
    """
    return judge_sizes((find or join_past)(orders.select(*ORDER), baseline.sizes, ("source", "currency")))


def speed_verdicts(orders: DataFrame, baseline: Baseline, find: Find | None = None) -> DataFrame:
    """Return for each order of a customer who has ordered before one row, of the channel speed.

    Args:
        orders: the columns ORDER and `previous_at`, the customer's newest earlier order that was seen since the
            baseline, null where there is none; what the baseline knows of is taken from there.
        baseline: what is known of the past.
        find: what gives an order the row of its customer or shop, by default a join.

    Returns:
        The columns of ANOMALY, and `is_alert`.
    """
    known = orders.where("customer_id is not null").select(*ORDER, "previous_at")
    return judge_gaps((find or join_past)(known, baseline.customers, ("source",)))


def join_past(orders: DataFrame, past: DataFrame, shop: tuple[str, ...]) -> DataFrame:
    """Return orders with the row of their customer or else of their shop; without either, an order is left out."""
    values = [one for one in past.columns if one not in (*shop, "customer_id")]
    whose = [*shop, "customer_id"]
    own = past.where("customer_id is not null").select(*whose, F.struct(*values).alias("own"))
    shops = past.where("customer_id is null").select(*shop, F.struct(*values).alias("shop"))
    joined = orders.join(F.broadcast(own), whose, "left").join(F.broadcast(shops), list(shop))
    return joined.select(orders["*"], F.coalesce("own", "shop").alias("past")).select(*orders.columns, "past.*")


def judge_sizes(orders: DataFrame) -> DataFrame:
    """Return the verdicts of orders that stand beside what is usual, as `expect_sizes` gives it, and thresholds."""
    on_so_many = f"slope * {LOG_LINES}"
    centred = orders.selectExpr(
        "*", f"({LOG_AMOUNT} - {on_so_many} - expected) / spread as student_t", f"expected + {on_so_many} as middle"
    )
    channels = (
        "inline(array(struct('size_up' as channel, student_t as direction, size_up as threshold), "
        "struct('size_down' as channel, -student_t as direction, size_down as threshold)))"
    )
    usual = centred.selectExpr(
        *ORDER, "baseline_as_of", "evidence", "segment", "degrees", "amount as measured",
        f"exp(middle - {NINE_OF_TEN}d * spread) as usual_low", "exp(middle) as usual",
        f"exp(middle + {NINE_OF_TEN}d * spread) as usual_high", "currency as unit", channels,
    ).withColumnRenamed("direction", "student_t")  # fmt: skip
    lines = "if(line_count = 1, ' in one line', concat(' in ', line_count, ' lines'))"
    reason = (
        f"concat('order of ', format_number(measured, 2), ' ', unit, {lines}, '; ', {WHOSE}, ' usually spends ', "
        "format_number(usual_low, 2), ' to ', format_number(usual_high, 2), ' on as many')"
    )
    return verdicts(add_tail(usual), reason)


def judge_gaps(orders: DataFrame) -> DataFrame:
    """Return the verdicts of orders that stand beside what is usual, as `expect_gaps` gives it, and a threshold.

    Two orders within an hour are likely one purchase on two bills: that is as surprising as it is rare with this
    customer. A later one is a new purchase, and the more surprising the sooner it comes.
    """
    newest = "greatest(previous_at, if(last_ordered_at <= occurred_at, last_ordered_at, null))"
    gaps = orders.withColumn("before_at", F.expr(newest)).where("before_at <= occurred_at")
    timed = gaps.selectExpr("*", "(unix_micros(occurred_at) - unix_micros(before_at)) / 3.6e9d as gap")
    waited = "-expm1(-shape * log1p(gap / hours))"
    soon = timed.selectExpr(
        "*", f"repeat_chance * sqrt(least(gap / {REPEAT_HOURS}, 1d)) + (1 - repeat_chance) * {waited} as soon"
    )
    chance = f"if(gap < {SPLIT_HOURS}, split_chance, 0d) + (1 - split_chance) * soon"
    usual = soon.selectExpr(
        *ORDER, "baseline_as_of", "evidence", "segment", "'speed' as channel", "speed as threshold",
        f"greatest(-log10({chance}), 0d) as score", "gap as measured",
        *(f"{wait(share)} as {name}" for name, share in (("usual_low", 0.05), ("usual", 0.5), ("usual_high", 0.95))),
        "'hours' as unit",
    )  # fmt: skip
    reason = (
        f"concat('order ', {GAP}, ' after the one before; ', {WHOSE}, ' usually waits ', "
        "format_number(usual_low, 1), ' to ', format_number(usual_high, 1), ' hours')"
    )
    return verdicts(usual, reason)


def wait(share: float) -> str:
    """Return the SQL of the hours within which this share of the next orders comes."""
    return f"hours * expm1(-ln({1 - share!r}d) / shape)"


def verdicts(judged: DataFrame, reason: str) -> DataFrame:
    """Return the columns of a verdict, whether it is an alert or not."""
    whole = {
        "alert_id": ALERT_ID,
        "subject": SUBJECT,
        "reason": reason,
    }
    columns = (f"{whole[one]} as {one}" if one in whole else one for one in COLUMNS)
    return judged.selectExpr(*columns, "score >= threshold as is_alert")

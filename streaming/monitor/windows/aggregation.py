"""Windows of event time: what is counted of an event, and the cells that it counts in.

A cell is a window, a dimension's value and a currency. Windows of one minute follow each other, those of fifteen begin
every five. `ended_at`, the first instant behind a window, names it: it is the column of the watermark, so that a window
is over, its state forgotten and what still comes for it late, when the watermark has reached its end.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from streaming.events import LINE_AMOUNT

TOPICS = ("orders", "returns", "visits")
# The last window that an event is in ends 10 to 15 minutes after it; what is 10 minutes late still counts.
WATERMARK = "25 minutes"
MINUTE, QUARTER, STEP = 60, 900, 300
# Sums up events, never late and never over: what the late ones are counted by.
ALL_TIME = 0
UNKNOWN = "unknown"
KEY = ("ended_at", "minutes", "source", "dimension", "value", "currency")
# Of a sketch with 2^12 registers: the estimate is exact for some hundred customers, and 1.6 % off, at most, for many.
SKETCH = 12
LINE_SUM = "aggregate(lines, cast(0 as {type}), (total, line) -> cast(total + {amount} as {type}))"
PIECES = LINE_SUM.format(type="bigint", amount="if(line.is_product, line.quantity, 0)")
AMOUNT = LINE_SUM.format(type="decimal(18, 4)", amount=LINE_AMOUNT)


def window_counts(events: DataFrame) -> DataFrame:
    """Return what every cell holds so far, of a stream as of a batch: one row per cell that has changed.

    Args:
        events: valid ones, as the contracts' fields, with `topic`, and `city` and `membership` of the customer.

    Returns:
        KEY and the measures; `ended_at` is null where `minutes` is `ALL_TIME`.
    """
    cells = cells_of(measures_of(events.where(F.col("topic").isin(*TOPICS)))).withWatermark("ended_at", WATERMARK)
    return cells.groupBy(*KEY).agg(*aggregates())


def measures_of(events: DataFrame) -> DataFrame:
    """Return, per event, what is counted of it: as the marts do, pieces of goods, and the amount of all lines."""
    return events.select(
        "topic",
        "source",
        "occurred_at",
        "customer_id",
        F.coalesce("currency", F.lit("")).alias("money"),
        F.when(F.col("topic") == "orders", F.expr(PIECES)).alias("pieces"),
        F.when(F.col("topic") != "visits", F.expr(AMOUNT)).alias("amount"),
        *(F.coalesce(name, F.lit(UNKNOWN)).alias(name) for name in ("city", "membership", "channel", "device")),
    )


def cells_of(measures: DataFrame) -> DataFrame:
    """Return a row per event and cell that it counts in."""
    by_window = measures.select("*", F.inline(F.expr(f"array({', '.join(windows())})")))
    by_value = by_window.select("*", F.inline(dimensions()))
    currencies = F.when((F.col("minutes") == ALL_TIME) | (F.col("money") == ""), F.array(F.lit("")))
    return by_value.select("*", F.explode(currencies.otherwise(F.array(F.lit(""), "money"))).alias("currency"))


def windows() -> Sequence[str]:
    """Return the SQL of the windows that an event is in, the one that is all time among them."""
    seconds = "unix_seconds(occurred_at)"
    ends = [(1, f"{seconds} - pmod({seconds}, {MINUTE}) + {MINUTE}")]
    ends += [(15, f"{seconds} - pmod({seconds}, {STEP}) + {later}") for later in range(STEP, QUARTER + 1, STEP)]
    of_time = [f"struct(timestamp_seconds({end}) as ended_at, {minutes} as minutes)" for minutes, end in ends]
    return [*of_time, f"struct(cast(null as timestamp) as ended_at, {ALL_TIME} as minutes)"]


def dimensions() -> Column:
    """Return the dimensions and values that an event counts under."""

    def cell(dimension: str, value: Column) -> Column:
        return F.struct(F.lit(dimension).alias("dimension"), value.alias("value"))

    everything = cell("all", F.lit(""))
    of_customer = [everything, *(cell(name, F.col(name)) for name in ("city", "membership"))]
    of_visit = [*of_customer, *(cell(name, F.col(name)) for name in ("channel", "device"))]
    by_topic = F.when(F.col("topic") == "visits", F.array(*of_visit)).otherwise(F.array(*of_customer))
    return F.when(F.col("minutes") == ALL_TIME, F.array(everything)).otherwise(by_topic)


def aggregates() -> Sequence[Column]:
    """Return the measures of a cell; those that are money, or pieces of goods, are null where it has no currency."""
    has_currency = F.col("currency") != ""
    is_order = F.col("topic") == "orders"

    def total(column: str, condition: Column, kind: str) -> Column:
        there = F.when(has_currency, F.when(condition, F.col(column)).otherwise(F.lit(0)))
        return F.sum(there).cast(kind)

    return (
        F.count_if(is_order).alias("orders"),
        total("pieces", is_order, "bigint").alias("items"),
        total("amount", is_order, "decimal(28,4)").alias("revenue"),
        F.count_if(F.col("topic") == "returns").alias("returns"),
        total("amount", F.col("topic") == "returns", "decimal(28,4)").alias("returned"),
        F.count_if(F.col("topic") == "visits").alias("visits"),
        F.coalesce(F.hll_sketch_estimate(F.hll_sketch_agg("customer_id", F.lit(SKETCH))), F.lit(0)).alias("customers"),
        F.max("occurred_at").alias("newest_event_at"),
    )

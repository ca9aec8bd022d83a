"""Sums of past orders, of which every mean, spread and chance is made; those of a day are added to those before it.

An order is judged beside its number of lines: `l` is the logarithm of its value, `x` that of its lines. `gap` are the
hours since the customer's order before, null at the first.
"""

from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# What an order worth nothing counts as: a logarithm needs something.
LEAST_AMOUNT = 0.01
LOG_AMOUNT = f"ln(greatest(amount, {LEAST_AMOUNT}d))"
LOG_LINES = "ln(greatest(line_count, 1))"
# Within an hour it is the same purchase on two bills; within a day, a customer who comes back.
SPLIT_HOURS, REPEAT_HOURS = 1, 24

SIZES = {"orders": "1", "sum_l": "l", "sum_x": "x", "sum_ll": "l * l", "sum_lx": "l * x", "sum_xx": "x * x"}
# Squared deviations from each customer's own mean: the spread that customers have by themselves.
WITHIN = {
    "within_ll": "sum_ll - sum_l * sum_l / orders",
    "within_lx": "sum_lx - sum_l * sum_x / orders",
    "within_xx": "sum_xx - sum_x * sum_x / orders",
    "freedom": "orders - 1",
}
GAPS = {
    "gaps": "if(gap is null, 0, 1)",
    "splits": f"if(gap < {SPLIT_HOURS}, 1, 0)",
    "repeats": f"if(gap >= {SPLIT_HOURS} and gap < {REPEAT_HOURS}, 1, 0)",
    "customers": "if(gap is null, 1, 0)",
    "joined": "if(gap is null, unix_micros(occurred_at) / 3.6e9d, 0)",
}
SEGMENT = "nullif(concat_ws(', ', city, membership_type), '') as segment"


def date_orders(orders: DataFrame, profiles: DataFrame) -> DataFrame:
    """Return orders with the UTC `day` that they fall on, `l`, `x`, `gap`, and `segment`, as the midnight knew it.

    Args:
        orders: source, order_id, customer_id (null for a guest), occurred_at, currency, amount, line_count.
        profiles: source, customer_id, valid_from, valid_to (null for the newest), city, membership_type.
    """
    earlier = "lag(occurred_at) over (partition by source, customer_id order by occurred_at, order_id)"
    hours = f"(unix_micros(occurred_at) - unix_micros({earlier})) / 3.6e9d"
    dated = orders.selectExpr(
        "*", "date_trunc('day', occurred_at) as day", f"{LOG_AMOUNT} as l", f"{LOG_LINES} as x",
        f"if(customer_id is null, null, {earlier}) as previous_at", f"if(customer_id is null, null, {hours}) as gap",
    )  # fmt: skip
    known = "o.source = p.source and o.customer_id = p.customer_id and p.valid_from < o.day"
    current = F.expr(f"{known} and (p.valid_to is null or p.valid_to >= o.day)")
    return dated.alias("o").join(profiles.alias("p"), current, "left").selectExpr("o.*", SEGMENT)


def add_up(frame: DataFrame, measures: Mapping[str, str], keys: Sequence[str]) -> DataFrame:
    """Return the sums of measures, one row per key."""
    return frame.groupBy(*keys).agg(
        *(F.expr(f"sum(cast({sql} as double))").alias(one) for one, sql in measures.items())
    )


def add_up_before(frame: DataFrame, measures: Mapping[str, str], keys: Sequence[str]) -> DataFrame:
    """Return the sums of what came before each day that a key has rows on, one row per key and day."""
    days = add_up(frame, measures, (*keys, "day"))
    earlier = f"over (partition by {', '.join(keys)} order by day rows between unbounded preceding and 1 preceding)"
    return days.selectExpr(*keys, "day", *(f"coalesce(sum({one}) {earlier}, 0d) as {one}" for one in measures))


def add_up_through(frame: DataFrame, measures: Mapping[str, str], keys: Sequence[str]) -> DataFrame:
    """Return the sums up to the end of each day that a key has rows on."""
    days = add_up(frame, measures, (*keys, "day"))
    so_far = f"over (partition by {', '.join(keys)} order by day)"
    return days.selectExpr(*keys, "day", *(f"sum({one}) {so_far} as {one}" for one in measures))


def named(frame: DataFrame, prefix: str, names: Iterable[str]) -> DataFrame:
    """Return a frame whose sums say whose they are."""
    return frame.withColumnsRenamed({one: f"{prefix}_{one}" for one in names})


def zero_sums(frame: DataFrame) -> DataFrame:
    """Return a frame in which sums of nothing are 0."""
    return frame.fillna(0.0, [one for one in frame.columns if one.startswith(("own_", "segment_", "shop_"))])

"""The tables that the churn model learns from, for customers drawn by BG/NBD, in place of what dbt built.

`learning_tables.py CUSTOMERS`, run by `learning_scale.py`. Customers join evenly over two years and pay amounts that
are lognormal; their orders are counted where they are drawn, chunk by chunk, and never stored.
"""

import argparse
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.session import session
from common.settings import read_settings

AS_OF = datetime(2025, 1, 1)
# The cuts of `var('cut_days')`, and how long after one is looked at.
CUTS, HORIZON = (0, 90, 180, 210, 240, 270), 90
HISTORY, CHUNK, SEED = 730, 10_000, 11
# r, alpha (days), a, b; and the median and spread of what an order costs.
RATE_SHAPE, RATE_DAYS, LEAVING_A, LEAVING_B = 1.1, 23.0, 1.0, 14.0
MEDIAN_CENTS, AMOUNT_SPREAD = 1_800, 0.8
DRAWN = "number bigint, days int, recency_days int, frequency bigint, cents bigint, tenure_days int, is_churned boolean"
ARROW = pa.schema(
    [
        ("number", pa.int64()),
        ("days", pa.int32()),
        ("recency_days", pa.int32()),
        ("frequency", pa.int64()),
        ("cents", pa.int64()),
        ("tenure_days", pa.int32()),
        ("is_churned", pa.bool_()),
    ]
)
Ints = npt.NDArray[np.int64]


def main(customers: int) -> None:
    """Write the tables and print the rows of each."""
    settings = read_settings()
    # The owner of the schemas' folders.
    spark = session("learning-tables", settings, "modeler")
    rows = draw(spark, customers).persist()
    key = (
        F.lit("bench").alias("source"),
        F.format_string("C%08d", "number").alias("customer_id"),
        F.expr(f"{tables.instant_sql(AS_OF)} - make_dt_interval(days)").alias("as_of"),
    )
    amount = F.expr("cast(cast(cents as decimal(18, 0)) / 100 as decimal(18, 4))").alias("monetary")
    features = rows.select(*key, F.col("days").alias("days_before"), "recency_days", "frequency", amount, "tenure_days")
    labels = rows.where(F.col("days") >= HORIZON).select(*key, "is_churned")
    bounds = spark.range(1).select(
        F.lit("bench").alias("source"),
        F.lit("UTC").alias("time_zone"),
        F.lit(AS_OF.date()).alias("as_of_day"),
        tables.instant(AS_OF).alias("as_of"),
        F.lit(None).cast("timestamp").alias("newest_event_at"),
    )
    frames = {"core.run_bounds": bounds, "churn.churn_features": features, "churn.churn_labels": labels}
    for name, frame in frames.items():
        columns = tables.columns_of(spark, name)
        frame.select(*columns).coalesce(2).writeTo(name).overwrite(F.lit(True))
    orders = rows.where("days = 0").agg(F.sum("frequency")).collect()[0][0]
    counts = ", ".join(f"{spark.table(name).count():,} rows of {name}" for name in frames)
    print(f"drawn: {customers:,} customers, {orders:,} orders: {counts}")
    spark.stop()


def draw(spark: SparkSession, customers: int) -> DataFrame:
    """Return a row per customer and cut that she was known at; the same whatever the partitions."""
    chunks = -(-customers // CHUNK)

    def of_chunks(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for chunk in batch.column(0).to_pylist():
                first = chunk * CHUNK
                yield from draw_at_once(first, min(CHUNK, customers - first))

    return spark.range(0, chunks, 1, min(chunks, 16)).mapInArrow(of_chunks, DRAWN)


def draw_at_once(first: int, count: int) -> list[pa.RecordBatch]:
    """Return the rows of `count` customers, numbered from `first`, a batch for each cut."""
    chance = np.random.default_rng((SEED, first))
    rate = chance.gamma(RATE_SHAPE, 1 / RATE_DAYS, count)
    leaving = chance.beta(LEAVING_A, LEAVING_B, count)
    joined = chance.uniform(0, HISTORY, count)
    ends = [HISTORY - days for days in CUTS]
    orders, cents, last = (np.zeros((len(CUTS), count), np.int64) for _ in range(3))
    silent = np.ones((len(CUTS), count), bool)
    # All customers place their k-th order at once; those who left, or whose next one is of the future, drop out.
    who, at = np.arange(count), joined.copy()
    while who.size:
        spent = np.maximum(1, np.rint(MEDIAN_CENTS * np.exp(AMOUNT_SPREAD * chance.standard_normal(who.size))))
        for place, end in enumerate(ends):
            before = at < end
            known = who[before]
            orders[place, known] += 1
            cents[place, known] += spent[before].astype(np.int64)
            last[place, known] = at[before].astype(np.int64)
            silent[place, who[~before & (at < end + HORIZON)]] = False
        stays = (orders[0, who] == 1) | (chance.random(who.size) >= leaving[who])
        at = at + chance.exponential(size=who.size) / rate[who]
        going_on = stays & (at < HISTORY)
        who, at = who[going_on], at[going_on]
    began = joined.astype(np.int64)
    return [
        batch(first, days, (end - last[place], orders[place], cents[place], end - began), silent[place])
        for place, (days, end) in enumerate(zip(CUTS, ends, strict=True))
    ]


def batch(
    first: int, days: int, features: tuple[Ints, Ints, Ints, Ints], silent: npt.NDArray[np.bool_]
) -> pa.RecordBatch:
    """Return the rows of the customers with an order before a cut.

    Args:
        features: recency, orders, cents and tenure of each customer, as of the cut.
    """
    known = np.flatnonzero(features[1])
    columns = (known + first, np.full(known.size, days), *(feature[known] for feature in features), silent[known])
    arrays = [pa.array(values).cast(field.type) for values, field in zip(columns, ARROW, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARROW)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("customers", metavar="CUSTOMERS", type=int, help="how many")
    main(parser.parse_args().customers)

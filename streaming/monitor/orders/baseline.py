"""What the monitor knows of the past, as the lake keeps it: a verdict can be computed again as long as it is there."""

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from common.live_tables import BASELINE_CUSTOMERS, BASELINE_SIZES


@dataclass(frozen=True)
class Baseline:
    """What is known before `as_of` (a naive UTC midnight); the frames' rows without a customer are the shops'.

    Args:
        sizes: one row per source, currency and customer, columns of `live.baseline_sizes`.
        customers: one row per source and customer, columns of `live.baseline_customers`.
    """

    as_of: datetime
    sizes: DataFrame
    customers: DataFrame


def of(spark: SparkSession, as_of: datetime | None = None) -> Baseline:
    """Return a stored baseline, the newest where none is named.

    Raises:
        UserError: there is none.
    """
    customers = tables.read(spark, BASELINE_CUSTOMERS.name)
    moment = as_of or newest(customers)
    if moment is None:
        raise UserError("the monitor has no baseline yet; run `make marts`, then `make monitor`")
    at_moment = F.col("baseline_as_of") == tables.instant(moment)
    sizes = tables.read(spark, BASELINE_SIZES.name).where(at_moment)
    return Baseline(moment, sizes, customers.where(at_moment))


def newest(frame: DataFrame) -> datetime | None:
    """Return the newest as-of date of a table, naive, null of an empty one."""
    # As text, because Python would shift a timestamp into its own time zone.
    text = F.date_format(F.max("baseline_as_of"), "yyyy-MM-dd HH:mm:ss").alias("as_of")
    row = frame.select(text).first()
    return datetime.fromisoformat(row["as_of"]) if row and row["as_of"] else None


def store(baseline: Baseline) -> None:
    """Put a baseline in the lake in place of that of the same date, the customers last: they say that it is whole."""
    at_moment = F.col("baseline_as_of") == tables.instant(baseline.as_of)
    tables.replace_where(baseline.sizes, BASELINE_SIZES.name, at_moment)
    tables.replace_where(baseline.customers, BASELINE_CUSTOMERS.name, at_moment)

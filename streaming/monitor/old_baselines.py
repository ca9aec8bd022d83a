"""The baselines that the lake keeps are the newest ones, so that verdicts of the last weeks can be computed again."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.prediction_tables import Table

# So many are kept; older ones are dropped.
KEPT = 60


def drop_old(spark: SparkSession, *stored: Table, kept: int = KEPT) -> None:
    """Delete all baselines but the newest, from each table in turn; the first says which there are."""
    dates = tables.read(spark, stored[0].name).select("baseline_as_of").distinct()
    oldest = dates.orderBy(F.desc("baseline_as_of")).limit(kept).agg(F.min("baseline_as_of").cast("string")).first()
    for table in stored:
        if oldest and oldest[0]:
            spark.sql(f"delete from {table.name} where baseline_as_of < timestamp'{oldest[0]}'")

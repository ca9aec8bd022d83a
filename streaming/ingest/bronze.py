"""The table that the ingest owns: where it lies, what it holds, and how it gains a contract's new fields."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common.contracts.bronze import add_columns, lacking
from common.contracts.model import EVENTS, Contracts
from common.errors import UserError
from common.lake_paths import WAREHOUSE, table_folder
from streaming.commit import delta_log, is_new
from streaming.ingest.checkpoint import Offsets


def place(spark: SparkSession) -> str:
    """Return the path of `bronze.events`; who goes by it spares the ingest the start of the catalogue.

    Raises:
        UserError: there is no such table yet.
    """
    warehouse = str(spark.conf.get("spark.sql.warehouse.dir")).rstrip("/")
    path = f"{warehouse}{table_folder(EVENTS).removeprefix(WAREHOUSE)}"
    if not delta_log(spark, path).tableExists():
        raise UserError(f"the lake has no table {EVENTS}; run `make up` first")
    return path


def read(spark: SparkSession) -> DataFrame:
    """Return the table."""
    return spark.read.format("delta").load(place(spark))


def newest_seq(spark: SparkSession) -> int:
    """Return the number of the newest batch in bronze, 0 for none; Delta answers it from the files' statistics."""
    if is_new(spark, place(spark)):
        return 0
    return read(spark).agg(F.max("ingest_seq").alias("newest")).collect()[0]["newest"] or 0


def known_topics(spark: SparkSession) -> dict[str, str]:
    """Return the identity that each topic had when it was last read; a topic created again has another."""
    newest = read(spark).groupBy("topic").agg(F.max_by("topic_id", "ingest_seq").alias("topic_id"))
    return {row.topic: row.topic_id for row in newest.collect()}


def next_offsets(spark: SparkSession, topic_ids: dict[str, str]) -> Offsets:
    """Return the offset that follows what bronze holds of each partition of these very topics; reads all identities."""
    ids = list(topic_ids.values())
    rows = read(spark).where(F.col("topic_id").isin(ids)).groupBy("topic", "partition")
    following: Offsets = {topic: {} for topic in topic_ids}
    for row in rows.agg((F.max("offset") + 1).alias("following")).collect():
        following[row.topic][row.partition] = row.following
    return following


def migrate(spark: SparkSession, contracts: Contracts) -> list[str]:
    """Add the columns that the contracts have and the table lacks, and return their names."""
    have = {field.name: field.dataType.simpleString() for field in read(spark).schema}
    added = list(lacking(contracts.events_table, have))
    if added:
        spark.sql(add_columns(f"delta.`{place(spark)}`", added))
    return [name for name, _ in added]

"""When a customer's order before was, by a state that the stream keeps; see `PreviousOrder.scala`."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

# A customer is forgotten after so many days without an order; the baseline knows that order by then.
DAYS_KEPT = 30
# RocksDB keeps the state out of the heap, and a checkpoint is what has changed. Batches without an order are not run:
# the engine would run one after the other, since a customer might be forgotten.
STATE = {
    "spark.sql.streaming.stateStore.providerClass": (
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
    ),
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
    # All stores of the process share this much for what is being written and read; by default each table of each store
    # of each partition may fill 64 MB and more before it writes anything out.
    "spark.sql.streaming.stateStore.rocksdb.boundedMemoryUsage": "true",
    "spark.sql.streaming.stateStore.rocksdb.maxMemoryUsageMB": "96",
    "spark.sql.streaming.noDataMicroBatches.enabled": "false",
}


def state_session(spark: SparkSession) -> SparkSession:
    """Return a session beside another, with its settings, in which state is kept as it should be."""
    session = spark.newSession()
    own = {name: value for name, value in spark.conf.getAll.items() if session.conf.isModifiable(name)}
    for name, value in {**own, **STATE}.items():
        session.conf.set(name, value)
    return session


def append_previous(orders: DataFrame) -> DataFrame:
    """Return orders with `previous_at`, of the newest earlier order that came before in Kafka, or null.

    Args:
        orders: source, customer_id (not null), occurred_at, partition, offset, and whatever else is to be kept.
    """
    java = orders.sparkSession._jvm
    assert java is not None
    columns = [name for name in orders.columns if name != "occurred_at"]
    numbered = orders.select(*columns, F.unix_micros("occurred_at").alias("micros"))
    appended = DataFrame(java.lakehouse.PreviousOrder.append(numbered._jdf, DAYS_KEPT), orders.sparkSession)
    times = {"occurred_at": "micros", "previous_at": "previous_micros"}
    return appended.select(*columns, *(F.timestamp_micros(micros).alias(name) for name, micros in times.items()))

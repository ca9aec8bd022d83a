"""The quickstart that a user would write: Kafka, from_json, append to a Delta table on HDFS; nothing is validated.

`peer_spark.py land|stream BOOTSTRAP TOPICS FOLDER --jars … --memory …`: `land` reads to the end of the topics once,
`stream` runs one query per topic until it is interrupted. Every option but these is Spark's own default.
"""

import argparse
import signal
import time

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

LINES = "array<struct<product_id:string,description:string,quantity:int,unit_price:decimal(18,4),is_product:boolean>>"
ENVELOPE = "event_id string, schema_version int, source string, occurred_at timestamp, customer_id string"
SCHEMAS = {
    "orders": f"order_id string, kind string, currency string, discount_applied boolean, lines {LINES}",
    "returns": f"return_id string, order_id string, currency string, lines {LINES}",
    "customers": "gender string, birth_date date, city string, membership_type string, name string, email string, "
    "address string",
    "ratings": "rating_id string, order_id string, rating int",
    "visits": "visit_id string, channel string, device string, seconds int, pages_viewed int, products_viewed int, "
    "products_in_cart int",
}


def main() -> None:
    """Run the queries."""
    arguments = parse()
    began = time.monotonic()
    spark = session(arguments)
    started = time.monotonic()
    writers = [
        events(spark, arguments.bootstrap, topic, arguments.starting)
        .writeStream.format("delta")
        .option("checkpointLocation", f"{arguments.folder}/_checkpoints/{topic}")
        for topic in arguments.topics.split(",")
    ]
    if arguments.how == "land":
        writers = [writer.trigger(availableNow=True) for writer in writers]
    queries = [
        writer.start(f"{arguments.folder}/{topic}")
        for writer, topic in zip(writers, arguments.topics.split(","), strict=True)
    ]
    print("running", flush=True)
    if arguments.how == "stream":
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
        for query in queries:
            query.stop()
    else:
        for query in queries:
            query.awaitTermination()
    print(f"session {started - began:.1f} s, queries {time.monotonic() - started:.1f} s")
    spark.stop()


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=("land", "stream"))
    for name in ("bootstrap", "topics", "folder"):
        parser.add_argument(name, metavar=name.upper())
    parser.add_argument("--jars", required=True, help="class path of Delta and the Kafka source")
    parser.add_argument("--memory", default="1g", help="heap of the driver")
    parser.add_argument("--codec", default="snappy", help="compression of the files")
    parser.add_argument("--statistics", default="", help="columns whose bounds each file keeps")
    parser.add_argument("--starting", default="earliest", help="where to begin")
    arguments = parser.parse_args()
    if arguments.how == "stream":
        # Inherited by the JVM too: a Ctrl-C for this process must not end the engine before its queries.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    return arguments


def session(arguments: argparse.Namespace) -> SparkSession:
    """Return the session; what differs from the defaults makes both sides of the bench write the same files."""
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("stock")
        .config("spark.driver.memory", arguments.memory)
        .config("spark.driver.extraClassPath", arguments.jars)
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.compression.codec", arguments.codec)
    )
    if arguments.statistics:
        builder = builder.config(
            "spark.databricks.delta.properties.defaults.dataSkippingStatsColumns", arguments.statistics
        )
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def events(spark: SparkSession, bootstrap: str, topic: str, starting: str) -> DataFrame:
    """Return a topic's events, parsed."""
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", bootstrap)
        .option("subscribe", topic)
        .option("startingOffsets", starting)
        .load()
    )
    parsed = F.from_json(F.col("value").cast("string"), f"{ENVELOPE}, {SCHEMAS[topic]}").alias("event")
    return records.select(parsed, "topic", "partition", "offset", F.col("timestamp").alias("arrived_at")).select(
        "event.*", "topic", "partition", "offset", "arrived_at"
    )


if __name__ == "__main__":
    main()

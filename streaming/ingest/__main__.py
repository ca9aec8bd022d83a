"""Land everything that Kafka holds now in bronze.events, each record exactly once, and end."""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.common import locks, tables
from spark.common.contracts import EVENTS, load
from spark.common.errors import UserError, entry_point
from spark.common.session import session
from spark.common.settings import Settings, settings
from streaming import topics as kafka
from streaming.engine import quiet
from streaming.ingest.landing import CHECKPOINTS, land
from streaming.ingest.stop import Stop
from streaming.ingest.tally import require_all, summary, table, tally

EMPTY = (
    "0 events read: the topics are empty; feed them with `make replay ORDERS=<file> MAPPING=<name>` or `make simulate`"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Land what is there, count it, and compare with Kafka's offsets."""
    argparse.ArgumentParser(prog="python -m streaming.ingest", description=__doc__).parse_args(argv)
    config, contracts, stop = settings(), load(), Stop()
    with locks.hold(config, "ingest"):
        kafka.ensure(config, contracts.topics)
        topics = kafka.describe(config, [contract.topic for contract in contracts.topics])
        if not any(topic.records for topic in topics):
            print(EMPTY)
            return
        try:
            stop.listen()
            spark = session("ingest", config, identity="streaming")
            quiet(spark)
            try:
                stop.listen()
                run(spark, config, topics, stop)
            finally:
                spark.stop()
        except (PySparkException, Py4JError) as error:
            raise failure(config, error) from None


def run(spark: SparkSession, config: Settings, topics: Sequence[kafka.Topic], stop: Stop) -> None:
    """Run the query to its end and print what it landed."""
    contracts, events = load(), tables.read(spark, EVENTS)
    (newest,) = events.agg(F.max("ingest_seq").alias("ingest_seq")).collect()
    last_seq = newest.ingest_seq or 0
    began = time.monotonic()
    stop.check()
    land(spark, config, contracts, topics, last_seq, stop)
    events = tables.read(spark, EVENTS)
    tallies = tally(events, last_seq, [contract.topic for contract in contracts.topics])
    require_all(events, topics, CHECKPOINTS)
    print(table(tallies))
    print(f"ingest: {time.monotonic() - began:.1f} s", file=sys.stderr)
    print(summary(tallies))


def failure(config: Settings, error: Exception) -> UserError:
    """Return an engine's failure as one line; the whole of it goes to a log."""
    log = config.path("log", "jobs", "ingest.failure.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    whole = [*traceback.format_exception(error), getattr(error, "_stackTrace", None) or ""]
    log.write_text("".join(whole), "utf-8")
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    first = first.rpartition("terminated with exception: ")[2]
    return UserError(f"ingest failed: {first[:300]} (all of it: {log}); `make status`, then run it again")


if __name__ == "__main__":
    entry_point(main)()

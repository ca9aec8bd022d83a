"""Land everything that Kafka holds now in bronze.events, each record exactly once, and end."""

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from types import FrameType

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.common import locks
from spark.common.contracts import EVENTS, load
from spark.common.errors import UserError, entry_point
from spark.common.session import session
from spark.common.settings import Settings, settings
from streaming import topics as kafka
from streaming.ingest.landing import CHECKPOINTS, land
from streaming.ingest.tally import require_all, summary, table, tally

EMPTY = (
    "0 events read: the topics are empty; feed them with `make replay ORDERS=<file> MAPPING=<name>` or `make simulate`"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Land what is there, count it, and compare with Kafka's offsets."""
    argparse.ArgumentParser(prog="python -m streaming.ingest", description=__doc__).parse_args(argv)
    config, contracts = settings(), load()
    signal.signal(signal.SIGTERM, interrupt)
    with locks.hold(config, "ingest"):
        kafka.ensure(config, contracts.topics)
        topics = kafka.describe(config, [contract.topic for contract in contracts.topics])
        if not any(topic.records for topic in topics):
            print(EMPTY)
            return
        try:
            spark = session("ingest", config, identity="streaming")
            try:
                run(spark, config, topics)
            finally:
                spark.stop()
        except (PySparkException, Py4JError) as error:
            raise failure(config, error) from None


def run(spark: SparkSession, config: Settings, topics: Sequence[kafka.Topic]) -> None:
    """Run the query to its end and print what it landed."""
    contracts, events = load(), spark.read.table(EVENTS)
    (newest,) = events.agg(F.max("ingest_seq").alias("ingest_seq")).collect()
    last_seq = newest.ingest_seq or 0
    began = time.monotonic()
    land(spark, config, contracts, topics, last_seq)
    events = spark.read.table(EVENTS)
    tallies = tally(events, last_seq, [contract.topic for contract in contracts.topics])
    require_all(events, topics, CHECKPOINTS)
    print(table(tallies))
    print(f"ingest: {time.monotonic() - began:.1f} s", file=sys.stderr)
    print(summary(tallies))


def interrupt(number: int, frame: FrameType | None) -> None:
    """Treat a request to end as Ctrl-C is treated: the query stops between two commits."""
    raise KeyboardInterrupt


def failure(config: Settings, error: Exception) -> UserError:
    """Return an engine's failure as one line; the whole of it goes to a log."""
    log = config.path("log", "jobs", "ingest.failure.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(traceback.format_exception(error)), "utf-8")
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return UserError(f"ingest failed: {first[:300]} (all of it: {log}); `make status`, then run it again")


if __name__ == "__main__":
    entry_point(main)()

"""Land Kafka's events in bronze.events, each exactly once: until caught up, or on and on."""

import argparse
from collections.abc import Sequence

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from common import jvm, locks
from common.cli import Parser
from common.contracts.model import load
from common.errors import entry_point
from common.lake_paths import EVENTS_CHECKPOINT
from common.session import failure, session
from common.settings import Settings, read_settings
from common.shutdown import Stop
from common.webhdfs import WebHdfs
from streaming import topics as kafka
from streaming.engine import quiet, tune
from streaming.ingest.landing import LandingError
from streaming.ingest.run import Run

IDENTITY = "streaming"
# How the lock names an ingest that goes on.
STREAM = "stream"
EMPTY = (
    "0 events read: the topics are empty; feed them with `make replay ORDERS=<file> MAPPING=<name>` or `make simulate`"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Land what is there, count it, and compare with Kafka's offsets; or go on until told to stop."""
    arguments = parse(argv)
    settings, stop = read_settings(), Stop()
    if arguments.unless_streaming and (holder := locks.holder(settings, "ingest")).endswith(STREAM):
        print(f"a stream lands what arrives (process {holder})")
        return
    contracts = load(settings.contracts_dir)
    with locks.hold(settings, "ingest", STREAM if arguments.continuous else ""):
        kafka.ensure(settings, contracts.topics)
        topics = kafka.describe(settings, [contract.topic for contract in contracts.topics])
        empty = not any(end for topic in topics for _, end in topic.bounds.values())
        if empty and not arguments.continuous and not has_read(settings):
            print(EMPTY)
            return
        try:
            stop.listen()
            spark = session("ingest", settings, identity=IDENTITY, options=jvm.LONG_RUNNING)
            quiet(spark)
            tune(spark)
            try:
                stop.listen()
                print(Run(spark, settings, stop, arguments.continuous).until_done())
            finally:
                spark.stop()
        except (PySparkException, Py4JError, LandingError, ConnectionError) as error:
            raise failure(settings, "ingest", error) from None


def has_read(settings: Settings) -> bool:
    """Return whether an ingest has read anything; topics that are empty after that have lost what they held."""
    return WebHdfs.of(settings, IDENTITY).status(f"{EVENTS_CHECKPOINT}/identity.json") is not None


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.ingest", description=__doc__)
    parser.add_argument(
        "--continuous", action="store_true", help="go on until Ctrl-C, landing what arrives within a second or two"
    )
    parser.add_argument(
        "--unless-streaming", action="store_true", help="do nothing while a stream runs, which lands all"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    entry_point(main)()

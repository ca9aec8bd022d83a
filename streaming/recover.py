"""Rebuild the ingest's checkpoint from what bronze.events holds, so that each record still lands exactly once."""

import sys
from collections.abc import Sequence

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from common import locks
from common.cli import Parser
from common.contracts.model import load
from common.errors import UserError, entry_point
from common.kafka_topics import Topic
from common.session import failure, session
from common.settings import Settings, read_settings
from streaming import topics as kafka
from streaming.ingest import bronze
from streaming.ingest.checkpoint import Checkpoint, Identity
from streaming.ingest.continuity import losses, resume
from streaming.ingest.opening import identities


def main(argv: Sequence[str] | None = None) -> None:
    """Put a new checkpoint in place of the old one; it begins behind the last record that bronze holds."""
    parser = Parser(prog="python -m streaming.recover", description=__doc__)
    parser.add_argument(
        "--accept-loss", action="store_true", help="go on although records were lost in Kafka before they were read"
    )
    arguments = parser.parse_args(argv)
    settings = read_settings()
    with locks.hold(settings, "ingest"):
        contracts = load(settings.contracts_dir)
        kafka.ensure(settings, contracts.topics)
        topics = kafka.describe(settings, [contract.topic for contract in contracts.topics])
        try:
            spark = session("recover", settings, identity="streaming")
            try:
                print(recover(spark, settings, topics, arguments.accept_loss))
            finally:
                spark.stop()
        except (PySparkException, Py4JError, ConnectionError) as error:
            raise failure(settings, "recover", error) from None


def recover(spark: SparkSession, settings: Settings, topics: Sequence[Topic], accept_loss: bool) -> str:
    """Rebuild the checkpoint and return the summary.

    Raises:
        UserError: records were lost, and that is not accepted; nothing was changed.
    """
    checkpoint = Checkpoint.of(spark, settings)
    known = {**bronze.known_topics(spark), **topic_ids(checkpoint)}
    offsets = bronze.next_offsets(spark, known)
    lost = losses(topics, known, offsets)
    for line in lost:
        print(f"lost: {line}", file=sys.stderr)
    if lost and not accept_loss:
        raise UserError("records were lost, see above; `make recover ACCEPT_LOSS=1` goes on without them")
    aside = checkpoint.folder.move_aside() if checkpoint.folder.exists() else None
    first_seq = bronze.newest_seq(spark) + 1
    start = resume(topics, known, offsets)
    checkpoint.create(Identity.fresh(first_seq, start, identities(topics)))
    waiting = sum(end - start[one.name][part] for one in topics for part, (_, end) in one.bounds.items())
    moved = f"; the old one is {aside.rpartition('/')[2]}" if aside else ""
    return f"checkpoint rebuilt: the next batch is {first_seq}, {waiting:,} events wait in Kafka{moved}"


def topic_ids(checkpoint: Checkpoint) -> dict[str, str]:
    """Return the identities that the old checkpoint was reading; none where it cannot say."""
    try:
        return checkpoint.topic_ids(checkpoint.plan(sys.maxsize))
    except UserError:
        return {}


if __name__ == "__main__":
    entry_point(main)()

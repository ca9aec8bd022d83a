"""Kafka's side: which topics it has now, the offsets of their partitions, and whether there is a record to read."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from common.errors import UserError
from common.kafka_errors import reaching
from common.kafka_topics import Topic, partition_bounds
from common.settings import Settings

PATIENCE_MS = 20_000
SECONDS_PER_LOOK = 10.0
# Over fewer offsets than this it is cheaper to read on than to ask again.
NEAR = 5_000


@dataclass(frozen=True, order=True, slots=True)
class Gap:
    """Offsets of a partition, from `first` to before `next`, that bronze has no row of."""

    topic: str
    partition: int
    first: int
    next: int

    def __str__(self) -> str:
        """Return the gap as a person names it."""
        last = f" to {self.next - 1}" if self.next - self.first > 1 else ""
        return f"{self.topic}/{self.partition}: offset{'s' if last else ''} {self.first}{last}"


def topics(settings: Settings, names: Sequence[str]) -> dict[str, Topic]:
    """Return those of these topics that Kafka has, with the offsets that they have now.

    Raises:
        UserError: Kafka does not answer.
    """
    with reaching(settings):
        client = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, bootstrap_timeout_ms=PATIENCE_MS)
        try:
            described = client.describe_topics(list(names))
        finally:
            client.close()
        identities = {one["name"]: str(one["topic_id"]) for one in described if one["error_code"] == 0}
        with consumer(settings) as reader:
            return {
                name: Topic(name, identities[name], partition_bounds(reader, name))
                for name in names
                if name in identities
            }


def readable(settings: Settings, gaps: Sequence[Gap]) -> list[Gap]:
    """Return the gaps that Kafka has a record for; the others hold only what transactions leave: markers, and
    records that were aborted.

    Raises:
        UserError: Kafka does not answer, or not in time.
    """
    if not gaps:
        return []
    partitions: dict[TopicPartition, deque[Gap]] = {}
    for gap in sorted(gaps):
        partitions.setdefault(TopicPartition(gap.topic, gap.partition), deque()).append(gap)
    with reaching(settings), consumer(settings) as reader:
        return [gap for partition, wanted in partitions.items() for gap in with_records(reader, partition, wanted)]


def with_records(reader: KafkaConsumer, partition: TopicPartition, gaps: deque[Gap]) -> Iterator[Gap]:
    """Yield the gaps of a partition, which come in order, that hold a committed record; read forward, once."""
    reader.assign([partition])
    reader.seek(partition, gaps[0].first)
    deadline = time.monotonic() + SECONDS_PER_LOOK
    while gaps:
        before = reader.position(partition)
        if before < gaps[0].first - NEAR:
            reader.seek(partition, gaps[0].first)
        for record in reader.poll(timeout_ms=500).get(partition, ()):
            drop_before(gaps, record.offset)
            if gaps and gaps[0].first <= record.offset:
                yield gaps.popleft()
        reached = reader.position(partition)
        drop_before(gaps, reached)
        if reached > before:
            deadline = time.monotonic() + SECONDS_PER_LOOK
        elif time.monotonic() > deadline:
            raise UserError(f"Kafka gives nothing of {gaps[0]} for {SECONDS_PER_LOOK:.0f} s; see `make status`")


def drop_before(gaps: deque[Gap], offset: int) -> None:
    """Take away the gaps that end before an offset: nothing was found in them."""
    while gaps and gaps[0].next <= offset:
        gaps.popleft()


@contextmanager
def consumer(settings: Settings) -> Iterator[KafkaConsumer]:
    """Yield a consumer that commits nothing and sees what is committed."""
    reader = KafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        bootstrap_timeout_ms=PATIENCE_MS,
        request_timeout_ms=PATIENCE_MS,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=64 * 1024,
    )
    try:
        yield reader
    finally:
        reader.close()

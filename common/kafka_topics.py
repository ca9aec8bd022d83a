"""The topics: which there are and how each is made, an administrator's connection, and a topic as Kafka has it now."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from common.contracts.model import Contract
from common.kafka_errors import reaching
from common.settings import Settings

MILLISECONDS_PER_DAY = 86_400_000
# Findings of the monitor, which it alone writes; no contract, so the ingest passes it over.
ALERTS = "alerts"
ALERTS_PARTITIONS, ALERTS_RETENTION_DAYS = 2, 90
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
PATIENCE_MS = 8_000


@dataclass(frozen=True)
class Definition:
    """How a topic is made."""

    partitions: int
    configs: dict[str, str]


@dataclass(frozen=True)
class Topic:
    """A topic as it is: `bounds` are each partition's first offset and the one after its last."""

    name: str
    topic_id: str
    bounds: dict[int, tuple[int, int]]

    @property
    def records(self) -> int:
        """Return how many records Kafka holds, transactions' markers included."""
        return sum(end - first for first, end in self.bounds.values())


def of_contracts(settings: Settings, contracts: Iterable[Contract]) -> dict[str, Definition]:
    """Return how the topics of contracts are made, by name."""
    return {one.topic: definition(settings.topic_partitions, one.retention_days) for one in contracts}


def of_alerts() -> dict[str, Definition]:
    """Return how the topic of the monitor's findings is made, by name."""
    return {ALERTS: definition(ALERTS_PARTITIONS, ALERTS_RETENTION_DAYS)}


def definition(partitions: int, days: int | None) -> Definition:
    """Return how a topic is made: the broker's clock stamps arrivals, and nothing is compacted away."""
    return Definition(
        partitions,
        {
            "message.timestamp.type": "LogAppendTime",
            "cleanup.policy": "delete",
            "retention.ms": "-1" if days is None else str(days * MILLISECONDS_PER_DAY),
            "retention.bytes": "-1",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        },
    )


@contextmanager
def admin(settings: Settings) -> Iterator[KafkaAdminClient]:
    """Return an administrator's connection for the length of the block."""
    with reaching(settings):
        client = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, bootstrap_timeout_ms=PATIENCE_MS)
        try:
            yield client
        finally:
            client.close()


def partition_bounds(consumer: KafkaConsumer, name: str) -> dict[int, tuple[int, int]]:
    """Return the first offset and the one after the last of each partition of a topic."""
    partitions = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name) or ())]
    first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    return {one.partition: (first[one], end[one]) for one in partitions}

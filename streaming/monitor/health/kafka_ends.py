"""Where Kafka's topics end, asked again and again over one connection."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from common.settings import Settings
from streaming.monitor.health.arrivals import Arrivals

PATIENCE_MS = 3_000
# What was there before the first look: where the partitions ended so many seconds ago, up to two years.
AGES = tuple(2.0**power for power in range(26, 0, -1))


@dataclass
class KafkaEnds:
    """The present ends of some topics, and how long what lies before them has waited."""

    settings: Settings
    topics: Sequence[str]
    arrivals: dict[TopicPartition, Arrivals] = field(default_factory=dict)
    answers: bool = False
    consumer: KafkaConsumer | None = None

    def look(self) -> None:
        """Ask for the present ends; where Kafka does not answer, the old ones stay and `answers` is false."""
        try:
            if self.consumer is None:
                self.consumer = self.connect()
            partitions = self.partitions(self.consumer)
            for fresh in set(partitions) - self.arrivals.keys():
                self.arrivals[fresh] = before(self.consumer, fresh)
            ends = self.consumer.end_offsets(partitions)
            now = time.time()
            for partition, end in ends.items():
                self.arrivals[partition].note(now, end)
            self.answers = True
        except (KafkaError, OSError):
            self.answers = False
            self.close()

    def connect(self) -> KafkaConsumer:
        """Return a connection that gives up soon."""
        return KafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap,
            enable_auto_commit=False,
            bootstrap_timeout_ms=PATIENCE_MS,
            request_timeout_ms=PATIENCE_MS,
            # As the queries read: an end within an open transaction is out of their reach.
            isolation_level="read_committed",
        )

    def partitions(self, consumer: KafkaConsumer) -> list[TopicPartition]:
        """Return the partitions of the topics that are there."""
        return [
            TopicPartition(topic, number)
            for topic in self.topics
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]

    def lag(self, topic: str, ends: dict[int, int]) -> tuple[int, float]:
        """Return how many records of a topic lie behind some offsets, and for how many seconds the first has waited."""
        own = {one.partition: known for one, known in list(self.arrivals.items()) if one.topic == topic and known.ends}
        now = time.time()
        positions = {number: ends.get(number, known.ends[0]) for number, known in own.items()}
        waiting = sum(max(known.ends[-1] - positions[number], 0) for number, known in own.items())
        return waiting, max((known.waited(positions[number], now) for number, known in own.items()), default=0.0)

    def quiet_seconds(self, topics: Sequence[str]) -> float:
        """Return for how long nothing has come to any of some topics, at least; 0 where nothing ever did."""
        known = [one for partition, one in list(self.arrivals.items()) if partition.topic in topics]
        came = [one.last_change() for one in known if one.ends and one.ends[-1] > one.ends[0]]
        return time.time() - max(came) if came else 0.0

    def close(self) -> None:
        """Let the connection go."""
        if self.consumer is not None:
            consumer, self.consumer = self.consumer, None
            consumer.close()


def before(consumer: KafkaConsumer, partition: TopicPartition) -> Arrivals:
    """Return where a partition ended in the past."""
    now, known = time.time(), Arrivals()
    end = consumer.end_offsets([partition])[partition]
    first = consumer.beginning_offsets([partition])[partition]
    for age in AGES if end > first else ():
        found = consumer.offsets_for_times({partition: int((now - age) * 1000)})[partition]
        known.note(now - age, found.offset if found else end)
    return known

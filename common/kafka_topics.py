"""A topic as Kafka has it now: its identity, and which offsets each of its partitions holds."""

from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition


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


def partition_bounds(consumer: KafkaConsumer, name: str) -> dict[int, tuple[int, int]]:
    """Return the first offset and the one after the last of each partition of a topic."""
    partitions = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name) or ())]
    first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    return {one.partition: (first[one], end[one]) for one in partitions}

"""Kafka's side: how many records each partition holds, against the identities in bronze."""

from collections.abc import Sequence
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from spark.common.errors import UserError
from spark.common.settings import Settings

# Rows, distinct identities and the range of offsets of each partition that bronze knows, of the newest topic.
LANDED = """
    select topic, `partition`, topic_id, count(*), count(distinct `offset`), min(`offset`), max(`offset`),
        count_if(broken_rule is null), count_if(broken_rule is not null)
    from bronze.events group by topic, topic_id, `partition` order by topic, `partition`
"""


@dataclass(frozen=True)
class Landed:
    """What bronze holds of a partition."""

    topic: str
    partition: int
    topic_id: str
    rows: int
    identities: int
    first: int
    last: int
    valid: int
    quarantined: int

    def fault(self) -> str | None:
        """Return what is wrong with the partition, or None: each offset from the first to the last exactly once."""
        where = f"{self.topic}/{self.partition} ({self.topic_id})"
        if self.rows != self.identities:
            return f"{where}: {self.rows - self.identities} rows are there twice"
        if self.rows != self.last - self.first + 1:
            absent = self.last - self.first + 1 - self.rows
            return f"{where}: {absent} offsets between {self.first} and {self.last} are missing"
        if self.rows != self.valid + self.quarantined:
            return f"{where}: {self.rows} rows are not {self.valid} valid and {self.quarantined} quarantined"
        return None


def bounds(config: Settings, topics: Sequence[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """Return first and next offset of every partition of the topics.

    Raises:
        UserError: Kafka does not answer.
    """
    try:
        consumer = KafkaConsumer(bootstrap_servers=config.kafka_bootstrap, request_timeout_ms=20_000)
        try:
            partitions = [
                TopicPartition(topic, number)
                for topic in topics
                for number in consumer.partitions_for_topic(topic) or ()
            ]
            first, after = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        finally:
            consumer.close()
    except KafkaError as error:
        raise UserError(f"Kafka at {config.kafka_bootstrap} does not answer ({error}); run `make up`") from None
    return {(one.topic, one.partition): (first[one], after[one]) for one in partitions}


def faults(landed: Sequence[Landed], kafka: dict[tuple[str, int], tuple[int, int]]) -> tuple[list[str], int]:
    """Return what does not agree between Kafka and bronze, and how many records wait to be ingested."""
    found = [fault for one in landed if (fault := one.fault())]
    newest = {(one.topic, one.partition): one for one in landed}
    waiting = 0
    for (topic, partition), (first, after) in kafka.items():
        one = newest.get((topic, partition))
        reached = one.last + 1 if one else first
        waiting += max(after - reached, 0)
        if one and one.first > first:
            found.append(f"{topic}/{partition}: offsets {first} to {one.first - 1} are in Kafka but not in bronze")
        if reached > after:
            found.append(
                f"{topic}/{partition}: bronze reaches offset {reached - 1}, Kafka only {after - 1}; was it recreated?"
            )
    return found, waiting

"""Kafka's offsets against the identities in bronze, up to one batch: each record exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.kafka_topics import Topic
from spark.reconcile.broker import Gap

# Each transaction leaves a gap, its marker; as many as fit into memory are looked for in Kafka.
MOST_GAPS = 1_000_000
NEWEST_BATCH = "select coalesce(max(ingest_seq), -1) from bronze.events"


@dataclass(frozen=True)
class LandedPartition:
    """What bronze holds of a partition of one topic; a topic made again has another identity."""

    topic: str
    partition: int
    topic_id: str
    rows: int
    identities: int
    first: int
    last: int
    valid: int
    quarantined: int

    @property
    def where(self) -> str:
        """Return the partition's name."""
        return f"{self.topic}/{self.partition} ({self.topic_id})"

    @property
    def absent(self) -> int:
        """Return how many offsets between the first and the last have no row."""
        return self.last - self.first + 1 - self.identities


def landed_partitions(batch: int) -> str:
    """Return the query of what landed up to a batch, one row per partition, in the order of `LandedPartition`."""
    return f"""
        select topic, `partition`, topic_id, count(*), count(distinct `offset`), min(`offset`), max(`offset`),
            count_if(broken_rule is null), count_if(broken_rule is not null)
        from bronze.events where ingest_seq <= {batch}
        group by topic, topic_id, `partition` order by topic, topic_id, `partition`"""


def inner_gaps(batch: int, parts: Sequence[LandedPartition]) -> str:
    """Return the query of the offsets without a row between the first and the last of partitions, as of `Gap`."""
    return f"""
        select topic, `partition`, previous + 1, `offset` from (
            select topic, `partition`, `offset`,
                lag(`offset`) over (partition by topic_id, `partition` order by `offset`) as previous
            from bronze.events where ingest_seq <= {batch} and {of(parts)}
        ) where `offset` > previous + 1 order by topic, `partition`, `offset` limit {MOST_GAPS}"""


def doubles(batch: int, parts: Sequence[LandedPartition]) -> str:
    """Return the query of identities that are there more than once: topic, topic_id, partition, offset, rows."""
    return f"""
        select topic, topic_id, `partition`, `offset`, count(*) from bronze.events
        where ingest_seq <= {batch} and {of(parts)}
        group by topic, topic_id, `partition`, `offset` having count(*) > 1
        order by topic, `partition`, `offset` limit 11"""


def of(parts: Sequence[LandedPartition]) -> str:
    """Return the condition that a row is of one of the partitions."""
    identities = ", ".join(f"('{one.topic_id}', {one.partition})" for one in parts)
    return f"(topic_id, `partition`) in ({identities})"


def current(parts: Sequence[LandedPartition], topics: Mapping[str, Topic]) -> list[LandedPartition]:
    """Return the partitions of the topics that Kafka has now; the others are history and have nothing beside them."""
    return [one for one in parts if one.topic in topics and topics[one.topic].topic_id == one.topic_id]


def outer_gaps(now: Sequence[LandedPartition], topics: Mapping[str, Topic]) -> list[Gap]:
    """Return the offsets before and behind what landed that no later batch can bring, since ingest is past them.

    Before: from 0 to the first that landed. Behind: those that Kafka expired before they were read.
    """
    there = {(one.topic, one.partition): one for one in now}
    gaps = []
    for topic in topics.values():
        for partition, (first, _) in topic.bounds.items():
            one = there.get((topic.name, partition))
            gaps.append(Gap(topic.name, partition, 0, one.first if one else first))
            gaps.append(Gap(topic.name, partition, one.last + 1 if one else first, first))
    return [gap for gap in gaps if gap.next > gap.first]


def split(gaps: Sequence[Gap], topics: Mapping[str, Topic]) -> tuple[list[Gap], list[Gap]]:
    """Return the parts of the gaps that Kafka has expired, and those that it can still be asked for."""
    expired, held = [], []
    for gap in gaps:
        first = min(max(topics[gap.topic].bounds[gap.partition][0], gap.first), gap.next)
        expired.append(Gap(gap.topic, gap.partition, gap.first, first))
        held.append(Gap(gap.topic, gap.partition, first, gap.next))
    return [one for one in expired if one.next > one.first], [one for one in held if one.next > one.first]


def split_markers(
    lost: Sequence[Gap], now: Sequence[LandedPartition], empty: Sequence[Gap]
) -> tuple[list[Gap], list[Gap]]:
    """Return the expired gaps that were markers of transactions, as far as can be told, and those that are losses.

    The ingest reads on without a hole or stops. So what is absent between two rows held no record, if what Kafka still
    has of the topic shows that its producers write in transactions.
    """
    between = {(one.topic, one.partition): (one.first, one.last) for one in now}
    transactional = {gap.topic for gap in empty}
    markers_and_losses: tuple[list[Gap], list[Gap]] = [], []
    for gap in lost:
        first, last = between.get((gap.topic, gap.partition), (0, 0))
        markers_and_losses[not (gap.topic in transactional and first < gap.first and gap.next <= last)].append(gap)
    return markers_and_losses


def waiting(now: Sequence[LandedPartition], topics: Mapping[str, Topic]) -> int:
    """Return how many offsets of Kafka lie behind what landed."""
    reached = {(one.topic, one.partition): one.last + 1 for one in now}
    return sum(
        max(after - max(reached.get((topic.name, partition), first), first), 0)
        for topic in topics.values()
        for partition, (first, after) in topic.bounds.items()
    )


def faults(parts: Sequence[LandedPartition], now: Sequence[LandedPartition], topics: Mapping[str, Topic]) -> list[str]:
    """Return what the counts alone say is wrong: rows that are there twice, and offsets that Kafka never gave."""
    texts = [
        f"{one.where}: {one.rows - one.identities} rows are there twice" for one in parts if one.rows != one.identities
    ]
    for one in now:
        _, after = topics[one.topic].bounds.get(one.partition, (0, 0))
        if one.last >= after:
            texts.append(f"{one.where}: bronze reaches offset {one.last}, Kafka only {after - 1}; did Kafka lose data?")
    return texts

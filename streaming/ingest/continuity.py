"""Whether Kafka still holds what was not read yet: a new topic of a known name, offsets that expired; never skipped."""

from collections.abc import Mapping, Sequence

from common.kafka_topics import Topic
from streaming.ingest.checkpoint import Offsets


def losses(topics: Sequence[Topic], topic_ids: Mapping[str, str], reached: Offsets) -> list[str]:
    """Return a line for each way in which records were lost before they were read; none where all is there.

    Args:
        topics: the topics as Kafka has them now.
        topic_ids: the identities that were read so far.
        reached: the offset that follows what was read, per topic and partition.
    """
    return [line for topic in topics for line in losses_of(topic, topic_ids.get(topic.name), reached)]


def losses_of(topic: Topic, known_id: str | None, reached: Offsets) -> list[str]:
    """Return the lines of one topic."""
    if known_id and known_id != topic.topic_id:
        return [
            f"{topic.name} was created again: bronze.events has read {known_id}, Kafka has {topic.topic_id} now;"
            " what the old topic held beyond that is gone"
        ]
    lines = []
    for partition, (first, end) in topic.bounds.items():
        position = reached.get(topic.name, {}).get(partition, 0)
        where = f"{topic.name}, partition {partition}"
        if first > position:
            lines.append(f"{where}: offsets {position} to {first - 1} expired before they were read")
        if end < position:
            lines.append(f"{where}: Kafka ends at offset {end}, bronze.events has read up to {position - 1}")
    return lines


def resume(topics: Sequence[Topic], topic_ids: Mapping[str, str], reached: Offsets) -> Offsets:
    """Return where to read on although records were lost: behind what was read, or where Kafka begins."""
    return {
        topic.name: {
            partition: first
            if topic_ids.get(topic.name, topic.topic_id) != topic.topic_id
            else min(max(first, reached.get(topic.name, {}).get(partition, first)), end)
            for partition, (first, end) in topic.bounds.items()
        }
        for topic in topics
    }

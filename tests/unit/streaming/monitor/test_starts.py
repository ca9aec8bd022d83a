"""A query that begins reads behind the marts, within what Kafka has."""

from common.kafka_topics import Topic
from streaming.monitor.starts import start_offsets


def test_a_partition_begins_behind_the_marts_and_within_kafka() -> None:
    bounds = {0: (0, 100), 1: (50, 100), 2: (0, 10), 3: (7, 9)}
    following = {"orders": {0: 40, 1: 40, 2: 40}}
    # Behind the marts; where the topic begins now; where it ends; one that came later, at its first.
    assert start_offsets([Topic("orders", "id", bounds)], following) == {"orders": {0: 40, 1: 50, 2: 10, 3: 7}}

"""What was lost in Kafka before it was read is said."""

import pytest

from common.kafka_topics import Topic
from streaming.ingest.continuity import losses, resume

ORDERS = Topic("orders", "id", {0: (2, 10), 1: (0, 4)})


@pytest.mark.parametrize(
    ("known", "offsets", "parts"),
    [
        ({"orders": "id"}, {0: 2, 1: 0}, []),
        ({"orders": "id"}, {0: 10, 1: 4}, []),
        ({}, {0: 2}, []),
        ({"orders": "id"}, {0: 1, 1: 4}, ["partition 0: offsets 1 to 1 expired"]),
        ({"orders": "id"}, {1: 4}, ["partition 0: offsets 0 to 1 expired"]),
        ({"orders": "id"}, {0: 11, 1: 4}, ["partition 0: Kafka ends at offset 10, bronze.events has read up to 10"]),
        ({"orders": "old"}, {0: 2, 1: 0}, ["orders was created again: bronze.events has read old, Kafka has id now"]),
    ],
)
def test_losses_are_named(known: dict[str, str], offsets: dict[int, int], parts: list[str]) -> None:
    lines = losses([ORDERS], known, {"orders": offsets})
    assert len(lines) == len(parts)
    assert all(part in line for part, line in zip(parts, lines, strict=True))


@pytest.mark.parametrize(
    ("known", "offsets", "start"),
    [
        ({"orders": "id"}, {0: 5, 1: 1}, {0: 5, 1: 1}),
        ({"orders": "id"}, {0: 1}, {0: 2, 1: 0}),
        ({"orders": "id"}, {0: 99, 1: 4}, {0: 10, 1: 4}),
        ({"orders": "old"}, {0: 5, 1: 1}, {0: 2, 1: 0}),
    ],
)
def test_reading_goes_on_behind_what_was_read_or_where_kafka_begins(
    known: dict[str, str], offsets: dict[int, int], start: dict[int, int]
) -> None:
    assert resume([ORDERS], known, {"orders": offsets}) == {"orders": start}

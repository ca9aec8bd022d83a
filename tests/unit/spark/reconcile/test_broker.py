"""Which gaps hold a record: a topic is read forward once, however many gaps there are."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition

from common.errors import UserError
from spark.reconcile import broker
from spark.reconcile.broker import Gap

PARTITION = TopicPartition("orders", 0)


class Reader:
    """A consumer of offsets; `polled` counts how often it was asked, `sought` where it was set."""

    def __init__(self, offsets: list[int], end: int) -> None:
        self.offsets, self.end = offsets, end
        self.at, self.polled, self.sought = 0, 0, list[int]()

    def assign(self, partitions: list[TopicPartition]) -> None:
        assert partitions == [PARTITION]

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.at = offset
        self.sought.append(offset)

    def position(self, partition: TopicPartition) -> int:
        return self.at

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        self.polled += 1
        records = [SimpleNamespace(offset=one) for one in self.offsets if one >= self.at][:500]
        self.at = records[-1].offset + 1 if records else self.end
        return {PARTITION: records} if records else {}


def gaps_with_records(reader: Reader, *gaps: tuple[int, int]) -> list[tuple[int, int]]:
    wanted = deque(Gap("orders", 0, *gap) for gap in gaps)
    return [(gap.first, gap.next) for gap in broker.with_records(reader, PARTITION, wanted)]


def test_a_gap_with_a_record_is_told_from_one_of_marks() -> None:
    reader = Reader([0, 1, 3, 4, 7, 8], end=12)
    assert gaps_with_records(reader, (2, 3), (4, 6), (6, 8), (9, 12)) == [(4, 6), (6, 8)]


def test_many_transactions_are_read_in_one_pass() -> None:
    records = [one for one in range(30_000) if one % 3]
    reader = Reader(records, end=30_000)
    assert gaps_with_records(reader, *((one, one + 1) for one in range(0, 30_000, 3))) == []
    assert (reader.sought, reader.polled <= len(records) / 500 + 1) == ([0], True)


def test_far_stretches_without_a_gap_are_skipped() -> None:
    reader = Reader([*range(1, 1_000), *range(1_000_000, 1_000_100)], end=1_000_100)
    assert gaps_with_records(reader, (0, 1), (999_999, 1_000_001)) == [(999_999, 1_000_001)]
    assert (reader.sought, reader.polled) == ([0, 999_999], 2)


def test_a_silent_broker_is_an_error_that_names_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader([], end=5)
    monkeypatch.setattr(broker, "SECONDS_PER_LOOK", 0.0)
    with pytest.raises(UserError, match="orders/0: offsets 5 to 6 for 0 s"):
        gaps_with_records(reader, (5, 7))

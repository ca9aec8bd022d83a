"""What is handed to kafka-python is what Kafka expects, and what is acknowledged is counted."""

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import MessageSizeTooLargeError
from kafka.partitioner.default import murmur2
from kafka.producer.future import FutureProduceResult
from kafka.record.memory_records import MemoryRecords

from common.errors import UserError
from common.settings import Settings, read_settings
from common.shutdown import Stop
from streaming import producer
from streaming.kafka_records import PackedRecords, encode_varint, key_hash, record
from streaming.producer import Message, Outbox, seal_event, send


class Broker:
    """Stands for kafka-python's producer: two partitions of any topic; batches wait for `answer`."""

    def __init__(self, **_: Any) -> None:
        self.batches: list[SimpleNamespace] = []

    def partitions_for(self, topic: str) -> set[int]:
        return {1, 0}

    def take(self, _: Any, partition: TopicPartition, parts: Iterable[bytes], count: int) -> SimpleNamespace:
        future = FutureProduceResult(partition)
        batch = SimpleNamespace(topic_partition=partition, record_count=count, produce_future=future)
        self.batches.append(batch)
        if self.refuse_from is None or len(self.batches) <= self.refuse_from:
            future.success((0, 0, None))
        else:
            future.success((-1, -1, lambda _: MessageSizeTooLargeError("too large")))
        return batch

    refuse_from: int | None = None

    def close(self, timeout: float) -> None:
        self.closed = True


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    one = Broker()
    monkeypatch.setattr(producer, "KafkaProducer", lambda **_: one)
    monkeypatch.setattr(producer, "hand_over", one.take)
    monkeypatch.setattr(producer, "give_up", lambda one: one.close(0))
    monkeypatch.setattr(producer, "BATCH_BYTES", 100)
    return one


@pytest.fixture
def settings() -> Settings:
    return read_settings({}, Path("none"))


def test_kafka_python_reads_a_batch_back() -> None:
    wanted = [(b"k", b"value"), (b"key" * 30, b"v" * 100_000), (b"", b"")]
    parts = [part for place, one in enumerate(wanted) for part in record(place, *one)]
    batch = PackedRecords(b"".join(parts), len(wanted))
    batch.set_producer_state(7, 1, 40, False)
    assert batch.is_full() and batch.next_offset() == 3
    batch.close()
    (read,) = MemoryRecords(batch.buffer())
    assert read.validate_crc()
    assert (read.producer_id, read.base_sequence, read.last_offset_delta, read.records_count) == (7, 40, 2, 3)
    assert [(one.key, one.value, one.offset) for one in read] == [(*one, place) for place, one in enumerate(wanted)]


def test_numbers_are_zigzag_varints() -> None:
    assert [encode_varint(number) for number in (0, 1, 63, 64, 8191, 8192)] == [
        b"\x00", b"\x02", b"\x7e", b"\x80\x01", b"\xfe\x7f", b"\x80\x80\x01",
    ]  # fmt: skip


def test_a_key_lies_where_other_clients_put_it() -> None:
    assert key_hash("simulated/S00001") == murmur2(b"simulated/S00001") & 0x7FFFFFFF


def test_all_are_counted_and_a_key_keeps_its_partition(broker: Broker, settings: Settings) -> None:
    messages = [Message("orders" if n % 3 else "returns", f"shop/{n % 7}", b"x" * 30) for n in range(1_000)]
    notes: list[int] = []
    assert send(settings, messages, None, "test", notes.append) == {"orders": 666, "returns": 334}
    assert notes[-1] == 1_000 and broker.closed
    assert sum(batch.record_count for batch in broker.batches) == 1_000
    assert {batch.topic_partition.partition for batch in broker.batches} == {0, 1}


def test_a_refusal_is_one_line_and_what_was_acknowledged_is_noted(
    broker: Broker, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.refuse_from = 5
    notes: list[int] = []
    with pytest.raises(UserError, match=r"MessageSizeTooLargeError.*too large") as caught:
        send(settings, [Message("orders", "one", b"x" * 30)] * 1_000, None, "test", notes.append)
    acknowledged = sum(batch.record_count for batch in broker.batches[:5])
    assert notes[-1] == acknowledged > 0 and "\n" not in str(caught.value)
    assert f"test: {acknowledged:,} acknowledged" in capsys.readouterr().err


def test_the_prefix_ends_before_what_a_slow_partition_holds(broker: Broker, settings: Settings) -> None:
    box = Outbox(settings, Stop())
    slow = next(f"{n}" for n in range(99) if key_hash(f"{n}") % 2 == 0)
    fast = next(f"{n}" for n in range(99) if key_hash(f"{n}") % 2 == 1)
    for _ in range(5):
        box.add("orders", fast, b"")
    box.add("orders", slow, b"")
    for _ in range(100):
        box.add("orders", fast, b"")
    assert box.acknowledged.total() > 50 and box.prefix() == 5
    box.push()
    box.settle()
    assert box.prefix() == box.added == box.acknowledged["orders"] == 106


def test_a_stop_is_heard_between_messages(broker: Broker, settings: Settings) -> None:
    notes: list[int] = []

    def messages() -> Iterable[Message]:
        for number in range(100):
            if number == 50:
                os.kill(os.getpid(), signal.SIGINT)
            yield Message("orders", "one", b"x" * 30)

    with pytest.raises(KeyboardInterrupt):
        send(settings, messages(), None, "test", notes.append)
    assert notes == [sum(batch.record_count for batch in broker.batches)] and 0 < notes[0] <= 51


def test_the_id_follows_from_the_content() -> None:
    assert seal_event({"a": 1}) == seal_event({"a": 1}) != seal_event({"a": 2})
    assert seal_event({"a": 1}).endswith(b'","a":1}')

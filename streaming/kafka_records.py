"""Batches of records in Kafka's own format, handed to kafka-python's producer whole.

`KafkaProducer.send` costs a future, three locks and a dozen calls for each record, more than it takes to make one. Here
a record is a few bytes in a list, and only its batch has a future. Identity, sequence numbers, retries and order remain
the producer's. What is used of it beside its public API is in `hand_over`, `give_up` and `Packed`; it is pinned.
"""

import time
import zlib
from collections.abc import Iterable
from functools import lru_cache

from kafka import KafkaProducer, TopicPartition
from kafka.partitioner.default import murmur2
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecordsBuilder

MAGIC = 2
GZIP = DefaultRecordBatchBuilder.CODEC_GZIP
# Level 9, the client's own, takes ten times as long as 1 and makes JSON of events a fifth smaller.
GZIP_LEVEL = 1
GZIP_FORMAT = 31
SECONDS_TO_END = 5.0
UNKNOWN_PRODUCER = {"producer_id": -1, "producer_epoch": -1, "base_sequence": -1}


def encode_varint(number: int) -> bytes:
    """Return a number from zero on as a zigzag varint."""
    rest = number << 1
    groups = bytearray()
    while rest > 0x7F:
        groups.append(rest & 0x7F | 0x80)
        rest >>= 7
    groups.append(rest)
    return bytes(groups)


SMALL = [encode_varint(number) for number in range(8192)]


def varint(number: int) -> bytes:
    """Return a number from zero on as a zigzag varint; nearly all are small."""
    return SMALL[number] if number < 8192 else encode_varint(number)


def record(offset: int, key: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a record without headers, at the batch's own time, as its length and its body."""
    body = b"".join((b"\0\0", varint(offset), varint(len(key)), key, varint(len(value)), value, b"\0"))
    return varint(len(body)), body


@lru_cache(1 << 17)
def key_hash(key: str) -> int:
    """Return the hash by which every Kafka client places a key; a customer's key comes often."""
    return int(murmur2(key.encode())) & 0x7FFFFFFF


class Packed(DefaultRecordBatchBuilder):
    """A batch whose records are written already."""

    def __init__(self, records: bytes, count: int) -> None:
        """Take the records' bytes and their number."""
        super().__init__(MAGIC, GZIP, is_transactional=False, batch_size=0, **UNKNOWN_PRODUCER)
        self._records = records
        self._num_records = count
        self._last_offset = count - 1
        self._first_timestamp = self._max_timestamp = int(time.time() * 1000)

    def size(self) -> int:
        """Return the bytes before compression."""
        return len(self._buffer) + len(self._records)

    def build(self) -> bytearray:
        """Return the batch as it is sent."""
        self._buffer += zlib.compress(self._records, GZIP_LEVEL, GZIP_FORMAT)
        self._records = b""
        self.write_header()
        return self._buffer


class PackedRecords(MemoryRecordsBuilder):
    """What the producer sees of a packed batch; with a size of 0 it is full, so it waits for nothing."""

    def __init__(self, records: bytes, count: int) -> None:
        """Take the records' bytes and their number."""
        super().__init__(MAGIC, GZIP, batch_size=0)
        self._builder = Packed(records, count)
        self._next_offset = count


def hand_over(producer: KafkaProducer, partition: TopicPartition, parts: Iterable[bytes], count: int) -> ProducerBatch:
    """Queue a batch behind those of its partition and return it; its `produce_future` tells the outcome."""
    batch = ProducerBatch(partition, PackedRecords(b"".join(parts), count))
    accumulator = producer._accumulator
    with accumulator._tp_lock(partition):
        accumulator._batches[partition].append(batch)
        accumulator._incomplete.add(batch)
    producer._sender.wakeup()
    return batch


def refusal(batch: ProducerBatch) -> Exception | None:
    """Return why the broker or the client gave up a batch whose outcome is known; None where it was acknowledged."""
    _, _, errors = batch.produce_future.value
    return None if errors is None else errors(0)


def give_up(producer: KafkaProducer) -> None:
    """End a producer without waiting for what is under way; its own `close` waits, and raises in the end."""
    producer._sender.force_close()
    producer._sender.join(SECONDS_TO_END)
    producer._accumulator.abort_incomplete_batches()
    producer.close(timeout=0)

"""Sending events: idempotent, acknowledged by all replicas, with a bounded number under way."""

import hashlib
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError
from kafka.producer.producer_batch import ProducerBatch

from common.kafka_errors import reaching
from common.kafka_topics import MAX_MESSAGE_BYTES, PATIENCE_MS
from common.settings import Settings
from common.shutdown import Stop, listening
from streaming.kafka_records import give_up, hand_over, key_hash, record, refusal
from streaming.progress import report

BATCH_BYTES = 256 * 1024
BATCHES_UNDER_WAY = 64
SECONDS_FOR_A_BATCH = 130.0
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_TO_SETTLE_AFTER_A_FAULT = 5.0
SECONDS_BETWEEN_REPORTS = 5.0
SECONDS_BETWEEN_NOTES = 1.0
# What the record format and the broker's own limit leave of a message for the value.
MAX_VALUE_BYTES = MAX_MESSAGE_BYTES - 64 * 1024


class Message(NamedTuple):
    """One record to send."""

    topic: str
    key: str
    value: bytes


def encode(event: Mapping[str, Any]) -> bytes:
    """Return an event as its JSON; the same event gives the same bytes."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def seal(body: bytes) -> bytes:
    """Return an event's JSON with an `event_id` of its content, so that sending it again is a duplicate by id."""
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return b'{"event_id":"' + digest.encode() + b'",' + body[1:]


def seal_event(event: Mapping[str, Any]) -> bytes:
    """Return the JSON of the event with an `event_id` of its content."""
    return seal(encode(event))


@dataclass
class Filling:
    """The batch of a partition that is being filled; `first` is the place of its first message among all."""

    first: int = 0
    count: int = 0
    size: int = 0
    parts: list[bytes] = field(default_factory=list)


class Outbox:
    """Messages on their way: batched by partition, in their order, counted when all replicas have them.

    As a context, it waits for every acknowledgement at the end; after a fault only for what is under way already.
    A request to stop is heard between two steps, never within one, so that the counts stay exact.
    """

    def __init__(self, settings: Settings, stop: Stop) -> None:
        """Connect.

        Raises:
            KafkaError: nobody answers.
        """
        self.stop = stop
        self.acknowledged: Counter[str] = Counter()
        self.added = 0
        self.filling: dict[TopicPartition, Filling] = {}
        self.under_way: deque[tuple[ProducerBatch, int]] = deque()
        self.partitions: dict[str, list[TopicPartition]] = {}
        self.producer = KafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap,
            bootstrap_timeout_ms=PATIENCE_MS,
            acks="all",
            enable_idempotence=True,
            compression_type="gzip",
            max_request_size=MAX_MESSAGE_BYTES,
        )

    def add(self, topic: str, key: str, value: bytes) -> bool:
        """Take one message, wait while too much is under way, and return whether a batch went out."""
        places = self.partitions.get(topic) or self.places(topic)
        partition = places[key_hash(key) % len(places)]
        batch = self.filling.get(partition)
        if batch is None:
            batch = self.filling[partition] = Filling(first=self.added)
        parts = record(batch.count, key.encode(), value)
        batch.parts += parts
        batch.count += 1
        batch.size += len(parts[1])
        self.added += 1
        if batch.size < BATCH_BYTES:
            return False
        self.close(partition)
        return True

    def places(self, topic: str) -> list[TopicPartition]:
        """Return a topic's partitions in their order."""
        numbers = sorted(self.producer.partitions_for(topic))
        return self.partitions.setdefault(topic, [TopicPartition(topic, number) for number in numbers])

    def close(self, partition: TopicPartition) -> None:
        """Send what a partition has."""
        batch = self.filling.pop(partition)
        self.under_way.append((hand_over(self.producer, partition, batch.parts, batch.count), batch.first))
        self.settle(BATCHES_UNDER_WAY)

    def push(self) -> None:
        """Send what all partitions have, full or not."""
        for partition in list(self.filling):
            self.close(partition)

    def settle(self, most: int = 0, seconds: float = SECONDS_FOR_A_BATCH) -> None:
        """Count what is acknowledged and wait until at most so many batches are under way.

        Raises:
            KafkaError: a batch was refused or not acknowledged in time.
            KeyboardInterrupt: a stop was requested while waiting.
        """
        until = time.monotonic() + seconds
        while self.under_way and (len(self.under_way) > most or self.under_way[0][0].produce_future.is_done):
            batch, _ = self.under_way[0]
            if not batch.produce_future.wait(SECONDS_BETWEEN_LOOKS):
                self.stop.check()
                if time.monotonic() > until:
                    raise KafkaTimeoutError(f"no acknowledgement within {seconds:.0f} s")
                continue
            refused = refusal(batch)
            if refused is not None:
                raise refused
            self.under_way.popleft()
            self.acknowledged[batch.topic_partition.topic] += batch.record_count

    def prefix(self) -> int:
        """Return how many messages, from the first one on without a gap, are acknowledged."""
        open_since = [first for batch, first in self.under_way] + [one.first for one in self.filling.values()]
        return min(open_since, default=self.added)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for the acknowledgements and leave."""
        if kind is not None:
            return self.abandon()
        try:
            self.push()
            self.settle()
        except BaseException:
            self.abandon()
            raise
        self.producer.close(timeout=5)
        return None

    def abandon(self) -> None:
        """Give what is under way a moment, count what of it was acknowledged, and give up the rest."""
        until = time.monotonic() + SECONDS_TO_SETTLE_AFTER_A_FAULT
        for place in list(self.under_way):
            batch, _ = place
            if batch.produce_future.wait(max(0.0, until - time.monotonic())) and refusal(batch) is None:
                self.under_way.remove(place)
                self.acknowledged[batch.topic_partition.topic] += batch.record_count
        give_up(self.producer)


def send(
    settings: Settings,
    messages: Iterable[Message],
    total: int | None,
    what: str,
    stored: Callable[[int], None] | None = None,
) -> Counter[str]:
    """Send all messages in their order, wait for every acknowledgement, and return how many each topic took.

    Args:
        settings: where Kafka is.
        messages: what is sent.
        total: how many they are, for the progress; None where nobody knows.
        what: who sends, for the progress.
        stored: called every second, and at the end, with how many messages from the first one on are acknowledged.

    Raises:
        UserError: Kafka cannot be reached or refuses a message; what was acknowledged stays, and its number is said.
    """
    began = time.monotonic()
    with reaching(settings), listening() as stop:
        box = Outbox(settings, stop)
        progress = SendProgress(box, total, what, stored, began)
        try:
            with box:
                for message in messages:
                    is_sent = box.add(*message)
                    stop.check()
                    if is_sent:
                        progress.look()
        finally:
            progress.end()
    return box.acknowledged


@dataclass
class SendProgress:
    """How far a sender has come: stored for its caller, and said on standard error; see `send`."""

    box: Outbox
    total: int | None
    what: str
    stored: Callable[[int], None] | None
    began: float

    def __post_init__(self) -> None:
        """Begin to count the seconds."""
        self.reported = self.noted = self.began

    def look(self) -> None:
        """Store and report where the time has come."""
        now = time.monotonic()
        if self.stored and now - self.noted >= SECONDS_BETWEEN_NOTES:
            self.noted = now
            self.stored(self.box.prefix())
            # So that a partition which fills slowly does not hold the next note back.
            self.box.push()
        if now - self.reported >= SECONDS_BETWEEN_REPORTS:
            self.reported = now
            report(self.what, self.box.acknowledged.total(), self.total, now - self.began)

    def end(self) -> None:
        """Store and report the end."""
        if self.stored:
            self.stored(self.box.prefix())
        report(self.what, self.box.acknowledged.total(), self.total, time.monotonic() - self.began)

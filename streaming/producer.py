"""Sending events: idempotent, acknowledged by all replicas, with a bounded number under way."""

import hashlib
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.producer.future import FutureRecordMetadata

from spark.common.settings import Settings
from streaming.topics import MAX_MESSAGE_BYTES, PATIENCE_MS, reaching

UNDER_WAY = 4_000
SECONDS_BETWEEN_REPORTS = 5.0
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


def sealed(event: Mapping[str, Any]) -> bytes:
    """Return the JSON of the event with an `event_id` of its content, so that sending it again is a duplicate by id."""
    body = encode(event)
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return b'{"event_id":"' + digest.encode() + b'",' + body[1:]


def send(config: Settings, messages: Iterable[Message], total: int, what: str) -> Counter[str]:
    """Send all messages in their order, wait for every acknowledgement, and return how many each topic took.

    Raises:
        UserError: Kafka cannot be reached or refuses a message; what was acknowledged stays.
    """
    acknowledged: Counter[str] = Counter()
    waiting: deque[tuple[str, FutureRecordMetadata]] = deque()
    began = reported = time.monotonic()
    with reaching(config):
        producer = KafkaProducer(
            bootstrap_servers=config.kafka_bootstrap,
            bootstrap_timeout_ms=PATIENCE_MS,
            acks="all",
            enable_idempotence=True,
            compression_type="gzip",
            linger_ms=50,
            batch_size=256 * 1024,
            max_request_size=MAX_MESSAGE_BYTES,
        )
        try:
            for message in messages:
                future = producer.send(message.topic, message.value, message.key.encode())
                waiting.append((message.topic, future))
                if len(waiting) >= UNDER_WAY:
                    settle(waiting, acknowledged, UNDER_WAY // 2)
                if time.monotonic() - reported >= SECONDS_BETWEEN_REPORTS:
                    reported = time.monotonic()
                    report(what, acknowledged.total(), total, reported - began)
            producer.flush()
            settle(waiting, acknowledged, len(waiting))
        finally:
            producer.close(timeout=5)
    report(what, acknowledged.total(), total, time.monotonic() - began)
    return acknowledged


def settle(waiting: deque[tuple[str, FutureRecordMetadata]], acknowledged: Counter[str], count: int) -> None:
    """Wait for the oldest messages under way; a refused one raises."""
    for _ in range(count):
        topic, future = waiting.popleft()
        future.get(timeout=120)
        acknowledged[topic] += 1


def report(what: str, done: int, total: int, seconds: float) -> None:
    """Say on standard error how far it has come."""
    rate = done / seconds if seconds > 0 else 0.0
    print(f"{what}: {done:,} of {total:,} acknowledged, {rate:,.0f}/s", file=sys.stderr, flush=True)

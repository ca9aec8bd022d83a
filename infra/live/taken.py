"""Whether the stream and the monitor have taken all that Kafka holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from common import monitor_state
from common.files import read_state
from common.kafka_topics import partition_bounds
from common.settings import Settings

PATIENCE_MS = 3_000


def kafka_ends(settings: Settings, topics: list[str]) -> dict[str, dict[int, int]] | None:
    """Return where the topics end now; None where Kafka does not answer."""
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap,
            enable_auto_commit=False,
            bootstrap_timeout_ms=PATIENCE_MS,
            request_timeout_ms=PATIENCE_MS,
            isolation_level="read_committed",
        )
    except KafkaError:
        return None
    try:
        bounds = {topic: partition_bounds(consumer, topic) for topic in topics}
        return {topic: {part: end for part, (_, end) in parts.items()} for topic, parts in bounds.items()}
    except KafkaError:
        return None
    finally:
        consumer.close()


def ingest_state(settings: Settings) -> dict[str, Any]:
    """Return what the ingest wrote last; nothing where it has not run."""
    return read_state(settings.path("run", "ingest.json")) or {}


def has_landed(state: Mapping[str, Any], ends: Mapping[str, Mapping[int, int]]) -> bool:
    """Return whether the ingest says that it has landed all up to some ends."""
    topics = state.get("topics", {})
    return all(
        topics.get(topic, {}).get("ends", {}).get(str(part), 0) >= end
        for topic, parts in ends.items()
        for part, end in parts.items()
    )


def waiting(state: Mapping[str, Any] | None, since: datetime) -> list[str] | None:
    """Return the monitor's queries for which something waits, or that have not begun; None where it has not looked.

    A query in real time is not waited for: what it has taken is known minutes later, and others take the same events in
    batches, after it. Where it was held up, it goes on from its checkpoint at the next start.
    """
    if state is None or datetime.fromisoformat(state["at"]) <= since:
        return None
    others = {"ingest", *state["real_time"]}
    return sorted(
        {row["job"] for row in state["rows"] if row["job"] not in others and (row["lag_events"] or not row["topic"])}
    )


def left(settings: Settings, since: datetime) -> list[str]:
    """Return who has not taken yet what Kafka holds; nobody sends any more since an instant."""
    state = ingest_state(settings)
    ends = kafka_ends(settings, list(state.get("topics", {})))
    of_monitor = waiting(monitor_state.read(settings), since)
    stream = [] if state and ends is not None and has_landed(state, ends) else ["stream"]
    return [*stream, *(["monitor"] if of_monitor is None else of_monitor)]

"""The alerts where they are kept: in their topic, in the lake and in PostgreSQL, repeats included."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from common import postgres, thrift
from common.kafka_topics import ALERTS
from common.settings import Settings
from streaming.topics import describe
from tests.drills.findings import Finding

POLL_MS = 500
QUERY = "select alert_id from live.anomalies"
NAMES = tuple(one.name for one in fields(Finding))


def values_in_kafka(settings: Settings) -> Iterator[bytes]:
    """Yield the messages of the topic that are there now, in the order of their partitions."""
    (topic,) = describe(settings, [ALERTS])
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, enable_auto_commit=False)
    for number, (first, end) in topic.bounds.items():
        partition = TopicPartition(ALERTS, number)
        consumer.assign([partition])
        consumer.seek(partition, first)
        while consumer.position(partition) < end:
            for record in consumer.poll(POLL_MS).get(partition, []):
                yield record.value or b""
    consumer.close()


def messages_in_kafka(settings: Settings) -> list[dict[str, Any]]:
    """Return the messages that are alerts."""
    messages = []
    for value in values_in_kafka(settings):
        try:
            message = json.loads(value)
        except ValueError:
            continue
        if isinstance(message, dict) and set(NAMES) <= message.keys():
            messages.append(message)
    return messages


def findings_in_kafka(settings: Settings) -> list[Finding]:
    """Return the alerts of the topic as findings."""
    return [Finding(*(message[name] for name in NAMES)) for message in messages_in_kafka(settings)]


def ids_in_kafka(settings: Settings) -> list[str]:
    """Return the identities of the alerts of the topic."""
    return [str(message["alert_id"]) for message in messages_in_kafka(settings)]


def ids_in_lake(settings: Settings) -> list[str]:
    """Return the identities of the alerts in the lake."""
    return [str(one) for (one,) in thrift.rows(settings, QUERY)]


def ids_in_postgresql(settings: Settings) -> list[str]:
    """Return the identities of the alerts in PostgreSQL."""
    with postgres.connect(settings, "reporter") as connection:
        return [str(one) for (one,) in connection.execute(QUERY).fetchall()]

"""Order events made by hand, sent to Kafka, and counted where they land."""

import json
from typing import Any

from kafka import KafkaProducer

from tests.integration.harness import Platform

SOURCE = "hostile"
ENVELOPE = {"schema_version": 1, "source": SOURCE, "occurred_at": "2024-03-01T08:26:00.000Z", "customer_id": "1"}
LINE = {"product_id": "P", "description": "Mug", "quantity": 1, "unit_price": "2.50", "is_product": True}
DOUBLES = "select count(*) - count(distinct topic, topic_id, partition, offset) from bronze.events"


def order(number: int, **changes: Any) -> bytes:
    """Return a valid order, or one with changes."""
    event = {"event_id": f"{SOURCE}-{number}", **ENVELOPE, "order_id": f"{number}", "kind": "sale", "currency": "GBP"}
    return json.dumps({**event, "lines": [LINE], **changes}).encode()


def send(platform: Platform, *records: tuple[str, bytes | None, bytes | None]) -> None:
    """Send records, topic, key and value, and wait until Kafka has them."""
    producer = KafkaProducer(bootstrap_servers=platform.settings.kafka_bootstrap, max_request_size=8 * 1024 * 1024)
    for topic, key, value in records:
        producer.send(topic, value, key)
    producer.flush()
    producer.close()


def count(platform: Platform, condition: str) -> int:
    """Return how many rows of this source bronze has on a condition."""
    return int(platform.value(f"select count(*) from bronze.events where source = '{SOURCE}' and {condition}", "lake"))

"""Orders under which the monitor is hurt: steady, of customers it knows and customers it does not, some of them odd."""

import json
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from kafka import KafkaProducer

from common.settings import Settings
from tests.drills.background import beside

SOURCE, CUSTOMERS, RARE_CUSTOMERS = "shop", 2_000, 400
ODD_SHARE = 0.02
# A broker that is away keeps the sender waiting, no longer than the longest fault.
PATIENCE_MS = 900_000


@dataclass
class Load:
    """Orders at a rate, a tenth of a second apart by their own times, until told to end."""

    settings: Settings
    chance: Random
    rate: int
    sent: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=12))

    def running(self) -> AbstractContextManager[None]:
        """Send for the length of the block, and wait until Kafka has all."""
        return beside(self.send, self.ended)

    def send(self) -> None:
        """Send until told to end; the thread's work."""
        producer = KafkaProducer(
            bootstrap_servers=self.settings.kafka_bootstrap, acks="all", enable_idempotence=True,
            delivery_timeout_ms=PATIENCE_MS, max_block_ms=PATIENCE_MS,
        )  # fmt: skip
        while not self.ended.wait(1 / self.rate):
            key, value = self.order()
            producer.send("orders", value, key)
            self.sent += 1
        producer.flush()
        producer.close()

    def order(self) -> tuple[bytes, bytes]:
        """Return key and value of the next order; one in fifty is much too large."""
        customer = f"c{self.chance.randrange(RARE_CUSTOMERS if self.sent % 10 == 0 else CUSTOMERS)}"
        at, number = self.began + timedelta(seconds=self.sent / 10), f"drill-{self.began:%H%M%S}-{self.sent}"
        pieces = 5_000 if self.chance.random() < ODD_SHARE else self.chance.randrange(6, 10)
        lines = [{"product_id": "P", "quantity": pieces, "unit_price": "2.50", "is_product": True}]
        event = {
            "event_id": number, "schema_version": 1, "source": SOURCE, "customer_id": customer, "order_id": number,
            "occurred_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z", "kind": "sale", "currency": "GBP",
            "lines": lines,
        }  # fmt: skip
        return f"{SOURCE}/{customer}".encode(), json.dumps(event).encode()

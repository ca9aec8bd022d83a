"""A steady load of valid events on all five topics, stamped with the time that they are sent at.

Runs in the benches' environment until it is interrupted or `--seconds` are over: `steady_load.py BOOTSTRAP --rate 500
--versions '{"orders": 1, …}'`; the versions are those of the contracts. Prints how many events each topic took.
"""

import argparse
import json
import signal
import time
from collections import Counter
from collections.abc import Mapping
from random import Random

import orjson
from confluent_kafka import Message, Producer

LINE = {"product_id": "s17", "description": "Candle, red", "quantity": 2, "unit_price": "12.50", "is_product": True}
TICK = 0.005


def fields(topic: str, number: int) -> dict[str, object]:
    """Return what an event of a topic says beside its envelope."""
    order = {"currency": "GBP", "lines": [LINE] * (number % 3 + 1)}
    of_topic: dict[str, dict[str, object]] = {
        "orders": {"order_id": f"o{number}", "kind": "sale", "discount_applied": number % 4 == 0, **order},
        "returns": {"return_id": f"b{number}", "order_id": None, **order},
        "customers": {"gender": "Female", "birth_date": "1980-02-29", "city": "Leeds", "membership_type": "Gold"},
        "ratings": {"rating_id": f"r{number}", "order_id": f"o{number}", "rating": number % 5 + 1},
        "visits": {
            "visit_id": f"v{number}", "channel": "search", "device": "mobile", "seconds": 42, "pages_viewed": 5,
            "products_viewed": 3, "products_in_cart": 1,
        },
    }  # fmt: skip
    return of_topic[topic]


def event(topic: str, version: int, number: int, chance: Random) -> tuple[str, bytes]:
    """Return key and value of an event that happens now."""
    now = time.time()
    at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now * 1000) % 1000:03d}Z"
    customer = f"c{number % 5000}"
    envelope = {
        "event_id": f"{chance.getrandbits(96):024x}", "schema_version": version, "source": "shop",
        "occurred_at": at, "customer_id": customer,
    }  # fmt: skip
    return f"shop/{customer}", orjson.dumps({**envelope, **fields(topic, number)})


def load(bootstrap: str, rate: int, seconds: float, versions: Mapping[str, int]) -> Counter[str]:
    """Send `rate` events a second to each topic and return how many were acknowledged."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "enable.idempotence": True})
    acknowledged: Counter[str] = Counter()
    going = True

    def stop(*_: object) -> None:
        nonlocal going
        going = False

    def count_acknowledged(error: object, message: Message) -> None:
        if not error:
            acknowledged[message.topic()] += 1

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    # Another run has other events: the ids start from the time.
    chance, sent, began = Random(time.time_ns()), 0, time.monotonic()
    while going and time.monotonic() - began < seconds:
        while sent < (time.monotonic() - began) * rate:
            for topic, version in versions.items():
                key, value = event(topic, version, sent, chance)
                producer.produce(topic, value, key=key, on_delivery=count_acknowledged)
            sent += 1
        producer.poll(0)
        time.sleep(TICK)
    producer.flush()
    return acknowledged


def main() -> None:
    """Send until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bootstrap", metavar="BOOTSTRAP", help="address of the broker")
    parser.add_argument("--rate", type=int, default=500, help="events a second and topic")
    parser.add_argument("--seconds", type=float, default=86_400, help="how long at most")
    parser.add_argument("--versions", type=json.loads, required=True, help="JSON: the contract's version of each topic")
    arguments = parser.parse_args()
    print(json.dumps(load(arguments.bootstrap, arguments.rate, arguments.seconds, arguments.versions), sort_keys=True))


if __name__ == "__main__":
    main()

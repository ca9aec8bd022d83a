"""Order events of 331 bytes in the mean that keep their contract, but for 0.3% that break it in every way.

Runs in the benches' environment: `python bench/order_events.py BOOTSTRAP EVENTS [--seed S]` sends them to the
topic `orders` and prints one line: events, bytes and seconds until the last was acknowledged.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

TOPIC = "orders"
BROKEN_SHARE = 0.003
CUSTOMERS = 200_000
FIRST_SECOND, ORDERS_PER_SECOND = 1_700_000_000, 20
BATCH = 5_000
LINES = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2)

EVENT = (
    '{"event_id":"%024x","schema_version":1,"source":"shop","occurred_at":"%s","customer_id":"c%d","order_id":"o%d",'
    '"kind":"sale","currency":"GBP","discount_applied":%s,"lines":[%s]}'
)
LINE = '{"product_id":"s%04d","quantity":%d,"unit_price":"%d.%02d","is_product":true}'

Mishap = Callable[[bytes], bytes]


def swap(old: bytes, new: bytes) -> Mishap:
    """Return a mishap that writes `new` for the first `old`."""
    return lambda value: value.replace(old, new, 1)


# At least one for each rule that an order can break.
MISHAPS: tuple[Mishap, ...] = (
    lambda value: value[: len(value) // 2],
    lambda value: value + value,
    lambda value: b"[" + value + b"]",
    lambda value: value.replace(b"shop", b"sh\xffop", 1),
    lambda value: b'{"raw_row":"1;2;3","raw_reason":"row 1: no date",' + value[1:],
    swap(b'"schema_version":1', b'"schema_version":9'),
    swap(b'"schema_version":1', b'"schema_version":"one"'),
    swap(b'"event_id"', b'"event"'),
    swap(b'"order_id":"', b'"order_id":"\\u0000'),
    swap(b'"source":"shop"', b'"source":"  "'),
    swap(b'"occurred_at":"2', b'"occurred_at":"yesterday 2'),
    swap(b'"occurred_at":"2023', b'"occurred_at":"2223'),
    swap(b'"currency":"GBP"', b'"currency":null'),
    swap(b'"currency":"GBP"', b'"currency":"gbp"'),
    swap(b'"kind":"sale"', b'"kind":"adjustment"'),
    swap(b'"kind":"sale"', b'"kind":"gift"'),
    swap(b'"lines":[', b'"lines":null,"was":['),
    swap(b'"lines":[', b'"lines":[],"was":['),
    swap(b'"product_id":"', b'"product":"'),
    swap(b'"quantity":', b'"quantity":-'),
    swap(b'"quantity":', b'"quantity":0,"was":'),
    swap(b'"quantity":', b'"quantity":"many","was":'),
    swap(b'"quantity":', b'"quantity":900000'),
    swap(b'"unit_price":"', b'"unit_price":"990000000'),
    swap(b'"unit_price":"', b'"unit_price":"-'),
    swap(b'"unit_price":"', b'"unit_price":"1,'),
)


def events(seed: int, customers: int = CUSTOMERS) -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value of one order after the other, without end; the same seed gives the same bytes."""
    chance = Random(seed)
    pieces = [
        LINE % (chance.randrange(4000), chance.randrange(1, 9), chance.randrange(10, 100), chance.randrange(100))
        for _ in range(4096)
    ]
    below, bits = chance.random, chance.getrandbits
    number, clock = 0, ""
    while True:
        if number % ORDERS_PER_SECOND == 0:
            seconds = time.gmtime(FIRST_SECOND + number // ORDERS_PER_SECOND)
            clock = time.strftime("%Y-%m-%dT%H:%M:%S.", seconds)
        at = f"{clock}{number % ORDERS_PER_SECOND * 50:03d}Z"
        dice = bits(64)
        customer = dice % customers
        lines = ",".join([pieces[dice >> 20 + 12 * each & 4095] for each in range(LINES[(dice >> 57) % 10])])
        discounted = "true" if dice & 1 else "false"
        value = (EVENT % (bits(96), at, customer, number, discounted, lines)).encode()
        if below() < BROKEN_SHARE:
            value = MISHAPS[number % len(MISHAPS)](value)
        yield b"shop/c%d" % customer, value
        number += 1


def send(bootstrap: str, count: int, seed: int, customers: int) -> tuple[int, int]:
    """Send `count` orders and return how many bytes their values had and how many were not acknowledged."""
    from confluent_kafka import Producer

    settings = {"linger.ms": 50, "batch.size": 1 << 20, "compression.type": "lz4", "enable.idempotence": True}
    producer = Producer({"bootstrap.servers": bootstrap, "queue.buffering.max.messages": 200_000, **settings})
    failed = size = 0

    def count_failure(error: object, _: object) -> None:
        nonlocal failed
        failed += error is not None

    orders = islice(events(seed, customers), count)
    while batch := [{"key": key, "value": value} for key, value in islice(orders, BATCH)]:
        while len(producer) > 100_000:
            producer.poll(0.05)
        producer.produce_batch(TOPIC, batch, on_delivery=count_failure)
        size += sum(len(one["value"]) for one in batch)
        producer.poll(0)
    return size, failed + producer.flush()


def main() -> None:
    """Send the events and say how fast."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bootstrap", metavar="BOOTSTRAP", help="address of the broker")
    parser.add_argument("events", metavar="EVENTS", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=7, help="another seed is other events")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help=f"how many place them (default {CUSTOMERS:,})")
    arguments = parser.parse_args()
    began = time.monotonic()
    size, failed = send(arguments.bootstrap, arguments.events, arguments.seed, arguments.customers)
    seconds = time.monotonic() - began
    if failed:
        raise SystemExit(f"error: {failed:,} events were not acknowledged; look at the broker's log")
    mean = size / max(arguments.events, 1)
    print(f"{arguments.events:,} events of {mean:.0f} bytes acknowledged in {seconds:.1f} s")


if __name__ == "__main__":
    main()

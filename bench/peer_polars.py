"""What a user without Spark would write: confluent-kafka, orjson, Polars and deltalake, to a Delta table on HDFS.

It judges by the same rules and writes the same columns of an order as the ingest. orjson, because Polars' own reader of
JSON lines takes three times as long and fails a whole chunk for one broken line. deltalake's wheel speaks to HDFS
itself. With `--processes 2` each partition has a process of its own, because reading and hashing holds Python's lock.

Runs in the benches' environment: `peer_polars.py BOOTSTRAP TOPIC TABLE --codec snappy --statistics a,b`.
"""

import argparse
import gc
import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import xxhash
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from deltalake import WriterProperties, write_deltalake

from bench.order_rules import first_broken_rule

HASH_SEED = 42  # Spark's, so that the column says the same.
CHUNK, COMMIT_ROWS = 20_000, 250_000
FIELDS = {
    "event_id": pl.String, "schema_version": pl.Int32, "source": pl.String, "occurred_at": pl.String,
    "customer_id": pl.String, "order_id": pl.String, "kind": pl.String, "currency": pl.String,
    "discount_applied": pl.Boolean,
}  # fmt: skip
LINE = {
    "product_id": pl.String, "description": pl.String, "quantity": pl.Int32, "unit_price": pl.String,
    "is_product": pl.Boolean,
}  # fmt: skip
PYTHON = {pl.String: str, pl.Int32: int, pl.Boolean: bool}
# What is plainly right; what lies beyond is looked at one by one, for the rules of plausible amounts.
MOST_LINES = 1_000
REQUIRED = ("event_id", "source", "order_id", "kind", "currency")
PRICE = r"^[0-9]{1,6}([.][0-9]{1,4}0*)?$"
# librdkafka does not say a topic's identity to Python; the column is there all the same.
TOPIC_ID = "00000000-0000-0000-0000-000000000000"
INSTANT = "%Y-%m-%dT%H:%M:%S%.3fZ"
# How JSON writes U+0000; behind a backslash that is itself escaped it is looked at in vain.
NUL = b"\\u0000"


@dataclass(frozen=True)
class Target:
    """Where the rows go, and as what."""

    table: str
    codec: str
    statistics: str


def series(name: str, values: Sequence[Any], kind: Any, suspects: set[int]) -> pl.Series:
    """Return a column; the rows whose values are of another type are added to `suspects`."""
    wanted = {PYTHON[kind], type(None)}
    if not set(map(type, values)) <= wanted:
        suspects.update(row for row, value in enumerate(values) if type(value) not in wanted)
        values = [value if type(value) in wanted else None for value in values]
    return pl.Series(name, values, dtype=kind, strict=False)


def parse(values: Sequence[bytes]) -> tuple[pl.DataFrame, set[int]]:
    """Return the typed fields of the values, one row each, and the rows that must be looked at one by one."""
    suspects: set[int] = set()
    events: list[dict[str, Any]] = []
    for value in values:
        try:
            event = orjson.loads(value)
        except ValueError:
            event = None
        if type(event) is not dict or "raw_row" in event or NUL in value:
            suspects.add(len(events))
            event = event if type(event) is dict else {}
        events.append(event)
    columns = [series(name, [each.get(name) for each in events], kind, suspects) for name, kind in FIELDS.items()]
    lines = lists([each.get("lines") for each in events], suspects)
    frame = pl.DataFrame([*columns, lines]).with_columns(
        pl.col("occurred_at").str.to_datetime(INSTANT, time_zone="UTC", time_unit="us", strict=False)
    )
    return frame, suspects


def lists(cells: Sequence[Any], suspects: set[int]) -> pl.Series:
    """Return the column of lines with typed prices; rows with a line that is not plainly right become suspects."""
    whole = [one if type(one) is list and all(type(line) is dict for line in one) else [] for one in cells]
    owners = [row for row, one in enumerate(whole) for _ in one]
    flat = [line for one in whole for line in one]
    odd: set[int] = set()
    inner = pl.DataFrame([series(name, [line.get(name) for line in flat], kind, odd) for name, kind in LINE.items()])
    right = inner.select(
        (pl.col("product_id").str.strip_chars() != "")
        & pl.col("quantity").is_between(1, 10_000)
        & pl.col("unit_price").str.contains(PRICE)
        & pl.col("is_product").is_not_null()
    ).to_series().fill_null(False)  # fmt: skip
    odd.update(right.not_().arg_true().to_list())
    suspects.update(owners[line] for line in odd)
    suspects.update(row for row, one in enumerate(whole) if not 0 < len(one) <= MOST_LINES)
    typed = inner.with_columns(pl.col("unit_price").cast(pl.Decimal(18, 4), strict=False))
    offsets = [0]
    for one in whole:
        offsets.append(offsets[-1] + len(one))
    mask = pa.array([type(one) is not list for one in cells], pa.bool_())
    items = typed.to_struct().to_arrow()
    column = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), items, mask=mask)
    return pl.Series("lines", pl.from_arrow(column))


def judge(messages: Sequence[Message], topic: str, partition: int, commit: int) -> pl.DataFrame:
    """Return the rows of the table for a chunk of records of a partition."""
    values = [message.value() or b"" for message in messages]
    arrived = [message.timestamp()[1] for message in messages]
    fields, suspects = parse(values)
    keys = [(message.key() or b"").decode("utf-8", "replace") for message in messages]
    frame = fields.with_columns(
        pl.lit(topic).alias("topic"),
        pl.lit(TOPIC_ID).alias("topic_id"),
        pl.lit(partition, pl.Int32).alias("partition"),
        pl.Series("offset", [message.offset() for message in messages], pl.Int64),
        (pl.Series("arrived_at", arrived, pl.Int64) * 1000).cast(pl.Datetime("us", "UTC")),
        pl.lit(commit, pl.Int64).alias("ingest_seq"),
        pl.Series("key", keys, pl.String),
        pl.lit(2, pl.Int32).alias("contract_version"),
        pl.Series(
            "payload_hash", [xxhash.xxh64_intdigest(value, HASH_SEED) for value in values], pl.UInt64
        ).reinterpret(signed=True),
    )
    plain = frame.select(
        pl.all_horizontal(*(pl.col(name).str.strip_chars(" ") != "" for name in REQUIRED))
        & pl.col("schema_version").is_between(1, 2)
        & (pl.col("occurred_at") <= pl.col("arrived_at") + pl.duration(minutes=5))
        & (pl.col("kind") == "sale")
        & pl.col("currency").str.contains("^[A-Z]{3}$")
    ).to_series().fill_null(False)  # fmt: skip
    suspects.update(plain.not_().arg_true().to_list())
    broken = {row: rule for row in sorted(suspects) if (rule := first_broken_rule(values[row], arrived[row]))}
    return frame.with_columns(
        column("broken_rule", broken, len(values), pl.String),
        column("payload", {row: values[row] for row in broken}, len(values), pl.Binary),
    )


def column(name: str, by_row: Mapping[int, Any], rows: int, kind: Any) -> pl.Series:
    """Return a column that is null but for the rows given, by their numbers."""
    values: list[Any] = [None] * rows
    for row, value in by_row.items():
        values[row] = value
    return pl.Series(name, values, kind)


def write(frames: Sequence[pl.DataFrame], target: Target) -> None:
    """Append the rows in one commit."""
    properties = WriterProperties(compression=target.codec.upper())  # type: ignore[arg-type]
    configuration = {"delta.dataSkippingStatsColumns": target.statistics}
    write_deltalake(
        target.table, pl.concat(frames), mode="append", writer_properties=properties, configuration=configuration
    )


def consumer(bootstrap: str) -> Consumer:
    """Return a consumer that fetches ahead."""
    ahead = {"queued.max.messages.kbytes": 131_072, "fetch.max.bytes": 52_428_800}
    return Consumer({"bootstrap.servers": bootstrap, "group.id": "bench", "enable.auto.commit": False, **ahead})


def land(bootstrap: str, topic: str, ends: Mapping[int, int], target: Target) -> None:
    """Land partitions one after the other, each up to its end; one commit is written while the next is read."""
    gc.disable()  # Events are trees without cycles, and there are many.
    source = consumer(bootstrap)
    with ThreadPoolExecutor(1) as writer:
        commits: deque[Future[None]] = deque()
        for frames in batches(source, topic, ends):
            if commits:
                commits.popleft().result()
            commits.append(writer.submit(write, frames, target))
        while commits:
            commits.popleft().result()
    source.close()


def batches(source: Consumer, topic: str, ends: Mapping[int, int]) -> Iterator[list[pl.DataFrame]]:
    """Yield the rows of one commit after the other."""
    frames: list[pl.DataFrame] = []
    commit = 0
    for partition, end in ends.items():
        source.assign([TopicPartition(topic, partition, 0)])
        reached = 0
        while reached < end:
            messages = records(source, min(CHUNK, end - reached))
            if messages:
                reached = messages[-1].offset() + 1
                frames.append(judge(messages, topic, partition, commit))
            if sum(map(len, frames)) >= COMMIT_ROWS:
                yield frames
                frames, commit = [], commit + 1
    if frames:
        yield frames


def records(source: Consumer, most: int) -> list[Message]:
    """Return the next records."""
    messages = source.consume(most, 5)
    for message in messages:
        if message.error():
            raise KafkaException(message.error())
    return messages


def land_side_by_side(bootstrap: str, topic: str, ends: Mapping[int, int], target: Target) -> None:
    """Land each partition in a process of its own."""
    start = multiprocessing.get_context("spawn").Process
    workers = [start(target=land, args=(bootstrap, topic, {one: end}, target)) for one, end in ends.items()]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("error: a worker failed; its own words stand above")


def main() -> None:
    """Land the whole topic and say how long it took."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bootstrap", "topic", "table"):
        parser.add_argument(name, metavar=name.upper())
    parser.add_argument("--codec", default="snappy", help="compression of the files")
    parser.add_argument("--statistics", default="", help="columns whose bounds each file keeps")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=2, help="one, or one per partition")
    arguments = parser.parse_args()
    target = Target(arguments.table, arguments.codec, arguments.statistics)
    asking = consumer(arguments.bootstrap)
    partitions = asking.list_topics(arguments.topic, 10).topics[arguments.topic].partitions
    ends = {one: asking.get_watermark_offsets(TopicPartition(arguments.topic, one))[1] for one in partitions}
    asking.close()
    write([judge([], arguments.topic, 0, 0)], target)  # Makes the table, so that the workers need not agree on it.
    (land if arguments.processes == 1 else land_side_by_side)(arguments.bootstrap, arguments.topic, ends, target)
    print(f"{sum(ends.values()):,} events in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()

"""What the contracts say about literal payloads, through the real parser."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from common.contracts.model import FOLDER, Contracts, Rule, load
from common.contracts.privacy import Privacy
from common.kafka_topics import MAX_MESSAGE_BYTES
from streaming.engine import tune
from streaming.events import only
from streaming.ingest.bronze_rows import bronze_rows
from tests.unit.streaming.ingest.payloads import PAYLOADS, line, order

PRIVACY = Privacy.of_secret("a secret")
ARRIVED = datetime(2025, 1, 1, 12, 0)
KAFKA = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"
TOPIC_IDS = {contract.topic: f"id-of-{contract.topic}" for contract in load(FOLDER).topics}


@pytest.fixture(scope="module")
def spark(spark: SparkSession) -> SparkSession:
    """A session as the stream has it."""
    session = spark.newSession()
    tune(session)
    return session


def judge(
    spark: SparkSession, payloads: list[tuple[str, bytes | None]], contracts: Contracts | None = None
) -> list[Row]:
    records = [(topic, 0, number, ARRIVED, None, value) for number, (topic, value) in enumerate(payloads)]
    frame = bronze_rows(spark.createDataFrame(records, KAFKA), contracts or load(FOLDER), TOPIC_IDS, 7, PRIVACY)
    return frame.orderBy("offset").collect()


def test_each_payload_breaks_the_rule_it_should(spark: SparkSession) -> None:
    rows = judge(spark, [(topic, value) for topic, value, _ in PAYLOADS])
    rules = [(row.topic, PAYLOADS[row.offset][1], row.broken_rule) for row in rows]
    assert rules == PAYLOADS


FIELDS: list[tuple[bytes | None, str, str | None]] = [
    (b'{"event_id": "x", "raw_row": "a,b", "raw_reason": "2 cells", "schema_version": 1}', "unmappable", None),
    (b'{"raw_row": "1;x", "raw_reason": "row 1: quantity x", "raw_field": "quantity"}', "unmappable", "quantity"),
    (b'{"raw_row": "1;x", "raw_field": "ann@shop.test"}', "unmappable", None),
    (b"hello", "not_json", None),
    (None, "not_json", None),
    (order(occurred_at="yesterday"), "wrong_type", "occurred_at"),
    (order(schema_version="1", discount_applied="yes"), "wrong_type", "schema_version"),
    (order(lines={}), "wrong_type", "lines"),
    (order(lines=[1]), "wrong_type", "lines"),
    (line(quantity="6", unit_price="a"), "wrong_type", "lines.quantity"),
    (line(description="\0", unit_price="a"), "wrong_type", "lines.unit_price"),
    (order(order_id="5\0"), "text_with_nul", "order_id"),
    (line(description="\0"), "text_with_nul", "lines.description"),
    (order(schema_version=9), "unknown_schema_version", "schema_version"),
    (b"{}", "missing_event_id", "event_id"),
    (line(product_id=" "), "missing_lines_product_id", "lines.product_id"),
    (order(occurred_at="2026-01-01T00:00:00Z"), "from_the_future", "occurred_at"),
    (order(sent_at="2026-01-01T00:00:00Z"), "sent_in_the_future", "sent_at"),
    (order(kind="gift"), "unknown_kind", "kind"),
    (order(lines=[]), "no_lines", "lines"),
    (line(quantity=0), "zero_quantity", "lines.quantity"),
    (line(discount_amount="99"), "implausible_discount", "lines.discount_amount"),
]


def test_the_field_that_a_broken_rule_is_about_is_named(spark: SparkSession) -> None:
    rows = judge(spark, [("orders", value) for value, *_ in FIELDS])
    assert [(FIELDS[row.offset][0], row.broken_rule, row.broken_field) for row in rows] == FIELDS
    (valid,) = judge(spark, [("orders", order())])
    assert valid.broken_field is None


def test_a_verdict_does_not_hang_on_what_else_arrived(spark: SparkSession) -> None:
    alone = [(value, rule) for topic, value, rule in PAYLOADS if topic == "orders"]
    records = [("orders", 0, number, ARRIVED, None, value) for number, (value, _) in enumerate(alone)]
    frame = bronze_rows(spark.createDataFrame(records, KAFKA), only(load(FOLDER), ["orders"]), TOPIC_IDS, 7, PRIVACY)
    assert [(alone[row.offset][0], row.broken_rule) for row in frame.orderBy("offset").collect()] == alone


def test_a_rule_that_cannot_be_computed_of_a_value_is_not_broken(spark: SparkSession) -> None:
    rules = (Rule("large", "cast(order_id as int) > 600000", ""), Rule("by_zero", "1 / size(array()) > 1", ""))
    orders = only(load(FOLDER), ["orders"])
    contracts = replace(orders, topics=(replace(orders.topics[0], rules=rules),))
    numbers = ("536365", "A536365", "536365000000", "700000")
    rows = judge(spark, [("orders", order(order_id=number)) for number in numbers], contracts)
    assert [row.broken_rule for row in rows] == [None, None, None, "large"]


@pytest.mark.parametrize("kind", ["double", "array<string>", "decimal(4,4)", "decimal(20,2)"])
def test_a_type_that_cannot_be_read_fails_before_a_record_is_there(spark: SparkSession, kind: str) -> None:
    with pytest.raises(PySparkException):
        spark.sql(f"select parse_event('orders', cast('' as binary), 'one {kind}', 'orders:one')")


def test_a_value_is_as_large_as_a_topic_takes(spark: SparkSession) -> None:
    largest = order().ljust(MAX_MESSAGE_BYTES)
    rows = judge(spark, [("orders", largest), ("orders", largest + b" ")])
    assert [row.broken_rule for row in rows] == [None, "not_json"]


def test_an_object_in_the_place_of_a_text_reaches_no_column(spark: SparkSession) -> None:
    nested = {"name": "Ann", "email": "ann@example.org"}
    (row,) = judge(spark, [("orders", order(customer_id=nested, event_id=[nested]))])
    assert (row.broken_rule, row.customer_id, row.event_id) == ("wrong_type", None, None)


def test_payload_is_kept_only_where_a_rule_is_broken(spark: SparkSession) -> None:
    good, bad, tombstone = judge(spark, [("orders", order()), ("orders", b"hello"), ("orders", None)])
    assert (good.payload, tombstone.payload) == (None, None)
    assert b"hello" not in bytes(bad.payload)
    (opened,) = (
        spark.createDataFrame([(bad.payload,)], "payload binary")
        .select(PRIVACY.decrypt(F.col("payload")).alias("payload"))
        .collect()
    )
    assert bytes(opened.payload) == b"hello"
    assert good.payload_hash and bad.payload_hash and tombstone.payload_hash is None


def prices(spark: SparkSession, *values: object) -> list[str]:
    rows = judge(spark, [("orders", line(unit_price=one)) for one in values])
    return [str(row.lines[1].unit_price) for row in rows]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-01-05T10:00:00Z", "2023-01-05 10:00:00"),
        ("2023-01-05T10:00:00.5Z", "2023-01-05 10:00:00.5"),
        ("2023-01-05T10:00:00.12Z", "2023-01-05 10:00:00.12"),
        ("2023-01-05T10:00:00.123Z", "2023-01-05 10:00:00.123"),
        ("2023-01-05T10:00:00.1239Z", "2023-01-05 10:00:00.123"),
        ("2023-01-05T10:00:00.123456789Z", "2023-01-05 10:00:00.123"),
        ("2023-01-05T12:00:00+02:00", "2023-01-05 10:00:00"),
        ("2023-01-05T12:00:00.000+0200", "2023-01-05 10:00:00"),
        ("2023-01-05T05:00:00.25-05", "2023-01-05 10:00:00.25"),
        ("2023-01-05T15:30:00+05:30", "2023-01-05 10:00:00"),
        ("2023-01-05T23:30:00-05:00", "2023-01-06 04:30:00"),
        ("2023-01-01T00:30:00+01:00", "2022-12-31 23:30:00"),
        ("2023-01-05T10:00:00-00:00", "2023-01-05 10:00:00"),
    ],
)
def test_an_instant_has_any_fraction_and_any_zone(spark: SparkSession, text: str, instant: str) -> None:
    (row,) = judge(spark, [("orders", order(occurred_at=text))])
    assert (row.broken_rule, row.occurred_at) == (None, datetime.fromisoformat(instant))


def test_what_is_no_instant_is_of_a_wrong_type(spark: SparkSession) -> None:
    texts = (
        *("2023-01-05T10:00:00", "2023-01-05T10:00:00.123", "2023-01-05 10:00:00Z", "2023-01-05T10:00Z", "2023-01-05"),
        *("2023-01-05T10:00:00.Z", "2023-01-05T10:00:00.1234567890Z", "2023-01-05T10:00:00,5Z", "2023-01-05T10:00:00z"),
        *(
            "2023-01-05T10:00:00+2",
            "2023-01-05T10:00:00+02:0",
            "2023-01-05T10:00:00+02:60",
            "2023-01-05T10:00:00+18:01",
        ),
        *("2023-01-05T10:00:00+02:00Z", "2023-01-05T10:00:00 +02:00", "2023-01-05T10:00:00CET", "2023-01-05T10:00:00+"),
        *("2023-02-29T10:00:00Z", "2023-01-05T24:00:00Z", "2023-01-05T10:60:00Z", "2023-01-05T10:00:60+01:00", ""),
    )
    rows = judge(spark, [("orders", order(occurred_at=text)) for text in texts])
    assert [(text, row.broken_rule) for text, row in zip(texts, rows, strict=True)] == [
        (text, "wrong_type") for text in texts
    ]


def test_a_valid_order_is_typed_whole(spark: SparkSession) -> None:
    (row,) = judge(spark, [("orders", order(rating=5, city="York"))])
    assert (row.topic_id, row.ingest_seq, row.contract_version) == ("id-of-orders", 7, 4)
    assert row.occurred_at.replace(tzinfo=UTC) == datetime(2011, 3, 1, 8, 26, tzinfo=UTC)
    assert [tuple(one) for one in row.lines] == [("85123A", "HEART", 6, Decimal("2.5500"), True, None)]
    assert prices(spark, "-9.5", "0.0001", "12345678901234.5678", 7, "1.10") == [
        "-9.5000",
        "0.0001",
        "12345678901234.5678",
        "7.0000",
        "1.1000",
    ]
    assert (row.rating, row.city) == (None, None), "fields of other topics are not taken over"
    assert list(row.asDict()) == [column.name for column in load(FOLDER).events_table.columns]


def test_attributes_are_texts_by_name(spark: SparkSession) -> None:
    said = {"tier": "Gold", "ünï": "é", "n": 12, "x": 1.50, "b": True, "none": None, "": None}
    (row,) = judge(spark, [("orders", order(attributes={**said, "big": 10**30}))])
    assert row.broken_rule == "wrong_type"
    del said[""]
    (row,) = judge(spark, [("orders", order(attributes={**said, "big": 10**30}))])
    assert (row.broken_rule, row.attributes) == (
        None,
        {"tier": "Gold", "ünï": "é", "n": "12", "x": "1.5", "b": "true", "big": "1" + "0" * 30},
    )


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"shop/1"])
def test_any_key_is_accepted(spark: SparkSession, key: bytes | None) -> None:
    frame = spark.createDataFrame([("orders", 0, 0, ARRIVED, key, value) for value in (order(), b"")], KAFKA)
    valid, broken = bronze_rows(frame, load(FOLDER), TOPIC_IDS, 1, PRIVACY).collect()
    assert (valid.broken_rule, valid.key) == (None, None)
    assert broken.key == (None if key is None else key.decode("utf-8", "replace"))


@pytest.mark.parametrize("broken", ["no_such_column > 1", "order_id >", "no_such_function(order_id)"])
def test_a_rule_that_is_no_sql_fails_before_a_record_is_there(spark: SparkSession, broken: str) -> None:
    orders = only(load(FOLDER), ["orders"])
    contracts = replace(orders, topics=(replace(orders.topics[0], rules=(Rule("unsound", broken, ""),)),))
    with pytest.raises(PySparkException):
        bronze_rows(spark.createDataFrame([], KAFKA), contracts, TOPIC_IDS, 7, PRIVACY)

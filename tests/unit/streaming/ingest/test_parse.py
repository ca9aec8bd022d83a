"""What the contracts say about literal payloads, through the real parser."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from spark.common.contracts import Contracts, Rule, load
from spark.common.privacy import Privacy
from streaming.engine import tune
from streaming.ingest.landing import only
from streaming.ingest.parse import bronze_rows
from streaming.topics import MAX_MESSAGE_BYTES

PRIVACY = Privacy.derived("a secret")
ARRIVED = datetime(2025, 1, 1, 12, 0)
KAFKA = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"
TOPIC_IDS = {contract.topic: f"id-of-{contract.topic}" for contract in load().topics}

LINE = {"product_id": "85123A", "description": "HEART", "quantity": 6, "unit_price": "2.55", "is_product": True}
ENVELOPE = {"event_id": "e1", "schema_version": 1, "source": "s", "occurred_at": "2011-03-01T08:26:00.000Z"}
ORDER = {**ENVELOPE, "customer_id": None, "order_id": "536365", "kind": "sale", "currency": "GBP", "lines": [LINE]}
RETURN = {**ENVELOPE, "customer_id": "1", "return_id": "C1", "currency": "GBP", "lines": [LINE]}
RATING = {**ENVELOPE, "customer_id": "1", "rating_id": "r1", "order_id": None, "rating": 5}
CUSTOMER = {**ENVELOPE, "customer_id": "1", "gender": "Female", "birth_date": "1980-02-29", "city": "York"}


def order(**changes: Any) -> bytes:
    return json.dumps({**ORDER, **changes}).encode()


def line(**changes: Any) -> bytes:
    return order(lines=[LINE, {**LINE, **changes}])


def without(event: dict[str, Any], name: str) -> bytes:
    return json.dumps({key: value for key, value in event.items() if key != name}).encode()


PAYLOADS: list[tuple[str, bytes | None, str | None]] = [
    ("orders", order(), None),
    ("orders", order(customer_id="17850", discount_applied=True), None),
    ("orders", order(new_field={"of": ["a", "later", "version"]}), None),
    ("orders", line(unit_price="0"), None),
    ("orders", line(unit_price=2.55), None),
    ("orders", line(unit_price="9" * 8 + ".9999"), None),
    ("orders", line(unit_price="007.5000000"), None),
    ("orders", line(unit_price="2.55" + "0" * 1_000_000), None),
    ("orders", order(customer_id=17850), None),
    ("orders", line(description=None), None),
    ("orders", order(occurred_at="2025-01-01T12:04:59.000Z"), None),
    ("returns", json.dumps(RETURN).encode(), None),
    ("ratings", json.dumps(RATING).encode(), None),
    ("customers", json.dumps(CUSTOMER).encode(), None),
    ("orders", b'{"event_id": "x", "raw_row": "a,b", "raw_reason": "2 cells", "schema_version": 1}', "unmappable"),
    ("orders", None, "not_json"),
    ("orders", b"", "not_json"),
    ("orders", b"   ", "not_json"),
    ("orders", b"hello", "not_json"),
    ("orders", b"null", "not_json"),
    ("orders", b"[]", "not_json"),
    ("orders", b"17", "not_json"),
    ("orders", order()[:-1], "not_json"),
    ("orders", order() + b" trailing", "not_json"),
    ("orders", order() + order(), "not_json"),
    ("orders", order() + b"," + order(), "not_json"),
    ("orders", order() + b",0", "not_json"),
    ("orders", order() + b',"more":{}', "not_json"),
    ("orders", order() + b"] [", "not_json"),
    ("orders", order() + b"}", "not_json"),
    ("orders", b"[" + order() + b"]", "not_json"),
    ("orders", b'{"lines":[' + b"{}," * 3_000_000 + b"{}]}", "not_json"),
    ("orders", b"\xff\xfe" + order(), "not_json"),
    ("orders", order().replace(b"HEART", b"H\xe9ART"), "not_json"),
    ("orders", order().decode().encode("utf-16"), "not_json"),
    ("orders", order().replace(b'"2.55"', b"NaN"), "not_json"),
    ("orders", order().replace(b'"', b"'"), "not_json"),
    ("orders", b'{"deep": ' + b"[" * 5000 + b"]" * 5000 + b"}", "not_json"),
    ("orders", order().replace(b'{"', b'{"order_id": "1", "', 1), "not_json"),
    ("orders", order().replace(b'"quantity"', b'"quantity": 1, "quantity"'), "not_json"),
    ("orders", order(later={"a": 1}).replace(b'"a"', b'"a": 2, "a"'), "not_json"),
    ("orders", b"\xef\xbb\xbf" + order(), "not_json"),
    ("orders", order().replace(b"HEART", b"H\0ART"), "not_json"),
    ("orders", b" \n\t" + order() + b" \r\n", None),
    ("orders", order(description="[not a list"), None),
    ("orders", order(order_id="{not an object"), None),
    ("orders", order(order_id="\U0001f600"), None),
    ("orders", order().replace(b'"536365"', b'"\\ud83d\\ude00"'), None),
    ("orders", order().replace(b'"536365"', b'"\\ud83d"'), "not_json"),
    ("orders", order().replace(b'"536365"', b'"\\ude00\\ud83d"'), "not_json"),
    ("orders", order().replace(b'"536365"', b'"\\ud83d-\\ude00"'), "not_json"),
    ("orders", order().replace(b'"536365"', b'"\\\\ud83d"'), None),
    ("orders", order().replace(b'"536365"', b'"\\n\\u00e9\\ud83d\\ude00"'), None),
    ("orders", order()[:-2] + b"\\", "not_json"),
    ("orders", order(schema_version="1"), "wrong_type"),
    ("orders", order(event_id={"an": "object"}), "wrong_type"),
    ("orders", order(event_id=["a", "list"]), "wrong_type"),
    ("orders", order(event_id=True), "wrong_type"),
    ("orders", order(customer_id=17850.0), "wrong_type"),
    ("orders", order(occurred_at="2011-03-01"), "wrong_type"),
    ("orders", order(occurred_at="2011-02-30T00:00:00.000Z"), "wrong_type"),
    ("orders", order(occurred_at="2011-03-01T08:26:00.000+01:00"), "wrong_type"),
    ("orders", order(occurred_at=1298968000), "wrong_type"),
    ("orders", order(occurred_at=99999999999999999), "wrong_type"),
    ("orders", order(discount_applied="yes"), "wrong_type"),
    ("orders", order(lines={}), "wrong_type"),
    ("orders", order(lines=[1]), "wrong_type"),
    ("orders", order(rating="five"), None),
    ("orders", order(birth_date="unknown", rating=[]), None),
    ("orders", order(birth_date="unknown", discount_applied="yes"), "wrong_type"),
    ("orders", line(quantity="6"), "wrong_type"),
    ("orders", line(quantity=1.5), "wrong_type"),
    ("orders", line(quantity=2**31), "wrong_type"),
    ("orders", line(unit_price="NaN"), "wrong_type"),
    ("orders", line(unit_price="1,000"), "wrong_type"),
    ("orders", line(unit_price="2.55555"), "wrong_type"),
    ("orders", line(unit_price="2.555500000001"), "wrong_type"),
    ("orders", line(unit_price="2."), "wrong_type"),
    ("orders", line(unit_price=".5"), "wrong_type"),
    ("orders", line(unit_price="-"), "wrong_type"),
    ("orders", line(unit_price=""), "wrong_type"),
    ("orders", line(unit_price="2.5.5"), "wrong_type"),
    ("orders", line(unit_price="\u0665"), "wrong_type"),
    ("orders", line(unit_price="1e400"), "wrong_type"),
    ("orders", line(unit_price="9" * 15), "wrong_type"),
    ("orders", order(schema_version=2), "unknown_schema_version"),
    ("orders", order(schema_version=0), "unknown_schema_version"),
    ("customers", json.dumps({**CUSTOMER, "schema_version": 2}).encode(), None),
    ("orders", b"{}", "missing_event_id"),
    ("orders", order(event_id=" "), "missing_event_id"),
    ("orders", without(ORDER, "schema_version"), "missing_schema_version"),
    ("orders", without(ORDER, "source"), "missing_source"),
    ("orders", without(ORDER, "occurred_at"), "missing_occurred_at"),
    ("orders", without(ORDER, "order_id"), "missing_order_id"),
    ("orders", order(lines=None), "missing_lines"),
    ("orders", order(lines=[None]), "missing_lines_product_id"),
    ("orders", line(product_id=" "), "missing_lines_product_id"),
    ("orders", line(product_id=""), "missing_lines_product_id"),
    ("orders", line(quantity=None), "missing_lines_quantity"),
    ("orders", line(unit_price=None), "missing_lines_unit_price"),
    ("orders", line(is_product=None), "missing_lines_is_product"),
    ("ratings", without(RATING, "customer_id"), "missing_customer_id"),
    ("customers", without(CUSTOMER, "customer_id"), "missing_customer_id"),
    ("orders", order(occurred_at="2025-01-01T12:05:00.001Z"), "from_the_future"),
    ("orders", order(occurred_at="9999-12-31T23:59:59.999Z"), "from_the_future"),
    ("orders", order(kind="adjustment", lines=[{**LINE, "unit_price": "-11062.06"}]), "adjustment"),
    ("orders", order(kind="gift"), "unknown_kind"),
    ("orders", order(lines=[]), "no_lines"),
    ("orders", line(quantity=-1), "write_off"),
    ("orders", line(quantity=0), "zero_quantity"),
    ("orders", line(unit_price="-0.01"), "negative_price"),
    ("orders", order(currency="pounds"), "unknown_currency"),
    ("returns", json.dumps({**RETURN, "lines": [{**LINE, "quantity": -1}]}).encode(), "non_positive_quantity"),
    ("ratings", json.dumps({**RATING, "rating": 6}).encode(), "rating_out_of_range"),
    ("customers", json.dumps({**CUSTOMER, "birth_date": "1880-01-01"}).encode(), "implausible_birth_date"),
    ("customers", json.dumps({**CUSTOMER, "birth_date": "1980-02-30"}).encode(), "wrong_type"),
]


@pytest.fixture(scope="module")
def spark(spark: SparkSession) -> SparkSession:
    """A session as the stream has it."""
    session = spark.newSession()
    tune(session)
    return session


def judged(
    spark: SparkSession, payloads: list[tuple[str, bytes | None]], contracts: Contracts | None = None
) -> list[Row]:
    records = [(topic, 0, number, ARRIVED, None, value) for number, (topic, value) in enumerate(payloads)]
    frame = bronze_rows(spark.createDataFrame(records, KAFKA), contracts or load(), TOPIC_IDS, 7, PRIVACY)
    return frame.orderBy("offset").collect()


def test_each_payload_breaks_the_rule_it_should(spark: SparkSession) -> None:
    rows = judged(spark, [(topic, value) for topic, value, _ in PAYLOADS])
    found = [(row.topic, PAYLOADS[row.offset][1], row.broken_rule) for row in rows]
    assert found == PAYLOADS


def test_a_verdict_does_not_hang_on_what_else_arrived(spark: SparkSession) -> None:
    alone = [(value, rule) for topic, value, rule in PAYLOADS if topic == "orders"]
    records = [("orders", 0, number, ARRIVED, None, value) for number, (value, _) in enumerate(alone)]
    frame = bronze_rows(spark.createDataFrame(records, KAFKA), only(load(), ["orders"]), TOPIC_IDS, 7, PRIVACY)
    assert [(alone[row.offset][0], row.broken_rule) for row in frame.orderBy("offset").collect()] == alone


def test_a_rule_that_cannot_be_computed_of_a_value_is_not_broken(spark: SparkSession) -> None:
    rules = (Rule("large", "cast(order_id as int) > 600000", ""), Rule("by_zero", "1 / size(array()) > 1", ""))
    orders = only(load(), ["orders"])
    contracts = replace(orders, topics=(replace(orders.topics[0], rules=rules),))
    numbers = ("536365", "A536365", "536365000000", "700000")
    rows = judged(spark, [("orders", order(order_id=number)) for number in numbers], contracts)
    assert [row.broken_rule for row in rows] == [None, None, None, "large"]


@pytest.mark.parametrize("kind", ["double", "array<string>", "decimal(4,4)"])
def test_a_type_that_cannot_be_read_fails_before_a_record_is_there(spark: SparkSession, kind: str) -> None:
    with pytest.raises(PySparkException):
        spark.sql(f"select parse_event('orders', cast('' as binary), 'one {kind}', 'orders:one')")


def test_a_value_is_as_large_as_a_topic_takes(spark: SparkSession) -> None:
    largest = order().ljust(MAX_MESSAGE_BYTES)
    rows = judged(spark, [("orders", largest), ("orders", largest + b" ")])
    assert [row.broken_rule for row in rows] == [None, "not_json"]


def test_an_object_in_the_place_of_a_text_reaches_no_column(spark: SparkSession) -> None:
    nested = {"name": "Ann", "email": "ann@example.org"}
    (row,) = judged(spark, [("orders", order(customer_id=nested, event_id=[nested]))])
    assert (row.broken_rule, row.customer_id, row.event_id) == ("wrong_type", None, None)


def test_payload_is_kept_only_where_a_rule_is_broken(spark: SparkSession) -> None:
    good, bad, tombstone = judged(spark, [("orders", order()), ("orders", b"hello"), ("orders", None)])
    assert (good.payload, tombstone.payload) == (None, None)
    assert b"hello" not in bytes(bad.payload)
    (opened,) = (
        spark.createDataFrame([(bad.payload,)], "payload binary")
        .select(PRIVACY.decrypted(F.col("payload")).alias("payload"))
        .collect()
    )
    assert bytes(opened.payload) == b"hello"
    assert good.payload_hash and bad.payload_hash and tombstone.payload_hash is None


def prices(spark: SparkSession, *given: object) -> list[str]:
    rows = judged(spark, [("orders", line(unit_price=one)) for one in given])
    return [str(row.lines[1].unit_price) for row in rows]


def test_a_valid_order_is_typed_whole(spark: SparkSession) -> None:
    (row,) = judged(spark, [("orders", order(rating=5, city="York"))])
    assert (row.topic_id, row.ingest_seq, row.contract_version) == ("id-of-orders", 7, 1)
    assert row.occurred_at.replace(tzinfo=UTC) == datetime(2011, 3, 1, 8, 26, tzinfo=UTC)
    assert [tuple(one) for one in row.lines] == [("85123A", "HEART", 6, Decimal("2.5500"), True)]
    assert prices(spark, "-9.5", "0.0001", "12345678901234.5678", 7, "1.10") == [
        "-9.5000",
        "0.0001",
        "12345678901234.5678",
        "7.0000",
        "1.1000",
    ]
    assert (row.rating, row.city) == (None, None), "fields of other topics are not taken over"
    assert list(row.asDict()) == [column.name for column in load().events_table.columns]


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"shop/1"])
def test_any_key_is_accepted(spark: SparkSession, key: bytes | None) -> None:
    frame = spark.createDataFrame([("orders", 0, 0, ARRIVED, key, value) for value in (order(), b"")], KAFKA)
    valid, broken = bronze_rows(frame, load(), TOPIC_IDS, 1, PRIVACY).collect()
    assert (valid.broken_rule, valid.key) == (None, None)
    assert broken.key == (None if key is None else key.decode("utf-8", "replace"))

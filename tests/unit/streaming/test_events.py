"""Which records are events for whoever looks at what happens: valid ones, without those of tests and probes."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, Contracts, contract, load, read
from streaming.engine import tune
from streaming.events import KAFKA_SCHEMA, internal, only, valid_events
from tests.unit.streaming.ingest.payloads import CUSTOMER, ORDER, RETURN, order

ARRIVED = datetime(2025, 1, 1, 12, 0)


@pytest.fixture(scope="module")
def spark(spark: SparkSession) -> SparkSession:
    """A session as the stream has it."""
    session = spark.newSession()
    tune(session)
    return session


def with_internal(condition: str | None) -> Contracts:
    orders = only(load(FOLDER), ["orders"])
    return replace(orders, topics=(replace(orders.topics[0], internal=condition),))


def order_ids(spark: SparkSession, contracts: Contracts, *values: bytes) -> list[str]:
    records = [("orders", 0, number, ARRIVED, None, value) for number, value in enumerate(values)]
    frame = valid_events(spark.createDataFrame(records, KAFKA_SCHEMA), contracts)
    return [row["order_id"] for row in frame.orderBy("offset").collect()]


def test_what_breaks_its_contract_is_no_event(spark: SparkSession) -> None:
    values = order(order_id="1"), b"{", order(order_id="2", currency="pounds"), order(order_id="3")
    assert order_ids(spark, with_internal(None), *values) == ["1", "3"]


def test_what_cancels_an_order_or_a_return_is_passed_over(spark: SparkSession) -> None:
    back = [
        {**RETURN, "return_id": one, "kind": kind} for one, kind in (("a", "cancelled"), ("b", None), ("c", "return"))
    ]
    values = (
        ("orders", order(order_id="1", kind="cancelled")),
        ("orders", order(order_id="2")),
        *(("returns", json.dumps(one).encode()) for one in back),
    )
    records = [(topic, 0, number, ARRIVED, None, value) for number, (topic, value) in enumerate(values)]
    contracts = only(load(FOLDER), ["orders", "returns", "visits"])
    rows = valid_events(spark.createDataFrame(records, KAFKA_SCHEMA), contracts).orderBy("offset").collect()
    assert [row["return_id"] or row["order_id"] for row in rows] == ["2", "b", "c"]


def test_what_is_internal_is_out_and_what_cannot_be_computed_is_not(spark: SparkSession) -> None:
    contracts = with_internal("customer_id like 'test-%' or cast(order_id as int) = 0")
    values = (
        order(order_id="1", customer_id="test-7"),
        order(order_id="0", customer_id="7"),
        order(order_id="A", customer_id="7"),
        order(order_id="4", customer_id=None),
    )
    assert order_ids(spark, contracts, *values) == ["A", "4"]


def test_each_topic_has_its_own_condition(spark: SparkSession) -> None:
    orders, customers = (load(FOLDER).of(topic) for topic in ("orders", "customers"))
    both = (replace(orders, internal="order_id = 'probe'"), customers)
    assert internal(both) == "case when topic = 'orders' then coalesce(order_id = 'probe', false) else false end"
    contracts = replace(load(FOLDER), topics=both)
    values = (("orders", {**ORDER, "order_id": "probe"}), ("customers", {**CUSTOMER, "customer_id": "probe"}))
    records = [(topic, 0, 0, ARRIVED, None, json.dumps(value).encode()) for topic, value in values]
    rows = valid_events(spark.createDataFrame(records, KAFKA_SCHEMA), contracts).collect()
    assert [(row["topic"], row["customer_id"]) for row in rows] == [("customers", "probe")]


def test_the_condition_stands_in_the_contract_file() -> None:
    content = read(FOLDER / "orders.yml")
    assert contract(content, ()).internal is None
    assert contract({**content, "internal": "source = 'test'"}, ()).internal == "source = 'test'"

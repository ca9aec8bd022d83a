"""One order explained: found in bronze, judged beside the order before it, by every channel that can."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from common.errors import UserError
from streaming.monitor.orders import explain, learning
from tests.unit.streaming.monitor.orders.shop import AS_OF, orders, past, profiles

NOON = AS_OF + timedelta(hours=12)
LINES = [("p", 2, Decimal("900.00"), None), ("q", 1, Decimal("125.00"), Decimal("5.00"))]
SCHEMA = (
    "topic string, ingest_seq bigint, offset bigint, broken_rule string, source string, event_id string, "
    "order_id string, customer_id string, occurred_at timestamp, currency string, "
    "lines array<struct<product_id string, quantity int, unit_price decimal(18,4), discount_amount decimal(18,4)>>, "
    "kind string"
)


@pytest.fixture
def events(spark: SparkSession) -> DataFrame:
    def event(
        name: str,
        hours: float,
        customer: str | None = "3",
        topic: str = "orders",
        broken: str | None = None,
        **more: str,
    ) -> tuple:
        at, kind = NOON + timedelta(hours=hours), more.get("kind", "sale")
        return topic, 1, int(hours), broken, "main", name, f"o-{name}", customer, at, "GBP", LINES, kind

    rows = [
        event("a", 0), event("b", 1), event("c", 3, broken="no_lines"), event("v", 1, topic="visits"),
        event("g", 4, customer=None), event("later", 9), event("gone", 0.5, kind="cancelled"),
    ]  # fmt: skip
    return spark.createDataFrame(rows, SCHEMA)


def test_every_channel_is_explained(spark: SparkSession, events: DataFrame) -> None:
    known = learning.build(orders(spark, past()), profiles(spark), AS_OF, 0.02)
    order = explain.with_previous(explain.find(events, "b"), events)
    text = list(explain.explain(order, known))
    assert text[0] == "event b: order o-b of main, 2025-03-01 13:00:00 UTC, by customer 3"
    assert text[1] == "  1,920.00 GBP in 2 lines; order before: 2025-03-01 12:00:00"
    assert text[2] == "  compared with what was known before 2025-03-01"
    assert [line.partition(", score")[0] for line in text[3:]] == [
        "size_up: ALERT",
        "size_down: as usual",
        "speed: ALERT",
    ]
    assert "by the past of the customer\n  order of 1,920.00 GBP in 2 lines; customer 3 usually spends" in text[3]
    assert "1.00 hours; usual" in text[5]

    guest = list(explain.explain(explain.with_previous(explain.find(events, "g"), events), known))
    assert guest[-1] == "speed: not judged, nobody knows when a guest ordered before"


def test_the_order_before_came_before_in_kafka_and_is_earlier(spark: SparkSession) -> None:
    def came(offset: int, name: str, hours: int) -> tuple:
        at = NOON + timedelta(hours=hours)
        return "orders", 1, offset, None, "main", name, f"o-{name}", "3", at, "GBP", LINES, "sale"

    rows = [came(0, "first", 1), came(1, "ahead", 9), came(2, "judged", 7), came(3, "twin", 7), came(4, "late", 6)]
    events = spark.createDataFrame(rows, SCHEMA)
    hours = {
        name: explain.with_previous(explain.find(events, name), events)
        .selectExpr(f"hour(previous_at) - {NOON.hour} as after_noon")
        .collect()[0]["after_noon"]
        for name in ("first", "ahead", "judged", "twin", "late")
    }
    assert hours == {"first": None, "ahead": 1, "judged": 1, "twin": 1, "late": 1}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("nowhere", "bronze has no event nowhere"),
        ("v", "event v is of topic visits; orders alone are judged"),
        ("c", r"event c breaks its contract \(rule no_lines\)"),
        ("gone", "event gone cancels an order and is none itself"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(events: DataFrame, event: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        explain.find(events, event)
    assert "\n" not in str(caught.value)

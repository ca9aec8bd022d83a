"""What judges events without an engine says what the ingest's SQL says of them."""

import json
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, Field, load
from streaming.engine import tune
from streaming.events import KAFKA_SCHEMA, judge_records
from streaming.replay.judge import Judge
from streaming.replay.rule_sql import compiled
from tests.unit.streaming.ingest.payloads import PAYLOADS

CONTRACTS = load(FOLDER)
ARRIVED = datetime(2025, 1, 1, 12, 0)
# What a replay makes; what a shop says of itself is checked with its mapping.
TOPICS = tuple(topic for topic in CONTRACTS.versions if topic != "sources")
EVENTS_OF_ONE_EXAMPLE = 400
# Values around the bounds of types and rules, by the type of the field, and of some by its name.
OF_TYPE: dict[str, tuple[Any, ...]] = {
    "string": ("a", "", " ", "\0", 7, None),
    "int": (-1, 0, 1, 2, 5, 6, 86_400, 86_401, 1_000_000, 1_000_001, 2**31, "1", None),
    "decimal(18,4)": ("-0.0001", "0", "2.0000", "0.7", "2.1", "9999999.9999", "10000000", "100000000", "100000000.0001",
                      "1" * 15, "0.00001", None),
    "timestamp": ("2023-03-05T10:00:00.000Z", "2024-02-29T23:59:59.999Z", "2025-01-01T12:05:00.001Z", "2023", None),
    "date": ("2023-03-05", "2023-03-06", "1903-03-05", "1903-03-04", "1904-02-29", "1904-02-28", "5.3.2023", None),
    "boolean": (True, False, "no", None),
    "map<string,string>": ({}, {"a": 1}, {str(one): "x" for one in range(101)}, {"a": {}}, {"\0": "b"}, None),
}  # fmt: skip
OF_NAME: dict[str, tuple[Any, ...]] = {
    "kind": ("sale", "return", "cancelled", "adjustment", "gift", None),
    "currency": ("EUR", "eur", "EURO", "EU", "EUR\n"),
    "channel": ("search", "Search", "fax", None),
    "device": ("mobile", "Mobile", None),
}
# What the other fields have, so that few events are broken by what comes before the rule that is looked at.
SOUND: dict[str, Any] = {"string": "a", "int": 1, "decimal(18,4)": "2.10", "timestamp": "2023-03-05T10:00:00.000Z",
                         "date": "1980-02-29", "boolean": True, "map<string,string>": {"a": "b"},
                         "kind": "sale", "currency": "EUR", "channel": "search", "device": "mobile"}  # fmt: skip
MOST_ODD, ODD = 4, 0.7


def value(field: Field, chance: Random, odd: Set[str]) -> Any:
    if field.items:
        lines = chance.choice((0, 1, 1, 1, 2, 3))
        return [{item.name: value(item, chance, odd) for item in field.items} for _ in range(lines)]
    if field.name in odd and chance.random() < ODD:
        return chance.choice(OF_NAME.get(field.name) or OF_TYPE[field.type])
    return SOUND.get(field.name, SOUND[field.type])


def events(seed: int) -> Iterator[tuple[str, bytes]]:
    chance = Random(seed)
    for number in range(EVENTS_OF_ONE_EXAMPLE):
        topic = TOPICS[number % len(TOPICS)]
        names = {one.name for field in CONTRACTS.of(topic).fields for one in (field, *field.items)}
        odd = set(chance.sample(sorted(names), chance.randrange(MOST_ODD + 1)))
        event = {field.name: value(field, chance, odd) for field in CONTRACTS.of(topic).fields}
        if event.get("lines") and number % 3 == 0:
            event["lines"][0] |= {"quantity": 1_000_000, "unit_price": "100000000"}
        yield topic, json.dumps({**event, "kind": None} if topic == "returns" and number % 2 else event).encode()


@pytest.fixture(scope="module")
def judged(spark: SparkSession) -> Callable[[list[tuple[str, bytes]]], list[str | None]]:
    """What judges events as the ingest does."""
    session = spark.newSession()
    tune(session)

    def judge(events: list[tuple[str, bytes]]) -> list[str | None]:
        records = [(topic, 0, number, ARRIVED, None, value) for number, (topic, value) in enumerate(events)]
        frame = judge_records(session.createDataFrame(records, KAFKA_SCHEMA), CONTRACTS)
        return [row.broken_rule for row in frame.select("offset", "broken_rule").orderBy("offset").collect()]

    return judge


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_events_are_judged_as_the_ingest_judges_them(
    judged: Callable[[list[tuple[str, bytes]]], list[str | None]], seed: int
) -> None:
    found, judge = list(events(seed)), Judge(CONTRACTS, ARRIVED.replace(tzinfo=UTC))
    ours = [judge.broken(topic, value) for topic, value in found]
    assert list(zip(found, ours, strict=True)) == list(zip(found, judged(found), strict=True))
    assert not judge.unknown


def test_the_events_that_are_compared_break_every_rule() -> None:
    judge = Judge(CONTRACTS, ARRIVED.replace(tzinfo=UTC))
    broken = {(topic, judge.broken(topic, value)) for seed in range(15) for topic, value in events(seed)}
    wanted: set[tuple[str, str | None]] = {(topic, rule.name) for topic in TOPICS for rule in CONTRACTS.of(topic).rules}
    assert wanted - broken == set() and {("orders", None), ("orders", "sent_in_the_future")} <= broken


@pytest.mark.parametrize(
    ("topic", "value", "rule"), [one for one in PAYLOADS if one[0] in TOPICS and one[2] != "not_json"]
)
def test_known_payloads_are_judged_as_they_are_known(topic: str, value: bytes | None, rule: str | None) -> None:
    assert Judge(CONTRACTS, ARRIVED.replace(tzinfo=UTC)).broken(topic, value or b"") == rule


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("a > 1 and null", None),
        ("a > 5 and null", False),
        ("a = 2 or null", True),
        ("not (a in (1, null))", None),
        ("a in (2, null)", True),
        ("b is null and a is not null", True),
        ("a * 0.7 = 1.4 and -a + 3 = 1", True),
        ("upper(t) rlike '^A.$' and length(t) = 2", True),
        ("array_contains(l.q, 3)", None),
        ("coalesce(b, a) between 2 and 2", True),
        ("cast(d as date) < add_months(cast(d as date), -0)", False),
        ("abs(-a) <> '2'", False),
        ("t > 1", None),
        ("true or b", True),
    ],
)
def test_null_is_neither_true_nor_false(sql: str, found: bool | None) -> None:
    values = {"a": Decimal(2), "b": None, "t": "ab", "l": [{"q": 1}, {"q": None}], "d": ARRIVED}
    assert compiled(sql)(values) is found

"""The same options make the same bytes, and the history is a believable one."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from common.contracts.model import FOLDER, load
from streaming.simulate.people import MODES
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth
from tests.unit.streaming.simulate.conftest import ENDS_ON, Made, parse_events

TOPICS = {"customers", "orders", "returns", "ratings", "visits"}


def test_the_same_seed_is_the_same_history_byte_for_byte(make_history: Callable[..., Made], tmp_path: Path) -> None:
    messages, _ = make_history(20, 100)
    with Truth(tmp_path / "truth.jsonl") as truth:
        assert list(Shop(Options(20, 100, 7, ENDS_ON), truth, load(FOLDER).versions).history()) == messages
    assert make_history(20, 100, seed=8)[0] != messages
    digest = hashlib.sha256(b"".join(message.key.encode() + message.value for message in messages)).hexdigest()
    assert digest == "3b38e18f835a45985778b7e52590f51dfb39bb0f650f93ba7d37311b71da29c1"


def test_events_are_of_the_contracts_that_are_given(tmp_path: Path) -> None:
    versions = {"customers": 11, "orders": 12, "returns": 13, "ratings": 14, "visits": 15}
    with Truth(tmp_path / "truth.jsonl") as truth:
        messages = list(Shop(Options(20, 100, 7, ENDS_ON), truth, versions).history())
    for topic, version in versions.items():
        assert {event["schema_version"] for event in parse_events(messages, topic)} >= {version}
        assert len({event["schema_version"] for event in parse_events(messages, topic)}) <= 2, (
            "broken ones may say another"
        )


@pytest.mark.parametrize("mode", MODES)
def test_the_default_history_can_be_learnt_from(make_history: Callable[..., Made], mode: str) -> None:
    messages, _ = make_history(400, 420, mode=mode)
    orders = parse_events(messages, "orders")
    last: dict[str, str] = {}
    for event in orders:
        last[event["customer_id"]] = max(event["occurred_at"], last.get(event["customer_id"], ""))
    silent = sum(moment < "2024-10-03" for moment in last.values())
    assert {message.topic for message in messages} == TOPICS
    assert (len(last), max(last.values())[:10]) == (400, "2024-12-31")
    assert 6_000 < len(orders) < 9_000 and 80 < silent < 250
    assert set(Counter(event["rating"] for event in parse_events(messages, "ratings"))) == {1, 2, 3, 4, 5}
    assert {event["membership_type"] for event in parse_events(messages, "customers")} == {"Gold", "Silver", "Bronze"}
    assert 12_000 < len(messages) < 30_000


def test_events_arrive_in_the_order_of_time_but_for_the_faults(make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(400, 420)
    delayed = {row["event_id"] for row in truth if row.get("mark") in ("late", "out_of_order")}
    events = [event for message in messages for event in parse_events([message], message.topic)]
    times = [event["occurred_at"] for event in events if event["event_id"] not in delayed]
    assert times == sorted(times)


def test_every_customer_is_introduced_before_they_act(make_history: Callable[..., Made]) -> None:
    messages, _ = make_history(400, 420)
    joined: dict[str, str] = {}
    for event in parse_events(messages, "customers"):
        joined[event["customer_id"]] = min(event["occurred_at"], joined.get(event["customer_id"], "9"))
    for topic in TOPICS - {"visits"}:
        assert all(joined[event["customer_id"]] <= event["occurred_at"] for event in parse_events(messages, topic))


def test_weekdays_and_hours_show(make_history: Callable[..., Made]) -> None:
    messages, _ = make_history(3_000, 364)
    moments = [datetime.fromisoformat(event["occurred_at"]) for event in parse_events(messages, "visits")]
    days, hours = Counter(one.weekday() for one in moments), Counter(one.hour for one in moments)
    assert days[5] > 1.15 * days[1], "Saturday beats Tuesday"
    assert hours[19] > 20 * hours[3], "the evening beats the night"


def test_products_are_bought_in_pairs(make_history: Callable[..., Made]) -> None:
    messages, _ = make_history(400, 420)
    orders = [{line["product_id"] for line in event["lines"]} for event in parse_events(messages, "orders")]
    apart = sum("P00" in one for one in orders) * sum("P01" in one for one in orders) / len(orders)
    assert sum({"P00", "P01"} <= one for one in orders) > 1.5 * apart


def test_bad_experience_lowers_stars(make_history: Callable[..., Made]) -> None:
    messages, _ = make_history(400, 420)
    returned = {event["order_id"] for event in parse_events(messages, "returns")}
    stars: dict[bool, list[int]] = {True: [], False: []}
    for event in parse_events(messages, "ratings"):
        stars[event["order_id"] in returned].append(event["rating"])
    assert sum(stars[True]) / len(stars[True]) < sum(stars[False]) / len(stars[False]) - 0.8

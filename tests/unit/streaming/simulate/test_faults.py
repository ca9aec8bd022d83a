"""Faults and anomalies befall the stated shares, and the truth names each of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from streaming.simulate.anomalies import KINDS
from streaming.simulate.faults import FAULTS, Shares
from tests.unit.streaming.simulate.conftest import Made, parse_events

NONE = Shares(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_shares_are_those_stated(make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(3_000, 364)
    marks = Counter(row["mark"] for row in truth if "mark" in row)
    for fault in FAULTS:
        expected = getattr(Shares(), fault) * len(messages)
        assert marks[fault] == pytest.approx(expected, abs=5 * expected**0.5 + 1), fault
    assert set(KINDS) <= set(marks)


def test_without_faults_and_anomalies_nothing_is_marked(make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(100, 200, shares=NONE, anomalies=0.0)
    assert len({message.value for message in messages}) == len(messages)
    assert len(truth) == 100 and not [row for row in truth if "mark" in row]


def test_without_anomalies_all_else_is_the_same(make_history: Callable[..., Made]) -> None:
    odd, truth = make_history(400, 200, shares=NONE, anomalies=0.02)
    plain, _ = make_history(400, 200, shares=NONE, anomalies=0.0)
    marked = {row["event_id"] for row in truth if "mark" in row}
    others = [message for message in odd if message.value[13:45].decode() not in marked]
    assert len(odd) > len(others) and others == plain


def only(make_history: Callable[..., Made], fault: str) -> tuple[list[bytes], list[dict[str, Any]]]:
    """Return the values and the marks where one fault alone befalls events."""
    messages, truth = make_history(100, 200, shares=replace(NONE, **{fault: 0.05}), anomalies=0.0)
    return [message.value for message in messages], [row for row in truth if "mark" in row]


@pytest.mark.parametrize(("fault", "same_bytes"), [("duplicate", True), ("conflicting", False)])
def test_the_same_id_comes_twice(make_history: Callable[..., Made], fault: str, same_bytes: bool) -> None:
    values, marks = only(make_history, fault)
    ids = Counter(value[13:45].decode() for value in values)
    assert {one for one, count in ids.items() if count == 2} == {row["event_id"] for row in marks} != set()
    assert len(set(values)) == (len(ids) if same_bytes else len(values))


def test_a_correction_is_a_later_event_of_the_same_business_key(make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(100, 200, shares=replace(NONE, correction=0.05), anomalies=0.0)
    corrected = {row["event_id"] for row in truth if row.get("mark") == "correction" and row["topic"] == "orders"}
    orders = parse_events(messages, "orders")
    first = {event["order_id"]: event for event in orders if event["event_id"] not in corrected}
    corrections = [event for event in orders if event["event_id"] in corrected]
    assert corrections
    for event in corrections:
        before = first[event["order_id"]]
        assert event["occurred_at"] > before["occurred_at"] and event["lines"] != before["lines"]


def test_a_late_event_is_sent_after_later_ones(make_history: Callable[..., Made]) -> None:
    values, marks = only(make_history, "late")
    late = {row["event_id"].encode() for row in marks}
    newest, behind = b"", set()
    for value in values:
        moment = value.split(b'"occurred_at":"')[1][:23]
        behind |= {value[13:45]} if moment < newest else set()
        newest = max(newest, moment)
    assert behind <= late and len(behind) > 0.9 * len(late) > 0


def test_the_truth_knows_each_customer(make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(400, 420)
    customers = {row["customer"]: row for row in truth if "rate" in row}
    extra = {row["event_id"] for row in truth if row.get("mark") in (*KINDS, "correction")}
    orders = {event["order_id"] for event in parse_events(messages, "orders") if event["event_id"] not in extra}
    assert len(customers) == 400
    assert sum(row["orders"] for row in customers.values()) == len(orders)
    assert all(row["rate"] > 0 and 0 <= row["dropout"] <= 1 for row in customers.values())

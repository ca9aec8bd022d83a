"""The same options make the same bytes, and the history is a believable one."""

import hashlib
import json
from collections import Counter
from datetime import date
from typing import Any

from streaming.producer import Message
from streaming.simulate.history import messages

ENDS_ON = date(2025, 1, 1)


def parsed(made: list[Message], topic: str) -> list[dict[str, Any]]:
    texts = [message.value.decode() for message in made if message.topic == topic]
    events = [json.loads(text) for text in texts if text.endswith("}")]
    return [event for event in events if event["schema_version"] == 1 and event["occurred_at"] != "yesterday"]


def test_the_same_seed_is_the_same_history_byte_for_byte() -> None:
    made = messages(20, 100, 7, ENDS_ON)
    digest = hashlib.sha256(b"".join(message.key.encode() + message.value for message in made)).hexdigest()
    assert made == messages(20, 100, 7, ENDS_ON)
    assert made != messages(20, 100, 8, ENDS_ON)
    assert digest == "90cea893c27ee3762454b05677a0c5fe0e72c5fdb9b278658b2e01151e48302e"


def test_the_default_history_can_be_learnt_from() -> None:
    made = messages(400, 420, 7, ENDS_ON)
    orders = parsed(made, "orders")
    last = {event["customer_id"]: event["occurred_at"] for event in orders}
    silent = sum(moment < "2024-10-03" for moment in last.values())
    assert (len(last), max(last.values())[:10]) == (400, "2024-12-31")
    assert 6_000 < len(orders) < 9_000 and 80 < silent < 250
    assert set(Counter(event["rating"] for event in parsed(made, "ratings"))) == {1, 2, 3, 4, 5}
    assert {event["membership_type"] for event in parsed(made, "customers")} == {"Gold", "Silver", "Bronze"}


def test_it_holds_duplicates_and_broken_events() -> None:
    made = messages(400, 420, 7, ENDS_ON)
    twice = [value for value, count in Counter(message.value for message in made).items() if count > 1]
    broken = len(made) - sum(len(parsed(made, topic)) for topic in ("customers", "orders", "returns", "ratings"))
    assert len(twice) > 10 and broken > 10

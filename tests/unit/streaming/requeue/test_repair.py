"""The repair of events by a user's function: what goes out, what is left, what is refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row

from common.errors import UsageError, UserError
from streaming.producer import Message, seal_event
from streaming.requeue.repair import Repair, load, messages

RAW = {"event_id": "e1", "schema_version": 1, "source": "shop", "raw_row": "a,b", "raw_reason": "2 cells"}


def row(payload: bytes | None, key: str | None = "shop/1") -> Row:
    return Row(topic="orders", partition=0, offset=7, key=key, event_id="e1", payload=payload and bytearray(payload))


def send(repair: Repair | None, *rows: Row) -> tuple[list[Message], dict[str, int]]:
    left: Counter[str] = Counter()
    return list(messages(rows, repair, left)), dict(left)


def test_without_a_repair_a_payload_goes_as_it_came() -> None:
    value = b'{"price": 1.10,  "a": 1}'
    assert send(None, row(value), row(b"\xff", key=None)) == (
        [Message("orders", "shop/1", value), Message("orders", "", b"\xff")],
        {},
    )


def test_a_raw_row_becomes_an_event_of_the_same_identity() -> None:
    def repair(event: dict[str, Any]) -> dict[str, Any]:
        order_id, _ = event.pop("raw_row").split(",")
        del event["raw_reason"]
        return {**event, "order_id": order_id}

    ((message,), left) = send(repair, row(json.dumps(RAW).encode()))
    assert json.loads(message.value) == {"event_id": "e1", "schema_version": 1, "source": "shop", "order_id": "a"}
    assert left == {}


def test_the_same_repair_gives_the_same_bytes_and_an_untouched_event_its_own() -> None:
    value = json.dumps(RAW, indent=2).encode()
    assert send(lambda event: event, row(value))[0][0].value == value
    fixed = [send(lambda event: {**event, "source": "s"}, row(value))[0][0].value for _ in range(2)]
    assert fixed[0] == fixed[1] != value


def test_an_event_without_an_id_gets_one_of_its_content() -> None:
    ((message,), _) = send(lambda event: {**event, "source": "s", "event_id": None}, row(b'{"a": 1}'))
    assert message.value == seal_event({"a": 1, "source": "s"})


def test_what_is_left_is_counted_by_its_reason() -> None:
    rows = [row(b"not json"), row(b"[1]"), row(None), row(b"[" * 100_000), row(b'{"event_id": "e1"}')]
    assert send(lambda event: None, *rows) == (
        [],
        {"no JSON object": 3, "encrypted by another key": 1, "left by the repair": 1},
    )


@pytest.mark.parametrize(
    ("repair", "message"),
    [
        (lambda event: {**event, "event_id": "other"}, "changes event_id 'e1'; an event keeps its identity"),
        (lambda event: event["absent"], "KeyError: 'absent'"),
        (lambda event: 5, "gives int; it must give a dict"),
        (lambda event: {**event, "a": float("nan")}, "gives what is no JSON"),
        (lambda event: {**event, "a": {1}}, "gives what is no JSON"),
    ],
)
def test_a_bad_repair_names_the_record(repair: Repair, message: str) -> None:
    with pytest.raises(UserError, match="repair of orders/0, offset 7") as caught:
        send(repair, row(json.dumps(RAW).encode()))
    assert message in str(caught.value)


def test_a_repair_cannot_hide_what_it_changed() -> None:
    def repair(event: dict[str, Any]) -> dict[str, Any]:
        event["source"] = "fixed"
        return event

    assert json.loads(send(repair, row(json.dumps(RAW).encode()))[0][0].value)["source"] == "fixed"


def test_a_repair_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fix.py"
    path.write_text("def repair(event):\n    return {**event, 'fixed': True}\n")
    assert load(path)({"a": 1}) == {"a": 1, "fixed": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such Python file"),
        ("def repair(:", "SyntaxError"),
        ("import not_there_at_all", "ModuleNotFoundError"),
        ("repair = 1", "has no function"),
    ],
)
def test_a_file_without_a_repair_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "fix.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=message):
        load(path)

"""What `make requeue` sends and says."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import Row

from common.errors import UsageError, UserError
from common.settings import read_settings
from streaming import producer
from streaming.producer import Message
from streaming.requeue import __main__ as tool

CONFIG = read_settings({}, Path("/nowhere"))


ROWS = [
    Row(topic="orders", partition=0, offset=n, key=f"s/{n}", event_id=f"e{n}", payload=bytearray(b"{}"))
    for n in range(5)
]
FOUND: Any = SimpleNamespace(toLocalIterator=lambda: ROWS)


def test_a_dry_run_sends_nothing_and_shows_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(producer, "send", lambda *arguments: pytest.fail("a dry run sends"))
    tool.requeue(CONFIG, FOUND, 5, "wrong_type", None, dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "orders: {}",
        "orders: {}",
        "orders: {}",
        "5 of 5 events of wrong_type would be sent again (orders 5)",
    ]


def test_the_last_line_accounts_for_every_event(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    messages_sent: list[Message] = []

    def send(settings: object, messages: Any, total: int, what: str) -> Counter[str]:
        messages_sent.extend(messages)
        return Counter(message.topic for message in messages_sent)

    monkeypatch.setattr(producer, "send", send)
    turns = iter(range(5))
    tool.requeue(CONFIG, FOUND, 5, "wrong_type", lambda event: event if next(turns) else None, dry_run=False)
    assert [message.key for message in messages_sent] == ["s/1", "s/2", "s/3", "s/4"]
    assert capsys.readouterr().out == (
        "4 of 5 events of wrong_type sent again (orders 4); 1 not: left by the repair; land them with `make ingest`\n"
    )


def test_a_rule_that_nothing_broke_names_those_that_were() -> None:
    with pytest.raises(UserError, match="by a rule 'wrong_typ'; there are: not_json 3, wrong_type 1,200"):
        tool.nothing("wrong_typ", datetime(2025, 1, 1), None, {"not_json": 3, "wrong_type": 1200})
    rules = {"not_json": 3}
    assert tool.nothing("not_json", datetime(2025, 1, 1), None, rules).startswith("0 events of not_json that arrived")
    assert tool.nothing("not_json", datetime(2025, 1, 1), "lines", rules).startswith(
        "0 events of not_json of field lines"
    )


def test_a_moment_is_utc() -> None:
    assert tool.moment("2025-01-31") == datetime(2025, 1, 31)
    assert tool.moment("2025-01-31T10:00:00+02:00") == datetime(2025, 1, 31, 8)
    with pytest.raises(UsageError, match="no day or instant"):
        tool.moment("yesterday")


def test_what_is_personal_or_unknown_is_not_shown() -> None:
    event = b'{"event_id": "e1", "email": "ann@example.org", "e_mail": "ann@example.org", "lines": [{"quantity": 1}]}'
    assert tool.mask(event, {"event_id", "lines"}) == (
        '{"event_id": "e1", "email": "…", "e_mail": "…", "lines": [{"quantity": 1}]}'
    )
    assert tool.mask(b'{"event_id": {"name": "Ann"}}', {"event_id"}) == '{"event_id": "…"}'
    assert tool.mask(b"ann@example.org", {"event_id"}) == "15 bytes, no JSON object"
    assert (
        tool.mask(b'{"event_id": NaN, "source": "\\ud800"}', {"event_id", "source"})
        == '{"event_id": NaN, "source": "?"}'
    )

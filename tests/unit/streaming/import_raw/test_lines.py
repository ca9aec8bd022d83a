"""Lines of a raw file as messages: events as they stand, carriers of what is none."""

import io
import json

import pytest

from common.contracts.model import load
from common.errors import UserError
from common.settings import ROOT
from streaming.import_raw import lines, raw_files
from streaming.import_raw.lines import Tally, messages
from streaming.import_raw.raw_files import RawFile
from streaming.producer import Message

VISITS = load(ROOT / "streaming" / "contracts").of("visits")
KNOWN = b'{"event_id": "1", "source": "shop", "customer_id": "7", "visit_id": "v1"}'
UNKNOWN = b'{"event_id":"2","source":"shop","customer_id":null,"visit_id":"v2"}'


def messages_of(*rows: bytes) -> tuple[list[Message], Tally]:
    tally = Tally()
    return list(messages(rows, "visits/a.log", VISITS, tally)), tally


def test_an_event_goes_as_it_stands_under_the_key_of_its_contract() -> None:
    found, tally = messages_of(KNOWN + b"\n", b"\n", UNKNOWN + b"\r\n", KNOWN)
    assert found == [
        Message("visits", "shop/7", KNOWN), Message("visits", "shop/v2", UNKNOWN), Message("visits", "shop/7", KNOWN)
    ]  # fmt: skip
    assert str(tally) == "3 lines = 3 events + 0 for the quarantine"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"event_id": "1", "sour', "not JSON"),
        (b'"a text"', "no JSON object"),
        (b'{"a": "\xe4"}', "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
    ids=["cut", "no object", "latin 1", "deep"],
)
def test_what_is_no_event_is_carried_with_file_line_and_reason(line: bytes, why: str) -> None:
    [_, message], tally = messages_of(KNOWN + b"\n", line)
    event = json.loads(message.value)
    assert (message.topic, message.key) == ("visits", "raw/visits/a.log-2")
    assert event["raw_reason"] == f"visits/a.log, line 2: {why}"
    assert event["raw_row"] == line.decode("utf-8", "backslashreplace")
    assert (event["schema_version"], event["source"]) == (VISITS.version, "raw")
    assert str(tally) == "2 lines = 1 events + 1 for the quarantine"


def test_the_same_line_again_is_another_one_and_the_same_file_again_the_same() -> None:
    first, _ = messages_of(b"no event\n", b"no event\n")
    again, _ = messages_of(b"no event\n", b"no event\n")
    assert first == again
    assert first[0].value != first[1].value


def test_a_line_that_no_message_can_hold_is_carried_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_VALUE_BYTES", 80)
    [message], _ = messages_of(b'{"a": "' + b"x" * 100 + b'"}')
    event = json.loads(message.value)
    assert event["raw_reason"] == "visits/a.log, line 1: longer than 80 bytes"
    assert len(event["raw_row"]) == 10


FILE = RawFile("visits", "/lake/raw/events/visits/a.log", 1, 8, 0)


def test_the_last_line_may_be_without_its_end() -> None:
    assert list(raw_files.split(io.BytesIO(b"one\ntwo\n"), FILE, 8)) == [b"one\n", b"two\n"]
    assert list(raw_files.split(io.BytesIO(b"one\ntwoo"), FILE, 8)) == [b"one\n", b"twoo"]


def test_a_file_of_which_a_part_is_missing_is_no_shorter_file() -> None:
    with pytest.raises(UserError, match=r"/visits/a\.log: HDFS gave 4 of 8 bytes"):
        list(raw_files.split(io.BytesIO(b"one\n"), FILE, 8))


def test_a_line_without_an_end_in_sight_is_refused_by_the_files_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_files, "LONGEST_LINE", 4)
    with pytest.raises(UserError, match=r"/visits/a\.log: has a line of more than"):
        list(raw_files.split(io.BytesIO(b"too long"), FILE, 8))

"""Sendings: which events are the same again, which stand in place of others, and what is cancelled."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from streaming.replay import __main__ as program
from streaming.replay import finished
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import COLUMNS, HEADER, MAPPING

JANUARY = ("1,A,Cup,2,2023-01-01 10:00:00,10.00,7", "C2,A,Cup,-1,2023-01-02 10:00:00,10.00,7")
FEBRUARY = ("1,A,Cup,1,2023-01-01 10:00:00,10.00,7",)
Events = list[dict[str, Any]]


class Shop:
    """A shop that sends files by mappings."""

    header = HEADER
    mapping: ClassVar[dict[str, Any]] = {**MAPPING, "columns": COLUMNS}

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder

    def send(self, rows: tuple[str, ...], *options: str, stop_after: int = 10**9, **keys: Any) -> Events:
        """Send a file of rows by the usual mapping with other keys, and return what Kafka took."""
        path, mapping = self.folder / "orders.csv", self.folder / "shop.yml"
        path.write_text("\n".join((self.header, *rows)) + "\n")
        content = {name: value for name, value in {**self.mapping, **keys}.items() if value is not None}
        mapping.write_text(json.dumps(content))
        self.kafka.taken, self.kafka.declared, self.kafka.patience = [], [], stop_after
        try:
            program.main(["--orders", str(path), "--mapping", str(mapping), *options])
        except KeyboardInterrupt:
            assert len(self.kafka.taken) == stop_after
        return [json.loads(message.value) for message in self.kafka.taken]


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Shop:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(kafka, folder)


def sent_at(events: Events) -> str:
    """The one time of sending that all events have."""
    [moment] = {str(event["sent_at"]) for event in events}
    return moment


def brief(events: Events) -> list[tuple[str, str | None, int]]:
    """Id, kind and number of lines of each event."""
    return [(event.get("return_id") or event["order_id"], event["kind"], len(event["lines"])) for event in events]


def test_a_file_sent_again_by_force_makes_the_same_events(shop: Shop) -> None:
    first = shop.send(JANUARY, return_prefix="C")
    assert brief(first) == [("1", "sale", 1), ("C2", None, 1)]
    assert shop.send(JANUARY, "--force", return_prefix="C") == first
    assert shop.send(JANUARY, return_prefix="C") == []


def test_a_later_file_is_a_later_sending_and_so_is_the_first_one_after_it(shop: Shop) -> None:
    moments = [sent_at(shop.send(rows, "--force")) for rows in (JANUARY, FEBRUARY, JANUARY, FEBRUARY)]
    assert moments == sorted(set(moments))


def test_another_source_s_file_changes_nothing(shop: Shop) -> None:
    first = shop.send(JANUARY)
    shop.send(FEBRUARY, "--source", "other")
    assert shop.send(JANUARY, "--force") == first


def test_a_mended_mapping_is_a_new_sending_that_cancels_what_it_does_not_make(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    first = shop.send((*JANUARY, "3,V,Stamp,1,2023-01-03 10:00:00,1.00,8"), return_prefix="C", currency="USD")
    rows = (*JANUARY, "3,V,Stamp,1,2023-01-03 10:00:00,1.00,8")
    second = shop.send(rows, currency="GBP", adjustment_prefix="3")
    assert brief(second) == [
        *(("1", "sale", 1), ("C2", "sale", 1), ("3", "adjustment", 1)),
        *(("3", "cancelled", 0), ("C2", "cancelled", 0)),
    ]
    assert sent_at(second) > sent_at(first)
    assert [(event["currency"], event["occurred_at"]) for event in second[3:]] == [
        ("USD", "2023-01-03T10:00:00.000Z"),
        ("USD", "2023-01-02T10:00:00.000Z"),
    ]
    assert "+ 0 in 2 cancelled of an earlier sending" in capsys.readouterr().out
    assert brief(shop.send(rows, "--force", currency="GBP", adjustment_prefix="3"))[3:] == [], "they are ended already"


def test_what_was_replayed_by_another_mapping_since_is_sent_again(shop: Shop) -> None:
    first, second = shop.send(JANUARY, currency="USD"), shop.send(JANUARY, currency="GBP")
    third = shop.send(JANUARY, currency="USD")
    assert sent_at(first) < sent_at(second) < sent_at(third)
    assert [event["currency"] for event in third] == ["USD", "USD"]


def test_an_interrupted_sending_goes_on_with_its_own_time(shop: Shop) -> None:
    first = shop.send(JANUARY, stop_after=1)
    other = shop.send(FEBRUARY)
    rest = shop.send(JANUARY)
    assert [len(first), len(rest)] == [1, 1]
    assert sent_at(first) == sent_at(rest) < sent_at(other)


def test_what_an_interrupted_sending_made_is_cancelled_by_another_mapping(shop: Shop) -> None:
    shop.send(("1,A,Cup,2,2023-01-01 10:00:00,10.00,7", "2,A,Cup,1,2023-01-02 10:00:00,10.00,7"), stop_after=1)
    rows = ("1,A,Cup,2,2023-01-01 10:00:00,10.00,7", "2,A,Cup,1,2023-01-02 10:00:00,10.00,7")
    second = shop.send(rows, return_prefix="1")
    assert brief(second)[-1] == ("1", "cancelled", 0)


def test_a_source_s_notes_are_not_those_of_a_longer_name(shop: Shop) -> None:
    shop.send(JANUARY, "--source", "shop.1", currency="USD")
    assert [event["kind"] for event in shop.send(JANUARY, "--source", "shop")] == ["sale", "sale"]


def test_a_replay_from_before_mappings_were_known_by_content_is_known_by_the_name(kafka: Kafka) -> None:
    run = {"source": "shop", "mapping": "shop", "shift_to": None, "summary": "2 lines"}
    finished.record(kafka.settings, "abc", run)
    same = {"source": "shop", "mapping": "shop", "mapping_sha256": "1", "shift_to": None}
    assert finished.find(kafka.settings, "abc", same) == run
    assert finished.find(kafka.settings, "abc", same | {"mapping": "other"}) is None


def test_a_dry_run_shows_events_and_counts_and_leaves_nothing(
    shop: Shop, kafka: Kafka, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (*JANUARY, "3,A,Cup,one,2023-01-02 10:00:00,10.00,7", "3,B,Cup,1,2023-01-02 10:00:00,10.00,7")
    assert shop.send(rows, "--dry-run", return_prefix="C") == [] == kafka.declared
    order, back, held, summary = capsys.readouterr().out.splitlines()
    assert (order.split(":")[0], back.split(":")[0]) == ("orders", "returns")
    assert json.loads(order.removeprefix("orders: "))["order_id"] == "1"
    assert held == "would be quarantined: 2 like row 3: quantity 'one' is not a whole number"
    assert summary == "4 lines = 1 in 1 orders + 1 in 1 returns + 2 in 2 unmappable; nothing was sent"
    assert not kafka.settings.path("replays").exists()


def test_a_held_row_has_no_address(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYMS_PASSWORD", "secret")
    [held] = shop.send(("3,A,Cup,one,2023-01-02 10:00:00,10.00,Ann <Ann@shop.test>",))
    [sale] = shop.send(("3,A,Cup,1,2023-01-02 10:00:00,10.00,ann@shop.test",))
    assert held["raw_row"] == f"3,A,Cup,one,2023-01-02 10:00:00,10.00,Ann <{sale['customer_id']}>"
    assert len(sale["customer_id"]) == 64

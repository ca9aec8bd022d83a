"""What is said of Kafka and bronze: bronze is asked first, each loss and each double is named."""

from pathlib import Path
from typing import Any

import pytest

from common import thrift
from common.kafka_topics import Topic
from common.settings import Settings, read_settings
from spark.reconcile import arrivals, broker, offsets
from spark.reconcile.beginnings import Beginnings
from spark.reconcile.broker import Gap


class Stores:
    """Answers of both stores, in the order that they were asked for."""

    def __init__(self, parts: list[tuple[Any, ...]], bounds: tuple[int, int], inner: list[tuple[Any, ...]]) -> None:
        self.parts, self.bounds, self.inner, self.asked = parts, bounds, inner, list[str]()

    def rows(self, settings: Settings, query: str) -> list[tuple[Any, ...]]:
        self.asked.append("bronze")
        if query == offsets.NEWEST_BATCH:
            return [(7,)]
        assert "ingest_seq <= 7" in query
        if "lag(" in query:
            return self.inner
        if "having count(*) > 1" in query:
            return [("orders", "id", 0, 3, 2)]
        if "broken_rule, count(*)" in query:
            return [("orders", None, 8, 6), ("orders", "not_json", 2, 0)]
        return self.parts

    def topics(self, settings: Settings, names: list[str]) -> dict[str, Topic]:
        self.asked.append("kafka")
        return {name: Topic(name, "id", {0: self.bounds}) for name in names}


def compare(
    monkeypatch: pytest.MonkeyPatch,
    stores: Stores,
    unread: list[Gap] | None = None,
    begun: Beginnings | None = None,
) -> Any:
    monkeypatch.setattr(thrift, "rows", stores.rows)
    monkeypatch.setattr(broker, "topics", stores.topics)
    monkeypatch.setattr(arrivals, "beginnings", lambda settings: begun or {})
    monkeypatch.setattr(broker, "readable", lambda settings, gaps: [gap for gap in gaps if gap in (unread or [])])
    return arrivals.kafka_to_bronze(read_settings({}, Path("/nowhere")), ["orders"])


WHOLE = ("orders", 0, "id", 10, 10, 0, 9, 8, 2)


def test_what_adds_up_is_printed_with_duplicates_and_quarantine(monkeypatch: pytest.MonkeyPatch) -> None:
    stores = Stores([WHOLE], (0, 12), [])
    lines, faults = compare(monkeypatch, stores)
    assert faults == []
    assert stores.asked == ["bronze", "bronze", "bronze", "kafka"], "what Kafka got since then only waits"
    assert [" ".join(line.split()) for line in lines] == [
        "orders: Kafka = bronze 10 = 8 valid + 2 quarantined",
        "orders: duplicates 2",
        "orders: quarantined, not_json 2",
        "waiting in Kafka for `make ingest` 2",
    ]


def test_a_topic_that_is_gone_is_listed_beside_the_one_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, faults = compare(monkeypatch, Stores([("orders", 0, "old", 5, 5, 0, 6, 5, 0), WHOLE], (0, 10), []))
    assert faults == []
    assert " ".join(lines[1].split()) == (
        "orders: in bronze of a topic that is gone 5 = 5 valid + 0 quarantined, of topic old, 2 offsets absent"
    )


def test_a_double_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _, faults = compare(monkeypatch, Stores([("orders", 0, "id", 11, 10, 0, 9, 9, 2)], (0, 10), []))
    assert faults == ["orders/0 (id): 1 rows are there twice", "there twice: orders/id/0/3/2"]


def test_a_gap_is_lost_expired_or_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    torn = ("orders", 0, "id", 5, 5, 2, 9, 5, 0)
    inner = [("orders", 0, 3, 4), ("orders", 0, 5, 6), ("orders", 0, 7, 8)]
    lines, faults = compare(monkeypatch, Stores([torn], (4, 10), inner), unread=[Gap("orders", 0, 5, 6)])
    assert faults == [
        "orders/0: offsets 0 to 1 expired in Kafka before they came to bronze",
        "orders/0: offset 5 in Kafka but not in bronze",
    ]
    assert [" ".join(line.split()) for line in lines[-2:]] == [
        "offsets that hold no record (transactions) 1",
        "offsets that hold no record (transactions), expired since 1",
    ]


def test_what_is_absent_and_expired_is_a_loss_where_no_transaction_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    torn = ("orders", 0, "id", 9, 9, 0, 9, 9, 0)
    _, faults = compare(monkeypatch, Stores([torn], (5, 10), [("orders", 0, 3, 4)]))
    assert faults == ["orders/0: offset 3 expired in Kafka before they came to bronze"]


def test_of_very_many_losses_the_number_is_said() -> None:
    gaps = [Gap("orders", 0, one, one + 1) for one in range(0, 100, 2)]
    lines = arrivals.gap_faults([], gaps)
    assert (len(lines), lines[-1]) == (21, "30 more offsets in 30 gaps in Kafka but not in bronze")


def test_what_lies_before_a_beginning_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    torn = ("orders", 0, "id", 4, 4, 2, 9, 4, 0)
    inner = [("orders", 0, 4, 8)]
    begun = {("orders", "id", 0): [2, 6], ("orders", "older", 0): [8]}
    lines, faults = compare(monkeypatch, Stores([torn], (8, 10), inner), begun=begun)
    assert faults == ["orders/0: offsets 6 to 7 expired in Kafka before they came to bronze"]
    assert [" ".join(line.split()) for line in lines[-2:]] == [
        "given up before it was read 2 = orders/0: offsets 4 to 5",
        "given up before it was read 2 = orders/0: offsets 0 to 1",
    ]

"""Kafka against bronze: each offset exactly once, and what waits is no fault."""

from dataclasses import replace

import pytest

from spark.reconcile.offsets import Landed, faults

WHOLE = Landed("orders", 0, "id", rows=10, identities=10, first=0, last=9, valid=8, quarantined=2)


def test_every_offset_once_is_no_fault() -> None:
    assert faults([WHOLE], {("orders", 0): (0, 10)}) == ([], 0)


def test_what_was_not_ingested_yet_waits() -> None:
    assert faults([WHOLE], {("orders", 0): (0, 13), ("orders", 1): (5, 7)}) == ([], 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": 11}, "orders/0 (id): 1 rows are there twice"),
        ({"rows": 9, "identities": 9}, "orders/0 (id): 1 offsets between 0 and 9 are missing"),
        ({"valid": 7}, "orders/0 (id): 10 rows are not 7 valid and 2 quarantined"),
    ],
)
def test_a_fault_names_the_partition(change: dict[str, int], said: str) -> None:
    assert faults([replace(WHOLE, **change)], {("orders", 0): (0, 10)}) == ([said], 0)


def test_records_that_bronze_never_saw_are_named() -> None:
    late = replace(WHOLE, rows=8, identities=8, first=2, valid=6)
    assert faults([late], {("orders", 0): (0, 10)})[0] == ["orders/0: offsets 0 to 1 are in Kafka but not in bronze"]


def test_a_topic_made_anew_is_noticed() -> None:
    found, _ = faults([WHOLE], {("orders", 0): (0, 4)})
    assert found == ["orders/0: bronze reaches offset 9, Kafka only 3; was it recreated?"]

"""The declaration of a shop's time zone: what is sent, and what is refused before anything is."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from common.errors import UsageError
from streaming import declare
from streaming.declare import declaration, require_zone

MOMENT = datetime(2024, 3, 2, 9, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))


def test_a_declaration_is_an_event_of_the_shop_alone_at_the_instant_in_utc() -> None:
    event = json.loads(declaration("shop", "Europe/London", MOMENT, 1))
    later = json.loads(declaration("shop", "Europe/London", MOMENT + timedelta(seconds=1), 1))
    assert event.pop("event_id") != later["event_id"]
    assert event == {
        "schema_version": 1, "source": "shop", "occurred_at": "2024-03-02T07:30:00.123Z", "time_zone": "Europe/London",
        "segment_by": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "Etc/GMT+5"])
def test_a_zone_is_known_by_its_name(name: str) -> None:
    require_zone(name)


@pytest.mark.parametrize("name", ["", "Moon/Crater", "+02:00", "../etc/passwd", "Europe"])
def test_what_is_no_zone_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(UsageError, match="is not known; write one such as Europe/London or UTC"):
        require_zone(name)


def test_a_source_that_no_event_can_have_is_refused() -> None:
    with pytest.raises(UsageError, match="--source 'my shop': use letters"):
        declare.main(["--source", "my shop", "--time-zone", "UTC"])


def test_a_declaration_names_the_attributes_that_customers_are_grouped_by() -> None:
    assert json.loads(declaration("shop", "UTC", MOMENT, 2, ["tier", "store"]))["segment_by"] == "tier,store"


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ("city", "'city' is a grouping that there is anyway"),
        ("tier,Store", "'Store' is no name of an attribute: use small letters"),
        ("tier,", "'' is no name"),
        (",".join(f"a{n}" for n in range(11)), "names 11 attributes, and 10 are the most"),
    ],
)
def test_what_customers_cannot_be_grouped_by_is_refused(names: str, fault: str) -> None:
    with pytest.raises(UsageError, match=f"--segment-by {fault}"):
        declare.main(["--source", "shop", "--time-zone", "UTC", "--segment-by", names])

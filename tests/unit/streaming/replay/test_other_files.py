"""Customers and ratings in files of their own beside the orders."""

import json
from pathlib import Path
from typing import Any

import pytest

from common.errors import UsageError
from streaming.replay import __main__ as program
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import COLUMNS, HEADER, MAPPING

ORDERS = (
    HEADER,
    "1,A,Cup,2,2023-01-05 10:00:00,10.00,7",
    "2,A,Cup,1,2023-01-07 10:00:00,10.00,8",
)
CUSTOMERS = ("id;town;born;mail", "7;Lyon;31.12.1980;ann@shop.test", "8;NULL;;", ";Bonn;;")
REVIEWS = (
    "review,order,stars,day",
    "r1,1,5,2023-01-09",
    "r2,2,six,2023-01-09",
    "r3,9,4,2023-01-09",
    ",2,1,2023-01-10",
    "r5,1,9,2023-01-10",
    "r6,1,4,2023-01-11",
)
FILES: dict[str, Any] = {
    "customers": {
        "file": "customers.csv",
        "delimiter": ";",
        "time_format": "%d.%m.%Y",
        "columns": {"customer_id": "id", "city": "town", "birth_date": "born", "email": "mail"},
        "constants": {"membership_type": "basic"},
        "attributes": {"born_in": "town"},
    },
    "ratings": {
        "file": "reviews.csv",
        "time_format": "%Y-%m-%d",
        "join": [{"file": "buyers.csv", "by": "order"}],
        "columns": {
            "rating_id": "review",
            "order_id": "order",
            "rating": "stars",
            "occurred_at": "day",
            "customer_id": "buyer",
        },
    },
}


class Shop:
    """A folder with the files of a shop."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder
        self.write("orders.csv", ORDERS)
        self.write("customers.csv", CUSTOMERS)
        self.write("reviews.csv", REVIEWS)
        self.write("buyers.csv", ("order,buyer", "1,7", "2,8"))

    def write(self, name: str, lines: tuple[str, ...]) -> None:
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def send(self, *options: str, files: dict[str, Any] = FILES) -> list[tuple[str, dict[str, Any]]]:
        """Send all of them, and return topic and event of each message."""
        mapping = self.folder / "shop.yml"
        mapping.write_text(json.dumps({**MAPPING, "columns": COLUMNS, "files": files}))
        self.kafka.taken = []
        program.main(["--orders", str(self.folder / "orders.csv"), "--mapping", str(mapping), *options])
        return [(message.topic, json.loads(message.value)) for message in self.kafka.taken]


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Shop:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(kafka, folder)


def fields(event: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some fields of an event."""
    return tuple(event[name] for name in names)


def test_each_row_is_an_event_of_its_topic(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    events = shop.send()
    assert {event["sent_at"] for _, event in events} == {events[0][1]["sent_at"]}
    sound = [(topic, event) for topic, event in events if "raw_row" not in event]
    customers = [event for topic, event in sound if topic == "customers"]
    ratings = [event for topic, event in sound if topic == "ratings"]
    assert [fields(one, "customer_id", "city", "birth_date", "membership_type", "email") for one in customers] == [
        ("7", "Lyon", "1980-12-31", "basic", "ann@shop.test"),
        ("8", None, None, "basic", None),
    ]
    assert [one.get("attributes") for one in customers] == [{"born_in": "Lyon"}, None]
    assert {one["occurred_at"] for one in customers} == {"2023-01-05T10:00:00.000Z"}, "from the first order on"
    assert [fields(one, "rating_id", "order_id", "customer_id", "rating", "occurred_at") for one in ratings] == [
        ("r1", "1", "7", 5, "2023-01-09T00:00:00.000Z"),
        ("2", "2", "8", 1, "2023-01-10T00:00:00.000Z"),
        ("r5", "1", "7", 9, "2023-01-10T00:00:00.000Z"),
        ("r6", "1", "7", 4, "2023-01-11T00:00:00.000Z"),
    ]
    summary = capsys.readouterr().out
    assert "11 lines = 2 in 2 orders + 2 in 2 customers + 4 in 4 ratings + 3 in 3 unmappable" in summary
    assert "2 orders + 0 returns + 3 customers + 6 ratings events acknowledged" in summary


def test_a_row_that_cannot_be_read_is_quarantined_in_its_topic(shop: Shop) -> None:
    raw = [(topic, *fields(event, "raw_row", "raw_reason")) for topic, event in shop.send() if "raw_row" in event]
    assert raw == [
        ("customers", ";Bonn;;", "row 3: customer_id is empty"),
        ("ratings", "r2,2,six,2023-01-09", "row 2: rating 'six' is not a whole number"),
        ("ratings", "r3,9,4,2023-01-09", "row 3: order '9' of buyers.csv is not in it"),
    ]


def test_a_change_of_another_file_is_another_sending(shop: Shop) -> None:
    shop.send()
    assert shop.send() == []
    shop.write("reviews.csv", REVIEWS[:2])
    assert len(shop.send()) == 6


def test_the_newest_row_of_any_file_lies_before_the_day_that_all_are_moved_to(shop: Shop) -> None:
    moments = [event["occurred_at"] for _, event in shop.send("--shift-to", "2024-01-01") if event["occurred_at"]]
    assert max(moments) == "2023-12-31T00:00:00.000Z"


def test_only_the_rows_that_the_mapping_wants_are_ratings(shop: Shop) -> None:
    ratings = FILES["ratings"] | {"only": {"stars": ["5"]}}
    events = shop.send(files={"ratings": ratings})
    assert [event["rating_id"] for topic, event in events if topic == "ratings" and "raw_row" not in event] == ["r1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"file": "nowhere.csv"}, "nowhere.csv: no such file"),
        (
            {"columns": {"rating": "stars"}},
            "files.ratings lacks columns.customer_id, columns.occurred_at, columns.rating",
        ),
        ({"columns": {"stars": "stars"}}, "files.ratings.columns.stars is not known"),
        ({"time_format": "%d.%m.%Y"}, "6 of 6 rows cannot be read: row 1: occurred_at '2023-01-09' is not %d.%m.%Y"),
    ],
)
def test_a_file_that_does_not_fit_is_one_line_and_nothing_is_sent(
    shop: Shop, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        shop.send(files={"ratings": FILES["ratings"] | change})
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert shop.kafka.taken == []


PEOPLE = {
    "file": "people.csv",
    "time_format": "iso",
    "columns": {"customer_id": "id", "city": "town", "birth_date": "born"},
}


def said(events: list[tuple[str, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """Customer, city and day of birth of each profile, or why there is none."""
    others = [event for topic, event in events if topic != "orders"]
    return [
        (one["raw_reason"],) if "raw_reason" in one else (one["customer_id"], one["city"], one["birth_date"])
        for one in others
    ]


def test_headers_and_blank_rows_between_joined_exports_are_nobody(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("people.csv", ("id,town,born", "7,Rome,", ",,", "id,town,born", "8,Bonn,"))
    assert said(shop.send(files={"customers": PEOPLE})) == [("7", "Rome", None), ("8", "Bonn", None)]
    assert "1 header rows + 1 blank rows" in capsys.readouterr().out


def test_a_day_of_birth_is_the_day_of_its_own_clock(shop: Shop) -> None:
    born = ("1980-01-01T23:00:00-05:00", "1980-01-01T00:30:00.000+02:00", "1980-01-01T00:00:00Z", "1980-01-01")
    shop.write("people.csv", ("id,town,born", *(f"{number},Rome,{moment}" for number, moment in enumerate(born))))
    assert [one[2] for one in said(shop.send(files={"customers": PEOPLE}))] == ["1980-01-01"] * 4


def test_two_rows_that_say_different_things_of_one_at_the_same_time_are_held(shop: Shop) -> None:
    shop.write("people.csv", ("id,town,born", "7,Rome,", "8,Bonn,", "7,Oslo,", "8,Bonn,"))
    why = "it stands at row 1 too, at the same time and with other content; leave one out"
    assert said(shop.send(files={"customers": PEOPLE})) == [
        (f"row 1: {why}",),
        ("8", "Bonn", None),
        (f"row 3: {why}",),
        ("8", "Bonn", None),
    ]
    shop.write(
        "stars.csv",
        ("order,who,stars,at", "1,7,5,2023-01-09", "1,7,2,2023-01-09", "2,8,2,2023-01-09", "2,8,3,2023-01-10"),
    )
    columns = {"order_id": "order", "customer_id": "who", "rating": "stars", "occurred_at": "at"}
    ratings = {"file": "stars.csv", "time_format": "iso", "columns": columns}
    events = [event for topic, event in shop.send(files={"ratings": ratings}) if topic == "ratings"]
    assert [event.get("rating") for event in events] == [None, None, 2, 3]
    assert events[0]["raw_row"] == "1,7,5,2023-01-09" and events[0]["raw_reason"] == f"row 1: {why}"

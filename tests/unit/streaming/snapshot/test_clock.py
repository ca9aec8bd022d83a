"""At which day a file of totals stands where nobody says it: by the clock of its own shop."""

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from streaming.snapshot.__main__ import clock

EVENTS = """
    select * from values
        ('east', 'orders', timestamp'2023-01-05 14:59:59', null, null),
        ('east', 'sources', timestamp'2026-11-28 10:00:00', 'Asia/Tokyo', null),
        ('east', 'orders', timestamp'2024-06-01 00:00:00', null, 'no_lines'),
        ('utc', 'visits', timestamp'2023-02-01 23:59:59', null, null)
    as t (source, topic, occurred_at, time_zone, broken_rule)
"""
LOADED = """
    select * from values ('utc', timestamp'2023-03-01'), ('later', timestamp'2031-01-01') as t (source, snapshot_as_of)
"""


@pytest.mark.parametrize(
    ("events", "source", "day"),
    [
        # A second before midnight in Tokyo; its declaration, and what is quarantined, are nothing that happened.
        (EVENTS, "east", date(2023, 1, 6)),
        # A second later it is the next day there, and the same in UTC.
        (EVENTS.replace("14:59:59", "15:00:00"), "east", date(2023, 1, 7)),
        # Its newest totals are of a later day; those of other shops do not count.
        (EVENTS, "utc", date(2023, 3, 1)),
        # Of whom nothing has happened stands where the lake does.
        (EVENTS, "new", date(2023, 2, 2)),
        (f"select * from ({EVENTS}) where false", "new", date(1970, 1, 1)),
    ],
)
def test_totals_stand_at_the_clock_of_their_shop(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, events: str, source: str, day: date
) -> None:
    def read(session: SparkSession, name: str) -> DataFrame:
        return session.sql(events)

    monkeypatch.setattr("common.tables.read", read)
    assert clock(spark, spark.sql(LOADED), source) == day

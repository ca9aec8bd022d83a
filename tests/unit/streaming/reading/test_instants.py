"""A time of a file is the instant that it says; the zone of the mapping holds for those that say none."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.reading.cells import UnreadableError
from streaming.reading.instants import Instants

BERLIN = ZoneInfo("Europe/Berlin")
ZONED = "%Y-%m-%d %H:%M:%S %z"


def instant(text: str, *formats: str, zone: ZoneInfo = BERLIN) -> str:
    """The instant of a text as ISO 8601 in UTC, with milliseconds."""
    milliseconds = Instants(formats, zone).milliseconds(text, "occurred_at")
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("2023-01-05 23:30:00 -0500", ZONED, "2023-01-06T04:30:00.000Z"),
        ("2023-07-05 01:30:00 +0200", ZONED, "2023-07-04T23:30:00.000Z"),
        ("2023-07-05 01:30:00 +05:30", ZONED, "2023-07-04T20:00:00.000Z"),
        ("2023-07-05 01:30:00+02", ZONED, "2023-07-04T23:30:00.000Z"),
        ("2023-07-05 01:30:00 UTC", ZONED, "2023-07-05T01:30:00.000Z"),
        ("2023-07-05T01:30:00Z", "%Y-%m-%dT%H:%M:%S%z", "2023-07-05T01:30:00.000Z"),
        ("2024-03-01 09:00:00 UTC", "%Y-%m-%d %H:%M:%S %Z", "2024-03-01T09:00:00.000Z"),
        ("2024-03-01 09:00:00 GMT", "%Y-%m-%d %H:%M:%S %Z", "2024-03-01T09:00:00.000Z"),
        ("2024-07-01 09:00:00 GMT+01:00", "%Y-%m-%d %H:%M:%S %Z", "2024-07-01T08:00:00.000Z"),
        ("2024-07-01 09:00:00 America/New_York", "%Y-%m-%d %H:%M:%S %Z", "2024-07-01T13:00:00.000Z"),
        ("Fri Mar 01 09:00:00 +0100 2024", "%a %b %d %H:%M:%S %z %Y", "2024-03-01T08:00:00.000Z"),
        ("2023-01-05T10:00:00.123456Z", "iso", "2023-01-05T10:00:00.123Z"),
        ("2023-01-05T10:00:00.5-05:00", "iso", "2023-01-05T15:00:00.500Z"),
        ("2023-07-05T10:00", "iso", "2023-07-05T08:00:00.000Z"),
        ("2023-01-02", "iso", "2023-01-01T23:00:00.000Z"),
        ("5.1.2023 10:00", "%d.%m.%Y %H:%M", "2023-01-05T09:00:00.000Z"),
        ("01/05/23 10:00 PM", "%m/%d/%y %I:%M %p", "2023-01-05T21:00:00.000Z"),
        ("1672912800000", "epoch_ms", "2023-01-05T10:00:00.000Z"),
        ("1672912800", "epoch", "2023-01-05T10:00:00.000Z"),
        ("1672912800.1239", "epoch", "2023-01-05T10:00:00.123Z"),
        ("44931.4166666667", "excel", "2023-01-05T09:00:00.000Z"),
        ("44931,5", "excel", "2023-01-05T11:00:00.000Z"),
        ("44931", "excel", "2023-01-04T23:00:00.000Z"),
    ],
)
def test_a_time_is_the_instant_that_it_says(text: str, time_format: str, expected: str) -> None:
    assert instant(text, time_format) == expected


def test_an_hour_that_the_clock_shows_twice_is_the_first_and_one_that_it_skips_counts_on() -> None:
    assert instant("2023-10-29 02:30:00", "%Y-%m-%d %H:%M:%S") == "2023-10-29T00:30:00.000Z"
    assert instant("2023-03-26 02:30:00", "%Y-%m-%d %H:%M:%S") == "2023-03-26T01:30:00.000Z"


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("2023-01-05 23:30:00", ZONED),
        ("2023-01-05 23:30:00 PST", ZONED),
        ("2023-01-05 23:30:00 EST", "%Y-%m-%d %H:%M:%S %Z"),
        ("2023-01-05 23:30:00 Europe/Atlantis", "%Y-%m-%d %H:%M:%S %Z"),
        ("2023-01-05 23:30:00 Europe/..", "%Y-%m-%d %H:%M:%S %Z"),
        ("2023-01-05 23:30:00 +2500", ZONED),
        ("2023-01-05 23:30:00 +0260", ZONED),
        ("2023-01-05 23:30:00 +0200", "%Y-%m-%d %H:%M:%S"),
        ("1672912800000", "epoch"),
        ("1672912800", "epoch_ms"),
        ("1.6729128E+12", "epoch_ms"),
        ("1672912800", "excel"),
        ("2023", "excel"),
        ("2023-02-30", "%Y-%m-%d"),
        ("2023-01-05 24:00:01", "%Y-%m-%d %H:%M:%S"),
        ("2023-01-05 23:60:00", "%Y-%m-%d %H:%M:%S"),
        ("", "iso"),
        ("0001-01-01T00:00:00+14:00", "iso"),
    ],
)
def test_what_is_not_of_the_format_is_refused_by_name(text: str, time_format: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        instant(text, time_format)
    assert str(caught.value) == f"occurred_at {text!r} is not {time_format}"


def test_several_formats_are_tried_in_order() -> None:
    formats = ("%Y-%m-%d %H:%M:%S", "epoch_ms", "excel")
    texts = ("2023-01-05 11:00:00", "1672912800000", "44931.4583333333")
    assert {instant(text, *formats) for text in texts} == {"2023-01-05T10:00:00.000Z"}
    with pytest.raises(UnreadableError, match="'5 May' is not %Y-%m-%d %H:%M:%S or epoch_ms or excel"):
        instant("5 May", *formats)


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=offsets)


@given(moments, st.sampled_from([ZONED, "%d/%m/%Y %H:%M:%S%z", "%a %d %b %Y %I:%M:%S %p %z", "iso"]))
def test_any_time_with_an_offset_is_read_back(moment: datetime, time_format: str) -> None:
    whole = moment.replace(microsecond=0)
    text = whole.isoformat() if time_format == "iso" else whole.strftime(time_format)
    assert datetime.fromisoformat(instant(text, time_format)) == whole


@given(st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d.%m.%y %H"]))
def test_any_local_time_is_read_as_python_reads_it(moment: datetime, time_format: str) -> None:
    text = moment.strftime(time_format)
    known = datetime.strptime(text, time_format).replace(tzinfo=BERLIN)
    assert datetime.fromisoformat(instant(text, time_format)) == known.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("05.01.2023 24:00", "%d.%m.%Y %H:%M", "2023-01-05T23:00:00.000Z"),
        ("2023-12-31 24:00:00", "%Y-%m-%d %H:%M:%S", "2023-12-31T23:00:00.000Z"),
        ("2023-01-05T24:00:00Z", "%Y-%m-%dT%H:%M:%S%z", "2023-01-06T00:00:00.000Z"),
        # The day on which the clock goes forward has 23 hours.
        ("2023-03-26 24:00", "%Y-%m-%d %H:%M", "2023-03-26T22:00:00.000Z"),
    ],
)
def test_24_o_clock_is_the_end_of_the_day(text: str, time_format: str, expected: str) -> None:
    assert instant(text, time_format) == expected


@pytest.mark.parametrize("text", ["2023-01-05 24:01", "2023-01-05 25:00", "24:00 2023-01-05", "2023-01-05 24"])
def test_what_is_no_end_of_a_day_is_no_time(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"is not %Y-%m-%d %H:%M$"):
        instant(text, "%Y-%m-%d %H:%M")


def test_a_time_with_day_and_month_the_other_way_round_says_so() -> None:
    why = "is not %d/%m/%Y, but has day and month the other way round: where a file mixes both, others may be misread"
    with pytest.raises(UnreadableError, match=why):
        instant("01/25/2023", "%d/%m/%Y")
    with pytest.raises(UnreadableError, match=r"is not %d/%m/%Y$"):
        instant("32/25/2023", "%d/%m/%Y")

"""Milliseconds as the instants of events."""

from streaming.replay.times import iso


def test_an_instant_has_four_digits_of_its_year() -> None:
    assert iso(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"
    assert iso(1_672_912_800_123) == "2023-01-05T10:00:00.123Z"

"""Numbers as people read them."""

from datetime import UTC, datetime
from decimal import Decimal

from reports import formats


def test_amounts_keep_their_cents_and_their_currency() -> None:
    assert formats.amount(Decimal("10666684.5440"), "GBP") == "GBP 10,666,684.54"
    assert formats.amount(Decimal("-0.5")) == "-0.50"
    assert formats.amount(None, "GBP") == "–"


def test_a_small_share_is_never_nothing() -> None:
    assert formats.percent(Decimal("0.001")) == "<1 %"
    assert formats.percent(0) == "0 %"
    assert formats.percent(Decimal("0.3345")) == "33 %"
    assert formats.percent(0.3345, 1) == "33.5 %"
    assert formats.percent(None) == "–"


def test_days_are_whole_days_before_the_clock() -> None:
    as_of = datetime(2011, 12, 10, tzinfo=UTC)
    assert formats.day(as_of) == "10 Dec 2011"
    assert formats.day(formats.last_day(as_of)) == "9 Dec 2011"


def test_short_numbers_for_axes() -> None:
    assert [formats.short(value) for value in (0, 250, 1_000, 1_250_000, 3e9)] == ["0", "250", "1k", "1.2M", "3G"]


def test_numbers_stay_with_their_sign() -> None:
    assert (
        formats.keep_together("of 5 (33 %), GBP 10 or 7 GB")
        == "of 5 (33\N{NO-BREAK SPACE}%), GBP\N{NO-BREAK SPACE}10 or 7 GB"
    )


def test_words_and_plurals() -> None:
    assert formats.words("days_since_last_purchase") == "Days since last purchase"
    assert formats.plural(1, "order") == "1 order"
    assert formats.plural(2000, "customer") == "2,000 customers"

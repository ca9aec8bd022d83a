"""A number is read as the mapping says that it is written; what may be two numbers is refused with both."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.reading.cells import UnreadableError
from streaming.reading.dialect import Dialect
from streaming.reading.numbers import Numbers

GERMAN = {"decimal": ",", "thousands": "."}
ENGLISH = {"decimal": ".", "thousands": ","}


def price(text: str, **dialect: Any) -> str:
    return Numbers(Dialect(**dialect)).decimal(text, "unit_price")


def pieces(text: str, **dialect: Any) -> int:
    return Numbers(Dialect(**dialect)).whole(text, "quantity")


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("2.55", {}, "2.55"),
        (" 12 ", {}, "12"),
        ("2.", {}, "2"),
        (".5", {}, "0.5"),
        ("+3.10", {}, "3.10"),
        ("-0.00", {}, "0.00"),
        ("1.50000", {}, "1.50000"),
        ("0.125", {}, "0.125"),
        ("1234.567", {}, "1234.567"),
        ("1.250", {"decimal": "."}, "1.250"),
        ("1,900.00", ENGLISH, "1900.00"),
        ("1,234,567.5", ENGLISH, "1234567.5"),
        ("1,00,000.00", ENGLISH, "100000.00"),
        ("12,34,56,789.5", ENGLISH, "123456789.5"),
        ("1900.00", ENGLISH, "1900.00"),
        ("1.250", GERMAN, "1250"),
        ("1.250,00", GERMAN, "1250.00"),
        ("-12,50", GERMAN, "-12.50"),
        (",5", GERMAN, "0.5"),
        ("1 234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
        ("1\u202f234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
        ("1’234.50", {"decimal": ".", "thousands": "'"}, "1234.50"),
        ("$120.20", {"currency_signs": ("$",)}, "120.20"),
        ("-$5.00", {"currency_signs": ("$",)}, "-5.00"),
        ("$ -5.00", {"currency_signs": ("$",)}, "-5.00"),
        ("5,00\u00a0€", {"decimal": ",", "currency_signs": ("€", "EUR")}, "5.00"),
        ("EUR 5,00", {"decimal": ",", "currency_signs": ("€", "EUR")}, "5.00"),
        ("5.00", {"currency_signs": ("$",)}, "5.00"),
        ("12.50-", {}, "-12.50"),
        ("(12.50)", {}, "-12.50"),
        ("\u221212.50", {}, "-12.50"),
        ("(12,50 €)", {"decimal": ",", "currency_signs": ("€",)}, "-12.50"),
        ("1.234,50- €", {**GERMAN, "currency_signs": ("€",)}, "-1234.50"),
        ("0.00-", {}, "0.00"),
        ("19.990000000000002", {"rounds": True}, "19.99"),
        ("-0.00005", {"rounds": True}, "-0.0001"),
        ("-0.00001", {"rounds": True}, "0"),
        ("9.99999", {"rounds": True}, "10"),
    ],
)
def test_an_amount_is_read_by_its_marks(text: str, dialect: dict[str, Any], expected: str) -> None:
    assert price(text, **dialect) == expected


@pytest.mark.parametrize(
    ("text", "dialect", "reason"),
    [
        ("1.250", {}, "may be 1.25 or 1250; say which by decimal: and thousands: in the mapping"),
        ("1,250", {}, "may be 1250 or 1.25; say which"),
        ("1.000", {}, "may be 1 or 1000; say which"),
        ("1.250,00", {}, "may be 1250; say which"),
        ("12,50", {}, "may be 12.5; say which"),
        ("1,900.00", {}, "may be 1900; say which"),
        ("1.250", {"decimal": ","}, "may be 1.25 or 1250; say which"),
        ("1,90", ENGLISH, "may be 1.9; say which"),
        ("1,2345.00", ENGLISH, "is not a number with at most 4 decimals"),
        ("1.5", GERMAN, "may be 1.5; say which"),
        ("1e3", {}, "is in scientific notation, which has lost digits; export it as plain digits"),
        ("4.5E+12", {}, "is in scientific notation"),
        ("$120.20", {}, "where $ is a currency's, name it by currency_sign: in the mapping"),
        ("120.20 EUR", {}, "where EUR is a currency's, name it"),
        ("€ 120.20", {"currency_signs": ("$",)}, "where € is a currency's, name it"),
        ("19.990000000000002", {}, "decimals; with round: true in the mapping it is 19.99"),
        ("-1.23456", {}, "with round: true in the mapping it is -1.2346"),
        ("999999999999999", {}, "has more than 14 digits before its mark"),
        ("", {}, "is not a number with at most 4 decimals"),
        ("free", {}, "is not a number with at most 4 decimals"),
        ("NaN", {}, "is not a number with at most 4 decimals"),
        ("-", {}, "is not a number"),
        (".", {}, "is not a number"),
        ("--5", {}, "is not a number"),
        ("٥", {}, "is not a number"),
        ("$", {"currency_signs": ("$",)}, "is not a number"),
        ("10%", {}, "is a percentage and not a number with at most 4 decimals; the file must have the amount"),
        ("((5))", {}, "is not a number with at most 4 decimals"),
        ("-5-", {}, "is not a number"),
    ],
)
def test_what_is_no_amount_or_may_be_two_is_refused(text: str, dialect: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        price(text, **dialect)
    assert str(caught.value).startswith(f"unit_price {text!r} ") and reason in str(caught.value)


def test_a_hint_names_signs_of_currency_alone() -> None:
    for text in ("((5))", "10%", "\u2212\u22125"):
        with pytest.raises(UnreadableError) as caught:
            price(text)
        assert "currency" not in str(caught.value)


def test_too_many_pieces_are_held_as_such() -> None:
    with pytest.raises(UnreadableError, match="quantity '2147483648' is more than 2,147,483,647"):
        pieces("2147483648")


def test_pieces_are_whole_and_those_of_a_table_program_too() -> None:
    assert [pieces(text) for text in ("6", "2.0", "14.00", "17850.0", "-3", "+3.")] == [6, 2, 14, 17850, -3, 3]
    assert pieces("1.000", **GERMAN) == pieces("1,000", **ENGLISH) == 1000 and pieces("2.0000000004", rounds=True) == 2
    for text in ("1.5", "1.000", "2147483648", "six", "1e3", "", "2.0000000004"):
        with pytest.raises(UnreadableError, match="quantity '"):
            pieces(text)


amounts = st.decimals(-(10**9), 10**9, places=2)
marks = st.sampled_from([(".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", "'")])
signs = st.sampled_from(["{}", "{} €", "€{}", "EUR {}"])


@given(amounts, marks, signs)
def test_any_amount_is_read_back(amount: Decimal, marks: tuple[str, str | None], sign: str) -> None:
    decimal, thousands = marks
    grouped = f"{amount:,}" if thousands else f"{amount}"
    text = grouped.replace(".", "!").replace(",", thousands or "").replace("!", decimal)
    dialect = {"decimal": decimal, "thousands": thousands, "currency_signs": ("€", "EUR")}
    assert Decimal(price(sign.format(text), **dialect)) == amount

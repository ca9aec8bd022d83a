"""One rule for ids: what is one customer to people is one id, and an address is nobody's to read."""

from pathlib import Path
from typing import Any

import pytest

from common.contracts.privacy import Privacy
from common.errors import UsageError
from common.settings import read_settings
from streaming.reading.cells import UnreadableError
from streaming.reading.dialect import Dialect
from streaming.reading.ids import Ids, e_mail_hash


def customer(text: str, **dialect: Any) -> str | None:
    return Ids(Dialect(**dialect), lambda address: f"hash of {address}").customer(text)


@pytest.mark.parametrize("text", ["", "  ", "NULL", "null", "-", "nan", "NaN", "None", "N/A", "#N/A", "\u200b", " - "])
def test_an_empty_value_is_a_guest(text: str) -> None:
    assert customer(text) is None and customer(text, integer_customers=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 17 ", "17"),
        ("0101", "0101"),
        ("17850.0", "17850.0"),
        ("12E5", "12E5"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\ufeff7\u00a0", "7"),
        ("NONE-1", "NONE-1"),
        ("Ann@Shop.test", "hash of ann@shop.test"),
        (" ann@shop.TEST ", "hash of ann@shop.test"),
        ('="0101"', "0101"),
        ("=0101", "=0101"),
        ("Totally", "Totally"),
        ("Ann Lee <Ann@shop.test>", "hash of ann@shop.test"),
        ("mailto:ann@shop.test", "hash of ann@shop.test"),
        ("ann+x@shop.test", "hash of ann+x@shop.test"),
        ("ann@shop.test; Bo@shop.test", "hash of ann@shop.test; bo@shop.test"),
        ("ann@home", "ann@home"),
        ("@ann", "@ann"),
    ],
)
def test_a_text_is_what_stands_there_and_an_address_is_hashed(text: str, expected: str) -> None:
    assert customer(text) == expected


@pytest.mark.parametrize("text", ["0101", "101", "101.0", "101."])
def test_a_number_is_one_however_it_is_written_where_the_mapping_says_so(text: str) -> None:
    assert customer(text, integer_customers=True) == "101"


@pytest.mark.parametrize(
    ("text", "dialect", "reason"),
    [
        ("4.5E+12", {}, "is in scientific notation, which has lost digits"),
        ("4,5e+12", {}, "is in scientific notation"),
        ("4.5E+12", {"integer_customers": True}, "is in scientific notation"),
        ("abc", {"integer_customers": True}, "is not a whole number"),
        ("Grand Total:", {}, "names a row of sums; take it out of the file"),
        ("SUMME", {}, "names a row of sums"),
        ("101.5", {"integer_customers": True}, "is not a whole number"),
        ("ann@shop.test", {"integer_customers": True}, "is not a whole number"),
    ],
)
def test_a_number_that_lost_digits_or_is_none_is_refused(text: str, dialect: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableError, match=f"customer_id {text!r} {reason}".replace("+", r"\+")):
        customer(text, **dialect)


def test_what_is_empty_is_said_by_the_mapping(tmp_path: Path) -> None:
    assert customer("guest", empty_values=("guest",)) is None and customer("NULL", empty_values=("guest",)) == "NULL"


def test_the_hash_is_the_platform_s_and_its_secret_is_wanted_for_an_address_alone(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    ids = Ids(Dialect(), e_mail_hash(settings))
    assert ids.customer("17") == "17"
    with pytest.raises(UsageError, match="no password for pseudonyms"):
        ids.customer("ann@shop.test")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "pseudonyms").write_text("secret\n")
    assert ids.customer("Ann@shop.test") == Privacy.of_secret("secret").hash_of("ann@shop.test")

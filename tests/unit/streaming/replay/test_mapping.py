"""A mapping is checked before anything is sent: every key is known, holds what it can, and means what stands there."""

from pathlib import Path

import pytest

from common.errors import UsageError
from streaming.replay.mapping import FOLDER, Mapping, load

BASE = {
    "columns": "{order_id: o, product_id: p, quantity: q, occurred_at: t, unit_price: u}",
    "time_zone": "UTC",
    "time_format": '"%Y-%m-%d"',
    "currency": "EUR",
}


def written(tmp_path: Path, more: str = "", **changes: str) -> Path:
    """A mapping file that is right but for what a test changes."""
    path = tmp_path / "shop.yml"
    lines = [f"{key}: {value}" for key, value in {**BASE, **changes}.items()]
    path.write_text("\n".join([*lines, more, ""]), "utf-8")
    return path


def read(tmp_path: Path, more: str = "", **changes: str) -> Mapping:
    return load(str(written(tmp_path, more, **changes)))


def test_what_yaml_takes_for_booleans_numbers_and_dates_is_the_text_that_stands_there(tmp_path: Path) -> None:
    codes = "non_products: {codes: [NO, 007, 1e3, 12:30:45, 2023-01-05, y, null, 0x1F], prefixes: [off]}"
    mapping = read(tmp_path, f"return_prefix: NO\nadjustment_prefix: on\nname: 1_000\n{codes}")
    assert (mapping.return_prefix, mapping.adjustment_prefix, mapping.name) == ("NO", "on", "1_000")
    assert mapping.non_product_codes == {"NO", "007", "1E3", "12:30:45", "2023-01-05", "Y", "NULL", "0X1F"}
    assert not mapping.is_product("007") and mapping.is_product("7") and not mapping.is_product("OFFER")


def test_a_null_is_as_if_the_key_were_not_there_and_a_quoted_one_is_a_word(tmp_path: Path) -> None:
    mapping = read(tmp_path, "return_prefix: null\nadjustment_prefix: 'null'")
    assert (mapping.return_prefix, mapping.adjustment_prefix, mapping.name) == (None, "null", "shop")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("returns_prefix: NO-", "returns_prefix is not known; write return_prefix; known are name, encoding,"),
        ("hue: red", "hue is not known; known are name, encoding,"),
        ("return_prefix: A\nreturn_prefix: B", "return_prefix stands twice, again in line 6; take one away"),
        ("return_prefix: #C", "return_prefix holds nothing; put its value into quotes, or take the key away"),
        ("delimiter: |", "delimiter holds nothing; put its value into quotes"),
        ("return_prefix: [C]", "return_prefix must be one text, not a list"),
        ("customer_id_format: int", "customer_id_format 'int' is not known; write text or integer"),
        ("delimiter: ;;", """delimiter ';;' must be one character such as "," ";" "|", or tab"""),
        ("delimiter: a", "delimiter 'a' must be one character"),
        ("encoding: utf-9", "encoding 'utf-9' is not known; write one such as utf-8"),
        ("encoding: base64", "encoding 'base64' is not known"),
        ("non_products: [POST]", "non_products must be a table of codes, prefixes"),
        ("non_products: {codes: POST}", "non_products.codes must be a list, as in [POST]"),
        ("non_products: {code: [POST]}", "non_products.code is not known; write codes; known are codes, prefixes"),
        ("<<: {name: x}", "<< is not known"),
        ("attributes: {Tier: t}", "attributes: 'Tier' is no name of an attribute: use small letters, digits and"),
        ("files: {customers: {file: f, columns: {customer_id: c}, attributes: {a-b: t}}}", "attributes: 'a-b' is no"),
        ("segment_by: tier", "segment_by: 'tier' stands under no attributes; name its column there"),
        ("attributes: {city: t}\nsegment_by: [city]", "segment_by: 'city' is a grouping that there is anyway"),
        ("? [a]\n: b", "line 5: a key is a word"),
        ("name: &a [*a]", "cannot be read: found unconstructable recursive node"),
    ],
)
def test_a_key_that_is_not_known_or_holds_what_it_cannot_is_one_line(tmp_path: Path, more: str, message: str) -> None:
    path = written(tmp_path, more)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ") and message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "eur"}, "currency 'eur' is not a code of three capital letters such as EUR"),
        ({"currency": "[EUR]"}, "currency must be one text, not a list"),
        ({"currency": "null"}, "lacks currency; streaming/mappings/online_retail.yml is an example"),
        ({"columns": "{order_id: o}"}, "lacks columns.product_id, columns.quantity, columns.occurred_at,"),
        ({"columns": "{orderid: o}"}, "columns.orderid is not known; write order_id;"),
        ({"columns": "o"}, "columns must be a table of order_id, product_id,"),
        ({"time_zone": "Berlin"}, "time_zone 'Berlin' is not known; write one such as "),
        ({"time_zone": "europe/berlin"}, "write one such as Europe/Berlin"),
        ({"time_zone": "Europe"}, "time_zone 'Europe' is not known"),
        ({"time_zone": "../../etc"}, "time_zone '../../etc' is not known"),
        ({"time_format": "'%s'"}, "time_format '%s' has %s; write epoch (seconds since 1970) or epoch_ms"),
        ({"time_format": "'%-d.%m.%Y'"}, "has %-d; write %d"),
        ({"time_format": "'%Y-%m-%e'"}, "has %e; write %d"),
        ({"time_format": "'%c'"}, "has %c; write one of %Y"),
        ({"time_format": "'%Y-%m-%d %'"}, "has %; write one of"),
        (
            {"time_format": "yyyy-MM-dd"},
            "'yyyy-MM-dd' is not how a format is written here; write %Y-%m-%d",
        ),
        ({"time_format": "'%H:%M'"}, "does not say the day"),
        ({"time_format": "'%Y-%m-%d %Y'"}, "says one part twice"),
        ({"time_format": "'%Y-%m-%d %H:%M %p'"}, "needs %I and %p together"),
        ({"time_format": "'%a %d %b %H:%M %Z %Y'"}, "has %Z before its end"),
        ({"time_format": "['%d/%m/%Y', '%m/%d/%Y']"}, "%d/%m/%Y and %m/%d/%Y read '03/04/2023' as two times"),
        ({"time_format": "['%d.%m.%y', '%y.%m.%d']"}, "as two times; keep the one that is meant"),
        ({"time_format": "[]"}, "time_format is an empty list"),
    ],
)
def test_a_wrong_currency_column_zone_or_format_is_one_line(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ") and message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written_so", "here"),
    [
        ("DD.MM.YYYY HH:mm", "%d.%m.%Y %H:%M"),
        ("dd/mm/yy hh:mm:ss", "%d/%m/%y %H:%M:%S"),
        ("M/d/yyyy h:mm:ss a", "%m/%d/%Y %I:%M:%S %p"),
        ("d MMM yyyy", "%d %b %Y"),
    ],
)
def test_a_format_of_letters_is_refused_with_the_one_that_it_means(tmp_path: Path, written_so: str, here: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, time_format=f"'{written_so}'")
    assert str(caught.value).endswith(f"is not how a format is written here; write {here}")


def test_empty_values_are_given_in_place_of_the_usual_ones(tmp_path: Path) -> None:
    assert read(tmp_path, empty_values='[unknown, "-"]').empty_values == ("unknown", "-")


@pytest.mark.parametrize("tab", ["tab", "\\t", '"\\t"'])
def test_a_tab_is_written_as_a_word_or_as_a_sign(tmp_path: Path, tab: str) -> None:
    assert read(tmp_path, f"delimiter: {tab}").delimiter == "\t"


def test_formats_that_cannot_be_mistaken_for_each_other_stand_together(tmp_path: Path) -> None:
    formats = "['%Y-%m-%d %H:%M:%S', '%Y-%m-%d', '%d.%m.%Y', iso, epoch, epoch_ms, excel]"
    assert len(read(tmp_path, time_format=formats).time_formats) == 7


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_the_mappings_that_come_with_the_project_are_right(path: Path) -> None:
    assert load(path.stem).name == path.stem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("columns: {order_id: A}", "lacks time_zone, time_format; "),
        ("- a list", "holds no mapping"),
        ("columns: [", "line 1: cannot be read"),
        (
            "currency: EUR\ncurrency_sign: %",
            "line 2: cannot be read: found character '%' that cannot start any token; put signs",
        ),
        ("columns:\n\torder_id: A", "line 2: cannot be read"),
        ("a: b\n---\nc: d", "cannot be read"),
        ("", "holds no mapping"),
    ],
)
def test_a_file_that_is_no_mapping_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mapping.yml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_mapping_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="those by name are: olist, online_retail, "):
        load("offline_retail")

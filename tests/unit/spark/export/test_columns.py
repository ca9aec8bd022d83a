"""Types and checksums of exported columns, against numbers that both sides must reach."""

import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from common.dbt_manifest import Export
from common.errors import UserError
from spark.export.columns import canonical, column, differences
from spark.export.load import Content, Tally, content, verify
from spark.export.store import open_store
from tests.unit.spark.shop import Shop

MART = Export("insights.risk", "risk")
STRANGE = float.fromhex("0x1.8p-1070")
ROWS = pa.table(
    {
        "tiny": pa.array([1, None], pa.int8()),
        "short": pa.array([-300, 7], pa.int16()),
        "small": pa.array([1, -3], pa.int32()),
        "large": pa.array([10_000_000_000, None]),
        "flag": [True, None],
        "word": ["é", "a\tb"],
        "money": pa.array([Decimal("1.50"), Decimal("-0.25")], pa.decimal128(3, 2)),
        "wide": pa.array([Decimal(10) ** 37, Decimal("9" + "0" * 36 + "1")], pa.decimal128(38, 0)),
        "day": [date(1970, 1, 3), date(1969, 12, 31)],
        "at": pa.array([1_500_000, None], pa.timestamp("us", "UTC")),
        "local": pa.array([2_000_000, None], pa.timestamp("us")),
        "share": [-0.0, STRANGE],
        "half": pa.array([1.5, float("nan")], pa.float32()),
        "tags": [["x", None, ""], []],
        "named": pa.array([[("tier", "Gold"), ("é", 'a "b"')], []], pa.map_(pa.string(), pa.string())),
    }
)
TYPES = {
    "tiny": "smallint",
    "short": "smallint",
    "small": "integer",
    "large": "bigint",
    "flag": "boolean",
    "word": "text",
    "money": "numeric(3,2)",
    "wide": "numeric(38,0)",
    "day": "date",
    "at": "timestamp with time zone",
    "local": "timestamp without time zone",
    "share": "double precision",
    "half": "real",
    "tags": "text[]",
    "named": "jsonb",
}
CHECKSUMS = {
    "tiny": "1",
    "short": "-293",
    "small": "-2",
    "large": "10000000000",
    "flag": "1",
    "word": str(zlib.crc32("é".encode()) + zlib.crc32(b"a\tb")),
    "money": "1.25",
    "wide": "1" + "0" * 37 + "1",
    "day": "1",
    "at": "1500000",
    "local": "2000000",
    "share": str(-(2**63) + (3 << 3)),
    "half": str(0x3FC00000 + 0x7FC00000),
    "tags": str(zlib.crc32(b"x\x1f\x1e\x1f") + 3),
    "named": str(zlib.crc32('tier\x1fGold\x1eé\x1fa "b"'.encode()) + 2),
}


def columns_of(rows: pa.Table) -> list[Any]:
    """Return how the columns of a table travel."""
    return [column("core.t", field) for field in rows.schema]


def tally(rows: pa.Table) -> Content:
    """Return what is counted of rows on their way."""
    counted = Tally(columns_of(rows))
    counted.add(rows)
    return counted.content


def load_and_read(shop: Shop, rows: pa.Table) -> Content:
    """Return what PostgreSQL counts in its table `t`."""
    with open_store(shop.settings) as store:
        return content(store, Export("core.t", "t"), columns_of(rows))


def test_every_type_travels_with_an_exact_checksum(shop: Shop) -> None:
    shop.write("core.t", ROWS)
    shop.declare("core.t")
    shop.export()
    query = "select attname, format_type(atttypid, atttypmod) from pg_attribute"
    types = dict(shop.rows(f"{query} where attrelid = 'marts.t'::regclass and attnum > 0"))
    assert types == TYPES
    first, second = shop.rows("select * from marts.t order by small desc")
    assert first == (
        1,
        -300,
        1,
        10_000_000_000,
        True,
        "é",
        Decimal("1.50"),
        Decimal(10) ** 37,
        date(1970, 1, 3),
        datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC),
        datetime(1970, 1, 1, 0, 0, 2),
        -0.0,
        1.5,
        ["x", None, ""],
        {"tier": "Gold", "é": 'a "b"'},
    )
    assert second[:12] == (
        *(None, 7, -3, None, None, "a\tb", Decimal("-0.25"), Decimal("9" + "0" * 36 + "1"), date(1969, 12, 31)),
        *(None, None, STRANGE),
    )
    assert second[13:] == ([], {})
    for held in (tally(ROWS), load_and_read(shop, ROWS)):
        assert held.rows == 2
        assert held.values["large"] == "1"
        assert held.checksums == CHECKSUMS


def test_a_piece_of_a_table_counts_as_its_rows_alone() -> None:
    assert tally(ROWS.slice(1)).checksums == {
        **dict.fromkeys(("tiny", "large", "flag", "at", "local"), "0"),
        "short": "7",
        "small": "-3",
        "word": str(zlib.crc32(b"a\tb")),
        "money": "-0.25",
        "wide": "9" + "0" * 36 + "1",
        "day": "-1",
        "share": str(3 << 3),
        "half": str(0x7FC00000),
        "tags": "0",
        "named": "0",
    }


def test_an_empty_table_sums_to_nothing(shop: Shop) -> None:
    empty = ROWS.slice(0, 0)
    shop.write("core.t", empty)
    shop.declare("core.t")
    shop.export()
    for held in (tally(empty), load_and_read(shop, empty)):
        assert (held.rows, {canonical(value) for value in held.checksums.values()}) == (0, {"0"})


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("share", pa.array([0.0, STRANGE])),
        ("half", pa.array([1.5, 1.5], pa.float32())),
        ("tags", pa.array([["x", None, ""], [""]])),
        ("tags", pa.array([["x", "\x1f"], []])),
        ("named", pa.array([[("tier", "Gold")], [("é", 'a "b"')]], pa.map_(pa.string(), pa.string()))),
        ("wide", pa.array([Decimal(10) ** 37, Decimal(9) * 10**37], pa.decimal128(38, 0))),
    ],
)
def test_the_least_change_changes_the_checksum(name: str, changed: pa.Array) -> None:
    place = ROWS.column_names.index(name)
    other = ROWS.set_column(place, name, changed)
    assert differences(tally(ROWS).checksums, tally(other).checksums) == [name]


@pytest.mark.parametrize("kind", [pa.list_(pa.int32()), pa.binary(), pa.map_(pa.string(), pa.int32())])
def test_what_has_no_counterpart_is_refused(kind: pa.DataType) -> None:
    with pytest.raises(UserError, match=r"insights.risk.tags is .*, which cannot be compared exactly after export"):
        column("insights.risk", pa.field("tags", kind))


def test_decimals_keep_precision_and_scale() -> None:
    assert column("t", pa.field("m", pa.decimal128(18, 4))).kind.postgres == "numeric(18,4)"


def test_checksums_are_compared_as_numbers() -> None:
    assert differences({"a": "1.50", "b": "100", "c": "0.00"}, {"a": "1.5", "b": "100", "c": "0"}) == []
    assert differences({"a": "1.50", "b": "100"}, {"a": "1.51", "b": "10"}) == ["a", "b"]


def test_a_lost_row_or_a_changed_value_stops_the_export() -> None:
    delta = Content(2, {"word": "2"}, {"word": "77"})
    verify(MART, delta, Content(2, {"word": "2"}, {"word": "77"}))
    with pytest.raises(UserError, match=r"marts.risk would hold 1 rows, insights.risk holds 2"):
        verify(MART, delta, Content(1, {"word": "1"}, {"word": "70"}))
    with pytest.raises(UserError, match=r"would differ from insights.risk in word"):
        verify(MART, delta, Content(2, {"word": "2"}, {"word": "78"}))
    with pytest.raises(UserError, match=r"would differ from insights.risk in word"):
        verify(MART, delta, Content(2, {"word": "1"}, {"word": "77"}))


def test_the_checksum_of_many_instants_does_not_overflow(shop: Shop) -> None:
    at = pa.array([1_735_689_600_000_000], pa.timestamp("us", "UTC"))
    many = pa.table({"at": pa.chunked_array([at] * 20_000)})
    shop.write("core.t", many)
    shop.declare("core.t")
    shop.export()
    wanted = 20_000 * 1_735_689_600_000_000
    assert int(tally(many).checksums["at"]) == wanted
    assert int(load_and_read(shop, many).checksums["at"]) == wanted

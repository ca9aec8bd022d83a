"""Types and checksums of exported columns, against numbers that both engines must reach."""

import zlib

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, DecimalType, DoubleType, StringType, StructField

from spark.common.errors import UserError
from spark.common.manifest import Export
from spark.export.__main__ import delta_content, texts
from spark.export.columns import canonical, column, differences
from spark.export.load import Content, verify

MART = Export("insights.risk", "risk")


def test_every_type_travels_as_text_with_an_exact_checksum(spark: SparkSession) -> None:
    frame = spark.sql("""
        select * from values
            (1, 10000000000, true, 'é', 1.50, date'1970-01-03', timestamp'1970-01-01 00:00:01.5 UTC',
             timestamp_ntz'1970-01-01 00:00:02'),
            (-3, null, null, 'a\\tb', -0.25, date'1969-12-31', null, null)
            as t (small, large, flag, word, money, day, at, local)
    """)
    columns = [column("core.t", field) for field in frame.schema.fields]
    assert [one.kind.postgres for one in columns] == [
        "integer",
        "bigint",
        "boolean",
        "text",
        "numeric(3,2)",
        "date",
        "timestamp with time zone",
        "timestamp without time zone",
    ]
    sent = [tuple(row) for row in texts(frame, columns)]
    assert sent[0] == (
        "1",
        "10000000000",
        "true",
        "é",
        "1.50",
        "1970-01-03",
        "1970-01-01 00:00:01.500000+00",
        "1970-01-01 00:00:02",
    )
    assert sent[1] == ("-3", None, None, "a\tb", "-0.25", "1969-12-31", None, None)
    content = delta_content(frame, columns)
    assert content.rows == 2
    assert content.values["large"] == "1"
    words = zlib.crc32("é".encode()) + zlib.crc32(b"a\tb")
    assert content.checksums == {
        "small": "-2",
        "large": "10000000000",
        "flag": "1",
        "word": str(words),
        "money": "1.25",
        "day": "1",
        "at": "1500000",
        "local": "2000000",
    }


def test_an_empty_table_sums_to_nothing(spark: SparkSession) -> None:
    frame = spark.sql("select 'x' as word, 1.5 as money").limit(0)
    columns = [column("core.t", field) for field in frame.schema.fields]
    content = delta_content(frame, columns)
    assert (content.rows, {canonical(value) for value in content.checksums.values()}) == (0, {"0"})


def test_binary_floating_point_is_refused_with_the_remedy() -> None:
    with pytest.raises(UserError, match=r"insights.risk.share is double, .* cast it to decimal in the model"):
        column("insights.risk", StructField("share", DoubleType()))


def test_what_has_no_counterpart_is_refused() -> None:
    with pytest.raises(UserError, match=r"insights.risk.tags is array<string>"):
        column("insights.risk", StructField("tags", ArrayType(StringType())))


def test_decimals_keep_precision_and_scale() -> None:
    assert column("t", StructField("m", DecimalType(18, 4))).kind.postgres == "numeric(18,4)"


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


def test_the_checksum_of_many_instants_does_not_overflow(spark: SparkSession) -> None:
    frame = spark.range(20_000).selectExpr("timestamp'2025-01-01 00:00:00 UTC' as at")
    (row,) = frame.selectExpr(column("many", frame.schema["at"]).spark_checksum).collect()
    assert int(row[0]) == 20_000 * 1_735_689_600_000_000

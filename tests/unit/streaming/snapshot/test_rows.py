"""Lines of a snapshot file as typed and judged rows."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from streaming.snapshot.__main__ import repeated, summary_of
from streaming.snapshot.file import check
from streaming.snapshot.mapping import Mapping
from streaming.snapshot.rows import Load, bronze_rows

HEADER = (
    "Customer ID,Gender,Age,City,Membership Type,Total Spend,Items Purchased,Average Rating,Discount Applied,"
    "Days Since Last Purchase,Satisfaction Level"
)


def rows_of(spark: SparkSession, tmp_path: Path, *lines: str, **keys: Any) -> list[dict[str, Any]]:
    path, read = tmp_path / "file.csv", tmp_path / "rows.parquet"
    path.write_bytes("\r\n".join((HEADER, *lines)).encode() + b"\r\n\r\n")
    contracts = load(FOLDER)
    this = Load("shop", date(2024, 5, 1), "f" * 64, 3, "USD")
    check(path, contracts.snapshot, Mapping(**keys), lambda address: f"hash of {address}", read)
    rows = bronze_rows(spark.read.parquet(f"file://{read}"), contracts.snapshot, contracts.snapshots_table, this)
    return [row.asDict() for row in rows.orderBy("row_number").collect()]


def test_a_valid_row_is_typed_and_stamped(spark: SparkSession, tmp_path: Path) -> None:
    (row,) = rows_of(spark, tmp_path, "101,Female,29,New York,Gold,1120.2,14,4.6,TRUE,25,Satisfied")
    assert row == {
        "source": "shop",
        "snapshot_as_of": datetime(2024, 5, 1),
        "file_sha256": "f" * 64,
        "row_number": 1,
        "ingest_seq": 3,
        "customer_id": "101",
        "gender": "Female",
        "age": 29,
        "city": "New York",
        "membership_type": "Gold",
        "total_spend": Decimal("1120.2000"),
        "items_purchased": 14,
        "average_rating": Decimal("4.60"),
        "discount_applied": True,
        "days_since_last_purchase": 25,
        "satisfaction_level": "Satisfied",
        "currency": "USD",
        "broken_rule": None,
        "broken_field": None,
        "payload": None,
    }
    assert list(row) == [column.name for column in load(FOLDER).snapshots_table.columns]


def test_the_column_that_a_broken_rule_is_about_is_named(spark: SparkSession, tmp_path: Path) -> None:
    lines = {
        "4,Female,29,Leeds,Gold,1120.2": None,
        ",Female,29,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied": "customer_id",
        "6,Female,29,Leeds,Gold,much,14,great,TRUE,25,Satisfied": "total_spend",
        "7,Female,29,Leeds,Gold,1120.2,14,5.6,TRUE,25,Satisfied": "average_rating",
        "8,,,,,,,,,,": None,
        "8,,,,,,,,,,Satisfied": "customer_id",
    }
    rows = rows_of(spark, tmp_path, *lines)
    assert [row["broken_field"] for row in rows] == list(lines.values())


def test_each_row_breaks_the_rule_it_should(spark: SparkSession, tmp_path: Path) -> None:
    lines = {
        '1,Female,29,"New York, NY",Gold,1120.2,14,4.6,TRUE,25,Satisfied': None,
        "2.0,Female,29,Leeds,Gold,1120.2,14,4.6,no,25,": None,
        "3,,,,,,,,,,": None,
        "4,Female,29,Leeds,Gold,1120.2": "malformed",
        "5,Female,29,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied,more": "malformed",
        ",Female,29,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied": "missing_customer_id",
        "6,Female,thirty,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied": "wrong_type",
        "7,Female,29.5,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied": "wrong_type",
        "8,Female,29,Leeds,Gold,Infinity,14,4.6,TRUE,25,Satisfied": "wrong_type",
        "9,Female,29,Leeds,Gold,1120.2,14,4.6,perhaps,25,Satisfied": "wrong_type",
        "10,Female,29,Leeds,Gold,1120.2,99999999999999999999,4.6,TRUE,25,Satisfied": "wrong_type",
        "11,Female,290,Leeds,Gold,1120.2,14,4.6,TRUE,25,Satisfied": "implausible_age",
        "12,Female,29,Leeds,Gold,-1,14,4.6,TRUE,25,Satisfied": "negative_total_spend",
        "13,Female,29,Leeds,Gold,1,14,5.1,TRUE,25,Satisfied": "rating_out_of_range",
        "14,Female,29,Leeds,Gold,1,14,4.6,TRUE,-1,Satisfied": "negative_days_since_last_purchase",
        "15,Female,29,Leeds,Gold,1,14,4.6,TRUE,25,Delighted": "unknown_satisfaction_level",
        "1,Male,31,Leeds,Gold,1,14,4.6,TRUE,25,Satisfied": "repeated_customer",
    }
    rows = rows_of(spark, tmp_path, *lines)
    assert [(row["row_number"], row["broken_rule"]) for row in rows] == list(enumerate(lines.values(), start=1))
    assert [row["payload"] for row in rows] == [line if rule else None for line, rule in lines.items()]
    assert [row["customer_id"] for row in rows[:3]] == ["1", "2.0", "3"]
    assert rows[1]["satisfaction_level"] is None and rows[2]["days_since_last_purchase"] is None


FORMATS = (
    "0101,Female,29,Houston,Gold,1120.20,14,4.6,TRUE,25,Satisfied",
    '102,Male,34,Lyon,Gold,"1,120.20",14,4.6,TRUE,25,Satisfied',
    "103,Male,34,Lyon,Gold,$120.20,14,4.6,Y,25,satisfied",
    "104,Male,34,Lyon,Gold,120.20,14,4.66666667,n,25.5,",
    '105,Male,34,"St. ""X"", B",Gold,12,14,4.66666667,TRUE,25,N/A',
    "106,Male,1.000,Lyon,Gold,1250,14,4.6,TRUE,25,Satisfied",
    "106,Male,30,Lyon,Gold,50.12,1.000,4.6,TRUE,25,Satisfied",
    "107,Male,30,Lyon,Gold,1e3,14,4.6,TRUE,25,Satisfied",
    "4.5E+12,Male,30,Lyon,Gold,13,14,4.6,TRUE,25,Satisfied",
    "Ann@Shop.test,Male,thirty,Lyon,Gold,13,14,4.6,TRUE,25,Satisfied",
)


def test_what_may_be_two_numbers_is_held_and_no_other_number(spark: SparkSession, tmp_path: Path) -> None:
    rows = rows_of(spark, tmp_path, *FORMATS)
    assert [(row["customer_id"], row["broken_field"]) for row in rows] == [
        ("0101", None),
        ("102", "total_spend"),
        ("103", "total_spend"),
        ("104", "days_since_last_purchase"),
        ("105", None),
        ("106", "age"),
        ("106", "items_purchased"),
        ("107", "total_spend"),
        (None, "customer_id"),
        ("hash of ann@shop.test", "age"),
    ]
    assert {row["broken_rule"] for row in rows} == {None, "wrong_type"}
    sound = rows[4]
    assert (sound["city"], sound["average_rating"], sound["satisfaction_level"]) == (
        'St. "X", B',
        Decimal("4.67"),
        None,
    )
    assert rows[9]["payload"] == FORMATS[9].replace("Ann@Shop.test", "hash of ann@shop.test")


def test_a_mapping_says_which_number_is_meant(spark: SparkSession, tmp_path: Path) -> None:
    english = {"decimal": ".", "thousands": ",", "currency_signs": ("$",), "integer_customers": True}
    rows = rows_of(spark, tmp_path, *FORMATS[:3], **english)
    assert [(row["customer_id"], row["total_spend"], row["broken_rule"]) for row in rows] == [
        ("101", Decimal("1120.2000"), None),
        ("102", Decimal("1120.2000"), None),
        ("103", Decimal("120.2000"), None),
    ]
    assert (rows[2]["discount_applied"], rows[2]["satisfaction_level"]) == (True, "Satisfied")
    (german,) = rows_of(
        spark, tmp_path, FORMATS[5].replace("4.6", '"4,6"'), decimal=",", thousands=".", integer_customers=True
    )
    assert (german["age"], german["broken_rule"]) == (1000, "implausible_age")


def test_the_summary_says_what_broke_and_who_stands_twice(spark: SparkSession, tmp_path: Path) -> None:
    assert summary_of({None: 2, "wrong_type": 1, "malformed": 3}, date(2024, 5, 1)) == (
        "6 rows as of 2024-05-01 = 2 valid + 4 quarantined (malformed 3, wrong_type 1)"
    )
    numbered = [("106", 6), ("106", 7), ("7", 8), (None, 9), (None, 10)]
    rows = spark.createDataFrame(numbered, "customer_id string, row_number int")
    assert repeated(rows) == "; 1 customer(s) with more than one row: 106"
    assert repeated(rows.where("row_number > 6")) == ""

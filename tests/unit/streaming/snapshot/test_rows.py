"""Lines of a snapshot file as typed and judged rows."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from streaming.snapshot.file import check
from streaming.snapshot.rows import Load, bronze_rows, lines_of

HEADER = (
    "Customer ID,Gender,Age,City,Membership Type,Total Spend,Items Purchased,Average Rating,Discount Applied,"
    "Days Since Last Purchase,Satisfaction Level"
)


def rows_of(spark: SparkSession, tmp_path: Path, *lines: str) -> list[dict[str, Any]]:
    path = tmp_path / "file.csv"
    path.write_bytes("\r\n".join((HEADER, *lines)).encode() + b"\r\n\r\n")
    contracts = load(FOLDER)
    this = Load("shop", date(2024, 5, 1), "f" * 64, 3, "USD")
    columns = check(path, contracts.snapshot).columns
    rows = bronze_rows(lines_of(spark, f"file://{path}"), columns, contracts.snapshot, contracts.snapshots_table, this)
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
        "8,Female,29,Leeds,Gold,NaN,14,4.6,TRUE,25,Satisfied": "wrong_type",
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
    assert [row["customer_id"] for row in rows[:3]] == ["1", "2", "3"]
    assert rows[1]["satisfaction_level"] is None and rows[2]["days_since_last_purchase"] is None

"""What is wrong with a snapshot file is said before any of it is loaded."""

from pathlib import Path

import pytest

from common.contracts.model import FOLDER, load
from common.errors import UsageError
from common.settings import ROOT
from streaming.reading.records import Records
from streaming.snapshot.file import check
from streaming.snapshot.mapping import Mapping, positions
from streaming.snapshot.mapping import load as load_mapping

HEADER = (
    b" customer id ,GENDER,Age,City,MembershipType,Total Spend,Items Purchased,Average Rating,Discount Applied,"
    b"Days Since Last Purchase,Satisfaction Level,Notes\n"
)
ROW = b"1,Female,29,York,Gold,1,14,4.6,TRUE,25,Satisfied,\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (HEADER, "has a header and no rows"),
        (b"a;b;c\n1;2;3\n", "has no column 'Customer ID'; its columns are a;b;c"),
        (HEADER.replace(b"City", b"Age") + ROW, "has more than one column 'Age'"),
        (HEADER + ROW + b"2,Fem\xe9\n", "line 3, byte 6: not utf-8"),
        (HEADER + b"\0\n", "line 2: holds a NUL byte"),
        (b"PK\x03\x04" + HEADER, "the ZIP archive or workbook is damaged or cut short"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        check(path, load(FOLDER).snapshot, Mapping(), str, tmp_path / "rows.parquet")
    assert message in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_header_may_differ_in_case_spaces_order_and_further_columns(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER + ROW)
    records = Records(path, Mapping())
    places = positions(records, Mapping(), load(FOLDER).snapshot)
    assert (places["customer_id"], places["membership_type"], len(places), len(records.header)) == (0, 4, 11, 12)


def test_the_sample_file_is_right(tmp_path: Path) -> None:
    sample = ROOT / "tests" / "fixtures" / "customers_sample.csv"
    checked = check(sample, load(FOLDER).snapshot, Mapping(), str, tmp_path / "rows.parquet")
    assert (checked.rows, checked.unreadable) == (len(sample.read_text().splitlines()) - 1, 2)
    assert checked.first == "row 26: age 'thirty' is not a whole number"


def test_a_file_of_which_hardly_a_row_can_be_read_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(HEADER + 2 * ROW.replace(b",1,14,", b',"1.120,20",14,'))
    reason = (
        r"2 of 2 rows cannot be read: row 1: total_spend '1.120,20' may be 1120.2; say which by decimal: and thousands:"
    )
    with pytest.raises(UsageError, match=reason):
        check(path, load(FOLDER).snapshot, Mapping(), str, tmp_path / "rows.parquet")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("time_zone: UTC", "time_zone is not known"),
        ("columns: {customer: Kunde}", "columns.customer is not known; write customer_id"),
        ("decimal: ','\nthousands: ','", "decimal and thousands are both ','"),
        ("currency: euro", "currency 'euro' is not a code"),
        (None, "no such file; docs/mapping.md has its keys"),
    ],
)
def test_a_wrong_mapping_is_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "totals.yml"
    if content:
        path.write_text(content)
    with pytest.raises(UsageError) as caught:
        load_mapping(path, load(FOLDER).snapshot)
    assert message in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_mapping_says_how_a_file_is_written_and_which_column_is_which(tmp_path: Path) -> None:
    mapping, file = tmp_path / "totals.yml", tmp_path / "file.csv"
    mapping.write_text("columns: {customer_id: Kunde}\ndelimiter: ;\nencoding: cp1252\ncurrency: EUR\n")
    content = (HEADER + ROW).replace(b",", b";").replace(b" customer id ", b"Kunde").replace(b"York", b"K\xf6ln")
    file.write_bytes(content)
    read, contract = load_mapping(mapping, load(FOLDER).snapshot), load(FOLDER).snapshot
    assert check(file, contract, read, str, tmp_path / "rows.parquet").unreadable == 0
    assert read.currency == "EUR"

"""What is wrong with a snapshot file is said before any of it is loaded."""

from pathlib import Path

import pytest

from common.contracts.model import FOLDER, load
from common.errors import UsageError
from common.settings import ROOT
from streaming.snapshot.file import check

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
        (HEADER + ROW + b"2,Fem\xe9\n", "line 3, byte 6: not UTF-8"),
        (HEADER + b"\0\n", "line 2: holds a NUL byte"),
        (b"PK\x03\x04" + HEADER, "Excel workbook"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        check(path, load(FOLDER).snapshot)
    assert message in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_header_may_differ_in_case_spaces_order_and_further_columns(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER + ROW)
    checked = check(path, load(FOLDER).snapshot)
    assert checked.columns[0] == "customer_id" and checked.columns[4] == "membership_type"
    assert checked.columns[-1] is None and len(checked.columns) == 12


def test_the_sample_file_is_right() -> None:
    assert len(check(ROOT / "tests" / "fixtures" / "customers_sample.csv", load(FOLDER).snapshot).columns) == 11

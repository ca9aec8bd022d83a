"""A file is read record by record; a fault of the whole is one line that names it, one of a record stays its own."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import UsageError
from streaming.reading.cells import UnreadableError
from streaming.reading.dialect import Dialect
from streaming.reading.lines import BLOCK_BYTES
from streaming.reading.record import cells_of, legible_cells
from streaming.reading.records import Records
from streaming.replay.mapping import load

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def records_of(path: Path, content: bytes, **dialect: Any) -> Records:
    """The records of a file in which the second cell of a record is a number."""
    path.write_bytes(content)
    return Records(path, Dialect(**dialect), lambda cells: cells[1].isdecimal())


def read(path: Path, content: bytes, **dialect: Any) -> list[list[str]]:
    """The cells of each record behind the header; of a broken one its reason alone."""
    found = []
    for text in records_of(path, content, **dialect):
        try:
            found.append(cells_of(text, dialect.get("delimiter", ",")))
        except UnreadableError as error:
            found.append([str(error)])
    return found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04 a workbook", "the ZIP archive or workbook is damaged or cut short"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an Excel workbook of before 2007, or one with a password; save it as CSV first",
        ),
        (b"<html><table>", "is a web page, as some shops name .xls; save it as CSV first"),
        (b"\x89PNG\r\n\x1a\n", "line 1, byte 1: not utf-8; set the file's encoding in the mapping"),
        (b"a\0b\n", "line 1: holds a NUL byte; this is not CSV in utf-8; set the file's encoding"),
        (HEADER.encode() + b"\n1,2,CAF\xc9,1\n", "line 2, byte 8: not utf-8"),
        (HEADER.encode() + b"\n1,2,CAF\xc3", "line 2, byte 8: not utf-8"),
        (HEADER.replace("CustomerID", "Customer").encode(), "has no column 'CustomerID'; its columns are InvoiceNo,"),
        (HEADER.replace(",", ";").encode(), "has no column 'InvoiceNo'; its columns are InvoiceNo;StockCode"),
        (HEADER.replace("Country", "Quantity").encode(), "has more than one column 'Quantity'"),
        # without its time, as every worker must give this case the same name
        (gzip.compress(HEADER.encode() * 100, mtime=0)[:60], "the gzip file is damaged or cut short"),
        (b'"' + HEADER.encode() + b"\n1,2\n", "line 1: not CSV (a quote is opened and not closed); mend the header"),
        (b'"a"b,' + HEADER.encode(), "line 1: not CSV (a quote within a quoted cell is not doubled)"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    mapping = load("online_retail")
    with pytest.raises(UsageError) as caught:
        records = Records(path, mapping)
        records.positions(mapping.columns)
        list(records)
    assert message in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_tells_excel_the_delimiter_is_no_header(tmp_path: Path, first: str) -> None:
    content = f"{first}\r\nid;n\r\n1;2\r\n".encode()
    assert read(tmp_path / "file.csv", content, delimiter=";") == [["1", "2"]]


def test_gzip_byte_order_mark_quotes_and_blank_lines_are_read(tmp_path: Path) -> None:
    content = gzip.compress(b"\xef\xbb\xbf" + HEADER.encode() + b'\r\n\r\n1,2,"a\r\nb",1,,,,\r\n')
    assert read(tmp_path / "file.csv", content) == [["1", "2", "a\r\nb", "1", "", "", "", ""]]


TABLE = 'id,n,city\n1,2,"a ""b"", c"\n2,3,é\n'


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32", "utf-8"),
        ("utf-32-be", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "latin-1"),
    ],
)
def test_any_encoding_and_line_end_is_read(tmp_path: Path, encoding: str, name: str, line_end: str) -> None:
    content = TABLE.replace("\n", line_end).encode(encoding)
    assert read(tmp_path / "file.csv", content, encoding=name) == [["1", "2", 'a "b", c'], ["2", "3", "é"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_of_many_blocks_is_read_whatever_its_characters_are_cut_into(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    rows = [f'{number},7,"é{"x" * (number % 50)}"' for number in range(60_000)]
    content = line_end.join(("id,n,city", *rows)).encode(encoding)
    assert len(content) > BLOCK_BYTES
    found = read(tmp_path / "file.csv", content, encoding=encoding)
    assert found == [[str(number), "7", "é" + "x" * (number % 50)] for number in range(60_000)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # the quote of inches is not closed, and what closes it is another record's
        (['1,5,"6 inch', '2,7,"Lamp"'], [["line 2 of the file: a quote is opened and not closed"], ["2", "7", "Lamp"]]),
        (['1,5,"6 inch', "2,7,Lamp"], [["line 2 of the file: a quote is opened and not closed"], ["2", "7", "Lamp"]]),
        (['1,5,"6 inch', '2,7,8"'], [["line 2 of the file: a quote is opened and not closed"], ["2", "7", '8"']]),
        (['1,5,"6 inch \\""', "2,7,b"], [["line 2 of the file: a quote is opened and not closed"], ["2", "7", "b"]]),
        # a quote closed by a backslash, as some programs write it
        (['"1","5","6 \\" a"'], [["line 2 of the file: a quote within a quoted cell is not doubled"]]),
        (['"1","5","C:\\"'], [["1", "5", "C:\\"]]),
        # the last line of a file, whole but for the quote
        (['1,5,"6 inch'], [["line 2 of the file: a quote is opened and not closed"]]),
        # cells over several lines
        (['1,5,"a', 'b"', "2,7,c"], [["1", "5", "a\nb"], ["2", "7", "c"]]),
        (['1,5,"a', "", 'b ""c"', "2,7,c"], [["1", "5", 'a\n\nb "c'], ["2", "7", "c"]]),
        (['"1', '2",5,a', "2,7,c"], [["1\n2", "5", "a"], ["2", "7", "c"]]),
        (['1,5,"a', 'b, c, 9"', "2,7,c"], [["1", "5", "a\nb, c, 9"], ["2", "7", "c"]]),
        # a CR within a cell of a file whose lines end with LF, and a piece of a file whose lines end with CR
        (["1,5,a\rb", "2,7,c"], [["1", "5", "a b"], ["2", "7", "c"]]),
        (['1,5,"a\rb"', "2,7,c"], [["1", "5", "a\rb"], ["2", "7", "c"]]),
        (["1,5,a\r2,7,c\r", "3,9,d"], [["1", "5", "a"], ["2", "7", "c"], ["3", "9", "d"]]),
        # quotes within a cell that does not begin with one are what they are
        (['1,5,6" pipe'], [["1", "5", '6" pipe']]),
        ([f'1,5,"{"x" * 140_000}"', "2,7,c"], [["line 2 of the file: a cell is longer than 131,072"], ["2", "7", "c"]]),
    ],
)
def test_a_broken_record_is_its_own_and_reading_goes_on(
    tmp_path: Path, lines: list[str], expected: list[list[str]]
) -> None:
    assert read(tmp_path / "file.csv", "\n".join(["id,n,city", *lines, ""]).encode()) == expected


def test_a_file_that_ends_within_quotes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 3: a quote is opened and not closed up to the end of the file"):
        read(tmp_path / "file.csv", b'id,n,city\n1,2,a\n2,"3,b\nand more\n')


def test_of_a_broken_record_the_cells_before_its_fault_are_known() -> None:
    assert legible_cells('7,5,"6 inch', ",", 3) == ["7", "5", "6 inch"]
    assert legible_cells('"7,a",5,"6 inch, b', ",", 3) == ["7,a", "5"]


def test_the_first_cells_of_a_record_with_a_cell_too_long_are_legible() -> None:
    text = f'1,5,"{"x," * 100_000}"'
    assert legible_cells(text, ",", 3)[:2] == ["1", "5"]


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 1 is longer than 16,777,216 characters; this is no CSV"):
        read(tmp_path / "file.csv", b"x" * (1 << 24) + b"yy")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6)
tables = st.lists(st.tuples(st.integers(0, 99).map(str), st.integers(0, 99).map(str), cells), max_size=6)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tables,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_table_is_read_back(
    tmp_path: Path, table: list[Sequence[str]], delimiter: str, encoding: str, line_end: str, are_all_quoted: bool
) -> None:
    text = io.StringIO(newline="")
    how: dict[str, Any] = {"quoting": csv.QUOTE_ALL if are_all_quoted else csv.QUOTE_MINIMAL}
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, **how)
    writer.writerows([("id", "n", "city"), *table])
    content = text.getvalue().encode(encoding)
    found = read(tmp_path / "any.csv", content, delimiter=delimiter, encoding=encoding)
    assert found == [list(row) for row in table]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='a1,"\n é', max_size=40))
def test_no_line_of_any_text_is_lost(tmp_path: Path, text: str) -> None:
    lines = [line for line in text.split("\n") if line]
    try:
        found = list(records_of(tmp_path / "any.csv", f"a,b\n{text}".encode()))
    except UsageError as error:
        assert "up to the end of the file" in str(error)
        return
    assert [line for record in found for line in record.split("\n") if line] == lines


@pytest.mark.parametrize(
    ("content", "is_doubted"),
    [
        (b"a,b\n1,19.95\n", False),
        (b"a,b\n1,19.9", True),
        (b"a,b\r\n1,19.95\r\n", False),
        (b"a,b\r\n1,19.9", True),
        (b"a,b\r\n1,19.95\r", False),
        (b"a,b\r1,19.9\r", False),
        (b"a,b\r1,19.9", True),
        (b"a,b\n1,19.95\n  ", False),
        (b"a,b", False),
        (b"a,b\n" + b"1,19.95\n" * (BLOCK_BYTES // 8), False),
        (b"a,b\n" + b"1,19.95\n" * (BLOCK_BYTES // 8) + b"1,1", True),
    ],
)
def test_a_last_line_without_an_end_is_in_doubt(tmp_path: Path, content: bytes, is_doubted: bool) -> None:
    records = records_of(tmp_path / "file.csv", content)
    assert list(records.doubts()) == []
    list(records)
    said = "the last line of file.csv has no end: if the file was cut short, so may be its last cell"
    assert list(records.doubts()) == ([said] if is_doubted else [])

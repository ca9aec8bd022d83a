"""Every fault of the file as a whole is one line that names it, before anything is sent."""

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import UsageError
from streaming.replay.mapping import load
from streaming.replay.source import cells_of, positions, texts

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def read(path: Path) -> list[list[str]]:
    mapping = load("online_retail")
    header, *rows = cells(path, mapping.encoding, mapping.delimiter)
    positions(path, header, mapping.columns)
    return rows


def cells(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    """The cells of every record, the header's first."""
    return [cells_of(text, delimiter) for text in texts(path, encoding, delimiter)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04 a workbook", "is a ZIP archive or an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n", "line 1, byte 1: not utf-8; set the file's encoding in the mapping"),
        (b"a\0b\n", "line 1: holds a NUL byte"),
        (HEADER.encode() + b"\n1,2,CAF\xc9,1\n", "line 2, byte 8: not utf-8"),
        (HEADER.replace("CustomerID", "Customer").encode(), "has no column 'CustomerID'; its columns are InvoiceNo,"),
        (HEADER.replace(",", ";").encode(), "has no column 'InvoiceNo'; its columns are InvoiceNo;StockCode"),
        (HEADER.replace("Country", "Quantity").encode(), "has more than one column 'Quantity'"),
        # without its time, as every worker must give this case the same name
        (gzip.compress(HEADER.encode() * 100, mtime=0)[:60], "the gzip file is damaged or cut short"),
        (HEADER.encode() + b'\n1,"' + b"x" * 200_000, "not CSV"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert message in str(caught.value) and str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_gzip_byte_order_mark_quotes_and_blank_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + HEADER.encode() + b'\r\n\r\n1,2,"a\r\nb",1,,,,\r\n'))
    assert read(path) == [["1", "2", "a\r\nb", "1", "", "", "", ""]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("columns: {order_id: A}", "lacks time_zone, time_format; "),
        ("- a list", "holds no mapping"),
        ("columns: [", "cannot be read"),
    ],
)
def test_a_wrong_mapping_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mapping.yml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_mapping_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="those by name are: online_retail"):
        load("offline_retail")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='ab,"\r\n é', min_size=1, max_size=40))
def test_any_text_is_read_as_the_csv_module_reads_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    try:
        lines = (f"{line}\n" for line in text.removesuffix("\n").split("\n"))
        expected = [[cell.strip() for cell in cells] for cells in csv.reader(lines) if cells]
    except csv.Error:
        expected = []
    if expected:
        assert [[cell.strip() for cell in record] for record in cells(path, "utf-8", ",")] == expected
    else:
        with pytest.raises(UsageError):
            cells(path, "utf-8", ",")


def test_lines_of_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "windows.csv"
    path.write_bytes(b'a,b\r\n1,"2\r\n3"\r\n4,5')
    assert [(cells_of(text, ","), text) for text in texts(path, "utf-8", ",")] == [
        (["a", "b"], "a,b"),
        (["1", "2\r\n3"], '1,"2\r\n3"'),
        (["4", "5"], "4,5"),
    ]

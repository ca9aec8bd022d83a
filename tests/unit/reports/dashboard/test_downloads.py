"""A file has exact numbers, says which rows it has, and holds nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.dashboard.catalogue import CUSTOMERS, PIPELINE
from reports.dashboard.downloads import cell, file_name, lines
from reports.dashboard.tables import ask


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (0.1 + 0.2, "0.30000000000000004"),
        (Decimal("-0.10000000"), "-0.10000000"),
        (Decimal("1E+3"), "1000"),
        (-7, "-7"),
        (datetime(2011, 12, 9, 12, 31, 5, 60, tzinfo=UTC), "2011-12-09T12:31:05.000060+00:00"),
        (date(2011, 12, 9), "2011-12-09"),
        ("Leeds", '"Leeds"'),
        ("=HYPERLINK(1)", '"\'=HYPERLINK(1)"'),
        ("+1", '"\'+1"'),
        ("-1", '"\'-1"'),
        ("@SUM(A1)", '"\'@SUM(A1)"'),
        ("\t=1", '"\'\t=1"'),
        ("  =1", '"\'  =1"'),
        ("＝1", '"\'＝1"'),
        ("a=1", '"a=1"'),
        ('5" pipe; =1', '"5"" pipe; =1"'),
    ],
)
def test_a_cell(value: object, text: str) -> None:
    assert cell(value) == text


def test_the_first_row_names_the_filters_in_one_cell() -> None:
    question = ask(CUSTOMERS, {"risk": "any", "search": 'x",=1+1', "sort": "-orders"})
    text = "".join(lines(question, [["shop", "1", *[None] * 26]]))
    assert text.startswith('\ufeff"# customers risk: at risk customer contains: x =1+1 sorted by orders falling"\r\n')
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows[0]) == 1
    assert rows[1] == list(CUSTOMERS.columns)
    assert rows[2] == ["shop", "1", *[""] * 26]


def test_a_file_is_named_by_its_filters() -> None:
    assert file_name(ask(CUSTOMERS, {"search": '../x"\r\n', "city": "York"})) == "customers_city-York_search-..-x.csv"
    assert file_name(ask(PIPELINE, {})) == "pipeline.csv"
    assert len(file_name(ask(CUSTOMERS, {"search": "x" * 200}))) <= 124

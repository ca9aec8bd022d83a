"""The rows of a snapshot file, read before any of it is loaded, as a Parquet file that Spark takes."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from common.contracts.model import Field, SnapshotContract
from common.errors import UsageError
from streaming.reading import opening
from streaming.reading.ids import Hash, Ids
from streaming.reading.records import Records
from streaming.snapshot.cells import DECIMAL, Cells
from streaming.snapshot.mapping import Mapping, positions

ROWS_AT_ONCE = 10_000
ROWS_BETWEEN_REPORTS = 200_000
# More than that, and the file is none of this kind, or its mapping another's.
MOST_UNREADABLE, FEWEST_UNREADABLE = 0.9, 2
TYPES: dict[str, Callable[[], pa.DataType]] = {
    "string": pa.string,
    "int": pa.int32,
    "bigint": pa.int64,
    "boolean": pa.bool_,
}


@dataclass
class Checked:
    """A file whose header is right: its hash, how many rows it has, how many of them cannot be read, the first why."""

    path: Path
    sha256: str
    rows: int = 0
    unreadable: int = 0
    first: str = ""

    def count(self, rows: list[dict[str, Any]]) -> None:
        """Take some more rows."""
        self.rows += len(rows)
        faults = [f"row {row['row_number']:,}: {row['reason']}" for row in rows if row["reason"]]
        self.unreadable += len(faults)
        self.first = self.first or next(iter(faults), "")

    def require_rows(self) -> None:
        """Refuse a file that has no rows, or too many that cannot be read.

        Raises:
            UsageError: the text has the first reason.
        """
        if not self.rows:
            raise UsageError(f"{self.path}: has a header and no rows")
        if self.unreadable > MOST_UNREADABLE * self.rows and self.unreadable >= FEWEST_UNREADABLE:
            raise UsageError(
                f"{self.path}: {self.unreadable:,} of {self.rows:,} rows cannot be read: {self.first};"
                " nothing was loaded: mend the file, or say by --mapping how it is written"
            )


def check(path: Path, contract: SnapshotContract, mapping: Mapping, hash_text: Hash, out: Path) -> Checked:
    """Read the file and write its rows to a Parquet file: `row_number`, `line`, the contract's fields, their faults.

    Raises:
        UsageError: missing, empty, of another encoding, without a column that the contract has, or most of its rows
            cannot be read; the text says which.
    """
    checked = Checked(path, opening.sha256(path))
    records = Records(path, mapping)
    cells = Cells(
        contract, positions(records, mapping, contract), len(records.header), mapping, Ids(mapping, hash_text)
    )
    records.is_row = cells.is_row
    out.parent.mkdir(parents=True, exist_ok=True)
    schema = schema_of(contract)
    with ParquetWriter(out, schema) as writer:
        for rows in chunks(records, cells, records.delimiter):
            checked.count(rows)
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))
            if checked.rows % ROWS_BETWEEN_REPORTS == 0:
                print(f"snapshot: {checked.rows:,} rows read", file=sys.stderr, flush=True)
    checked.require_rows()
    for doubt in records.doubts():
        print(f"snapshot: {doubt}", file=sys.stderr, flush=True)
    return checked


def chunks(records: Records, cells: Cells, delimiter: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the values of the rows, many at once, numbered from 1."""
    numbers, texts = count(1), iter(records)
    while chunk := list(islice(texts, ROWS_AT_ONCE)):
        yield [{**cells.row(text, delimiter), "row_number": next(numbers)} for text in chunk]


def schema_of(contract: SnapshotContract) -> pa.Schema:
    """Return the schema of the Parquet file."""
    return pa.schema(
        [
            ("row_number", pa.int32()),
            ("line", pa.string()),
            ("is_malformed", pa.bool_()),
            ("wrong_field", pa.string()),
            ("reason", pa.string()),
            *((one.name, type_of(one)) for one in contract.fields),
        ]
    )


def type_of(one: Field) -> pa.DataType:
    """Return a field's type as Arrow has it."""
    match = DECIMAL.fullmatch(one.type)
    return pa.decimal128(*map(int, match.groups())) if match else TYPES[one.type]()

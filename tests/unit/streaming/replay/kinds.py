"""Rows written as files of each kind, and the events that a replay makes of a file."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from pyarrow import parquet

from common.settings import read_settings
from streaming.reading.ids import Ids
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import load
from streaming.replay.other_files import OtherFile
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage
from tests.unit.streaming.replay.shop import COLUMNS, HEADER, MAPPING, VERSIONS, hash_text

NAMES = HEADER.split(",")
Row = Sequence[Any]
AT = datetime(2023, 1, 5, 10, 0)
ROWS: list[Row] = [
    (1, "A", "Cup", 2, AT, 10.5, 101),
    (1, "B", 'Lamp, 5" "x"\nred', 1, AT, 3, 101),
    (2, "A", "Cup", 1, datetime(2023, 2, 1, 23, 59, 59), 1.125, None),
]


def as_text(value: Any) -> str:
    """How CSV has a cell."""
    return "" if value is None else f"{Decimal(str(value)):f}" if isinstance(value, float) else str(value)


def delimited(delimiter: str) -> Callable[[Path, Sequence[str], Sequence[Row]], None]:
    def write(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerows([names, *([as_text(value) for value in row] for row in rows)])
        path.write_text(out.getvalue(), newline="")

    return write


def json_lines(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    lines = (json.dumps(dict(zip(names, row, strict=True)), default=str) for row in rows)
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def workbook(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    book = openpyxl.Workbook()
    for row in (names, *rows):
        book.active.append(list(row))
    book.save(path)


def parquet_file(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    columns = [[float(v) if isinstance(v, float) else v for v in column] for column in zip(*rows, strict=True)]
    numbers = [any(isinstance(v, float) for v in column) for column in columns]
    arrays = [
        pa.array([None if v is None else float(v) for v in column]) if is_float else pa.array(column)
        for column, is_float in zip(columns, numbers, strict=True)
    ]
    parquet.write_table(pa.table(arrays, names=list(names)), path, row_group_size=2)


KINDS = {
    "orders.csv": delimited(","),
    "orders.tsv": delimited("\t"),
    "orders.jsonl": json_lines,
    "orders.jsonl.gz": json_lines,
    "orders.xlsx": workbook,
    "orders.parquet": parquet_file,
}


def events(folder: Path, name: str, rows: Sequence[Row], **keys: Any) -> list[dict[str, Any]]:
    """What a file of a kind becomes by the usual mapping, with these keys besides."""
    KINDS[name](folder / name, NAMES, rows)
    return replayed(folder, name, **keys)


def replayed(folder: Path, name: str, **keys: Any) -> list[dict[str, Any]]:
    """What a file that is there becomes."""
    (folder / "mapping.yml").write_text(json.dumps({**MAPPING, "decimal": ".", "columns": COLUMNS, **keys}))
    shop = load(str(folder / "mapping.yml"))
    with new_stage(read_settings({"STATE_DIR": str(folder / "state")}, folder / "none")) as stage:
        fill(stage, folder / name, shop, hash_text)
        for topic, other in shop.files.items():
            OtherFile(topic, folder / other.file, other, Ids(other, hash_text)).stage(stage.database)
        versions = {**VERSIONS, "customers": 3, "ratings": 2}
        messages = Events(shop, "shop", 0, Tally(), versions, Sending(folder, "digest", "shop", 0)).of(stage)
        return [json.loads(message.value) for message in messages]

"""What `export_rate.py` exports: tables of made-up rows in a schema of their own, and the manifest that asks for them.

A table's columns are letters: s text, i int, l bigint, m decimal(18,4), b boolean, d date, t instant, f double. The
first column of each is its key, except that a table of at most one row has none.
"""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from common import lake_reader, postgres
from common.lake_paths import schema_folder
from common.settings import Settings
from common.webhdfs import WebHdfs
from infra.local import hdfs_folders
from infra.local.lake import GROUP, SCHEMAS, SUPERUSER, Folder

SCHEMA = "bench"
FOLDER = schema_folder(SCHEMA)
STEP = 250_000
# The marts that were exported when this was first measured, as of the simulated shop: rows and columns.
MARTS = {
    "basket_pairs": (439, "ssslmmmmi"),
    "buying_frequency": (400, "sslmmiibt"),
    "cohort_retention": (90, "sdillmm"),
    "product_preferences": (837, "ssslslmmim"),
    "purchase_calendar": (543, "sssiilmlm"),
    "sales_daily": (419, "ssdlllllmmm"),
    "visits_before_purchase": (47, "sssblllmmmm"),
    "customer_behaviour": (400, "sssissmlmbislttst"),
    "run_bounds": (1, "ssdtt"),
    "at_risk_customers": (217, "ssttbsismmsmsmssiss"),
    "customer_360": (400, "sssisssmsllimbsssmssbmssmtt"),
    "model_cards": (3, "sstlsssss"),
    "model_drift": (17, "sstml"),
    "model_exceptions": (0, "ssms"),
    "model_history": (3, "slssst"),
    "model_quality": (108, "ssssmmmlt"),
    "model_reliability": (40, "ssimml"),
    "model_statements": (5, "sis"),
    "sales_by_month": (14, "ssdllmmm"),
    "satisfaction_drivers": (18, "sssllmmmlmmt"),
    "segment_profiles": (88, "ssslmmmmmmsslmst"),
    "source_totals": (1, "ssllllllllmmmttt"),
    "customer_segments": (400, "ssssssiiist"),
    "segment_movements": (120, "sssssiiitt"),
}
LARGE = "lsfiftsbff"
KINDS = {
    "i": pa.int32(),
    "l": pa.int64(),
    "m": pa.decimal128(18, 4),
    "d": pa.date32(),
    "t": pa.timestamp("us", "UTC"),
}
Tables = Mapping[str, tuple[int, str]]


def columns(first: int, rows: int, letters: str) -> pa.RecordBatch:
    """Return some rows of a table, numbered from `first`; the same for the same numbers."""
    chance = np.random.default_rng((first, rows))
    arrays = [column(chance, letter, first, rows, place == 0) for place, letter in enumerate(letters)]
    return pa.record_batch(arrays, [f"c{place}" for place in range(len(letters))])


def column(chance: np.random.Generator, letter: str, first: int, rows: int, is_key: bool) -> pa.Array:
    """Return the values of one column."""
    numbers = np.arange(first, first + rows) if is_key else chance.integers(0, 50_000, rows)
    if letter == "s":
        return pa.array(np.char.add("a text ", numbers.astype("U9")), pa.string())
    if letter == "f":
        return pa.array(chance.random(rows) * 1_000)
    if letter == "b":
        return pa.array(numbers % 2 == 0)
    kind = KINDS[letter]
    return pa.array(numbers.astype("int32" if letter in "dm" else "int64")).cast(kind)


def make(settings: Settings, tables: Tables) -> None:
    """Write the tables."""
    owner = SCHEMAS["core"]
    hdfs_folders.ensure(settings, Folder(FOLDER, owner, GROUP, "750"))
    lake_reader.reader(settings)
    os.environ["HADOOP_USER_NAME"] = owner
    from deltalake import write_deltalake

    for name, (rows, letters) in tables.items():
        parts = pieces(rows, letters)
        first = next(parts)
        stream = pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], parts))
        write_deltalake(f"{settings.hdfs_url}{FOLDER}/{name}", stream, mode="overwrite")


def pieces(rows: int, letters: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table, one piece at least."""
    for first in range(0, max(rows, 1), STEP):
        yield columns(first, min(STEP, rows - first), letters)


def manifest(folder: Path, tables: Tables) -> Path:
    """Write what dbt would say of the tables, and return the folder."""
    nodes: dict[str, Any] = {}
    for name, (rows, _) in tables.items():
        settings = {"schema": SCHEMA, "meta": {"export": True}}
        nodes[name] = {"resource_type": "model", "alias": name, "schema": SCHEMA, "config": settings}
        if rows > 1:
            test = {"name": "rules", "kwargs": {"grain": ["c0"]}}
            nodes[f"test.{name}"] = {"resource_type": "test", "attached_node": name, "test_metadata": test}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes, "sources": {}}))
    return folder


def drop_exported(settings: Settings, tables: Tables, prefix: str = "") -> None:
    """Remove what was exported, and what the log says of it."""
    with postgres.connect(settings, "exporter") as connection:
        for name in tables:
            connection.execute(f'drop table if exists marts."{prefix}{name}"'.encode())
        if connection.execute("select to_regclass('marts.export_log')").fetchone() != (None,):
            connection.execute("delete from marts.export_log where table_name = any(%s)", [list(tables)])


def remove(settings: Settings) -> None:
    """Remove the tables from the lake."""
    WebHdfs.of(settings, SUPERUSER).delete(FOLDER, recursive=True)

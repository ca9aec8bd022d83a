"""A lake of Delta tables on local files, and the PostgreSQL that it is exported to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from common import postgres
from common.lake_paths import table_folder
from common.settings import Settings
from spark.export.__main__ import main

KEY = pa.schema([pa.field("source", pa.string(), nullable=False), pa.field("customer_id", pa.string(), nullable=False)])
RISK = "insights.risk"


@dataclass
class Shop:
    """The lake and what its manifest says; each export is the real one."""

    settings: Settings
    manifest: dict[str, Any]

    def folder(self, name: str) -> Path:
        """Return where a table lies."""
        schema, _, table = name.partition(".")
        return Path(f"{self.settings.hdfs_url.removeprefix('file://')}{table_folder(f'{schema}.{table}')}")

    def write(self, name: str, rows: pa.Table | pa.RecordBatchReader, **options: Any) -> None:
        """Put rows in the place of a table's."""
        self.folder(name).mkdir(parents=True, exist_ok=True)
        write_deltalake(str(self.folder(name)), rows, mode="overwrite", schema_mode="overwrite", **options)

    def declare(self, name: str, export: object = True, grain: Sequence[str] = ()) -> None:
        """Let the manifest ask for the export of a model."""
        schema, _, table = name.partition(".")
        settings = {"schema": schema, "meta": {"export": export}}
        self.manifest["nodes"][name] = {
            "resource_type": "model", "alias": table, "schema": schema, "config": settings,
        }  # fmt: skip
        if grain:
            test = {"name": "rules", "kwargs": {"grain": list(grain)}}
            self.manifest["nodes"][f"test.{name}"] = {
                "resource_type": "test", "attached_node": name, "test_metadata": test, "config": {},
            }  # fmt: skip

    def export(self, *arguments: str) -> None:
        """Export what the manifest asks for."""
        self.settings.dbt_target.mkdir(parents=True, exist_ok=True)
        (self.settings.dbt_target / "manifest.json").write_text(json.dumps(self.manifest))
        main(arguments)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what the exporter sees in PostgreSQL."""
        with postgres.connect(self.settings, "exporter") as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def run(self, statement: str) -> None:
        """Change PostgreSQL, as the exporter."""
        with postgres.connect(self.settings, "exporter") as connection:
            connection.execute(statement.encode())


def customers(*names: str, **columns: object) -> pa.Table:
    """Return a row per customer of one shop."""
    table = pa.table({"source": ["shop"] * len(names), "customer_id": list(names)}).cast(KEY)
    for name, values in columns.items():
        table = table.append_column(name, values if isinstance(values, pa.Array) else pa.array(values))
    return table


def words(shop: Shop) -> list[str]:
    """Return what the mart says in PostgreSQL."""
    return [word for (word,) in shop.rows("select word from marts.risk order by customer_id")]

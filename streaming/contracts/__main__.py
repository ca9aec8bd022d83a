"""Write dbt's source file from the contracts, so that the two never differ."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from spark.common.contracts import BronzeTable, Contracts, load
from spark.common.errors import UserError, entry_point
from spark.common.settings import ROOT

SOURCES = ROOT / "dbt_project" / "models" / "staging" / "sources.yml"
HEADER = "# Written by `python -m streaming.contracts` from streaming/contracts; edit those.\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the file, or with --check only say whether it is as the contracts have it."""
    parser = argparse.ArgumentParser(prog="python -m streaming.contracts", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file differs")
    arguments = parser.parse_args(argv)
    text = sources(load())
    if arguments.check and (not SOURCES.is_file() or SOURCES.read_text("utf-8") != text):
        raise UserError(f"{relative(SOURCES)} is not what the contracts say; run `python -m streaming.contracts`")
    if not arguments.check:
        SOURCES.parent.mkdir(parents=True, exist_ok=True)
        SOURCES.write_text(text, "utf-8")
    print(f"{relative(SOURCES)}: 2 tables of {len(load().topics)} contracts")


def sources(contracts: Contracts) -> str:
    """Return the text of dbt's source file."""
    bronze = {
        "name": "bronze",
        "schema": "bronze",
        "description": "What arrived, as it arrived; written by streaming.ingest and streaming.snapshot alone.",
        "tables": [source_table(contracts.events_table), source_table(contracts.snapshots_table)],
    }
    body = yaml.safe_dump({"version": 2, "sources": [bronze]}, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + body


def source_table(table: BronzeTable) -> dict[str, Any]:
    """Return one table of the source file."""
    columns = [{"name": one.name, "data_type": one.sql_type, "description": one.text} for one in table.columns]
    return {"name": table.name.split(".")[1], "description": table.description, "columns": columns}


def relative(path: Path) -> str:
    """Return a path as a reader of the project sees it."""
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    entry_point(main)()

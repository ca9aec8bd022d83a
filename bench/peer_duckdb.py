"""Builds the marts of `sql_by_hand` with DuckDB: `python peer_duckdb.py FOLDER_OF_PARQUET DATABASE` prints their sizes.

Runs in the benches' environment, which `environment.py` makes.
"""

import argparse
import json
from pathlib import Path

import duckdb

MEMORY = "4GB"
SQL = Path(__file__).with_name("sql_by_hand")


def main(files: str, database: str) -> None:
    """Build every mart."""
    with duckdb.connect(database, config={"memory_limit": MEMORY}) as connection:
        connection.execute(
            f"create temporary view events as from read_parquet('{files}/*.parquet', union_by_name=true)"
        )
        for file in sorted(SQL.glob("*.sql")):
            connection.execute(file.read_text())
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        sizes = {name: connection.execute(f"select count(*) from {name}").fetchone() for name in tables}
    print(json.dumps({name: row[0] for name, row in sizes.items() if row}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", metavar="FOLDER_OF_PARQUET", help="the events")
    parser.add_argument("database", metavar="DATABASE", help="the file that it makes")
    main(**vars(parser.parse_args()))

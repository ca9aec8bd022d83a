"""From the lake's marts to PostgreSQL: as many rows on both sides, and the keys that differ where not."""

import json
from pathlib import Path

import psycopg
from psycopg import sql

from spark.common import postgres, thrift
from spark.common.manifest import Export, exports
from spark.common.settings import Settings
from spark.reconcile import checks
from spark.reconcile.arrivals import line


def marts_to_postgres(config: Settings) -> tuple[list[str], list[str]]:
    """Compare the rows of every exported mart with those in PostgreSQL; return the lines to print and the faults.

    Raises:
        UserError: there is no manifest, or a store does not answer.
    """
    manifest = config.dbt_target / "manifest.json"
    marts, said, found = exports(manifest), [], []
    lake = dict(thrift.rows(config, checks.counts(mart.delta for mart in marts)))
    with postgres.connect(config, "reporter") as connection:
        for mart in marts:
            rows, exported = lake[mart.delta], exported_rows(connection, mart)
            said.append(line(f"{mart.table} = PostgreSQL", rows, f"= {'-' if exported is None else f'{exported:,}'}"))
            if rows != exported:
                keys = differing_keys(config, connection, mart, grain(manifest, mart)) if exported is not None else ""
                found.append(f"{mart.delta}: {rows} rows, in PostgreSQL {exported}{keys}; run `make export`")
    return said, found


def exported_rows(connection: psycopg.Connection, mart: Export) -> int | None:
    """Return the rows of an exported mart, or None where it was never exported."""
    row = connection.execute("select to_regclass(%s)", [mart.target]).fetchone()
    if row is None or row[0] is None:
        return None
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(*mart.target.split(".")))
    return int(next(connection.execute(query))[0])


def grain(manifest: Path, mart: Export) -> list[str]:
    """Return the columns of a mart's key, as its test of the grain names them; none where it has one row."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    tests = (node for node in nodes if (node.get("test_metadata") or {}).get("name") == "unique_grain")
    return next(
        (
            list(test["test_metadata"]["kwargs"]["columns"])
            for test in tests
            if str(test.get("attached_node")).endswith(f".{mart.table}")
        ),
        [],
    )


def differing_keys(config: Settings, connection: psycopg.Connection, mart: Export, columns: list[str]) -> str:
    """Return the keys that one store has and the other lacks, as text; nothing where the mart has no key."""
    if not columns:
        return ""
    # Keys are names and days, which both stores write alike.
    texts = ", ".join(f"cast(`{name}` as string)" for name in columns)
    lake = set(thrift.rows(config, f"select {texts} from {mart.delta}"))
    names = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns)
    query = sql.SQL("select {} from {}").format(names, sql.Identifier(*mart.target.split(".")))
    different = lake ^ set(connection.execute(query).fetchall())
    return f"; keys: {checks.differing(sorted(different, key=str)) or 'the same, so some are there twice'}"

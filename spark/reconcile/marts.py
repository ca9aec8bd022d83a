"""From the lake's marts to PostgreSQL: as many rows on both sides, and the keys that differ where not."""

import psycopg
from psycopg import sql

from common import postgres
from common.dbt_manifest import Export, exports
from common.lake_reader import LakeTable, open_table
from common.settings import Settings
from spark.reconcile import checks
from spark.reconcile.arrivals import line


def marts_to_postgres(settings: Settings) -> tuple[list[str], list[str]]:
    """Compare the rows of every exported table with those in PostgreSQL; return the lines to print and the faults.

    Raises:
        UserError: there is no manifest, or a store does not answer.
    """
    lines, faults = [], []
    with postgres.connect(settings, "reporter") as connection:
        for mart in exports(settings.dbt_target / "manifest.json"):
            lake = open_table(settings, mart.delta)
            rows, exported = lake.rows(), exported_rows(connection, mart)
            lines.append(line(f"{mart.table} = PostgreSQL", rows, f"= {'-' if exported is None else f'{exported:,}'}"))
            if rows != exported:
                keys = differing_keys(connection, mart, lake) if exported is not None else ""
                faults.append(f"{mart.delta}: {rows} rows, in PostgreSQL {exported}{keys}; run `make export`")
    return lines, faults


def exported_rows(connection: psycopg.Connection, mart: Export) -> int | None:
    """Return the rows of an exported mart, or None where it was never exported."""
    row = connection.execute("select to_regclass(%s)", [mart.target]).fetchone()
    if row is None or row[0] is None:
        return None
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(*mart.target.split(".")))
    return int(next(connection.execute(query))[0])


def differing_keys(connection: psycopg.Connection, mart: Export, lake: LakeTable) -> str:
    """Return the keys that one store has and the other lacks, as text; nothing where the mart has no key."""
    if not mart.grain:
        return ""
    held = {tuple(row.values()) for batch in lake.batches(mart.grain) for row in batch.to_pylist()}
    names = sql.SQL(", ").join(map(sql.Identifier, mart.grain))
    query = sql.SQL("select {} from {}").format(names, sql.Identifier(*mart.target.split(".")))
    different = held ^ set(connection.execute(query).fetchall())
    return f"; keys: {checks.differing(sorted(different, key=str)) or 'the same, so some are there twice'}"

"""The PostgreSQL side of the export; everything here happens inside the caller's one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from spark.common.errors import UserError
from spark.common.manifest import TARGET_SCHEMA, Export
from spark.export.columns import Column, differences


@dataclass(frozen=True)
class Content:
    """What a table holds: the number of rows, and the non-null values and the checksum of each column."""

    rows: int
    values: dict[str, str]
    checksums: dict[str, str]


def ready(connection: psycopg.Connection, export: Export, columns: Sequence[Column]) -> bool:
    """Make the table exist with these columns and without rows; return whether an incompatible one was replaced.

    Rows are deleted rather than truncated, and the table stays the same table, so that whoever reads meanwhile goes
    on reading the old rows and views keep working.
    """
    wanted = [(column.name, column.kind.postgres) for column in columns]
    found = existing(connection, export)
    table = sql.Identifier(TARGET_SCHEMA, export.table)
    if found == wanted:
        connection.execute(sql.SQL("delete from {}").format(table))
        return False
    if found:
        connection.execute(sql.SQL("drop table {} cascade").format(table))
    parts = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in wanted)
    connection.execute(sql.SQL("create table {} ({})").format(table, parts))
    return bool(found)


def existing(connection: psycopg.Connection, export: Export) -> list[tuple[str, str]]:
    """Return the columns of the table as (name, type), in order; none where there is no table."""
    query = """
        select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
        from pg_attribute as attribute
        where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
        order by attribute.attnum
    """
    return [(name, kind) for name, kind in connection.execute(query, [export.target])]


def copy(
    connection: psycopg.Connection, export: Export, columns: Sequence[Column], rows: Iterable[Sequence[str]]
) -> None:
    """Send the rows, texts in the order of the columns."""
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(TARGET_SCHEMA, export.table), names)
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)


def content(connection: psycopg.Connection, export: Export, columns: Sequence[Column]) -> Content:
    """Return what the table holds now, as this transaction sees it."""
    counts = [f'count("{column.name}")::text' for column in columns]
    checksums = [column.postgres_checksum for column in columns]
    query = f'select count(*), {", ".join([*counts, *checksums])} from {TARGET_SCHEMA}."{export.table}"'
    row = connection.execute(query.encode()).fetchone() or ()
    return contents(columns, row)


def contents(columns: Sequence[Column], row: Sequence[object]) -> Content:
    """Return the answer of either engine: the rows, then the values per column, then the checksums per column."""
    names = [column.name for column in columns]
    texts = [str(value) for value in row[1:]]
    split = len(names)
    return Content(
        int(str(row[0])), dict(zip(names, texts[:split], strict=True)), dict(zip(names, texts[split:], strict=True))
    )


def verify(export: Export, delta: Content, loaded: Content) -> None:
    """Compare what was loaded with what Delta holds.

    Raises:
        UserError: they differ; nothing of the export becomes visible.
    """
    if delta.rows != loaded.rows:
        raise UserError(
            f"{export.target} would hold {loaded.rows:,} rows, {export.delta} holds {delta.rows:,}; nothing was "
            "exported, run `make export` again when no dbt runs"
        )
    wrong = differences(delta.values, loaded.values) or differences(delta.checksums, loaded.checksums)
    if wrong:
        raise UserError(
            f"{export.target} would differ from {export.delta} in {', '.join(wrong)}; nothing was exported, run "
            "`make export` again when no dbt runs"
        )

"""What role reporter may read, in one transaction, so in one version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row

Row = TypeVar("Row")


@dataclass(frozen=True)
class Views:
    """What can be read; `missing` are the views that do not exist yet."""

    connection: psycopg.Connection[Any]
    missing: Sequence[str]

    def rows(self, view: str, kind: type[Row], query: LiteralString, **values: object) -> list[Row]:
        """Return the rows of a query of a view or table; none where it does not exist yet."""
        if view in self.missing:
            return []
        with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query, values or None).fetchall()


@contextmanager
def one_version(connection: psycopg.Connection[Any], names: Sequence[str]) -> Iterator[Views]:
    """Read views within one transaction, which sees one version of all of them."""
    connection.rollback()
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        connection.execute("set local time zone 'UTC'")
        yield Views(connection, tuple(name for name in names if not exists(connection, name)))


def exists(connection: psycopg.Connection[Any], view: str) -> bool:
    """Say whether a view of schema `reporting` is there, or a table that is named with its schema."""
    name = view if "." in view else f"reporting.{view}"
    row = connection.execute("select to_regclass(%s) is not null", [name]).fetchone()
    return bool(row and row[0])

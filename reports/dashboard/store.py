"""PostgreSQL as the page sees it: role reporter, a handful of connections, transactions that read and end in time."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from common import postgres
from common.errors import UserError, first_line
from common.settings import Settings

Row = TypeVar("Row")
Query = sql.SQL | sql.Composed

CONNECTIONS = 4
SECONDS_TO_WAIT = 5
SECONDS_OF_A_STATEMENT = 10
ROWS_AT_ONCE = 5_000
REMEDIES = {"live": "make up", "reporting": "make refresh"}


class UnavailableError(UserError):
    """What was asked for cannot be read now; the text says why, and what helps."""


@dataclass(frozen=True)
class Reader:
    """One transaction, which sees one version of everything."""

    connection: psycopg.Connection[Any]

    def rows(self, kind: type[Row], query: Query, values: Mapping[str, object]) -> list[Row]:
        """Return the rows of a query; values reach it as its parameters alone."""
        with self.connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query, dict(values)).fetchall()

    def value(self, query: Query, values: Mapping[str, object]) -> Any:
        """Return the first value of a query; None where it has no row."""
        row = self.connection.execute(query, dict(values)).fetchone()
        return row[0] if row else None

    def stream(self, query: Query, values: Mapping[str, object]) -> Iterator[Sequence[object]]:
        """Yield the rows of a query that may have many."""
        with self.connection.cursor("download") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            yield from cursor.execute(query, dict(values))

    def missing(self, relations: Sequence[str]) -> list[str]:
        """Return which of some relations, `schema.name` each, are not there."""
        query = "select name from unnest(%s::text[]) with ordinality as t (name, place) where to_regclass(name) is null"
        return [name for (name,) in self.connection.execute(f"{query} order by place", [list(relations)])]

    def require(self, relations: Sequence[str]) -> None:
        """Refuse to go on where a relation is not there.

        Raises:
            UnavailableError: the text names the first and what makes it.
        """
        for name in self.missing(relations):
            remedy = REMEDIES.get(name.partition(".")[0], "make refresh")
            raise UnavailableError(f"{name} does not exist yet; `{remedy}` makes it")


class Store:
    """A small pool of connections, made when they are needed and again when PostgreSQL comes back."""

    def __init__(self, settings: Settings, size: int = CONNECTIONS) -> None:
        """Connect to nothing yet."""
        self.settings = settings
        self.pool: queue.LifoQueue[psycopg.Connection[Any] | None] = queue.LifoQueue()
        for _ in range(size):
            self.pool.put(None)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Return what reads, for the length of the block.

        Raises:
            UnavailableError: PostgreSQL does not answer, is too slow, or holds tables of another shape.
        """
        try:
            connection = self.pool.get(timeout=SECONDS_TO_WAIT)
        except queue.Empty:
            raise UnavailableError("every connection to PostgreSQL is in use; try again in a moment") from None
        try:
            connection = self.begin(connection)
            yield Reader(connection)
        except psycopg.Error as error:
            raise UnavailableError(refusal(error)) from error
        finally:
            self.give_back(connection)

    def begin(self, connection: psycopg.Connection[Any] | None) -> psycopg.Connection[Any]:
        """Begin a transaction, on a new connection where the old one is gone."""
        if connection is not None:
            try:
                connection.execute("select 1")
                return connection
            except psycopg.OperationalError:
                connection.close()
        try:
            return connect(self.settings)
        except UserError as error:
            raise UnavailableError(str(error)) from None

    def give_back(self, connection: psycopg.Connection[Any] | None) -> None:
        """End the transaction; a connection that does not end well is closed."""
        try:
            if connection is not None and not connection.closed:
                connection.rollback()
        except psycopg.Error:
            close(connection)
        self.pool.put(None if connection is None or connection.closed else connection)

    def close(self) -> None:
        """Close what is not in use."""
        while not self.pool.empty():
            close(self.pool.get_nowait())


def connect(settings: Settings) -> psycopg.Connection[Any]:
    """Return a connection whose every transaction reads, sees one version, and lets no statement run for long."""
    connection = postgres.connect(settings, "reporter")
    connection.autocommit = True
    connection.execute(f"set statement_timeout = '{SECONDS_OF_A_STATEMENT}s'")
    connection.execute("set default_transaction_read_only = on")
    connection.autocommit = False
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def close(connection: psycopg.Connection[Any] | None) -> None:
    """Close a connection, if it is one."""
    if connection is not None:
        connection.close()


def refusal(error: psycopg.Error) -> str:
    """Return what to say of an error of PostgreSQL."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return f"PostgreSQL took longer than {SECONDS_OF_A_STATEMENT} s; narrow the filters, or try again"
    if isinstance(error, (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable)):
        return f"the tables are not those that this page knows: {first_line(error)}; run `make up refresh`"
    if isinstance(error, psycopg.OperationalError):
        return f"PostgreSQL does not answer: {first_line(error)}; `make status` says whether it runs"
    return f"PostgreSQL refuses what this page asks: {first_line(error)}"

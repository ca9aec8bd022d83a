"""The connection that carries Arrow into PostgreSQL, as the exporter: one transaction until `commit`."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

import adbc_driver_manager as adbc
import adbc_driver_postgresql
import pyarrow as pa
from psycopg import sql

from common import postgres
from common.errors import UserError
from common.settings import Settings

ROLE = "exporter"
# What the driver puts before PostgreSQL's own words.
DRIVER = re.compile(r"^[A-Z_]+: \[libpq\] |Failed to [\w\s]+?: |PGRES_FATAL_ERROR |^ERROR: +")
Answer = TypeVar("Answer")


class Store:
    """A connection of which nothing is kept that is not committed.

    The driver's interface of Python's database API would load pandas, half a second of every start.
    """

    def __init__(self, connection: adbc.AdbcConnection, pool: ThreadPoolExecutor) -> None:
        self.connection = connection
        self.pool = pool

    def execute(self, statement: str, *values: Any) -> None:
        """Run one statement that has no answer; `{}` in it stands for each value."""
        with adbc.AdbcStatement(self.connection) as ready:
            ready.set_sql_query(with_values(statement, values))
            self.call(ready, ready.execute_update)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query; `{}` in it stands for each value."""
        with adbc.AdbcStatement(self.connection) as ready:
            ready.set_sql_query(with_values(query, values))
            answer = self.call(ready, lambda: fetch(ready))
        return list(zip(*(column.to_pylist() for column in answer.columns), strict=True))

    def copy(self, schema: str, table: str, rows: pa.Table) -> None:
        """Append rows to a table by binary COPY; the columns are found by their names."""
        with adbc.AdbcStatement(self.connection) as statement:
            statement.set_options(
                **{
                    adbc.INGEST_OPTION_MODE: adbc.INGEST_OPTION_MODE_APPEND,
                    adbc.INGEST_OPTION_TARGET_TABLE: table,
                    adbc.StatementOptions.INGEST_TARGET_DB_SCHEMA.value: schema,
                }
            )
            statement.bind_stream(rows)
            self.call(statement, statement.execute_update)

    def call(self, statement: adbc.AdbcStatement, function: Callable[[], Answer]) -> Answer:
        """Return what the driver answers; Ctrl-C, which it would not see, ends the statement."""
        running = self.pool.submit(function)
        try:
            return running.result()
        except KeyboardInterrupt:
            statement.cancel()
            wait([running])
            raise

    def commit(self) -> None:
        """Make everything visible at once."""
        self.connection.commit()


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Yield a connection; what is not committed when the block ends is gone.

    Raises:
        UserError: PostgreSQL does not answer, refuses the role, or ends the connection.
    """
    try:
        database = adbc_driver_postgresql.connect(postgres.address(settings, ROLE))
        connection = adbc.AdbcConnection(database)
    except adbc.Error as error:
        raise postgres.refusal(settings, ROLE, UserError(primary(error))) from None
    try:
        with database, connection, ThreadPoolExecutor(1) as pool:
            connection.set_autocommit(False)
            yield Store(connection, pool)
    except adbc.Error as error:
        raise UserError(f"PostgreSQL refused the export: {primary(error)}; nothing was exported") from None


def with_values(statement: str, values: Sequence[Any]) -> str:
    """Return a statement with a literal in the place of each `{}`."""
    return sql.SQL(statement).format(*map(sql.Literal, values)).as_string() if values else statement


def fetch(ready: adbc.AdbcStatement) -> pa.Table:
    """Return the answer of a query, which PostgreSQL computes while it is read."""
    answer, _ = ready.execute_query()
    try:
        return pa.RecordBatchReader.from_stream(answer).read_all()
    except (OSError, pa.ArrowException) as error:
        raise adbc.OperationalError(str(error), status_code=adbc.AdbcStatusCode.IO) from None


def primary(error: adbc.Error) -> str:
    """Return what PostgreSQL says, in one line."""
    message = details(error).get("PG_DIAG_MESSAGE_PRIMARY") or str(error)
    lines = [line for line in DRIVER.sub("", message).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def details(error: adbc.Error) -> dict[str, str]:
    """Return the fields of PostgreSQL's error by their names."""
    return {as_text(name): as_text(value) for name, value in error.details or ()}


def as_text(words: str | bytes) -> str:
    """Return words as text, of which the driver gives the bytes."""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def refused_row(error: adbc.Error, rows: pa.Table, key: Sequence[str]) -> tuple[str, str]:
    """Return the column and the row that a COPY of `rows` stopped at, as words; empty where it stopped elsewhere."""
    place = re.search(r"line (\d+)(?:, column (.+))?$", details(error).get("PG_DIAG_CONTEXT", ""))
    if not place or not 0 < int(place[1]) <= rows.num_rows:
        return "", ""
    (row,) = rows.slice(int(place[1]) - 1, 1).select(list(key)).to_pylist()
    return place[2] or "", ", ".join(f"{name} = {value!s}" for name, value in row.items())

"""Ask the reporting store as the reporter, or the lake over Thrift; only the result goes to standard output."""

import csv
import io
import json
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from common import postgres, thrift
from common.cli import Parser
from common.errors import UsageError, UserError, entry_point
from common.settings import Settings, read_settings

Row = Sequence[Any]


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Run one query and print its result."""
    parser = Parser(prog="spark.sql", description=__doc__)
    parser.add_argument("query", nargs="?", default="", help="one SQL statement; by default what $QUERY holds")
    parser.add_argument(
        "--store", choices=["serving", "lake"], default="serving", help="PostgreSQL, or Delta over Thrift"
    )
    parser.add_argument("--format", choices=["table", "csv"], default="table")
    args = parser.parse_args(argv)
    ask = serving if args.store == "serving" else lake
    query = (args.query or os.environ.get("QUERY", "")).strip().rstrip(";")
    if not query.isprintable() and any("\udc80" <= one <= "\udcff" for one in query):
        raise UsageError("the query is not UTF-8; type it in a terminal that is")
    # A character that the terminal does not know is written as its number.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    if not query:
        raise UsageError("give a query: make sql Q='select 1'")
    names, rows = ask(read_settings(), query)
    write = write_csv if args.format == "csv" else write_table
    write(names, ([text(value) for value in row] for row in rows))


def serving(settings: Settings, query: str) -> tuple[list[str], Sequence[Row]]:
    """Return names and rows of a query in PostgreSQL; the reporter may only read.

    Raises:
        UserError: PostgreSQL refuses the query.
    """
    with postgres.connect(settings, "reporter") as connection:
        connection.read_only = True
        try:
            cursor = connection.execute(query)
            if cursor.nextset():
                raise UsageError("that is more than one statement, of which only one is answered; ask one at a time")
        except psycopg.Error as error:
            raise UserError(f"PostgreSQL refused the query: {str(error).splitlines()[0]}") from None
        return [column.name for column in cursor.description or ()], cursor.fetchall() if cursor.description else []


def lake(settings: Settings, query: str) -> tuple[list[str], Sequence[Row]]:
    """Return names and rows of a query over Thrift."""
    with thrift.cursor(settings) as cursor:
        cursor.execute(query)
        names = [column[0].rpartition(".")[2] for column in cursor.description or ()]
        return names, cursor.fetchall() if names else []


def text(value: object) -> str:
    """Return a value as it is printed: null is empty, booleans are as PostgreSQL writes them, objects are JSON."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return ("f", "t")[value] if isinstance(value, bool) else str(value)


def write_csv(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the result as CSV with a header."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


def write_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the result in columns."""
    lines = [list(names), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        print("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()

"""The rows of the file on disk, so that an order's lines meet wherever they stand and memory stays bounded."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from spark.common.errors import UserError
from spark.common.settings import Settings
from streaming.replay.rows import Line

SCHEMA = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536; pragma temp_store = file;
create table lines (
    order_id text, number integer, customer_id text, occurred_ms integer, product_id text, description text,
    quantity integer, unit_price text, row text, primary key (order_id, number)
) without rowid;
create table raw (number integer primary key, row text, reason text);
"""
# An order whose rows name two customers is its first customer's; the other's rows cannot be told apart from a fault.
FIRST_CUSTOMER = """
create table owners as
select order_id, customer_id, min(number) from lines where customer_id is not null group by order_id;
insert into raw
select number, row, 'the order has another customer'
from lines join owners using (order_id) where lines.customer_id <> owners.customer_id;
delete from lines
where (order_id, number) in
    (select order_id, number from lines join owners using (order_id) where lines.customer_id <> owners.customer_id);
"""
IN_TIME_ORDER = """
create table orders (place integer primary key, order_id text, occurred_ms integer, customer_id text);
insert into orders (order_id, occurred_ms, customer_id)
select order_id, min(occurred_ms), max(customer_id) from lines group by order_id order by 2, 1;
"""
LINES = """
select o.place, o.order_id, o.occurred_ms, o.customer_id,
    l.number, l.product_id, l.description, l.quantity, l.unit_price, l.row
from orders as o cross join lines as l on l.order_id = o.order_id
order by o.place, l.number
"""


class Stage:
    """The staged rows of one file."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take a connection to an empty database."""
        self.database = database
        self.database.executescript(SCHEMA)
        self.database.execute("begin")

    def add(self, number: int, row: str, line: Line) -> None:
        """Stage a row that is an order line."""
        values = (line.order_id, number, line.customer_id, line.occurred_ms, line.product_id, line.description)
        self.database.execute(
            "insert into lines values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, line.quantity, line.unit_price, row)
        )

    def add_raw(self, number: int, row: str, reason: str) -> None:
        """Stage a row that cannot become part of an event."""
        self.database.execute("insert into raw values (?, ?, ?)", (number, row, reason))

    def finish(self) -> None:
        """Put the orders into the order of their times; nothing is added afterwards."""
        self.database.execute("commit")
        self.database.executescript(FIRST_CUSTOMER + IN_TIME_ORDER)

    def count(self) -> int:
        """Return the number of events: the orders and the raw rows."""
        (count,) = self.database.execute("select (select count(*) from orders) + (select count(*) from raw)").fetchone()
        return int(count)

    def newest_ms(self) -> int | None:
        """Return the time of the newest order, in milliseconds since 1970; None where there is no order."""
        (newest,) = self.database.execute("select max(occurred_ms) from orders").fetchone()
        return None if newest is None else int(newest)

    def orders(self) -> Iterator[tuple[str, int, str | None, list[tuple[int, Line, str]]]]:
        """Yield each order in time order: id, earliest time, customer, and its lines as (number, line, row)."""
        rows = self.database.execute(LINES)
        for (_, order_id, occurred_ms, customer_id), group in groupby(rows, key=itemgetter(0, 1, 2, 3)):
            lines = [
                (number, Line(order_id, customer_id, occurred_ms, product_id, description, quantity, price), row)
                for *_, number, product_id, description, quantity, price, row in group
            ]
            yield order_id, occurred_ms, customer_id, lines

    def raw(self) -> Iterator[tuple[int, str, str]]:
        """Yield the raw rows: number, row, reason."""
        yield from self.database.execute("select number, row, reason from raw order by number")


@contextmanager
def staged(config: Settings) -> Iterator[Stage]:
    """Return an empty stage below the state folder for the length of the block; the caller holds the job's lock."""
    path = config.path("tmp", "replay.sqlite")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            yield Stage(database)
    except sqlite3.Error as error:
        raise UserError(f"{path}: {error}; rows are staged there, so STATE_DIR needs room and write access") from None
    except PermissionError as error:
        raise UserError(f"{path}: {error.strerror}; the state folder must be writable (STATE_DIR)") from None
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Remove the stage; a folder that cannot be written was reported already."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return

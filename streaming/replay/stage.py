"""The rows of the file on disk, so that an order's lines meet wherever they stand and memory stays bounded.

What is staged are fragments; most orders are one.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import or_
from typing import NamedTuple

from common.settings import Settings
from streaming.replay import verdicts
from streaming.replay.fragments import ROW_END, Parsed, Raw
from streaming.replay.rows import NEGATIVE, POSITIVE
from streaming.staging import new_database

EXCHANGE = POSITIVE | NEGATIVE
SCHEMA = """
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536; pragma temp_store = file;
create table fragments (
    number integer primary key, order_id text, customer_id text, occurred_ms integer, block integer, signs integer,
    size integer, lines text, about text, rows text
);
create table others (
    topic text, number integer, customer text, ms integer, body text, row text, reason text, rows integer,
    primary key (topic, number)
) without rowid;
create table raw (number integer primary key, row text, reason text, order_id text);
"""
IN_TIME_ORDER = """
create table orders (
    place integer primary key, order_id text, occurred_ms integer, customer_id text, first integer, fragments integer
);
insert into orders (order_id, occurred_ms, customer_id, first, fragments)
select order_id, min(occurred_ms), max(customer_id), min(number), count(*) from fragments
group by order_id order by 2, 1;
"""
WITH_FIRST_FRAGMENT = """
select o.order_id, o.occurred_ms, o.customer_id, f.signs, f.size, f.lines, f.about, o.fragments
from orders as o cross join fragments as f on f.number = o.first
order by o.place
"""
NEWEST = "select max(ms) from (select max(occurred_ms) as ms from orders union all select max(ms) from others)"
COUNT = "select (select count(*) from orders) + (select count(*) from raw) + (select count(*) from others)"
OF_ORDER = "select signs, size, lines, about from fragments where order_id = ? order by number"
ROWS_OF_ORDER = "select number, rows from fragments where order_id = ? order by number"


class Order(NamedTuple):
    """One order: the signs of its pieces and prices, how many rows it has, their lines and what they say, as JSON."""

    order_id: str
    occurred_ms: int
    customer_id: str | None
    signs: int
    size: int
    lines: str
    about: str


class Stage:
    """The staged rows of one file."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take a connection to an empty database."""
        self.database = database
        self.database.executescript(SCHEMA)
        self.database.execute("begin")
        self.left_out: Counter[str] = Counter()
        self.exchanges = 0
        # What a person is told of the files besides the counts.
        self.notes: list[str] = []

    def add(self, parsed: Parsed) -> None:
        """Stage what became of some records."""
        self.database.executemany("insert into fragments values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", parsed.fragments)
        self.database.executemany("insert into raw values (?, ?, ?, ?)", parsed.raw)
        self.left_out += parsed.left_out
        self.exchanges += sum(fragment.signs & EXCHANGE == EXCHANGE for fragment in parsed.fragments)

    def finish(self) -> None:
        """Decide what the whole file decides, and put the orders into that of their times; nothing is added after."""
        self.left_out["repeated"] += verdicts.pass_all(self.database)
        self.database.execute("commit")
        self.database.executescript(IN_TIME_ORDER)

    def count(self) -> int:
        """Return about how many events there are; refunds are not known yet, and an exchange is two."""
        (count,) = self.database.execute(COUNT).fetchone()
        return int(count) + self.exchanges

    def newest_ms(self) -> int | None:
        """Return the time of what is newest, in milliseconds since 1970; None where there is nothing."""
        (newest,) = self.database.execute(NEWEST).fetchone()
        return None if newest is None else int(newest)

    def oldest_ms(self) -> int | None:
        """Return the time of the oldest order; None where there is no order."""
        (oldest,) = self.database.execute("select occurred_ms from orders where place = 1").fetchone() or (None,)
        return None if oldest is None else int(oldest)

    def orders(self) -> Iterator[Order]:
        """Yield each order in time order."""
        for *order, fragments in self.database.execute(WITH_FIRST_FRAGMENT):
            yield Order(*order) if fragments == 1 else self.join_fragments(*order[:3])

    def join_fragments(self, order_id: str, occurred_ms: int, customer_id: str | None) -> Order:
        """Return an order of several fragments."""
        signs, size, lines, abouts = zip(*self.database.execute(OF_ORDER, (order_id,)), strict=True)
        about = ",".join(filter(None, abouts))
        return Order(order_id, occurred_ms, customer_id, reduce(or_, signs), sum(size), ",".join(lines), about)

    def rows(self, order: Order) -> Iterator[tuple[int, str]]:
        """Yield an order's rows as the file has them, with their numbers."""
        for number, rows in self.database.execute(ROWS_OF_ORDER, (order.order_id,)):
            yield from enumerate(rows.split(ROW_END), start=number)

    def raw(self) -> Iterator[Raw]:
        """Yield the raw rows: number, row, reason."""
        yield from map(Raw._make, self.database.execute("select * from raw order by number"))


@contextmanager
def new_stage(settings: Settings) -> Iterator[Stage]:
    """Return an empty stage below the state folder for the length of the block; the caller holds the job's lock."""
    with new_database(settings, "replay.sqlite", "rows") as database:
        yield Stage(database)

"""What only the whole file decides: which orders are held with all their rows, and which rows stand in it again.

An order is one unit. It is held where a row of it cannot be read, where its rows name two customers, or where it stands
in two places that do not agree. A place is a run of rows with none of another order between them.
"""

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from streaming.producer import MAX_VALUE_BYTES
from streaming.replay.fragments import ROW_END
from streaming.replay.line_amounts import SHIPPING

# A line has more bytes of JSON than this even without a description.
LEAST_BYTES = 64
MOST_LINES = MAX_VALUE_BYTES // LEAST_BYTES
# Orders that need a look: their rows name two customers, stand in several places, or are too many to be read at once.
UNSETTLED = f"""
create index of_order on fragments (order_id, customer_id, occurred_ms, block, size);
create temporary table unsettled as
select
    order_id, min(customer_id) <> max(customer_id) as is_mixed, min(block) <> max(block) as is_scattered,
    sum(size) > {MOST_LINES} as is_too_large, min(number) as first
from fragments group by order_id having is_mixed or is_scattered or is_too_large;
create temporary table held (order_id text primary key, number integer, reason text) without rowid;
insert into held select order_id, min(number), reason from raw where order_id is not null group by order_id;
insert or ignore into held
select order_id, first, 'the order is too large for one event' from unsettled where is_too_large;
"""
MIXED = "select order_id from unsettled where is_mixed"
CUSTOMERS = "select number, customer_id from fragments where order_id = ? and customer_id is not null order by number"
# A table, as orders are held while it is read.
KEEP_SCATTERED = """
create temporary table scattered as
select order_id from unsettled where is_scattered and order_id not in (select order_id from held)
"""
SCATTERED = "select order_id from scattered"
FRAGMENTS = "select number, block, size, lines, rows from fragments where order_id = ? order by number"
HOLD = "insert into held values (?, ?, ?) on conflict do nothing"
OF_HELD = """
select f.number, f.rows, held.order_id, held.number, held.reason
from held cross join fragments as f on f.order_id = held.order_id
"""
TAKE_HELD = "delete from fragments where order_id in (select order_id from held)"


class Block(NamedTuple):
    """One place of an order: the numbers of its fragments, its rows as they stand, the products of its lines."""

    fragments: list[int]
    rows: list[str]
    products: set[str]


def pass_all(database: sqlite3.Connection) -> int:
    """Hold whole orders and take out what stands in the file again; return how many rows are such repetitions."""
    database.execute("commit")
    database.executescript(UNSETTLED)
    database.execute("begin")
    for (order_id,) in database.execute(MIXED):
        hold(database, order_id, other_customer(database, order_id), "the order has another customer")
    database.execute(KEEP_SCATTERED)
    repeated = sum(settle_places(database, order_id) for (order_id,) in database.execute(SCATTERED))
    carry_raw(database)
    return repeated


def hold(database: sqlite3.Connection, order_id: str, number: int, reason: str) -> None:
    """Hold an order for one of its rows; the first reason stays."""
    database.execute(HOLD, (order_id, number, reason))


def other_customer(database: sqlite3.Connection, order_id: str) -> int:
    """Return the first row of an order that names another customer than one before."""
    rows = database.execute(CUSTOMERS, (order_id,))
    _, first = next(rows)
    return next(int(number) for number, customer in rows if customer != first)


def settle_places(database: sqlite3.Connection, order_id: str) -> int:
    """Decide about an order of several places, and return how many of its rows are repetitions.

    Rows that stand again as a whole are sent once. Places that have a product in common do not agree. All others are
    parts of one order.
    """
    blocks = list(blocks_of(database, order_id))
    if length := period([block.rows for block in blocks]):
        again = blocks[length:]
        numbers = [(number,) for block in again for number in block.fragments]
        database.executemany("delete from fragments where number = ?", numbers)
        return sum(len(block.rows) for block in again)
    if (number := contradiction(blocks)) is not None:
        first = blocks[0].fragments[0]
        hold(database, order_id, number, f"the order stands at row {first} too, with other content; leave one out")
    return 0


def blocks_of(database: sqlite3.Connection, order_id: str) -> Iterator[Block]:
    """Yield the places of an order."""
    for _, fragments in groupby(database.execute(FRAGMENTS, (order_id,)), key=lambda fragment: fragment[1]):
        block = Block([], [], set())
        for number, _, _, lines, rows in fragments:
            block.fragments.append(number)
            block.rows.extend(rows.split(ROW_END))
            products = (line["product_id"] for line in json.loads(f"[{lines}]"))
            # What sending a line costs is said in each of them.
            block.products.update(product for product in products if product != SHIPPING)
        yield block


def period(blocks: list[list[str]]) -> int | None:
    """Return after how many places the rows begin again, and stand again to the end; None where they do not."""
    total = sum(map(len, blocks))
    size = 0
    for length, block in enumerate(blocks[:-1], start=1):
        size += len(block)
        if total % size == 0 and stands_again(blocks, length, size):
            return length
    return None


def stands_again(blocks: list[list[str]], length: int, size: int) -> bool:
    """Return whether all places behind the first ones repeat their rows, so many at a time."""
    first = sorted(row for block in blocks[:length] for row in block)
    again: list[str] = []
    for block in blocks[length:]:
        again += block
        if len(again) == size and sorted(again) == first:
            again = []
        elif len(again) >= size:
            return False
    return not again


def contradiction(blocks: list[Block]) -> int | None:
    """Return the first row of the place that has a product of an earlier one, None where there is none."""
    seen: set[str] = set()
    for block in blocks:
        if seen & block.products:
            return block.fragments[0]
        seen |= block.products
    return None


def carry_raw(database: sqlite3.Connection) -> None:
    """Make raw rows of the orders that are held, each with the reason that names the row at fault."""
    for first, rows, order_id, fault, reason in database.execute(OF_HELD):
        whole = f"its order {order_id} is held for row {fault}: {reason}"
        raw = [
            (number, row, reason if number == fault else whole, order_id)
            for number, row in enumerate(rows.split(ROW_END), start=first)
        ]
        database.executemany("insert into raw values (?, ?, ?, ?)", raw)
    database.execute(TAKE_HELD)

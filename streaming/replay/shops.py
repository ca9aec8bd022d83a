"""The shops that a file's events are of: orders in another currency than the shop's own are of a shop of their own.

Amounts of two currencies are never added up, and customers, segments and models are compared within a source. So what a
shop sells in another currency stands under a source of its own, `<source>.<currency>`. A customer who buys in both is a
customer of each; who buys in one is a customer of that one alone. Who bought where in earlier files, the notes of their
sendings tell.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from common.errors import UsageError
from streaming.replay.sendings import Made

LONGEST_NAME = 64
# What the first row of a place of an order says; an order whose rows disagree is held by itself.
COUNT = """
select upper(json_extract('[' || about || ']', '$[0].currency')) as currency, count(*) from fragments where about <> ''
group by currency having currency is not null order by 2 desc, 1
"""
OF_RETURNS = "select distinct upper(currency) from return_lines where currency is not null"
TABLE = "select 1 from sqlite_master where name = 'return_lines'"
SCHEMA = """
create table orders_elsewhere (order_id text primary key, shop text) without rowid;
create table homes (customer_id text, shop text, primary key (customer_id, shop)) without rowid;
"""


@dataclass
class Shops:
    """The shop of a file, and those of the other currencies in it.

    Args:
        source: the shop's name.
        own: its own currency; orders that name none are in it.
        others: the other currencies of the file.
        database: of who buys where, None where all is of one shop.
        knows_more: whether orders of earlier files are among those of which the place is known.
    """

    source: str
    own: str = ""
    others: Sequence[str] = ()
    database: sqlite3.Connection | None = field(default=None, repr=False)
    knows_more: bool = False

    @property
    def names(self) -> list[str]:
        """The names of all of them, the shop's own first."""
        return [self.source, *(self.source + self.of(currency) for currency in self.others)]

    @property
    def note(self) -> str:
        """What a person is told of them; nothing where there is but one."""
        places = (f"{currency} under the source {self.source}{self.of(currency)}" for currency in self.others)
        return f"orders in {', in '.join(places)}, those in {self.own} under {self.source}" if self.others else ""

    def of(self, currency: str | None) -> str:
        """Return what stands behind the shop's name for a currency: nothing for its own."""
        return f".{currency}" if currency and self.own and currency != self.own else ""

    def note_order(self, order_id: str, customer_id: str | None, shop: str) -> None:
        """Keep where an order is, and that its customer buys there."""
        if self.database is None:
            return
        if shop or self.knows_more:
            self.database.execute("insert or replace into orders_elsewhere values (?, ?)", (order_id, shop))
        if customer_id is not None:
            self.database.execute("insert or ignore into homes values (?, ?)", (customer_id, shop))

    def of_customer(self, customer_id: str) -> list[str]:
        """Return where a customer buys, the shop's own currency first; who buys nothing is of the shop."""
        if self.database is None:
            return [""]
        found = self.database.execute("select shop from homes where customer_id = ? order by shop", (customer_id,))
        return [shop for (shop,) in found] or [""]

    def of_order(self, order_id: str) -> str:
        """Return where an order is."""
        if self.database is None:
            return ""
        found = self.database.execute("select shop from orders_elsewhere where order_id = ?", (order_id,)).fetchone()
        return str(found[0]) if found else ""


def shops_of(
    database: sqlite3.Connection, source: str, own: str, before: str, known: Callable[[], Iterable[Made]] = tuple
) -> Shops:
    """Return the shops of a staged file.

    Args:
        database: of the stage.
        source: the shop's name.
        own: its currency where the mapping says it.
        before: that of its last sending; where neither is known, the one of most of its orders is its own.
        known: yields what sendings of other files made, the latest last.

    Raises:
        UsageError: the name of another currency's shop would be too long.
    """
    found = [currency for currency, _ in database.execute(COUNT)]
    if database.execute(TABLE).fetchone():
        found += [currency for (currency,) in database.execute(OF_RETURNS) if currency not in found]
    own = own or before or next(iter(found), "")
    shops = Shops(source, own, sorted(currency for currency in found if currency != own))
    shops.knows_more = any(shops.of(json.loads(made.currency)) for made in known())
    if not shops.others and not shops.knows_more:
        return shops
    if len(longest := max(shops.names, key=len)) > LONGEST_NAME:
        raise UsageError(
            f"--source {source!r}: orders in {shops.others[0]} would be under {longest!r}, which has more than"
            f" {LONGEST_NAME} letters; take a shorter name"
        )
    database.executescript(SCHEMA)
    shops.database = database
    if shops.knows_more:
        for made in known():
            note_before(shops, made)
    return shops


def note_before(shops: Shops, made: Made) -> None:
    """Keep where an order of an earlier file is, and that its customer buys there, by its currency."""
    if made.topic == "orders":
        customer = json.loads(made.customer)
        shops.note_order(json.loads(made.id), customer, shops.of(json.loads(made.currency)))

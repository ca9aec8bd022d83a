"""The shops that a file's events are of: orders in another currency than the shop's own are of a shop of their own.

Amounts of two currencies are never added up, and customers, segments and models are compared within a source. So what a
shop sells in another currency stands under a source of its own, `<source>.<currency>`. A customer who buys in both is a
customer of each; who buys in one is a customer of that one alone.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from common.errors import UsageError

LONGEST_NAME = 64
# What the first row of a place of an order says; an order whose rows disagree is held by itself.
COUNT = """
select upper(json_extract('[' || about || ']', '$[0].currency')) as currency, count(*) from fragments where about <> ''
group by currency having currency is not null order by 2 desc, 1
"""
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
    """

    source: str
    own: str = ""
    others: Sequence[str] = ()
    database: sqlite3.Connection | None = field(default=None, repr=False)

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
        return f".{currency}" if currency and currency != self.own and self.others else ""

    def note_order(self, order_id: str, customer_id: str | None, shop: str) -> None:
        """Keep where an order is, and that its customer buys there."""
        if self.database is None:
            return
        if shop:
            self.database.execute("insert or ignore into orders_elsewhere values (?, ?)", (order_id, shop))
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


def shops_of(database: sqlite3.Connection, source: str, own: str, before: str) -> Shops:
    """Return the shops of a staged file.

    Args:
        database: of the stage.
        source: the shop's name.
        own: its currency where the mapping says it.
        before: that of its last sending; where neither is known, the one of most of its orders is its own.

    Raises:
        UsageError: the name of another currency's shop would be too long.
    """
    found = [currency for currency, _ in database.execute(COUNT)]
    own = own or before or next(iter(found), "")
    shops = Shops(source, own, sorted(currency for currency in found if currency != own))
    if not shops.others:
        return shops
    if len(longest := max(shops.names, key=len)) > LONGEST_NAME:
        raise UsageError(
            f"--source {source!r}: orders in {shops.others[0]} would be under {longest!r}, which has more than"
            f" {LONGEST_NAME} letters; take a shorter name"
        )
    database.executescript(SCHEMA)
    shops.database = database
    return shops

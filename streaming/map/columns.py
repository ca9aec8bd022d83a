"""Which column of a file is what: by what it is called in shops' exports, then by what stands in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from streaming.map import dates, numbers
from streaming.map.profile import Column

# Names in exports of shops, without case, blanks and marks; the likelier first.
NAMES = {
    "order_id": (
        "orderid", "order", "ordernumber", "orderno", "invoiceno", "invoice", "invoicenumber", "invoiceid",
        "transactionid", "name", "orderreference", "receiptid", "bestellnummer", "numerocommande",
        "usersession",
    ),
    "product_id": (
        "lineitemsku", "sku", "productid", "stockcode", "productcode", "itemsku", "itemid", "articlenumber",
        "variantid", "asin", "artikelnummer", "product", "item",
    ),
    "description": (
        "lineitemname", "description", "productname", "itemname", "producttitle", "title", "producttype",
        "categorycode", "productcategoryname", "bezeichnung", "name",
    ),
    "quantity": (
        "lineitemquantity", "quantity", "qty", "itemquantity", "units", "pieces", "amountordered", "menge",
    ),
    "occurred_at": (
        "createdat", "orderdate", "invoicedate", "orderpurchasetimestamp", "purchasedate", "date",
        "datecreated", "eventtime", "ordertime", "processedat", "transactiondate", "timestamp", "time", "at",
        "bestelldatum",
    ),
    "unit_price": (
        "lineitemprice", "unitprice", "price", "itemprice", "itemcost", "productprice", "preis", "amount",
    ),
    "customer_id": (
        "customerid", "customeruniqueid", "customer", "userid", "customernumber", "clientid", "buyerid",
        "email", "customeremail", "billingemail", "kundennummer",
    ),
    "status": ("orderstatus", "financialstatus", "status", "eventtype"),
    "currency": ("currency", "ordercurrency", "currencycode"),
    "discount": ("discountamount", "orderdiscount", "cartdiscountamount", "discounttotal", "discount"),
    "line_discount": ("lineitemdiscount", "itemdiscount", "linediscount"),
    "tax": ("taxes", "tax", "ordertax", "taxamount", "totaltax", "ordertotaltax"),
    "shipping": (
        "shipping", "shippingamount", "ordershipping", "shippingtotal", "ordershippingamount",
    ),
    "refunded_amount": ("refundedamount", "orderrefundamount", "refundamount", "totalrefunded"),
}  # fmt: skip
LETTERS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class Proposal:
    """What a column is taken for, with the other columns that could be it."""

    ours: str
    column: Column
    others: tuple[str, ...]


def propose(columns: Sequence[Column]) -> list[Proposal]:
    """Return a proposal for each of our names that a column fits, none of them twice."""
    taken: set[str] = set()
    proposals = []
    for ours, names in NAMES.items():
        fitting = [one for one in candidates(columns, names) if can_be(ours, one)]
        free = [one for one in fitting if one.name not in taken]
        if free:
            taken.add(free[0].name)
            proposals.append(Proposal(ours, free[0], tuple(one.name for one in free[1:])))
    return proposals


def candidates(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """Return the columns that are called by one of the names, in the order of the names."""
    plain = [(LETTERS.sub("", one.name.lower()), one) for one in columns]
    return [column for name in names for text, column in plain if text == name]


def can_be(ours: str, column: Column) -> bool:
    """Return whether what stands in a column can be what it is called."""
    match ours:
        case "occurred_at" | "cancelled_at" | "refunded_at":
            return bool(dates.formats_of(column))
        case "quantity" | "unit_price" | "discount" | "line_discount" | "tax" | "shipping" | "refunded_amount":
            return column.filled == 0 or numbers.style_of([column]) is not None
        case "currency":
            return all(re.fullmatch(r"[A-Za-z]{3}", text) for text in column.distinct)
        case _:
            return column.filled > 0

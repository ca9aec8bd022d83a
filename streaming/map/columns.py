"""Which column of a file is what: by what it is called in shops' exports, then by what stands in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from streaming.map import dates, numbers
from streaming.map.profile import Column

# Names in exports of shops, without case, blanks and marks; the likelier first.
NAMES = {
    "order_id": (
        "orderid", "order", "ordernumber", "orderno", "invoiceno", "invoice", "invoicenumber", "invoiceid",
        "transactionid", "orderreference", "receiptid", "idorder", "incrementid", "bestellnummer", "bestellnr",
        "auftragsnummer", "rechnungsnummer", "belegnummer", "verkaufsbeleg", "numerocommande", "numerodecommande",
        "commande", "usersession", "auftrag", "orderguid", "orderuuid", "name",
        "номерзаказа", "заказ",
    ),
    "product_id": (
        "lineitemsku", "sku", "productid", "stockcode", "productcode", "itemsku", "itemid", "articlenumber",
        "variantid", "asin", "productreference", "artikelnummer", "artikelnr", "material", "customlabel",
        "itemnumber", "productguid", "productuuid", "reference", "product", "item",
        "артикул", "кодтовара",
    ),
    "description": (
        "lineitemname", "description", "productname", "itemname", "itemtitle", "producttitle", "title", "producttype",
        "categorycode", "productcategoryname", "bezeichnung", "artikelbezeichnung", "produktname", "artikel",
        "designation", "libelle", "produit", "name",
        "наименование", "название", "товар",
    ),
    "quantity": (
        "lineitemquantity", "quantity", "qty", "itemquantity", "productquantity", "units", "pieces", "amountordered",
        "qtyordered", "menge", "auftragsmenge", "anzahl", "stuck", "quantite",
        "количество", "колво",
    ),
    "occurred_at": (
        "createdat", "orderdate", "invoicedate", "orderpurchasetimestamp", "purchasedate", "date",
        "datecreated", "saledate", "dateadd", "eventtime", "ordertime", "processedat", "transactiondate", "timestamp",
        "time", "at", "orderedat", "placedat", "purchasedat", "datetime", "createdon", "created",
        "bestelldatum", "auftragsdatum", "rechnungsdatum", "belegdatum", "angelegtam", "datum",
        "datecommande", "datedecommande",
        "датазаказа", "дата",
    ),
    "unit_price": (
        "lineitemprice", "unitprice", "price", "itemcost", "itemprice", "productprice", "unitpricetaxincl", "soldfor",
        "einzelpreis", "stuckpreis", "nettopreis", "preis", "prixunitaire", "prix", "amount",
        "цена",
    ),
    "customer_id": (
        "customerid", "customeruniqueid", "customer", "userid", "customernumber", "clientid", "buyerid", "idcustomer",
        "email", "customeremail", "billingemail", "buyeremail", "clientemail", "kundennummer", "kundennr", "kunde",
        "auftraggeber", "numeroclient", "client", "buyerusername", "buyer",
        "покупатель", "клиент", "кодклиента",
    ),
    "status": (
        "orderstatus", "financialstatus", "status", "currentstate", "bestellstatus", "auftragsstatus", "statut",
        "eventtype",
        "статус",
    ),
    "currency": (
        "currency", "ordercurrency", "currencycode", "ordercurrencycode", "wahrung", "waehrung", "belegwahrung",
        "devise",
        "валюта",
    ),
    "discount": (
        "discountamount", "orderdiscount", "cartdiscountamount", "discounttotal", "discount", "discounts", "rabatt",
        "remise",
    ),
    "line_discount": ("lineitemdiscount", "itemdiscount", "linediscount"),
    "line_amount": (
        "linetotal", "lineamount", "lineitemtotal", "itemtotal", "extendedprice", "totalprice", "gesamtpreis",
        "positionssumme", "positionswert", "montantligne",
    ),
    "line_shipping": ("freightvalue", "lineshipping", "itemshipping", "lineitemshipping"),
    "tax": ("taxes", "tax", "ordertax", "taxamount", "totaltax", "ordertotaltax"),
    "shipping": (
        "shipping", "shippingamount", "ordershipping", "shippingtotal", "ordershippingamount",
    ),
    "refunded_amount": ("refundedamount", "refundedtotal", "orderrefundamount", "refundamount", "totalrefunded"),
    "cancelled_at": ("cancelledat", "canceledat", "cancellationdate"),
    "refunded_at": ("refundedat", "refunddate"),
}  # fmt: skip
# What is called so may as well be something else.
DOUBTS = {
    "unit_price": (("amount", "itemprice"), "must be the price of one piece; of the whole line it is line_amount"),
    "tax": (("taxes", "tax", "taxamount"), "take it away where prices have the tax in them, or where it is a line's"),
    "line_amount": (("totalprice", "gesamtpreis"), "must be the amount of the line, not of the order"),
    "discount": (("discount", "discounts", "rabatt", "remise"), "of the whole order; of one line it is line_discount"),
}
# Of a file whose lines have names of their own, `name` is the order's; of any other it is the product's.
LINES_WITH_NAMES = ("lineitemname",)
# What a file calls so of its lines, `item.qty`, is called as without it; one of the order or of a parcel is not.
OF_A_LINE = re.compile(r"^(?:order)?(?:line|item|product|position|article|artikel)+s?")
CALLED_OF_A_LINE = ("quantity", "unit_price")
NUMBERS = (
    *("quantity", "unit_price", "discount", "line_discount", "line_amount", "line_shipping", "tax", "shipping"),
    "refunded_amount",
)
# A status has few words.
MOST_WORDS = 30
UNIT = re.compile(r"\([^()]*\)$")
LETTERS = re.compile(r"[\W_]")


@dataclass(frozen=True)
class Proposal:
    """What a column is taken for, with the other columns that could be it, and what else it may be."""

    ours: str
    column: Column
    others: tuple[str, ...] = ()
    doubt: str = ""


def plain(name: str) -> str:
    """Return a name's letters and digits, without case, accents, and a unit in parentheses."""
    return LETTERS.sub("", normalize("NFKD", UNIT.sub("", name).lower()))


def propose(columns: Sequence[Column]) -> list[Proposal]:
    """Return a proposal for each of our names that a column fits, none of them twice."""
    taken: set[str] = set()
    proposals = []
    for ours in NAMES:
        fitting = [one for one in candidates(columns, ours) if not unfit(ours, one)]
        free = [one for one in fitting if one.name not in taken]
        if free:
            taken.add(free[0].name)
            names, doubt = DOUBTS.get(ours, ((), ""))
            others = tuple(one.name for one in free[1:])
            proposals.append(Proposal(ours, free[0], others, doubt if plain(free[0].name) in names else ""))
    # The price of a piece needs no amount of the line beside it.
    has_price = any(one.ours == "unit_price" for one in proposals)
    return [one for one in proposals if one.ours != "line_amount" or not has_price]


def candidates(columns: Sequence[Column], ours: str) -> list[Column]:
    """Return the columns that are called as one of ours may be, the likelier first; of two called alike none."""
    called = [plain(one.name) for one in columns]
    names = [one.name for one in columns]
    known = [name for name in NAMES[ours] if not (ours == "order_id" and name == "name" and has_no_line_names(called))]
    pairs = [(text, one) for text, one in zip(called, columns, strict=True) if names.count(one.name) == 1]
    found = [column for name in known for text, column in pairs if text == name]
    if ours in CALLED_OF_A_LINE and not found:
        found = [column for name in known for text, column in pairs if OF_A_LINE.sub("", text) == name]
    return found


def has_no_line_names(called: Sequence[str]) -> bool:
    """Return whether no column of a file has the names of lines."""
    return not any(name in called for name in LINES_WITH_NAMES)


def unfit(ours: str, column: Column) -> str:
    """Return why what stands in a column cannot be what it is called; nothing where it can."""
    others = [one for shape, one in column.shapes.items() if not numbers.is_number(shape)]
    example = next(iter([*others, *column.shapes.values()]), None)
    shown = f"such as {example.example!r} in row {example.row}" if example else f"of {column.rows:,} rows"
    match ours:
        case "cancelled_at" | "refunded_at" if not column.filled:
            return ""
        case "occurred_at" | "cancelled_at" | "refunded_at":
            return "" if dates.likely_formats_of(column) else f"its cells, {shown}, are of no format of time"
        case _ if ours in NUMBERS:
            is_number = column.filled == 0 or numbers.likely_style_of([column]) is not None
            return "" if is_number else f"its cells, {shown}, are no numbers"
        case "currency":
            is_code = all(re.fullmatch(r"[A-Za-z]{3}", text) for text in column.distinct)
            return "" if is_code else f"its cells, {shown}, are no codes of currencies"
        case "status" if len(column.distinct) > MOST_WORDS:
            return f"it has {len(column.distinct):,} different words"
        case _:
            return "" if column.filled else "it is empty"


def unread(columns: Sequence[Column], proposals: Sequence[Proposal]) -> dict[str, str]:
    """Return, of our names for which no column was taken, which one is called so and why it cannot be it."""
    ours_taken = {one.ours for one in proposals}
    taken = {one.column.name for one in proposals}
    found = {}
    for ours in NAMES:
        called_so = [one for one in candidates(columns, ours) if one.name not in taken]
        if ours not in ours_taken and called_so and called_so[0].filled:
            found[ours] = f"{called_so[0].name} is called so, but {unfit(ours, called_so[0])}"
    return found

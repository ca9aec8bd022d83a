"""A mapping as text, with what is in doubt said behind each line."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from streaming.map import dates, numbers
from streaming.map.columns import Proposal, unread
from streaming.map.orders import Habits
from streaming.map.profile import Column, Shape
from streaming.map.words import IGNORED, doubt_of, meaning_in_a_log, meanings_of
from streaming.reading.dialect import Dialect
from streaming.reading.opening import TEXT
from streaming.replay.other_columns import VIEW

AMOUNTS = (
    "unit_price",
    "line_amount",
    "line_shipping",
    "discount",
    "line_discount",
    "tax",
    "shipping",
    "refunded_amount",
)
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN", "₹": "INR"}
# Codes of what is sold beside products, as shops and tills write them.
CHARGES = {
    "POST", "POSTAGE", "SHIPPING", "DELIVERY", "FREIGHT", "VOUCHER", "DISCOUNT", "COUPON", "GIFTCARD", "GIFT CARD",
    "FEE", "DOT", "AMAZONFEE", "BANK CHARGES", "MANUAL", "TIP", "DONATION",
}  # fmt: skip
# What readers of YAML take for no text.
WORDS_OF_YAML = ("no", "yes", "on", "off", "y", "n", "null", "true", "false")


@dataclass
class Found:
    """What is known of a file: how it is written, which column is what, its habits."""

    name: str
    rows: int
    kind: str
    dialect: Dialect
    columns: Sequence[Column]
    proposals: Sequence[Proposal]
    habits: Habits

    def of(self, ours: str) -> Column | None:
        """Return the column that is taken for one of ours."""
        return next((one.column for one in self.proposals if one.ours == ours), None)


def quoted(text: str) -> str:
    """Return a text as YAML has it."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_ ]*", text) and text.lower() not in WORDS_OF_YAML
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def line(key: str, value: str, doubt: str = "") -> str:
    """Return a line; a doubt stands behind it with a question mark, to be looked at."""
    return f"{key}: {value}" + (f"  # ? {doubt}" if doubt else "")


def render(found: Found) -> str:
    """Return the mapping file."""
    head = [
        f"# Proposed for {found.rows:,} rows. What is in doubt has a ? behind it: correct it, then take the ? away.",
        line("name", quoted(found.name), "the shop's name, as every event has it"),
        *written(found),
    ]
    parts = (
        head,
        columns(found),
        times(found),
        money(found),
        ids(found),
        statuses(found),
        visits(found),
        charges(found),
    )
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def written(found: Found) -> Iterator[str]:
    """Yield how a file's bytes become cells, where it does not say so itself."""
    encoding = found.dialect.encoding
    if found.kind == TEXT:
        yield line("encoding", encoding, "" if encoding.startswith("utf") else "not UTF-8; look at the letters below")
        yield line("delimiter", json.dumps(found.dialect.delimiter))
    if found.dialect.sheet:
        yield line("sheet", quoted(found.dialect.sheet))


def columns(found: Found) -> Iterator[str]:
    """Yield which column is what, the constants in place of missing ones, what only first rows have."""
    yield "# our name: the file's column"
    yield "columns:"
    for one in found.proposals:
        doubts = [*([f"or {', '.join(one.others)}"] if one.others else []), *([one.doubt] if one.doubt else [])]
        name = quoted(one.column.name)
        if one.ours == "occurred_at" and (clock := clock_of(found)):
            name, doubts = f"[{name}, {quoted(clock.name)}]", [*doubts, "the time of day stands apart"]
        yield "  " + line(one.ours, name, "; ".join(doubts))
    for ours, why in unread(found.columns, found.proposals).items():
        yield f"#  # ? no column of {ours}: {why}"
    used = {one.column.name for one in found.proposals}
    if others := [one.name for one in found.columns if one.name not in used]:
        yield f"# not used (attributes: keeps a column with its order, see docs/mapping.md): {', '.join(others)}"
    if found.of("quantity") is None:
        yield line("constants", "{quantity: 1}", "no column of pieces: a row is one piece")
        yield "one_row_per_piece: true"
    product, description = found.of("product_id"), found.of("description")
    if description is not None and (product is None or product.empty):
        why = f"{product.empty:,} rows have no {product.name}" if product else "no column of products' codes"
        yield line("product_id_or", "description", why)
    if filled := found.habits.fill_down():
        yield line("fill_down", f"[{', '.join(filled)}]", "some orders have these on their first row alone")
    if found.habits.is_last_without:
        yield "#  # ? the last row has no order id: if it has the sums of the others, take it out of the file"


def times(found: Found) -> Iterator[str]:
    """Yield the format of times, and the zone of the shop."""
    column = found.of("occurred_at")
    formats = dates.likely_formats_of(column) if column else []
    behind = f" {dates.clock_format(clock)}" if (clock := clock_of(found)) else ""
    text = quoted(f"{formats[0]}{behind}") if formats else ""
    if not formats or column is None:
        yield line("time_format", '"%Y-%m-%d %H:%M:%S"', "no column of times was found")
    elif dates.is_mixed(column, formats[0]):
        yield line("time_format", text, "the file mixes day before month and month before day: export it in one way")
    elif not dates.formats_of(column):
        yield line("time_format", text, "some cells are not of it, so look whether others are misread")
    elif other := next((one for one in formats if is_month_first(one) is not is_month_first(formats[0])), None):
        other = quoted(f"{other}{behind}")
        yield line("time_format", text, f"no day above 12, so {other} reads every cell too")
    else:
        yield line("time_format", text)
    knows = bool(formats) and column is not None and dates.say_instants(column, formats[0])
    why = "times say their instant; the zone is that of the shop's days and hours" if knows else "times say no zone"
    yield line("time_zone", "UTC", f"{why}; write yours, such as Europe/London")


def clock_of(found: Found) -> Column | None:
    """Return the column that has the time of day, where that of the time has the day alone."""
    column = found.of("occurred_at")
    formats = dates.likely_formats_of(column) if column else []
    if not formats or "%" not in formats[0] or re.search("%[HI]", formats[0]):
        return None
    return next((one for one in found.columns if dates.has_clocks(one) and dates.clock_format(one)), None)


def is_month_first(time_format: str) -> bool:
    """Return whether a format has the month before the day, and no year before both."""
    return time_format.startswith(("%m", "%b", "%B"))


def money(found: Found) -> Iterator[str]:
    """Yield the marks of numbers, and the currency."""
    amounts = [column for name in (*AMOUNTS, "quantity") if (column := found.of(name)) and column.filled]
    style = numbers.likely_style_of(amounts)
    if style is None:
        yield line("decimal", '"."', "the numbers are not written in one way")
    elif style.is_ambiguous:
        yield f"# decimal and thousands  # ? {style.doubt}: say which mark is which, as in"
        yield '# decimal: "."   thousands: ","   or   decimal: ","   thousands: "."'
    elif style.decimal != "." or style.thousands or style.doubt:
        yield line("decimal", json.dumps(style.decimal), style.doubt)
        if style.thousands:
            yield line("thousands", json.dumps(style.thousands, ensure_ascii=False))
    if style and style.sign:
        yield line("currency_sign", quoted(style.sign))
    if (column := found.of("currency")) and len(codes := sorted({one.upper() for one in column.distinct})) > 1:
        shown = ", ".join(codes[:5])
        yield f"#  # ? orders in {shown}: the shop's own currency is that of most orders, unless it is said;"
        yield f"#      those in another one go under a source of their own, such as {found.name}.{codes[0]}"
        yield f"# currency: {codes[-1]}"
    if found.of("currency") is None:
        known = CURRENCIES.get(style.sign if style else "")
        yield line("currency", known or "XXX", "by its sign" if known else "the file does not say; XXX means none")


def ids(found: Found) -> Iterator[str]:
    """Yield how ids are written, and by what returns are known."""
    customer = found.of("customer_id")
    shapes = customer.shapes if customer else {}
    if any("." in shape for shape in shapes) and all(is_whole(shape, one) for shape, one in shapes.items()):
        yield "# 17850.0 means 17850"
        yield "customer_id_format: integer"
    if prefix := found.habits.return_prefix():
        yield line("return_prefix", quoted(prefix), "all pieces of orders that begin so are negative")


def is_whole(shape: str, cells: Shape) -> bool:
    """Return whether cells of a shape are whole numbers, with nothing but zeros behind a point."""
    return bool(re.fullmatch(r"9+(\.9+)?", shape)) and not any(cells.greatest[1:])


def statuses(found: Found) -> Iterator[str]:
    """Yield what the words of the status mean."""
    column = found.of("status")
    if column is None:
        return
    meanings = meanings_of(column.distinct)
    if IGNORED in meanings.values() and "sale" in meanings.values():
        kept = [quoted(word) for word, meaning in meanings.items() if meaning != IGNORED]
        yield line("only", f"{{{quoted(column.name)}: [{', '.join(kept)}]}}", "the other rows are no orders")
    yield "statuses:"
    for word, meaning in meanings.items():
        yield "  " + line(quoted(word), meaning or "sale", doubt_of(word, meaning))


def visits(found: Found) -> Iterator[str]:
    """Yield how the visits of a log of events are read, whose views and carts are no orders."""
    words = {word: meaning_in_a_log(word) for word in sorted(column.distinct)} if (column := found.of("status")) else {}
    customer, moment = found.of("customer_id"), found.of("occurred_at")
    if VIEW not in words.values() or column is None or customer is None or moment is None:
        return
    order, product = found.of("order_id"), found.of("product_id")
    yield "# a log of events: its steps are put together to visits"
    yield "files:"
    yield "  visits:"
    yield "    columns:"
    yield f"      customer_id: {quoted(customer.name)}"
    if order and "session" in order.name.lower():
        yield f"      session: {quoted(order.name)}"
    yield f"      occurred_at: {quoted(moment.name)}"
    if product:
        yield f"      product_id: {quoted(product.name)}"
    yield f"      event: {quoted(column.name)}"
    shown = ", ".join(f"{quoted(word)}: {meaning}" for word, meaning in words.items())
    yield "    " + line("events", f"{{{shown}}}", "view, cart, other (a step that is neither) or ignored?")


def charges(found: Found) -> Iterator[str]:
    """Yield the codes that are known not to be products."""
    # Without a code the description stands for it.
    texts = [column.distinct for name in ("product_id", "description") if (column := found.of(name))]
    codes = sorted(code for code in set().union(*texts) if code.upper() in CHARGES)
    if codes:
        yield "# kept, but not products"
        yield f"non_products: {{codes: [{', '.join(map(quoted, codes))}]}}"

"""One row of the file as one order line, or the reason why it is none."""

from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted

from streaming.reading.cells import EmptyError, UnreadableError, is_readable, shown
from streaming.reading.ids import SCIENTIFIC, Ids
from streaming.reading.instants import Instants, joined
from streaming.reading.numbers import Numbers
from streaming.reading.time_formats import fitting
from streaming.replay.column_keys import CLOCK
from streaming.replay.fill_down import FillDown
from streaming.replay.further import Further
from streaming.replay.joins import Joins
from streaming.replay.line_amounts import LineAmounts
from streaming.replay.mapping import COLUMNS, LINE_AMOUNT, LINE_SHIPPING, Mapping, condition

# What an order's lines have: pieces above, below and of zero, a price below zero. One of the first alone is plain.
POSITIVE, NEGATIVE, ZERO, NEGATIVE_PRICE = 1, 2, 4, 8


# One order line: order id, customer id, milliseconds since 1970 in UTC, signs, and as JSON the line and what it says of
# its order. A plain tuple, as making one with names for each row of a file takes a twentieth of all the time.
Line = tuple[str, str | None, int, int, str, str]


class Rows:
    """Reads rows by a mapping."""

    def __init__(
        self, mapping: Mapping, positions: dict[str, int], width: int, ids: Ids, joins: Joins | None = None
    ) -> None:
        """Take the mapping, where its columns and conditions stand, how many cells a row has, what reads ids.

        Where other files are joined, their cells are among these and behind the row's own.
        """
        self.mapping = mapping
        self.width = width
        self.joins = joins
        self.own_width = joins.width if joins else width
        # A column that the file lacks stands behind its last one: empty, or a constant.
        self.behind = ["", *mapping.constants.values()]
        constants = {name: place for place, name in enumerate(mapping.constants, start=width + 1)}
        positions = {**positions, **constants}
        self.places = tuple(positions.get(name, width) for name in COLUMNS)
        numbers = Numbers(mapping)
        self.further = Further(mapping, positions, numbers.decimal, ids.public)
        self.has_further = bool(self.further.places)
        self.clock = positions.get(CLOCK)
        self.amounts = LineAmounts(positions, numbers) if {LINE_AMOUNT, LINE_SHIPPING} & positions.keys() else None
        beside = self.amounts.places if self.amounts else ()
        self.lacks_columns = max(*self.places, *self.further.places, *beside, 0) >= width
        self.back = mapping.return_prefix
        self.takes_descriptions = mapping.product_or_description
        filled = [positions[name] for name in mapping.fill_down if positions.get(name, width) < self.own_width]
        self.fill_down = FillDown(positions["order_id"], filled, self.own_width) if filled else None
        self.conditions = [(positions[condition(column)], words) for column, words in mapping.only.items()]
        instants = Instants(mapping.time_formats, mapping.time_zone)
        # The same texts come again and again: an order's lines share their time, and prices and pieces are few.
        self.instant = lru_cache(65536)(lambda text: instants.milliseconds(text, "occurred_at"))
        self.product = lru_cache(65536)(self.product_json)
        self.ids = ids
        self.customer_of = lru_cache(65536)(ids.customer)
        # Rows of one order mostly follow each other, and no order comes again far below.
        self.order_of = lru_cache(16)(lambda text: ids.read(text, "order_id"))
        self.quantity = lru_cache(4096)(lambda text: numbers.whole(text, "quantity"))
        self.price = lru_cache(65536)(lambda text: numbers.decimal(text, "unit_price"))
        _, _, _, pieces, moment, amount, _ = self.places
        moments = ((moment, self.instant),) if self.clock is None else ()
        prices = tuple((place, self.price) for place in (amount, *beside))
        self.values = ((pieces, self.quantity), *moments, *prices)

    def line(self, cells: list[str]) -> Line:
        """Return the order line of a row's cells.

        Raises:
            UnreadableError: the row is malformed.
        """
        if len(cells) != self.width:
            raise UnreadableError(f"{len(cells)} cells instead of {self.width}")
        if self.lacks_columns:
            cells = cells + self.behind
        order, product, description, pieces, moment, amount, customer = self.places
        order_id = self.order_of(cells[order])
        if not order_id:
            raise EmptyError("order_id is empty")
        begin, end = self.product(cells[product], cells[description])
        customer_id = self.customer_of(cells[customer])
        occurred_ms = self.instant(cells[moment] if self.clock is None else joined(cells[moment], cells[self.clock]))
        number = self.quantity(cells[pieces])
        if self.amounts:
            return order_id, customer_id, occurred_ms, *self.by_amounts(cells, begin, end, number)
        unit_price = self.price(cells[amount])
        # A return's quantities are negative in the file and positive in the event.
        signed = -number if self.back and order_id.startswith(self.back) else number
        signs = POSITIVE if number > 0 else NEGATIVE if number else ZERO
        if unit_price[0] == "-":
            signs |= NEGATIVE_PRICE
        if self.has_further:
            discount, about = self.further.read(cells)
            json = f'{begin}{signed},"unit_price":"{unit_price}",{discount}{end}'
            return order_id, customer_id, occurred_ms, signs, json, about
        json = f'{begin}{signed},"unit_price":"{unit_price}",{end}'
        return order_id, customer_id, occurred_ms, signs, json, ""

    def by_amounts(self, cells: list[str], begin: str, end: str, number: int) -> tuple[int, str, str]:
        """Return signs, lines as JSON, and what the row says of its order, where amounts of the line are given."""
        amounts = self.amounts
        assert amounts is not None
        shares = amounts.shares(cells, number) or [(number, self.price(cells[self.places[5]]))]
        signs = POSITIVE if number > 0 else NEGATIVE if number else ZERO
        if shares[0][1][0] == "-":
            signs |= NEGATIVE_PRICE
        discount, about = self.further.read(cells) if self.has_further else ("", "")
        flip = -1 if self.back and cells[self.places[0]].strip().startswith(self.back) else 1
        lines = []
        for pieces, unit_price in shares:
            lines.append(f'{begin}{flip * pieces},"unit_price":"{unit_price}",{discount}{end}')
            discount = ""
        return signs, ",".join([*lines, *amounts.shipping(cells)]), about

    def is_wanted(self, cells: list[str]) -> bool:
        """Return whether a row has the words that the mapping wants of it; one that is too short is not passed over."""
        return all(place >= len(cells) or cells[place].strip().casefold() in words for place, words in self.conditions)

    def is_row(self, cells: Sequence[str]) -> bool:
        """Return whether as many cells as the header has look like those of a line: two of its values can be read."""
        readable = [is_readable(read, cells[place]) for place, read in self.values if place < self.own_width]
        return sum(readable) >= min(2, len(readable))

    def remedy(self, reason: str, cells: Sequence[str]) -> str:
        """Return what may be done about a row that cannot be read, behind its reason."""
        place = self.places[COLUMNS.index("occurred_at")]
        if reason.startswith("occurred_at ") and max(place, self.clock or 0) < len(cells):
            formats = fitting(cells[place] if self.clock is None else joined(cells[place], cells[self.clock]))
            return f"; {' or '.join(formats[:2])} would fit" if formats else "; set time_format in the mapping"
        return "" if "mapping" in reason else "; mend the mapping"

    def order_id(self, cells: list[str]) -> str | None:
        """Return the order id of a row that cannot be read otherwise, None where it has none."""
        place = self.places[0]
        try:
            return self.order_of(cells[place]) if place < len(cells) else None
        except UnreadableError:
            return None

    def product_json(self, product_id: str, description: str) -> tuple[str, str]:
        """Return what stands of a product before and after a line's quantity and price."""
        product_id, description = self.ids.known(product_id), self.ids.known(description)
        if self.takes_descriptions:
            product_id = product_id or description
        if not product_id:
            raise EmptyError("product_id is empty")
        if SCIENTIFIC.fullmatch(product_id):
            raise UnreadableError(f"product_id {shown(product_id)} is in scientific notation, which has lost digits")
        text = quoted(description) if description else "null"
        flag = "true" if self.mapping.is_product(product_id) else "false"
        begin = f'{{"product_id":{quoted(product_id)},"description":{text},"quantity":'
        return begin, f'"is_product":{flag}}}'

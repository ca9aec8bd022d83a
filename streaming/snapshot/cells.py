"""One row of a snapshot file as the values of its contract, by the rules of all files, or which cell is none."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from common.contracts.model import Field, SnapshotContract
from streaming.reading.cells import UnreadableError, is_readable, unreadable
from streaming.reading.ids import Ids
from streaming.reading.numbers import INT_MAX, Numbers
from streaming.reading.record import cells_of
from streaming.snapshot.mapping import Mapping

TRUE, FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")
BIGINT_MAX = 2**63 - 1
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
# A mean is rounded; an amount is not, unless the mapping says so.
MEANS = ("average_rating",)
# Written in any case.
LEVELS = ("satisfaction_level",)
# A line of the file is a record by itself where so many of its numbers can be read.
NUMBERS_OF_A_ROW = 2
Read = Callable[[str], Any]


class Cells:
    """Reads the rows of one file."""

    def __init__(
        self, contract: SnapshotContract, positions: dict[str, int], width: int, mapping: Mapping, ids: Ids
    ) -> None:
        """Take where the columns stand, how many cells a row has, how numbers are written, and what reads ids."""
        self.contract, self.places, self.width, self.ids = contract, positions, width, ids
        numbers, means = Numbers(mapping), Numbers(replace(mapping, rounds=True))
        # Texts come again and again: cities, levels, small numbers.
        self.readers = {
            one.name: lru_cache(16384)(self.reader(one, means if one.name in MEANS else numbers))
            for one in contract.fields
        }

    def reader(self, one: Field, numbers: Numbers) -> Read:
        """Return what reads the cells of a column."""
        if one.name == "customer_id":
            return self.ids.customer
        if one.type == "boolean":
            return lambda text: truth(text, one.name)
        if match := DECIMAL.fullmatch(one.type):
            return lambda text: amount(numbers, text, one.name, *map(int, match.groups()))
        if one.type in ("int", "bigint"):
            return lambda text: numbers.whole(text, one.name, INT_MAX if one.type == "int" else BIGINT_MAX)
        if one.name in LEVELS:
            return str.capitalize
        return lambda text: normalize("NFC", text)

    def row(self, text: str, delimiter: str) -> dict[str, Any]:
        """Return the values of a record, whether it is malformed, its first cell that is none, and why."""
        values: dict[str, Any] = dict.fromkeys(self.readers)
        values.update(line=self.ids.without_addresses(text), is_malformed=False, wrong_field=None, reason=None)
        try:
            cells = cells_of(text, delimiter)
            if len(cells) != self.width:
                raise UnreadableError(f"{len(cells)} cells instead of {self.width}")
        except UnreadableError as error:
            return {**values, "is_malformed": True, "reason": str(error)}
        for name, read in self.readers.items():
            known = self.ids.known(cells[self.places[name]])
            try:
                values[name] = read(known) if known else None
            except UnreadableError as error:
                values["wrong_field"] = values["wrong_field"] or name
                values["reason"] = values["reason"] or str(error)
        return values

    def is_row(self, cells: Sequence[str]) -> bool:
        """Return whether as many cells as the header has look like those of a row: some of its numbers can be read."""
        numbers = [one.name for one in self.contract.fields if one.type in ("int", "bigint") or "decimal" in one.type]
        return (
            sum(is_readable(self.readers[name], cells[self.places[name]].strip()) for name in numbers)
            >= NUMBERS_OF_A_ROW
        )


def truth(text: str, name: str) -> bool:
    """Return whether a cell says yes."""
    if text.lower() not in (*TRUE, *FALSE):
        raise unreadable(name, text, "is neither yes nor no")
    return text.lower() in TRUE


def amount(numbers: Numbers, text: str, name: str, digits: int, decimals: int) -> Decimal:
    """Return a number of so many digits, some of them decimals."""
    value = Decimal(numbers.decimal(text, name, decimals))
    if abs(value) >= Decimal(10) ** (digits - decimals):
        raise unreadable(name, text, f"has more than {digits - decimals} digits before its mark")
    return value

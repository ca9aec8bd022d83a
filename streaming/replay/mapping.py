"""A mapping file: what the columns of an order history mean."""

from collections.abc import Mapping as Values
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import UsageError
from streaming.attributes import require_named
from streaming.reading import schema
from streaming.reading.dialect import FILE_KEYS, ID_KEYS, NUMBER_KEYS, TIME_KEYS, Dialect, complete_marks, currency
from streaming.reading.schema import (
    Key,
    Node,
    flag,
    list_of,
    one_of,
    one_or_more,
    table_like,
    table_of,
    text,
)
from streaming.replay.column_keys import column_key, parted
from streaming.replay.other_columns import CART, OTHER_COLUMNS, STEP, VIEW, lacking

FOLDER = Path(__file__).parents[1] / "mappings"
# Of one order line, in the order in which rows are read.
COLUMNS = ("order_id", "product_id", "description", "quantity", "occurred_at", "unit_price", "customer_id")
OPTIONAL = ("description", "customer_id")
# Of an order as a whole: texts, amounts, instants.
TEXTS = ("status", "currency")
AMOUNTS = ("discount", "tax", "shipping", "refunded_amount")
INSTANTS = ("cancelled_at", "refunded_at")
ORDER_COLUMNS = (*TEXTS, *AMOUNTS, *INSTANTS)
LINE_DISCOUNT, LINE_AMOUNT, LINE_SHIPPING = LINE_COLUMNS = ("line_discount", "line_amount", "line_shipping")
ALL_COLUMNS = (*COLUMNS, *LINE_COLUMNS, *ORDER_COLUMNS)
SALE, CANCELLED, REFUNDED, PARTLY_REFUNDED, IGNORED = MEANINGS = (
    "sale",
    "cancelled",
    "refunded",
    "partly_refunded",
    "ignored",
)
JOIN_KEYS = (Key("file", required=True), Key("by", required=True), Key("sheet"))
COLUMN_KEYS = tuple(map(column_key, ALL_COLUMNS))
EVENTS = Key("events", table_of(one_of(VIEW, CART, STEP, IGNORED)))
# Columns of the shop's own, by the names under which they travel.
ATTRIBUTES = Key("attributes", table_of(text))
JOIN = Key("join", list_of(table_like(JOIN_KEYS)), field="joins")
ONLY = Key("only", table_of(one_or_more(text)))


def other_keys(topic: str) -> tuple[Key, ...]:
    """Return the keys of another file; what it does not say of how it is written is as in that of the orders."""
    columns, constants = ((of(name) for name in OTHER_COLUMNS[topic]) for of in (column_key, Key))
    formats = (replace(key, required=False) for key in (*FILE_KEYS, *TIME_KEYS, *NUMBER_KEYS, *ID_KEYS))
    tables = (Key("columns", keys=tuple(columns)), Key("constants", keys=tuple(constants)))
    further = {"visits": (EVENTS,), "customers": (ATTRIBUTES,)}.get(topic, ())
    return (Key("file"), *tables, *further, JOIN, ONLY, *formats)


# Every key that a mapping of orders may have, and what it may hold.
KEYS = (
    Key("name"),
    *FILE_KEYS,
    Key("columns", required=True, keys=COLUMN_KEYS),
    JOIN,
    Key("constants", keys=tuple(Key(name) for name in ALL_COLUMNS[1:])),
    ONLY,
    ATTRIBUTES,
    Key("segment_by", one_or_more(text)),
    Key("files", keys=tuple(Key(topic, keys=other_keys(topic)) for topic in OTHER_COLUMNS)),
    *TIME_KEYS,
    Key("currency", currency),
    *NUMBER_KEYS,
    Key("statuses", table_of(one_of(*MEANINGS))),
    *ID_KEYS,
    Key("fill_down", list_of(one_of(*ALL_COLUMNS))),
    Key("one_row_per_piece", flag),
    Key("product_id_or", one_of("description"), field="product_or_description"),
    Key("return_prefix"),
    Key("adjustment_prefix"),
    Key("non_products", keys=(Key("codes", list_of(text)), Key("prefixes", list_of(text)))),
)


class Join(NamedTuple):
    """A file beside the one of the order lines, and the column that both have, by which a row finds its own.

    `sheet` is that of a workbook, where it has several.
    """

    file: str
    by: str
    sheet: str = ""


@dataclass(frozen=True, kw_only=True)
class FileMapping(Dialect):
    """How one file is read.

    Constants stand for columns that it lacks; `only` says which words of some columns make a row count, in small
    letters; `events` what the words of a log of visits mean.
    """

    columns: dict[str, str]
    file: str = ""
    joins: tuple[Join, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    @property
    def given(self) -> set[str]:
        """Our names of what the file's columns and the constants say."""
        return {*self.columns, *self.constants}

    @property
    def used_columns(self) -> dict[str, str]:
        """The columns of the file that are read, by our names, those of conditions and attributes by their own."""
        own = {attribute(name): column for name, column in self.attributes.items()}
        return {**self.columns, **own, **{condition(column): column for column in self.only}}


@dataclass(frozen=True, kw_only=True)
class Mapping(FileMapping):
    """How a file of orders is read, and which rows are returns, corrections or charges.

    `statuses` says what the words of the status mean, in small letters; `files` are others of the shop, by topic.
    """

    name: str
    files: dict[str, FileMapping] = field(default_factory=dict)
    currency: str = ""
    statuses: dict[str, str] = field(default_factory=dict)
    return_prefix: str | None = None
    adjustment_prefix: str | None = None
    non_product_codes: frozenset[str] = frozenset()
    non_product_prefixes: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    one_row_per_piece: bool = False
    product_or_description: bool = False
    segment_by: tuple[str, ...] = ()

    @property
    def file_names(self) -> list[str]:
        """The files that are read besides that of the orders."""
        others = self.files.values()
        joins = [*self.joins, *(join for other in others for join in other.joins)]
        return list(dict.fromkeys([*(join.file for join in joins), *(other.file for other in others if other.file)]))

    def is_product(self, product_id: str) -> bool:
        """Return whether a code is of a product, not of postage, a fee, a voucher or a manual entry."""
        code = product_id.upper()
        return code not in self.non_product_codes and not code.startswith(self.non_product_prefixes)


def condition(column: str) -> str:
    """Return the name by which a column is read for a condition, besides what else it may mean."""
    return f"only:{column}"


def attribute(name: str) -> str:
    """Return the name by which the column of an attribute is read."""
    return f"attributes:{name}"


def load(name_or_path: str) -> Mapping:
    """Read a mapping that comes with the project, by its name, or any by its path.

    Raises:
        UsageError: there is none, or it lacks or misspells something; the text names it.
    """
    path = FOLDER / f"{name_or_path}.yml"
    if "/" in name_or_path or not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in FOLDER.glob("*.yml")))
        raise UsageError(f"no mapping {name_or_path}: there is no such file, and those by name are: {known}")
    return mapping(path, schema.load(path))


def mapping(path: Path, content: Values[str, Node]) -> Mapping:
    """Return a mapping of a file's content."""
    values: dict[str, Any] = {"name": path.stem, **complete_marks(path, schema.values(path, content, KEYS))}
    others = values.pop("non_products", {})
    values.setdefault("currency", values.get("constants", {}).pop("currency", ""))
    values["statuses"] = {word.casefold(): meaning for word, meaning in values.get("statuses", {}).items()}
    files = {topic: other_file(path, topic, values, other) for topic, other in values.pop("files", {}).items()}
    values |= {"files": files, **rows_and_joins(values), **parted(values["columns"])}
    values["product_or_description"] = "product_or_description" in values
    others_named = chain.from_iterable(other.attributes for other in files.values())
    require_named(path, {*values.get("attributes", {}), *others_named}, values.get("segment_by", ()))
    require_all(path, values)
    return Mapping(
        **values,
        non_product_codes=frozenset(code.upper() for code in others.get("codes", ())),
        non_product_prefixes=tuple(prefix.upper() for prefix in others.get("prefixes", ())),
    )


def rows_and_joins(values: Values[str, Any]) -> dict[str, Any]:
    """Return which rows of a file count, and the files that are joined to it."""
    only = {column: tuple(word.casefold() for word in words) for column, words in values.get("only", {}).items()}
    return {"only": only, "joins": tuple(Join(**join) for join in values.get("joins", ()))}


def other_file(path: Path, topic: str, values: Values[str, Any], other: Values[str, Any]) -> FileMapping:
    """Return how another file is read; a dialect's key that it lacks is that of the orders.

    Raises:
        UsageError: it lacks something; the text names it.
    """
    given = {*other.get("columns", {}), *other.get("constants", {})}
    if lacks := lacking(topic, given, "events" in other, "file" in other):
        raise UsageError(f"{path}: files.{topic} lacks {', '.join(lacks)}")
    events = {word.casefold(): meaning for word, meaning in other.get("events", {}).items()}
    dialect = {one.name: values[one.name] for one in fields(Dialect) if one.name in values and one.name != "sheet"}
    marks = complete_marks(path, dict(other)) if {"decimal", "thousands"} & other.keys() else {}
    columns = parted(other.get("columns", {}))
    return FileMapping(**{**dialect, **other, **marks, **columns, "events": events, **rows_and_joins(other)})


def require_all(path: Path, values: Values[str, Any]) -> None:
    """Refuse a mapping of which columns, constants and other keys do not go together.

    Raises:
        UsageError: something is missing or said twice; the text names it.
    """
    columns, constants = values["columns"], values.get("constants", {})
    if twice := [name for name in columns if name in constants]:
        raise UsageError(f"{path}: {twice[0]} stands in columns and in constants; take one away")
    given = {*columns, *constants}
    if values["product_or_description"] and "description" in columns:
        given.add("product_id")
    if LINE_AMOUNT in given and "unit_price" in given:
        raise UsageError(f"{path}: unit_price and line_amount are both given; take one away")
    if LINE_AMOUNT in given:
        given.add("unit_price")
    lacks = [f"columns.{name}" for name in COLUMNS if name not in given and name not in OPTIONAL]
    if "currency" not in columns and not values["currency"]:
        lacks.insert(0, "currency")
    if "status" in columns and not values["statuses"]:
        lacks.append("statuses (what each word of the status means)")
    if lacks:
        raise UsageError(f"{path}: lacks {', '.join(lacks)}; {schema.EXAMPLE}")

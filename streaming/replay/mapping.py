"""A mapping file: what the columns of an order history mean."""

from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import UsageError
from streaming.reading import schema
from streaming.reading.dialect import FILE_KEYS, ID_KEYS, NUMBER_KEYS, TIME_KEYS, Dialect, complete_marks, currency
from streaming.reading.schema import Key, Node, flag, list_of, one_of, one_or_more, table_like, table_of, text

FOLDER = Path(__file__).parents[1] / "mappings"
# Of one order line, in the order in which rows are read.
COLUMNS = ("order_id", "product_id", "description", "quantity", "occurred_at", "unit_price", "customer_id")
OPTIONAL = ("description", "customer_id")
# Of an order as a whole: texts, amounts, instants.
TEXTS = ("status", "currency")
AMOUNTS = ("discount", "tax", "shipping", "refunded_amount")
INSTANTS = ("cancelled_at", "refunded_at")
ORDER_COLUMNS = (*TEXTS, *AMOUNTS, *INSTANTS)
LINE_DISCOUNT = "line_discount"
ALL_COLUMNS = (*COLUMNS, LINE_DISCOUNT, *ORDER_COLUMNS)
SALE, CANCELLED, REFUNDED, PARTLY_REFUNDED, IGNORED = MEANINGS = (
    "sale",
    "cancelled",
    "refunded",
    "partly_refunded",
    "ignored",
)
JOIN_KEYS = (Key("file"), Key("by"))
COLUMN_KEYS = tuple(Key(name) for name in ALL_COLUMNS)
# Every key that a mapping of orders may have, and what it may hold.
KEYS = (
    Key("name"),
    *FILE_KEYS,
    Key("columns", required=True, keys=COLUMN_KEYS),
    Key("join", list_of(table_like(JOIN_KEYS)), field="joins"),
    Key("constants", keys=COLUMN_KEYS[1:]),
    Key("only", table_of(one_or_more(text))),
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
    """A file beside the one of the order lines, and the column that both have, by which a row finds its own."""

    file: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Mapping(Dialect):
    """How a file is read, and which rows are returns, corrections or charges.

    Constants stand for columns that the file lacks; `only` says which words of some columns make a row count, and
    `statuses` what the words of the status mean, both in small letters.
    """

    name: str
    columns: dict[str, str]
    joins: tuple["Join", ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = ""
    statuses: dict[str, str] = field(default_factory=dict)
    return_prefix: str | None = None
    adjustment_prefix: str | None = None
    non_product_codes: frozenset[str] = frozenset()
    non_product_prefixes: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    one_row_per_piece: bool = False
    product_or_description: bool = False

    @property
    def used_columns(self) -> dict[str, str]:
        """The columns of the file that are read, by our names, those of the conditions by their own."""
        return {**self.columns, **{condition(column): column for column in self.only}}

    def is_product(self, product_id: str) -> bool:
        """Return whether a code is of a product, not of postage, a fee, a voucher or a manual entry."""
        code = product_id.upper()
        return code not in self.non_product_codes and not code.startswith(self.non_product_prefixes)


def condition(column: str) -> str:
    """Return the name by which a column is read for a condition, besides what else it may mean."""
    return f"only:{column}"


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
    values["only"] = {
        column: tuple(word.casefold() for word in words) for column, words in values.get("only", {}).items()
    }
    values["joins"] = tuple(Join(join["file"], join["by"]) for join in values.get("joins", ()))
    values["product_or_description"] = "product_or_description" in values
    require_all(path, values)
    return Mapping(
        **values,
        non_product_codes=frozenset(code.upper() for code in others.get("codes", ())),
        non_product_prefixes=tuple(prefix.upper() for prefix in others.get("prefixes", ())),
    )


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
    lacks = [f"columns.{name}" for name in COLUMNS if name not in given and name not in OPTIONAL]
    if "currency" not in columns and not values["currency"]:
        lacks.insert(0, "currency")
    if "status" in columns and not values["statuses"]:
        lacks.append("statuses (what each word of the status means)")
    if lacks:
        raise UsageError(f"{path}: lacks {', '.join(lacks)}; {schema.EXAMPLE}")

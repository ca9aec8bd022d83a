"""A mapping file: what the columns of an order history mean."""

from collections.abc import Mapping as Values
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import UsageError
from streaming.reading import schema
from streaming.reading.dialect import FILE_KEYS, ID_KEYS, NUMBER_KEYS, TIME_KEYS, Dialect, complete_marks, currency
from streaming.reading.schema import Key, Node, list_of, one_of, text

FOLDER = Path(__file__).parents[1] / "mappings"
COLUMN_KEYS = (
    Key("order_id", required=True),
    Key("product_id", required=True),
    Key("description"),
    Key("quantity", required=True),
    Key("occurred_at", required=True),
    Key("unit_price", required=True),
    Key("customer_id"),
)
COLUMNS = tuple(key.name for key in COLUMN_KEYS)
# Every key that a mapping of orders may have, and what it may hold.
KEYS = (
    Key("name"),
    *FILE_KEYS,
    Key("columns", required=True, keys=COLUMN_KEYS),
    *TIME_KEYS,
    Key("currency", currency, required=True),
    *NUMBER_KEYS,
    *ID_KEYS,
    Key("fill_down", list_of(one_of(*COLUMNS))),
    Key("return_prefix"),
    Key("adjustment_prefix"),
    Key("non_products", keys=(Key("codes", list_of(text)), Key("prefixes", list_of(text)))),
)


@dataclass(frozen=True, kw_only=True)
class Mapping(Dialect):
    """How a file is read, and which rows are returns, corrections or charges."""

    name: str
    columns: dict[str, str]
    currency: str
    return_prefix: str | None = None
    adjustment_prefix: str | None = None
    non_product_codes: frozenset[str] = frozenset()
    non_product_prefixes: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()

    def is_product(self, product_id: str) -> bool:
        """Return whether a code is of a product, not of postage, a fee, a voucher or a manual entry."""
        code = product_id.upper()
        return code not in self.non_product_codes and not code.startswith(self.non_product_prefixes)


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
    return Mapping(
        **values,
        non_product_codes=frozenset(code.upper() for code in others.get("codes", ())),
        non_product_prefixes=tuple(prefix.upper() for prefix in others.get("prefixes", ())),
    )

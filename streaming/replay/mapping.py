"""A mapping file: what the columns of an order history mean."""

from collections.abc import Mapping as Values
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from common.errors import UsageError, why

FOLDER = Path(__file__).parents[1] / "mappings"
COLUMNS = ("order_id", "product_id", "description", "quantity", "occurred_at", "unit_price", "customer_id")
OPTIONAL = ("description", "customer_id")


@dataclass(frozen=True)
class Mapping:
    """How a file is read, and which rows are returns, corrections or charges."""

    name: str
    columns: dict[str, str]
    time_zone: ZoneInfo
    time_format: str
    currency: str
    encoding: str = "utf-8"
    delimiter: str = ","
    integer_customers: bool = False
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
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {why(error)}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path}: holds no mapping; streaming/mappings/online_retail.yml is an example")
    return mapping(path, content)


def mapping(path: Path, content: Values[str, Any]) -> Mapping:
    """Return a mapping of a file's content."""
    needed = ("columns", "time_zone", "time_format", "currency")
    missing = [key for key in needed if key not in content]
    columns = content.get("columns") or {}
    missing += [f"columns.{name}" for name in COLUMNS if name not in columns and name not in OPTIONAL]
    if missing:
        raise UsageError(f"{path}: lacks {', '.join(missing)}; streaming/mappings/online_retail.yml is an example")
    unknown = sorted(set(columns) - set(COLUMNS))
    if unknown:
        raise UsageError(f"{path}: columns.{unknown[0]} is not known; known are {', '.join(COLUMNS)}")
    others = content.get("non_products") or {}
    return Mapping(
        name=content.get("name", path.stem),
        columns={name: str(column) for name, column in columns.items()},
        time_zone=zone(path, str(content["time_zone"])),
        time_format=content["time_format"],
        currency=content["currency"],
        encoding=encoding(path, str(content.get("encoding", "utf-8"))),
        delimiter=content.get("delimiter", ","),
        integer_customers=content.get("customer_id_format", "text") == "integer",
        return_prefix=content.get("return_prefix"),
        adjustment_prefix=content.get("adjustment_prefix"),
        non_product_codes=frozenset(str(code).upper() for code in others.get("codes", [])),
        non_product_prefixes=tuple(str(prefix).upper() for prefix in others.get("prefixes", [])),
        fill_down=tuple(content.get("fill_down") or ()),
    )


def zone(path: Path, name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f"{path}: time_zone {name} is not known; write one such as Europe/London or UTC") from None


def encoding(path: Path, name: str) -> str:
    """Return an encoding's name, known to be one."""
    try:
        b"".decode(name)
    except LookupError:
        raise UsageError(f"{path}: encoding {name} is not known; write one such as utf-8 or latin-1") from None
    return name

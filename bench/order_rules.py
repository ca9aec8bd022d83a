"""The rules of an order, in the order of its contract, for one event at a time: what the peer without Spark judges by.

It is written by hand, as a user without this project would; the bench fails where its
counts by rule differ from those of `bronze.events`.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z")
DECIMAL = re.compile(r"-?[0-9]{1,14}([.][0-9]{1,4}0*)?")
TEXTS = ("event_id", "source", "customer_id", "order_id", "kind", "currency")
LINE_TEXTS = ("product_id", "description")
FUTURE = timedelta(minutes=5)
VERSION = 4
INT = 2**31


def first_broken_rule(value: bytes, arrived_ms: int) -> str | None:
    """Return the first rule that a record's value breaks, or None where it keeps all."""
    try:
        event = json.loads(value.decode(), parse_constant=refuse)
    except (ValueError, RecursionError):
        return "not_json"
    if not isinstance(event, dict):
        return "not_json"
    if event.get("raw_row") is not None:
        return "unmappable"
    if wrong_type(event):
        return "wrong_type"
    if with_nul(event):
        return "text_with_nul"
    version = event.get("schema_version")
    if version is not None and not 1 <= version <= VERSION:
        return "unknown_schema_version"
    return missing(event) or value_rule(event, datetime.fromtimestamp(arrived_ms / 1000, UTC))


def refuse(name: str) -> None:
    """Refuse what Python reads and JSON has not: NaN and the infinities."""
    raise ValueError(name)


def wrong_type(event: Mapping[str, Any]) -> bool:
    """Return whether a field is there but not of its type."""
    lines = event.get("lines")
    if any(isinstance(event.get(name), dict | list) for name in TEXTS):
        return True
    if not (is_int(event.get("schema_version")) and is_boolean(event.get("discount_applied"))):
        return True
    at = event.get("occurred_at")
    if at is not None and instant(at) is None:
        return True
    if lines is None:
        return False
    return not isinstance(lines, list) or any(not isinstance(line, dict) or wrong_line(line) for line in lines)


def with_nul(event: Mapping[str, Any]) -> bool:
    """Return whether a text that is kept holds U+0000."""
    texts = [event.get(name) for name in TEXTS]
    texts += [line.get(name) for line in event.get("lines") or () for name in LINE_TEXTS]
    return any("\0" in text for text in texts if isinstance(text, str))


def wrong_line(line: Mapping[str, Any]) -> bool:
    """Return whether a field of a line is there but not of its type."""
    price = line.get("unit_price")
    return (
        any(isinstance(line.get(name), dict | list) for name in LINE_TEXTS)
        or not is_int(line.get("quantity"))
        or not is_boolean(line.get("is_product"))
        or (price is not None and not DECIMAL.fullmatch(str(price)))
    )


def is_int(value: object) -> bool:
    """Return whether a value is null or a whole number of 32 bits."""
    return value is None or (type(value) is int and -INT <= value < INT)


def is_boolean(value: object) -> bool:
    """Return whether a value is null, true or false."""
    return value is None or value is True or value is False


def instant(value: object) -> datetime | None:
    """Return the instant that a value writes as the contract wants it, else None."""
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def missing(event: Mapping[str, Any]) -> str | None:
    """Return the rule of the first required field that is not there."""
    for name in ("event_id", "schema_version", "source", "occurred_at", "order_id", "kind", "currency", "lines"):
        if absent(event.get(name)):
            return f"missing_{name}"
    for name in ("product_id", "quantity", "unit_price", "is_product"):
        if any(absent(line.get(name)) for line in event["lines"]):
            return f"missing_lines_{name}"
    return None


def absent(value: object) -> bool:
    """Return whether a value is null, or text without a letter in it."""
    return value is None or (isinstance(value, str) and not value.strip(" "))


def value_rule(event: Mapping[str, Any], arrived: datetime) -> str | None:
    """Return the first broken rule about the values of an event that has all its fields."""
    lines = event["lines"]
    most = max((line["quantity"] for line in lines), default=0)
    dearest = max((Decimal(str(line["unit_price"])) for line in lines), default=Decimal(0))
    at = instant(event["occurred_at"])
    broken = {
        "from_the_future": at is not None and at > arrived + FUTURE,
        "adjustment": event["kind"] == "adjustment",
        "unknown_kind": event["kind"] != "sale",
        "no_lines": not lines,
        "write_off": any(line["quantity"] < 0 for line in lines),
        "zero_quantity": any(line["quantity"] == 0 for line in lines),
        "negative_price": any(Decimal(str(line["unit_price"])) < 0 for line in lines),
        "unknown_currency": not re.fullmatch("[A-Z]{3}", str(event["currency"])),
        "implausible_quantity": most > 1_000_000,
        "implausible_price": dearest > 100_000_000,
        "implausible_amount": most * dearest * len(lines) >= 10**13,
    }
    return next((name for name, holds in broken.items() if holds), None)

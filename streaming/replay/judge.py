"""By which rule of its contract the lake would quarantine an event, told without an engine.

The contract's own SQL is judged, so a rule that is added or changed counts in a dry run as well; a test compares both.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from common.contracts.model import Contracts, Field
from streaming.events import FUTURE_MICROS, SENT_AT, all_rules
from streaming.replay.rule_sql import Judged, UnknownSqlError, compiled

DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d(?::?\d\d)?)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The second is said where an event has both.
NUL, WRONG_TYPE = "text_with_nul", "wrong_type"
WHOLE = {"int": 1 << 31, "bigint": 1 << 63}


class UnfitError(Exception):
    """A value is not of its field's type."""


class Judge:
    """Judges events by contracts.

    Args:
        contracts: those in force.
        now: the moment of their arrival.
    """

    def __init__(self, contracts: Contracts, now: datetime) -> None:
        """Take the contracts; what is later than five minutes from now is of the future."""
        self.contracts, self.latest = contracts, now + timedelta(microseconds=FUTURE_MICROS)
        # Rules that are not judged here, by topic and name, and why.
        self.unknown: dict[tuple[str, str], str] = {}
        self.rules = lru_cache(None)(self.rules_of)

    def broken(self, topic: str, value: bytes) -> str | None:
        """Return the first rule that an event breaks, None for none."""
        contract = self.contracts.of(topic)
        try:
            event = json.loads(value)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            return "not_json"
        if event.get("raw_row") is not None:
            return "unmappable"
        faults: set[str] = set()
        values = typed(contract.fields, event, faults)
        if faults:
            return max(faults)
        if values["schema_version"] is not None and not 1 <= values["schema_version"] <= contract.version:
            return "unknown_schema_version"
        if missing := next(paths_missing(contract.fields, values), None):
            return f"missing_{missing.replace('.', '_')}"
        if values["occurred_at"] > self.latest:
            return "from_the_future"
        if values[SENT_AT] is not None and values[SENT_AT] > self.latest:
            return "sent_in_the_future"
        return next((name for name, is_broken in self.rules(topic) if is_broken(values)), None)

    def description(self, topic: str, rule: str) -> str:
        """Return what a rule says, as a part of a sentence's end."""
        described = (one.description for one in all_rules(self.contracts.of(topic)) if one.name == rule)
        return next(described, "").rstrip(".")

    def rules_of(self, topic: str) -> list[tuple[str, Judged]]:
        """Return a topic's own rules by their names, those that are known here."""
        known = []
        for rule in self.contracts.of(topic).rules:
            try:
                known.append((rule.name, compiled(rule.broken)))
            except UnknownSqlError as error:
                self.unknown[topic, rule.name] = str(error)
        return known


def typed(fields: tuple[Field, ...], event: Mapping[str, Any], faults: set[str]) -> dict[str, Any]:
    """Return each field's value in its type; null, and a fault, where it is of another or holds U+0000."""
    values = {}
    for field in fields:
        value = event.get(field.name)
        try:
            values[field.name] = None if value is None else in_type(field, value, faults)
        except UnfitError:
            values[field.name] = None
            faults.add(WRONG_TYPE)
    return values


def in_type(field: Field, value: Any, faults: set[str]) -> Any:
    """Return a value in the type of its field.

    Raises:
        UnfitError: it is of another.
    """
    if field.items:
        if not isinstance(value, list) or not all(isinstance(one, dict | None) for one in value):
            raise UnfitError
        return [one and typed(field.items, one, faults) for one in value]
    if match := DECIMAL.fullmatch(field.type):
        return decimal(str(value), *map(int, match.groups()))
    found = READERS[field.type](value)
    if isinstance(found, str | dict) and holds_nul(found):
        faults.add(NUL)
    return found


def holds_nul(value: str | dict[str, str]) -> bool:
    """Return whether U+0000 stands in a text, or in a map of texts."""
    return any("\0" in text for text in ((value,) if isinstance(value, str) else (*value, *value.values())))


def text(value: Any) -> str:
    """Return a text; a whole number stands for its digits."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise UnfitError
    return str(value)


def texts(value: Any) -> dict[str, str]:
    """Return an object's names and their values as texts; what is null is not there."""
    if not isinstance(value, dict) or not all(name.strip() for name in value):
        raise UnfitError
    if any(isinstance(one, dict | list) for one in value.values()):
        raise UnfitError
    return {name: str(one) for name, one in value.items() if one is not None}


def truth(value: Any) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise UnfitError
    return value


def decimal(text: str, precision: int, scale: int) -> Decimal:
    """Return a decimal that fits its type without rounding."""
    match = re.fullmatch(rf"-?\d{{1,{precision - scale}}}(?:\.\d{{1,{scale}}}0*)?", text, re.ASCII)
    if match is None:
        raise UnfitError
    return Decimal(text)


def whole(limit: int) -> Callable[[Any], int]:
    """Return what reads whole numbers below a limit."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise UnfitError
        return value

    return read


def moment(value: Any) -> datetime:
    """Return an instant with its offset, such as `2023-01-05T10:00:00.000Z`."""
    try:
        if not INSTANT.fullmatch(value):
            raise UnfitError
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise UnfitError from None


def day(value: Any) -> date:
    """Return a day."""
    try:
        if not DAY.fullmatch(value):
            raise UnfitError
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnfitError from None


READERS: dict[str, Callable[[Any], Any]] = {
    "string": text,
    "boolean": truth,
    "map<string,string>": texts,
    **{name: whole(limit) for name, limit in WHOLE.items()},
    "timestamp": moment,
    "date": day,
}


def paths_missing(fields: tuple[Field, ...], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of what must be there and is null, or of a text blank; the id, which is sealed last, is there."""
    for field in fields:
        if not field.required:
            continue
        value = values.get(field.name)
        if is_blank(value):
            yield field.name
        for item in field.items:
            if item.required and any(one is None or is_blank(one.get(item.name)) for one in value or ()):
                yield f"{field.name}.{item.name}"


def is_blank(value: Any) -> bool:
    """Return whether nothing stands there."""
    return value is None or (isinstance(value, str) and not value.strip(" "))

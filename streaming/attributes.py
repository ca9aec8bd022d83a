"""Attributes: what a shop says of a customer or an order besides what the contract has, by names of its own."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from common.errors import UsageError

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Customers are grouped by these anyway.
GROUPINGS = ("rule", "rfm", "rfm_segment", "city", "model", "everybody", "membership_type", "age_group")
MOST_GROUPINGS = 10


def fault_of_name(name: str) -> str | None:
    """Return what is wrong with the name of an attribute, None where nothing is."""
    if NAME.fullmatch(name):
        return None
    return f"{name!r} is no name of an attribute: use small letters, digits and underscores, at most 40, a letter first"


def fault_of_groupings(names: Iterable[str]) -> str | None:
    """Return why customers cannot be grouped by attributes of these names, None where they can."""
    names = list(names)
    if len(names) > MOST_GROUPINGS:
        return f"names {len(names)} attributes, and {MOST_GROUPINGS} are the most"
    if taken := [name for name in names if name in GROUPINGS]:
        return f"{taken[0]!r} is a grouping that there is anyway; give the attribute another name"
    return next(filter(None, map(fault_of_name, names)), None)


def require_named(path: Path, named: Collection[str], groupings: Iterable[str]) -> None:
    """Refuse attributes of names that cannot be, and customers grouped by one that a mapping does not name.

    Raises:
        UsageError: the text names it.
    """
    if fault := next(filter(None, map(fault_of_name, sorted(named))), None):
        raise UsageError(f"{path}: attributes: {fault}")
    if fault := fault_of_groupings(groupings):
        raise UsageError(f"{path}: segment_by: {fault}")
    if lacking := [name for name in groupings if name not in named]:
        raise UsageError(f"{path}: segment_by: {lacking[0]!r} stands under no attributes; name its column there")

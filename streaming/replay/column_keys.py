"""How a mapping names the file's columns: each by one name, a time also by two, of the day and of the time of day."""

from collections.abc import Mapping
from typing import Any

from streaming.reading.schema import Key, Node, UnfitError, list_of, text

# Where a file has the day and the time of day apart, the second column of the time is known by this name.
CLOCK = "occurred_at, second column"


def column_key(name: str) -> Key:
    """Return the key of a column of ours: the file's, of the time a list of its two."""
    return Key(name, day_and_clock) if name == "occurred_at" else Key(name)


def day_and_clock(node: Node) -> str | tuple[str, ...]:
    """Return the column of times, or the two columns of days and of times of day."""
    if isinstance(node, str):
        return node
    names = list_of(text)(node)
    if len(names) != 2:
        raise UnfitError(f"is a list of {len(names)}; write one column, or two: the day's and the time of day's")
    return tuple(names)


def parted(columns: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the columns with the two of a time, where it has two, under names of their own."""
    moment = columns.get("occurred_at")
    pair = {"occurred_at": moment[0], CLOCK: moment[1]} if isinstance(moment, tuple) else {}
    return {"columns": {**columns, **pair}}

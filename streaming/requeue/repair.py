"""The repair of payloads by a function of the user's, event by event; their identity stays."""

import importlib.util
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pyspark.sql import Row

from common.errors import UsageError, UserError
from streaming.producer import Message, encode, seal_event

Event = dict[str, Any]
Repair = Callable[[Event], Event | None]


def load(path: Path) -> Repair:
    """Return the function `repair` of a Python file.

    Raises:
        UsageError: the file is not there, is no Python, or has no such function.
    """
    spec = importlib.util.spec_from_file_location("requeue_repair", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UsageError(f"--repair {path}: no such Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"--repair {path}: {error_line(error)}") from None
    repair = getattr(module, "repair", None)
    if not callable(repair):
        raise UsageError(f"--repair {path}: has no function `repair(event: dict) -> dict | None`")
    function: Repair = repair
    return function


def messages(rows: Iterable[Row], repair: Repair | None, left: Counter[str]) -> Iterator[Message]:
    """Yield the message of each row; those that are not sent are counted in `left`, by the reason.

    Raises:
        UserError: the repair fails or takes an event's identity away; the record is named.
    """
    for row in rows:
        value = new_value(row, repair, left)
        if value is not None:
            yield Message(row.topic, row.key or "", value)


def new_value(row: Row, repair: Repair | None, left: Counter[str]) -> bytes | None:
    """Return the value to send in place of a row's, or None where it is left."""
    if row.payload is None:
        left["encrypted by another key"] += 1
        return None
    payload = bytes(row.payload)
    if repair is None:
        return payload
    event = parse_object(payload)
    if event is None:
        left["no JSON object"] += 1
        return None
    return repair_event(row, payload, event, repair, left)


def repair_event(row: Row, payload: bytes, event: Event, repair: Repair, left: Counter[str]) -> bytes | None:
    """Return the value of an event after its repair, or None where the repair leaves it."""
    where, identity = f"{row.topic}/{row.partition}, offset {row.offset}", event.get("event_id")
    try:
        result = repair(json.loads(payload))
    except Exception as error:
        raise UserError(f"repair of {where}: {error_line(error)}; what was sent before it stays") from None
    if result is None:
        left["left by the repair"] += 1
        return None
    if not isinstance(result, dict):
        raise UserError(f"repair of {where} gives {type(result).__name__}; it must give a dict, or None to leave it")
    if identity and result.get("event_id") != identity:
        raise UserError(f"repair of {where} changes event_id {identity!r}; an event keeps its identity")
    if result == event:
        return payload
    try:
        return (
            encode(result)
            if result.get("event_id")
            else seal_event({k: v for k, v in result.items() if k != "event_id"})
        )
    except (TypeError, ValueError) as error:
        raise UserError(f"repair of {where} gives what is no JSON: {error_line(error)}") from None


def parse_object(payload: bytes) -> Event | None:
    """Return the JSON object of a payload, or None where it is none."""
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def error_line(error: Exception) -> str:
    """Return an error as one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"

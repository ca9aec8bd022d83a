"""A line of a raw file as a message: an event as it stands, or a carrier of what is none, for the quarantine."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from common.contracts.model import Contract
from streaming.producer import MAX_VALUE_BYTES, Message, seal_event

SOURCE = "raw"


@dataclass
class Tally:
    """How many lines were events, and how many were none."""

    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Return the sum of lines by kind."""
        events, others = self.counts["events"], self.counts["no events"]
        return f"{events + others:,} lines = {events:,} events + {others:,} for the quarantine"


def messages(lines: Iterable[bytes], name: str, contract: Contract, tally: Tally) -> Iterator[Message]:
    """Yield the message of each line that is not blank, in their order.

    Args:
        lines: with or without their ends.
        name: the file's, for the quarantine.
        contract: of the topic that the file is for.
        tally: counts the lines that were given.
    """
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip(b"\r\n")
        if not line.strip():
            continue
        event, reason = parse(line)
        tally.counts["no events" if event is None else "events"] += 1
        if event is None:
            yield carrier(line, f"{name}, line {number}: {reason}", f"{name}-{number}", contract)
        else:
            yield Message(contract.topic, key(event, contract, f"{name}-{number}"), line)


def parse(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return the JSON object of a line, or None and why it is none."""
    if len(line) > MAX_VALUE_BYTES:
        return None, f"longer than {MAX_VALUE_BYTES:,} bytes"
    try:
        event = json.loads(line)
    except UnicodeDecodeError:
        return None, "not UTF-8"
    except (ValueError, RecursionError):
        return None, "not JSON"
    return (event, "") if isinstance(event, dict) else (None, "no JSON object")


def key(event: dict[str, Any], contract: Contract, fallback: str) -> str:
    """Return the key as the contracts have it: the source, and the customer or what the event itself is named by."""
    who = event.get("customer_id") or event.get(contract.business_key) or fallback
    return f"{event.get('source') or SOURCE}/{who}"


def carrier(line: bytes, reason: str, place: str, contract: Contract) -> Message:
    """Return the message of a line that is no event; its place keeps equal lines apart."""
    event = {
        "schema_version": contract.version,
        "source": SOURCE,
        "occurred_at": None,
        "customer_id": None,
        "raw_row": line[: MAX_VALUE_BYTES // 8].decode("utf-8", "backslashreplace"),
        "raw_reason": reason,
    }
    return Message(contract.topic, f"{SOURCE}/{place}", seal_event(event))

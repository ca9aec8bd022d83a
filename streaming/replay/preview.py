"""What a file would be sent as, for a person to look at before it is."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from streaming.producer import Message

MOST_OF_A_TOPIC = 3
MOST_REASONS = 10
IDS = {"orders": "order_id", "returns": "return_id"}
# For what the contracts have the lake quarantine whole events, by what stands in their text then.
RULES = {
    "a correction of the books": re.compile(rb'"kind":"adjustment"'),
    "pieces below zero": re.compile(rb'"quantity":-'),
    "a line of 0 pieces": re.compile(rb'"quantity":0,'),
    "a price below zero": re.compile(rb'"unit_price":"-'),
}
# Of a reason, what differs from row to row: which row, which order, what stands in the cell.
PARTICULARS = re.compile(r"(?:its )?order .*?(?: is held for row \d+)?: |'.*?'|\d[\d.,]*")


def broken_rule(event: bytes) -> str | None:
    """Return for what the lake would quarantine an event, None for nothing; cancellations have any lines."""
    if b'"kind":"cancelled"' in event:
        return None
    return next((rule for rule, pattern in RULES.items() if pattern.search(event)), None)


def lines(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the first events of each topic as they would be sent, and why others would be quarantined, with how many.

    All messages are gone through, so that what made them has counted all.
    """
    shown: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    rules: Counter[tuple[str, str]] = Counter()
    first_id: dict[tuple[str, str], str] = {}
    for message in messages:
        if b'"raw_reason":' in message.value:
            reason = str(json.loads(message.value)["raw_reason"])
            kind = PARTICULARS.sub("", reason)
            kind = kind if kind in first or len(first) < MOST_REASONS else "others"
            first.setdefault(kind, reason)
            counts[kind] += 1
        elif shown[message.topic] < MOST_OF_A_TOPIC:
            shown[message.topic] += 1
            yield f"{message.topic}: {message.value.decode()}"
        if message.topic in IDS and (rule := broken_rule(message.value)):
            rules[message.topic, rule] += 1
            first_id.setdefault((message.topic, rule), json.loads(message.value)[IDS[message.topic]])
    for (topic, rule), count in rules.items():
        yield f"would be quarantined: {count:,} of the {topic} for {rule}, such as {first_id[topic, rule]}"
    for kind, reason in first.items():
        yield f"would be quarantined: {counts[kind]:,} like {reason}"

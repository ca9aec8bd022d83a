"""What a file would be sent as, for a person to look at before it is."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from streaming.producer import Message

MOST_OF_A_TOPIC = 3
MOST_REASONS = 10
# Of a reason, what differs from row to row: which row, which order, what stands in the cell.
PARTICULARS = re.compile(r"(?:its )?order .*?(?: is held for row \d+)?: |'.*?'|\d[\d.,]*")


def lines(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the first events of each topic as they would be sent, and why rows would be quarantined, with how many.

    All messages are gone through, so that what made them has counted all.
    """
    shown: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
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
    for kind, reason in first.items():
        yield f"would be quarantined: {counts[kind]:,} like {reason}"

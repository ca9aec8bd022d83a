"""What a file would be sent as, for a person to look at before it is."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from streaming.producer import Message
from streaming.replay.judge import Judge

MOST_OF_A_TOPIC = 3
MOST_REASONS = 10
# Of a reason, what differs from row to row: which row, which order, what stands in the cell.
PARTICULARS = re.compile(r"(?:its )?order .*?(?: is held for row \d+)?: |'.*?'|\d[\d.,]*")


def lines(messages: Iterable[Message], judge: Judge) -> Iterator[str]:
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
            continue
        if shown[message.topic] < MOST_OF_A_TOPIC:
            shown[message.topic] += 1
            yield f"{message.topic}: {message.value.decode()}"
        if rule := judge.broken(message.topic, message.value):
            rules[message.topic, rule] += 1
            business_key = judge.contracts.of(message.topic).business_key
            first_id.setdefault((message.topic, rule), json.loads(message.value)[business_key])
    for (topic, rule), count in rules.items():
        why, such = judge.description(topic, rule), first_id[topic, rule]
        yield f"would be quarantined: {count:,} of the {topic} by the rule {rule}, such as {such}: {why}"
    for kind, reason in first.items():
        yield f"would be quarantined: {counts[kind]:,} like {reason}"
    for (topic, rule), reason in judge.unknown.items():
        yield f"not judged before it is sent: the rule {rule} of the {topic} ({reason})"

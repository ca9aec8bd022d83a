"""An event before it is sent: what it says, when it happened and when it arrives, without its final time and id."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from streaming.producer import seal

SOURCE = "simulated"
CURRENCY = "GBP"
ID_END = len('{"event_id":"') + 32
CONFLICTING, BROKEN = "conflicting", "broken"
BREAKAGES = ("cut", "clock", "source", "version", "bytes")


class Draft(NamedTuple):
    """An event; `arrives` and `at` are milliseconds since the first midnight, `rest` is its JSON after the time.

    `mark` says what is wrong or odd about it, for the truth; `other` is what a conflicting or broken one says instead.
    """

    arrives: int
    at: int
    topic: str
    key: str
    rest: str
    mark: str | None = None
    other: str = ""


def key(identity: str) -> str:
    """Return the key of a customer's events, or of one of nobody known."""
    return f"{SOURCE}/{identity}"


def fields(rest: str) -> dict[str, Any]:
    """Return the fields after the time."""
    return dict(json.loads('{"at":"' + rest))


def rest_of(content: dict[str, Any]) -> str:
    """Return fields as the rest of an event."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).removeprefix('{"at":"')


def heads(versions: Mapping[str, int]) -> dict[str, str]:
    """Return how an event of each topic begins, by the versions of the contracts."""
    opening = f'"source":"{SOURCE}","occurred_at":"'
    return {topic: f'{{"schema_version":{version},{opening}' for topic, version in versions.items()}


def value(draft: Draft, head: str, moment: str) -> bytes:
    """Return what is sent, given how the event begins and its time as its contract writes it, but for the Z."""
    sound = seal(f"{head}{moment}{draft.rest}".encode())
    if draft.mark == CONFLICTING:
        return sound[:ID_END] + f'",{head[1:]}{moment}{draft.other}'.encode()
    return break_event(sound, draft.other) if draft.mark == BROKEN else sound


def break_event(sound: bytes, how: str) -> bytes:
    """Return an event as a faulty client would send it."""
    return {
        "cut": sound[: len(sound) // 2],
        "clock": sound.replace(b'"occurred_at":"', b'"occurred_at":"about ', 1),
        "source": sound.replace(b'"source":"', b'"sauce":"', 1),
        "version": sound.replace(b'"schema_version":', b'"schema_version":9', 1),
        "bytes": sound.replace(b'"source":"', b'"source":"\xff', 1),
    }[how]

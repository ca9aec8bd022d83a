"""Say in which time zone a shop's days begin, and by which attributes its customers are grouped.

One event of the topic `sources`, of which the newest holds, all of it.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.cli import Parser
from common.contracts.model import load
from common.errors import UsageError, entry_point
from common.settings import Settings, read_settings
from streaming import producer, topics
from streaming.attributes import fault_of_groupings
from streaming.producer import Message

TOPIC = "sources"


def main(argv: Sequence[str] | None = None) -> None:
    """Send the declaration of one shop; without one its days are those of UTC."""
    parser = Parser(prog="python -m streaming.declare", description=__doc__)
    parser.add_argument("--source", required=True, help="name of the shop, as its events have it")
    parser.add_argument("--time-zone", required=True, help="name of a zone, such as Europe/London or UTC")
    parser.add_argument("--segment-by", help="names of attributes, with commas between; default: none")
    arguments = parser.parse_args(argv)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", arguments.source):
        raise UsageError(f"--source {arguments.source!r}: use letters, digits, dot, dash and underscore, at most 64")
    require_zone(arguments.time_zone)
    groupings = [name.strip() for name in arguments.segment_by.split(",")] if arguments.segment_by else []
    if fault := fault_of_groupings(groupings):
        raise UsageError(f"--segment-by {fault}")
    settings = read_settings()
    topics.ensure(settings, load(settings.contracts_dir).topics)
    declare(settings, arguments.source, arguments.time_zone, groupings)
    grouped = f", customers are grouped by {', '.join(groupings)}" if groupings else ""
    print(f"{arguments.source}: days begin by the clock of {arguments.time_zone}{grouped}, from the next ingest on")


def require_zone(name: str) -> None:
    """Raise where a text names no time zone.

    Raises:
        UsageError: it does not.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"--time-zone {name!r} is not known; write one such as Europe/London or UTC") from None


def declare(settings: Settings, source: str, time_zone: str, groupings: Sequence[str] = ()) -> None:
    """Send a shop's time zone, by its name, and the attributes that it groups by to the topic, which is there.

    Raises:
        UserError: Kafka cannot be reached.
    """
    version = load(settings.contracts_dir).of(TOPIC).version
    value = declaration(source, time_zone, datetime.now(UTC), version, groupings)
    producer.send(settings, [Message(TOPIC, source, value)], 1, f"time zone of {source}")


def declaration(source: str, time_zone: str, moment: datetime, version: int, groupings: Sequence[str] = ()) -> bytes:
    """Return the event that a shop's time zone and the attributes that it groups by are said by, as it is sent."""
    occurred_at = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"time_zone": time_zone, "segment_by": ",".join(groupings) or None}
    return producer.seal_event({"schema_version": version, "source": source, "occurred_at": occurred_at, **said})


if __name__ == "__main__":
    entry_point(main)()

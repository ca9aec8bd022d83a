"""A line of an access log as a request, or why it is none.

The formats are Apache's and nginx's `common` and `combined`; whatever stands behind `combined` is passed over, and so
is `host:port` before the line (Apache's `vhost_combined`).
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

QUOTED = r'"((?:[^"\\]++|\\.)*+)"'
LINE = re.compile(
    r"(?:[\w.-]+:\d{1,5} )?(\S+) \S+ (\S+) \[(\d\d/[A-Z][a-z]{2}/\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] "
    rf"{QUOTED} (\d{{3}}) (?:\d+|-)(?: {QUOTED} {QUOTED}(?: .*)?)?",
    re.ASCII,
)
MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
SECONDS_PER_DAY, MOST_HOURS_OFF = 86_400, 14
# What a server writes where there is nothing.
NOTHING = ("-", '""', "")

NO_LINE = "is no line of the formats common and combined"
CUT = "has no referrer and user agent, as the lines before it have: it was cut"
NO_TIME = "has a time that does not exist"
FUTURE = "is of the future"
HAS_NUL = "holds NUL bytes"


class Request(NamedTuple):
    """One request; `at` is seconds since 1970 in UTC. Referrer and agent are None in the format `common`."""

    address: str
    user: str | None
    at: int
    method: str
    target: str
    status: int
    referrer: str | None
    agent: str | None


class UnreadableError(Exception):
    """A line is no request; the text says why."""


class Lines:
    """Reads the lines of one log.

    Args:
        latest: the newest time that a line can have, in seconds since 1970.
    """

    def __init__(self, latest: int) -> None:
        """Know nothing of the log yet."""
        self.latest = latest
        self.is_combined = False

    def request(self, raw: bytes, reason: str | None = None) -> Request:
        """Return the request of a line without its end.

        Args:
            raw: the line.
            reason: why it cannot be read, where that is known before.

        Raises:
            UnreadableError: it is none. A line of `common` behind one of `combined` is one that was cut.
        """
        if reason:
            raise UnreadableError(reason)
        if b"\0" in raw:
            raise UnreadableError(HAS_NUL)
        match = LINE.fullmatch(raw.decode("utf-8", "backslashreplace"))
        if match is None:
            raise UnreadableError(NO_LINE)
        address, user, day, hour, minute, second, zone, request, status, referrer, agent = match.groups()
        if agent is not None:
            self.is_combined = True
        elif self.is_combined:
            raise UnreadableError(CUT)
        at = self.instant(day, zone, int(hour), int(minute), int(second))
        method, target = split(request)
        return Request(address, None if user in NOTHING else user, at, method, target, int(status), referrer, agent)

    def instant(self, day: str, zone: str, hour: int, minute: int, second: int) -> int:
        """Return a time in seconds since 1970; second 60 is that of a leap second."""
        begin = midnight(day, zone)
        if begin is None or hour > 23 or minute > 59 or second > 60:
            raise UnreadableError(NO_TIME)
        at = begin + 3600 * hour + 60 * minute + second
        if at > self.latest:
            raise UnreadableError(FUTURE)
        return at


@lru_cache(4096)
def midnight(day: str, zone: str) -> int | None:
    """Return the beginning of a day such as 10/Oct/2000 in a zone such as -0700, None where there is no such day."""
    hours, minutes = int(zone[1:3]), int(zone[3:])
    try:
        days = date(int(day[7:]), MONTHS[day[3:6]], int(day[:2])).toordinal() - date(1970, 1, 1).toordinal()
    except (KeyError, ValueError):
        return None
    if hours > MOST_HOURS_OFF or minutes > 59:
        return None
    offset = 60 * (60 * hours + minutes)
    return days * SECONDS_PER_DAY - (-offset if zone[0] == "-" else offset)


def split(request: str) -> tuple[str, str]:
    """Return the method and the target of a request's first line; what is no such line has no target."""
    method, _, rest = request.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        target = rest
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    return method, target

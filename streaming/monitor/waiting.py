"""A monitor that is started while PostgreSQL is away waits for it: the catalogue of the lake lies there, too."""

import time

from common import postgres
from common.errors import UserError, first_line
from common.settings import Settings
from common.shutdown import Stop
from streaming.progress import say

ROLE = "monitor"
SECONDS_BETWEEN_TRIES, SECONDS_BETWEEN_WORDS = 1.0, 60.0
SECONDS_BETWEEN_LOOKS = 0.1


def wait_for_postgresql(settings: Settings, stop: Stop) -> None:
    """Wait until PostgreSQL answers, and say so once a minute; what comes meanwhile is kept in Kafka.

    Raises:
        KeyboardInterrupt: a stop was asked for.
    """
    spoken = None
    while problem := refusal(settings):
        if spoken is None or time.monotonic() - spoken >= SECONDS_BETWEEN_WORDS:
            say(f"monitor: waits for PostgreSQL, and Kafka keeps what comes; Ctrl-C ends it. {problem}")
            spoken = time.monotonic()
        due = time.monotonic() + SECONDS_BETWEEN_TRIES
        while time.monotonic() < due:
            stop.check()
            time.sleep(SECONDS_BETWEEN_LOOKS)
    if spoken is not None:
        say("monitor: PostgreSQL answers; begins")


def refusal(settings: Settings) -> str | None:
    """Return why PostgreSQL lets the monitor not in; None where it does."""
    try:
        postgres.connect(settings, ROLE).close()
    except UserError as error:
        return first_line(error)
    return None

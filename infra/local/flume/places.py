"""Where Flume's files lie: what it reads, what it keeps, and how a live log is told from one that was renamed."""

import re
from pathlib import Path

from common.settings import Settings

# A live log, `visits.log`, keeps its name while it is written; `visits-2025-01.log`, `visits.1.log` or `visits.log.1`
# is one that was rotated away and is not matched: a log whose new name matches too, TAILDIR 1.11 sends again, whole.
# What ends in `.jsonl` is never renamed; what begins with a dot or underscore is not whole yet.
LIVE = r"[^-._][^-.]*\.log"
WHOLE = r"[^-._].*\.jsonl"
PATTERN = f"({LIVE}|{WHOLE})"
IS_LIVE = re.compile(LIVE)
IS_READ = re.compile(PATTERN)


def logs(settings: Settings) -> Path:
    """Return the folder whose folders, one for each topic, hold the logs."""
    return settings.flume_logs


def spool(settings: Settings) -> Path:
    """Return the folder whose folders, one for each topic, take whole files for HDFS."""
    return settings.path("flume", "spool")


def data(settings: Settings, *parts: str) -> Path:
    """Return what Flume must not lose: its channels, its positions, what is remembered of the logs."""
    return settings.path("data", "flume", *parts)


def again(settings: Settings) -> Path:
    """Return the folder of what has to be read once more, a folder for each topic."""
    return data(settings, "again")


def positions(settings: Settings) -> Path:
    """Return the file in which TAILDIR notes how far it has read."""
    return data(settings, "positions.json")

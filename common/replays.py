"""Rows of replayed files that no event has, by the records of the finished replays."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from common.settings import Settings

# By the reason, as the records have it; in words, as people read it.
WITHOUT_EVENT = {
    "repeated": "repeated",
    "zeros": "of 0 pieces beside others",
    "ignored": "of orders that the mapping ignores",
    "conditions": "left out by the mapping",
    "pageless": "of visits without a page",
    "unpaid": "of returns of no product and nothing paid back",
    "headers": "header rows",
    "blanks": "blank rows",
}


class Rows(NamedTuple):
    """So many rows of a source's file, and why they have no event."""

    source: str
    file: str
    number: int
    why: str


def rows_without_event(settings: Settings) -> Iterator[Rows]:
    """Yield the rows of each file and source that no event has, in the order of the sources and files.

    A record that cannot be read has none; the next replay of its file says so.
    """
    found = []
    for path in settings.path("replays").glob("*.json"):
        try:
            runs = json.loads(path.read_text("utf-8"))["runs"]
            counted = [(run["source"], run["file"], run.get("lines", {})) for run in runs]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        for source, file, lines in counted:
            found += [Rows(source, file, lines[why], why) for why in WITHOUT_EVENT if lines.get(why)]
    yield from sorted(found)

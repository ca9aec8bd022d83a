"""The requests of visits on disk, so that a visitor's meet wherever they stand, and memory stays bounded."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from common.settings import Settings
from streaming.sessionise.rules import Step
from streaming.staging import new_database

STEPS = """
create table steps (
    visitor blob, at integer, target text, channel text, device text, customer_id text, is_page integer, product text,
    carted text
);
"""
SCHEMA = f"""
pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -16384; pragma temp_store = file;
{STEPS}
create table visits (ended_at integer, event blob);
begin;
"""
ADD_STEP = "insert into steps values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Of two requests in one second the one from outside is the first; no order hangs on how the logs are cut into files.
BY_VISITOR = """
select visitor, at, target, channel, device, customer_id, is_page, product, carted from steps
order by visitor, at, channel = 'direct', target, device, is_page
"""
IN_TIME_ORDER = "select event from visits order by ended_at, event"


class Stage:
    """The staged requests and visits of one run."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take a connection to an empty database."""
        self.database = database
        self.database.executescript(SCHEMA)

    def add(self, steps: Iterable[Step]) -> None:
        """Stage requests."""
        self.database.executemany(ADD_STEP, steps)

    def steps(self) -> Iterator[Step]:
        """Yield the requests visitor by visitor, each in the order of time."""
        yield from map(Step._make, self.database.execute(BY_VISITOR))

    def add_visits(self, visits: Iterable[tuple[int, bytes]]) -> None:
        """Stage visits: when each ended, and its event."""
        self.database.executemany("insert into visits values (?, ?)", visits)

    def events(self) -> Iterator[bytes]:
        """Yield the events in the order in which their visits ended."""
        for (event,) in self.database.execute(IN_TIME_ORDER):
            yield event


@contextmanager
def new_stage(settings: Settings) -> Iterator[Stage]:
    """Return an empty stage below the state folder for the length of the block; the caller holds the job's lock."""
    with new_database(settings, "sessionise.sqlite", "requests") as database:
        yield Stage(database)

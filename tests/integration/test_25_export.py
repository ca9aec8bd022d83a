"""The export: readers see one whole version, a changed column is mended, what differs is refused."""

import os
import signal
import sys
import threading

import psycopg

from spark.common import postgres
from spark.common.settings import Settings
from tests.integration.harness import Platform

COUNTS = "select count(*), sum(hashtext(t::text)::bigint) from marts.customer_behaviour as t"


class Reader(threading.Thread):
    """Reads one mart over and over, as the reporter, until it is told to stop."""

    def __init__(self, config: Settings, isolation: psycopg.IsolationLevel) -> None:
        super().__init__(daemon=True)
        self.config, self.isolation = config, isolation
        self.enough = threading.Event()
        self.seen: list[tuple[object, ...]] = []

    def run(self) -> None:
        with postgres.connect(self.config, "reporter") as connection:
            connection.isolation_level = self.isolation
            while not self.enough.wait(0.02):
                with connection.transaction():
                    self.seen += connection.execute(COUNTS).fetchall()


def test_a_reader_never_sees_half_an_export(platform: Platform) -> None:
    levels = (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
    readers = [Reader(platform.config, level) for level in levels]
    for reader in readers:
        reader.start()
    done = platform.python("spark.export")
    for reader in readers:
        reader.enough.set()
        reader.join(30)
    assert "counts and checksums equal" in done.stdout
    for reader in readers:
        assert len(reader.seen) > 20
        assert len(set(reader.seen)) == 1
        assert reader.seen[0][0] > 0


def test_the_reader_would_see_a_half(platform: Platform) -> None:
    """The negative control: rows deleted outside the export's transaction are noticed by the same reader."""
    reader = Reader(platform.config, psycopg.IsolationLevel.READ_COMMITTED)
    with postgres.connect(platform.config, "exporter") as connection:
        connection.execute("create table marts.kept as table marts.customer_behaviour")
        connection.commit()
        reader.start()
        reader.enough.wait(1)
        connection.execute("delete from marts.customer_behaviour")
        connection.commit()
        reader.enough.wait(1)
        connection.execute("insert into marts.customer_behaviour table marts.kept")
        connection.execute("drop table marts.kept")
    reader.enough.set()
    reader.join(30)
    assert len(set(reader.seen)) > 1


def test_a_changed_column_is_made_anew_and_the_reporter_still_reads(platform: Platform) -> None:
    with postgres.connect(platform.config, "exporter") as connection:
        connection.execute("alter table marts.source_totals add column left_over int")
    done = platform.python("spark.export")
    assert "marts.source_totals: its columns changed" in done.stderr
    assert platform.rows("select * from marts.source_totals limit 1")[0].get("left_over", "none") == "none"
    platform.make("serving")
    assert platform.rows("select * from reporting.source_totals limit 1")


def test_a_second_export_is_refused_and_a_killed_one_leaves_the_old_version(platform: Platform) -> None:
    totals = "select * from reporting.source_totals order by 1, 2, 3"
    before = platform.rows(totals)
    first = platform.start(sys.executable, "-m", "spark.export")
    try:
        threading.Event().wait(2)
        refused = platform.python("spark.export", status=1)
        assert f"export runs already (process {first.pid})" in refused.stderr
        said = first.stderr or ()
        assert any(line.startswith("marts.") for line in said), "it ended before its first table"
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate(timeout=60)
    assert platform.rows(totals) == before

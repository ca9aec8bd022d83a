"""The export: readers see one whole version, a changed column is mended, what breaks off leaves the old version."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from common import postgres
from common.dbt_manifest import exports
from common.settings import Settings
from infra.local import supervise
from tests.integration.harness import Platform, wait_until

pytestmark = pytest.mark.usefixtures("sample_job")

TOTALS = "select * from reporting.source_totals order by 1, 2, 3"
COUNTS = "select count(*), sum(hashtext(t::text)::bigint) from marts.customer_behaviour as t"


class Reader(threading.Thread):
    """Reads one mart over and over, as the reporter, until `enough` is set."""

    def __init__(self, settings: Settings, isolation: psycopg.IsolationLevel) -> None:
        super().__init__(daemon=True)
        self.settings, self.isolation = settings, isolation
        self.enough = threading.Event()
        self.counts: list[tuple[int, int]] = []

    def run(self) -> None:
        with postgres.connect(self.settings, "reporter") as connection:
            connection.isolation_level = self.isolation
            while not self.enough.wait(0.02):
                with connection.transaction():
                    self.counts += connection.execute(COUNTS).fetchall()


def test_a_reader_never_sees_half_an_export(platform: Platform) -> None:
    levels = (psycopg.IsolationLevel.READ_COMMITTED, psycopg.IsolationLevel.REPEATABLE_READ)
    readers = [Reader(platform.settings, level) for level in levels]
    for reader in readers:
        reader.start()
    exported = [platform.python("spark.export", "--all") for _ in range(4)]
    for reader in readers:
        reader.enough.set()
        reader.join(30)
    assert all("counts and checksums equal" in one.stdout and "unchanged" not in one.stdout for one in exported)
    for reader in readers:
        assert len(reader.counts) > 20
        assert len(set(reader.counts)) == 1
        assert reader.counts[0][0] > 0


def test_the_reader_would_see_a_half(platform: Platform) -> None:
    """The negative control: rows deleted outside the export's transaction are noticed by the same reader."""
    reader = Reader(platform.settings, psycopg.IsolationLevel.READ_COMMITTED)
    with postgres.connect(platform.settings, "exporter") as connection:
        connection.execute("create table marts.copy_of_behaviour as table marts.customer_behaviour")
        connection.commit()
        reader.start()
        wait_until(lambda: reader.counts, 30, "nothing was read")
        connection.execute("delete from marts.customer_behaviour")
        connection.commit()
        wait_until(lambda: len(set(reader.counts)) > 1, 30, "the half was not read")
        connection.execute("insert into marts.customer_behaviour table marts.copy_of_behaviour")
        connection.execute("drop table marts.copy_of_behaviour")
    reader.enough.set()
    reader.join(30)
    assert len(set(reader.counts)) > 1


def test_a_changed_column_is_made_again_and_the_reporter_still_reads(platform: Platform) -> None:
    with postgres.connect(platform.settings, "exporter") as connection:
        connection.execute("alter table marts.source_totals add column left_over int")
    export = platform.python("spark.export")
    assert "marts.source_totals: its columns, key or indexes changed" in export.stderr
    assert "marts.run_bounds: unchanged since its last export" in export.stderr
    assert platform.rows("select * from marts.source_totals limit 1")[0].get("left_over", "none") == "none"
    platform.make("serving")
    assert platform.rows("select * from reporting.source_totals limit 1")


def test_every_mart_has_its_key_and_its_line_in_the_log(platform: Platform) -> None:
    wanted = {one.table: ", ".join(one.grain) for one in exports(platform.settings.dbt_target / "manifest.json")}
    keys = """
        select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
        where contype = 'p' and connamespace = 'marts'::regnamespace
    """
    with postgres.connect(platform.settings, "reporter") as connection:
        constraints = connection.execute(keys.encode()).fetchall()
        logged = connection.execute("select distinct table_name from marts.export_log").fetchall()
    assert {table: f"PRIMARY KEY ({grain})" for table, grain in wanted.items() if grain} == {
        table.removeprefix("marts."): key for table, key in constraints if table.removeprefix("marts.") in wanted
    }
    assert {table for (table,) in logged} >= wanted.keys()


@contextmanager
def export_waiting_for(platform: Platform, table: str) -> Iterator[subprocess.Popen[str]]:
    """Yield an export that waits for a table; it goes on when the block ends."""
    with postgres.connect(platform.settings, "exporter") as connection:
        connection.execute(f"lock table marts.{table} in access exclusive mode".encode())
        export = platform.start(sys.executable, "-m", "spark.export", "--all")
        try:
            waits = "select 1 from pg_locks where not granted"
            wait_until(lambda: connection.execute(waits).fetchone() or export.poll() is not None, 60, "no export waits")
            assert export.poll() is None, "the export ended, it does not wait"
            yield export
        except BaseException:
            os.killpg(export.pid, signal.SIGKILL)
            raise


def test_a_second_export_is_refused_and_a_killed_one_leaves_the_old_version(platform: Platform) -> None:
    before = platform.rows(TOTALS)
    last = exports(platform.settings.dbt_target / "manifest.json")[-1].table
    with export_waiting_for(platform, last) as first:
        refused = platform.python("spark.export", status=1)
        assert f"pipeline runs already (process {first.pid}, export)" in refused.stderr
        assert first.stderr
        assert any(line.startswith("marts.") for line in first.stderr), "it ended before its first table"
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate(timeout=60)
    assert platform.rows(TOTALS) == before


@pytest.mark.parametrize(
    ("daemon", "sent", "words"),
    [
        ("namenode", signal.SIGKILL, "cannot be read: "),
        ("datanode", signal.SIGKILL, "cannot be read: "),
        ("postgres", signal.SIGKILL, "PostgreSQL refused the export: "),
        # As `make down` stops it.
        ("postgres", signal.SIGINT, "PostgreSQL refused the export: "),
    ],
)
def test_a_store_that_goes_away_half_way_leaves_the_old_version(
    platform: Platform, daemon: str, sent: signal.Signals, words: str
) -> None:
    before = platform.rows(TOTALS)
    first = exports(platform.settings.dbt_target / "manifest.json")[0].table
    try:
        with export_waiting_for(platform, first) as export:
            os.kill(supervise.processes(platform.settings)[daemon]["pid"], sent)
    except psycopg.OperationalError:
        assert daemon == "postgres"
    out, err = export.communicate(timeout=60)
    assert (export.returncode, out) == (1, "")
    last = err.splitlines()[-1]
    assert last.startswith("error: ") and words in last and "Traceback" not in err, err
    platform.make("up")
    assert platform.rows(TOTALS) == before
    assert "counts and checksums equal" in platform.python("spark.export", "--all").stdout
    assert platform.rows(TOTALS) == before

"""A platform that was never fed: everything can be typed, nothing breaks, nobody is let in."""

import stat
import subprocess
import time

import psycopg
import pytest
from pyhive import hive

from common import postgres
from common.errors import UserError
from common.webhdfs import WebHdfs
from tests.integration.harness import Platform

pytestmark = pytest.mark.usefixtures("never_fed")


def test_up_again_finds_nothing_to_do(platform: Platform) -> None:
    started = time.monotonic()
    platform.make("up")
    assert time.monotonic() - started < 10


def test_status_lists_every_service_with_its_port_and_memory(platform: Platform) -> None:
    text = platform.make("status").stdout
    for service in ("postgres", "kafka", "namenode", "datanode", "thrift"):
        line = next(line for line in text.splitlines() if line.split()[1:2] == [service])
        assert str(platform.settings.port(service)) in line


def test_doctor_finds_nothing(platform: Platform) -> None:
    platform.make("doctor")


def test_secrets_are_private(platform: Platform) -> None:
    files = [*platform.settings.path("secrets").iterdir(), platform.settings.path("conf", "dbt", "profiles.yml")]
    assert len(files) >= 7
    assert {stat.S_IMODE(file.stat().st_mode) for file in files if file.is_file()} == {0o600}


def test_no_secret_is_on_a_command_line(platform: Platform) -> None:
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    for file in platform.settings.path("secrets").iterdir():
        assert file.read_text().strip() not in processes


def test_an_empty_lake_has_no_clock(platform: Platform) -> None:
    assert "WARN=1" in platform.dbt("build").stdout, "on empty tables every test passes, and one says so"
    assert platform.value("select count(*) from core.run_bounds", "lake") == "0"
    assert platform.value("select max_ingest_seq from core.run_batches", "lake") == "-1"


def test_a_comparison_of_nothing_fails(platform: Platform) -> None:
    assert "error: nothing was compared" in platform.make("reconcile", status=2).stderr
    assert "could move; name an earlier day" in platform.make("guard", status=2, AS_OF="2011-09-10").stderr


def test_ingest_of_nothing_says_how_to_feed(platform: Platform) -> None:
    process = platform.make("ingest")
    assert "make replay" in process.stdout + process.stderr
    assert "make simulate" in process.stdout + process.stderr


def test_a_wrong_password_is_refused_by_the_thrift_server(platform: Platform) -> None:
    settings = platform.settings
    for user, password in (("modeler", "wrong"), ("root", ""), ("modeler", "")):
        with pytest.raises(Exception, match=r"(?i)error validating|bad status|unauthorized|SASL|password"):
            hive.connect(settings.thrift_host, settings.thrift_port, username=user, auth="CUSTOM", password=password)


@pytest.mark.parametrize(
    ("identity", "statement"),
    [
        ("reporter", "create table marts.evil (id int)"),
        ("reporter", "create table reporting.evil (id int)"),
        ("reporter", "create table public.evil (id int)"),
        ("modeler", "create table marts.evil (id int)"),
        ("exporter", "create table reporting.evil (id int)"),
        ("monitor", "create table marts.evil (id int)"),
        ("monitor", "create table reporting.evil (id int)"),
        ("reporter", "create table live.evil (id int)"),
        ("reporter", "delete from live.anomalies"),
        ("exporter", "insert into live.pipeline_health (job) values ('evil')"),
        ("modeler", "select * from live.windows"),
    ],
)
def test_a_role_writes_its_own_schema_alone(platform: Platform, identity: str, statement: str) -> None:
    settings = platform.settings
    address = f"host={settings.postgres_host} port={settings.postgres_port} dbname=lake user={identity}"
    with (
        psycopg.connect(address, password=settings.secret(identity)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address, password="wrong")


def test_the_tables_of_live_are_there_for_the_monitor_to_write_and_for_people_to_read(platform: Platform) -> None:
    with postgres.connect(platform.settings, "monitor") as connection:
        health = "insert into live.pipeline_health values ('x', '', 0, 0, null, 0, 0, null, 0, 0, null, now())"
        connection.execute(health)
        assert connection.execute("select count(*) from live.pipeline_health").fetchone() == (1,)
        connection.rollback()
    for table in ("windows", "anomalies"):
        assert platform.value(f"select count(*) from live.{table}") == "0"
        assert platform.value(f"select count(*) from live.{table}", "lake") == "0"
    assert platform.value("select count(*) from live.pipeline_health") == "0"


@pytest.mark.parametrize("identity", ["streaming", "modeler", "learner", "exporter"])
@pytest.mark.parametrize("folder", ["/lake/warehouse/live.db/windows", "/lake/checkpoints/monitor"])
def test_the_monitor_alone_writes_its_folders_of_the_lake(platform: Platform, identity: str, folder: str) -> None:
    evil = f"{folder}/evil-{identity}"
    with pytest.raises(UserError, match=r"(?i)permission denied"):
        WebHdfs.of(platform.settings, identity).make_folder(evil, "755")
    own = WebHdfs.of(platform.settings, "monitor")
    own.make_folder(evil, "755")
    assert own.delete(evil)
    with pytest.raises(UserError, match=r"(?i)permission denied"):
        own.make_folder(f"/lake/warehouse/bronze.db/evil-{identity}", "755")


def test_run_then_test_is_as_good_as_build_after_a_restart(platform: Platform) -> None:
    platform.make("down")
    # What is known of the ingest and the monitor is said of a platform that is not up, too.
    shown = platform.make("status", status=2).stdout
    assert "not up: " in shown and "\ningest: " in shown and "\nmonitor: " in shown
    platform.make("up")
    platform.dbt("run")
    # The build above has run the unit tests, which know nothing of the tables.
    platform.dbt("test", "--exclude-resource-type", "unit_test")

"""A backup of a fed platform, restored beside it on other ports: equal, and the ingest goes on where it was."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import processes, thrift
from common.settings import read_settings
from infra.local import provision_lake, supervise
from infra.local.hdfs_folders import status
from tests.integration import contents
from tests.integration.harness import SPARE_PORTS, Platform

pytestmark = pytest.mark.usefixtures("sample_job")

EVENTS = (
    "select count(*) as n, count(*) - count(distinct topic, topic_id, partition, offset) as doubles from bronze.events"
)
# Of a stream, of dbt, of a job, and a view; the others are compared by their files.
READ = ("bronze.events", "core.customer_behaviour", "predictions.model_versions", "staging.stg_events__orders")


@pytest.fixture(scope="module")
def backup(sample_job: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the platform, without its passwords."""
    platform, place = sample_job, tmp_path_factory.mktemp("backups") / "backup"
    pid = supervise.processes(platform.settings)["thrift"]["pid"]
    summary = platform.make("backup", TO=str(place)).stdout.splitlines()[-1]
    assert summary.startswith("backup: ")
    assert "without the secrets" in summary
    assert supervise.processes(platform.settings)["thrift"]["pid"] == pid
    return place


@pytest.fixture(scope="module")
def third(platform: Platform, backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A third platform, restored and up beside the one that it was made from."""
    own = {"STATE_DIR": str(tmp_path_factory.mktemp("third") / "state"), "PORT_BASE": str(SPARE_PORTS)}
    environ = {name: value for name, value in platform.environ.items() if not name.startswith("DBT_")} | own
    third = Platform(read_settings(environ), environ)
    process = third.make("restore", FROM=str(backup))
    assert "quarantined payloads stay unreadable" in process.stderr
    assert process.stdout.splitlines()[-1].startswith("restore: ")
    try:
        third.make("up")
        yield third
    finally:
        third.make("down")


def test_a_backup_is_refused_while_somebody_may_write(platform: Platform, tmp_path: Path) -> None:
    with thrift.connect(platform.settings, thrift.WRITER):
        message = platform.make("backup", TO=str(tmp_path / "backup"), status=2).stderr
    assert f"pid {os.getpid()} " in message
    assert "is connected to the Thrift Server; wait for it to end, or stop it" in message
    assert not list(tmp_path.iterdir())
    platform.make("status")


def test_a_backup_that_is_interrupted_leaves_the_platform_as_it_was(platform: Platform, tmp_path: Path) -> None:
    process = platform.start("make", "backup", f"TO={tmp_path / 'backup'}")
    assert process.stderr
    assert any("stopped" in line for line in process.stderr)
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=120)[1]
    assert process.returncode != 0
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())
    platform.make("status")


def test_a_restored_platform_equals_the_original(platform: Platform, third: Platform) -> None:
    for part in (contents.kafka, contents.serving, contents.files, contents.tables):
        assert part(third.settings) == part(platform.settings), part.__name__
    assert contents.lake(third.settings, READ) == contents.lake(platform.settings, READ)
    assert contents.addresses(third.settings) == {third.settings.hdfs_url}
    third.make("doctor")


def test_nothing_of_it_hangs_on_the_original(platform: Platform, third: Platform) -> None:
    """Both have the same cluster identities, so the original would answer."""
    daemons = {process["pid"] for process in supervise.processes(third.settings).values() if process["pid"]}
    stores = ("kafka", "kafka-controller", "namenode", "postgres")
    clients = [holder for _, _, holder in processes.clients(platform.settings.port(name) for name in stores)]
    assert clients
    assert not [holder for holder in clients if holder.pid in daemons]


def test_the_ingest_goes_on_where_it_was(platform: Platform, third: Platform) -> None:
    [(before, _)] = provision_lake.query(third.settings, EVENTS)
    output = third.make("simulate", CUSTOMERS="20", DAYS="30", SEED="45").stdout
    [sent] = re.findall(r"= ([\d,]+) events acknowledged", output)
    assert third.make("ingest").stdout.splitlines()[-1].startswith(f"{sent} events read = ")
    assert provision_lake.query(third.settings, EVENTS) == [(before + int(sent.replace(",", "")), 0)]
    assert provision_lake.query(platform.settings, EVENTS) == [(before, 0)]


def test_a_model_is_where_the_lake_is_now(third: Platform) -> None:
    """Its row says where, in a lake whose address was another one when it was written."""
    [(path,)] = provision_lake.query(third.settings, "select max(path) from predictions.model_versions")
    assert path.startswith("/lake/models/")
    assert status(third.settings, path)

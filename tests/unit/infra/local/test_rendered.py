"""What is rendered for a platform that never runs: addresses, modes, and where secrets are."""

import configparser
import re
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from common.settings import IDENTITIES, PORTS, Settings, read_settings
from infra.local import supervise
from infra.local.configure import configure
from infra.local.lake import SCHEMAS, folders
from infra.local.provision_lake import by_schema, locations
from infra.local.service import Service
from infra.local.services import thrift

BASE = 23000


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[Service]]:
    """Return the settings and services of a rendered platform."""
    folder = tmp_path_factory.mktemp("state")
    settings = read_settings({"STATE_DIR": str(folder), "PORT_BASE": str(BASE)}, folder / "none")
    return settings, configure(settings)


def render(settings: Settings) -> list[Path]:
    """Return every rendered file."""
    return [path for path in settings.path("conf").rglob("*") if path.is_file()]


def test_a_second_rendering_changes_nothing(platform: tuple[Settings, list[Service]]) -> None:
    """Else every `up` would restart daemons."""
    settings, _ = platform
    before = {path: path.stat().st_mtime_ns for path in render(settings)}
    configure(settings)
    assert {path: path.stat().st_mtime_ns for path in render(settings)} == before


def test_a_password_stands_only_in_files_that_the_owner_alone_reads(platform: tuple[Settings, list[Service]]) -> None:
    """Jobs and dbt need some; nobody else may see them."""
    settings, _ = platform
    passwords = {name: settings.secret(name) for name in IDENTITIES}
    holders = {
        (path.name, name) for path in render(settings) for name, word in passwords.items() if word in path.read_text()
    }
    assert holders == {("spark-defaults.conf", "catalogue"), ("profiles.yml", "modeler")}
    for path in render(settings):
        if any(path.name == name for name, _ in holders):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_command_line_and_no_environment_of_a_daemon_holds_a_password(
    platform: tuple[Settings, list[Service]],
) -> None:
    """Every user of the machine may see them in the process list."""
    settings, services = platform
    text = supervise.render(settings, services)
    assert not [name for name in IDENTITIES if settings.secret(name) in text]


def test_every_port_is_the_platforms_own_and_on_loopback(platform: tuple[Settings, list[Service]]) -> None:
    """A second platform beside this one only needs another base."""
    settings, services = platform
    own = {BASE + offset for offset in PORTS.values()}
    for path in render(settings):
        for host, port in re.findall(r"\b(localhost|\d+\.\d+\.\d+\.\d+):(\d+)", path.read_text()):
            assert host in ("localhost", "127.0.0.1"), path
            assert int(port) in own, path
    listed = [name for service in services for program in service.programs for name in program.ports]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(PORTS)


def test_hadoop_files_are_xml_and_hold_the_folders_of_this_platform(
    platform: tuple[Settings, list[Service]],
) -> None:
    """A typing error in XML would only be seen by a daemon."""
    settings, _ = platform
    values = {
        entry.findtext("name"): entry.findtext("value")
        for path in render(settings)
        if path.suffix == ".xml"
        for entry in ElementTree.parse(path).getroot()
    }
    assert values["fs.defaultFS"] == f"hdfs://localhost:{BASE + PORTS['namenode']}"
    assert values["dfs.namenode.name.dir"] == settings.path("data", "hdfs", "name").as_uri()
    groups = (values["hadoop.user.group.static.mapping.overrides"] or "").split(";")
    assert {"modeler=lake", "streaming=lake,raw", "flume=lake,raw"} <= {*groups}


def test_the_supervisor_reads_its_configuration(platform: tuple[Settings, list[Service]]) -> None:
    """Each daemon has its section; PostgreSQL is asked to stop fast."""
    settings, services = platform
    parser = configparser.RawConfigParser()
    parser.read_string(supervise.render(settings, services))
    daemons = {section.partition(":")[2] for section in parser.sections() if section.startswith("program:")}
    assert daemons == {
        "postgres",
        "kafka",
        "namenode",
        "datanode",
        "thrift",
        "class-archive",
        "resourcemanager",
        "nodemanager",
        "flume",
        "flume-watch",
    }
    assert parser.get("program:postgres", "stopsignal") == "INT"
    assert {parser.get(f"program:{name}", "autostart") for name in daemons} == {"false"}


def test_dbt_has_both_targets_and_the_lake_is_the_default(platform: tuple[Settings, list[Service]]) -> None:
    """The profile is YAML whatever the password holds."""
    settings, _ = platform
    profile = yaml.safe_load(settings.path("conf", "dbt", "profiles.yml").read_text())["lakehouse"]
    assert profile["target"] == "lake"
    assert profile["outputs"]["lake"] | {"password": settings.secret("modeler")} == profile["outputs"]["lake"]
    assert profile["outputs"]["serving"]["port"] == BASE


def test_jobs_and_thrift_server_agree_on_time_zone_and_sql(platform: tuple[Settings, list[Service]]) -> None:
    """Both read the same defaults."""
    settings, _ = platform
    lines = settings.path("conf", "spark", "spark-defaults.conf").read_text().splitlines()
    values = dict(line.split(" ", 1) for line in lines)
    assert values["spark.sql.session.timeZone"] == "UTC"
    assert values["spark.sql.ansi.enabled"] == "true"
    assert "-DHADOOP_USER_NAME=learner" in values["spark.driver.extraJavaOptions"]
    assert "-Duser.timezone=UTC" in values["spark.driver.extraJavaOptions"]
    assert f"-Djava.io.tmpdir={settings.path('run', 'tmp')}" in values["spark.driver.extraJavaOptions"]


def test_a_users_line_stays_while_it_fits_the_password(
    platform: tuple[Settings, list[Service]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The salt is new only with a new password, and the hash is not the password."""
    settings, _ = platform
    path = settings.path("conf", "thrift", "users")
    lines = path.read_text()
    assert [line.split(":")[0] for line in lines.splitlines()] == ["modeler", "reader"]
    assert thrift.user_lines(settings, path) == lines
    assert settings.secret("modeler") not in lines
    monkeypatch.setenv("READER_PASSWORD", "another")
    modeler, reader = thrift.user_lines(settings, path).splitlines()
    assert modeler == lines.splitlines()[0]
    assert reader not in lines
    assert reader.endswith(thrift.derive("another", reader.split(":")[2]))


def test_declared_tables_lie_in_their_schemas_folder_and_belong_to_its_owner() -> None:
    """Views and schemas have no folder of their own."""
    statements = [
        "create schema if not exists bronze",
        "create table if not exists bronze.events (\n  `a` int\n) using delta",
        "create or replace view bronze.quarantine as select 1",
        "create table if not exists `predictions`.`churn_scores` (a int) using delta",
    ]
    assert locations(statements) == {
        "/lake/warehouse/bronze.db/events": "streaming",
        "/lake/warehouse/predictions.db/churn_scores": "learner",
    }


def test_only_the_owner_writes_a_folder_of_the_lake() -> None:
    """The group reads; everybody else sees nothing, and nobody but its writer reads the raw zone."""
    lake = {folder.path: folder for folder in folders() if folder.path.startswith("/lake")}
    assert all(int(folder.mode, 8) & 0o027 == 0 for folder in lake.values())
    assert lake["/lake/raw"].mode == "700"
    owners = {lake[f"/lake/warehouse/{name}.db"].owner for name in SCHEMAS}
    assert owners == {"streaming", "modeler", "learner", "monitor"}
    assert (lake["/lake/checkpoints"].owner, lake["/lake/checkpoints/monitor"].owner) == ("streaming", "monitor")


def test_what_different_schemas_declare_can_be_made_side_by_side() -> None:
    first, second, view = "create table if not exists a.one (x int)", "create table b.two (x int)", "create view a.v as"
    assert by_schema(["create schema if not exists a", first, second, view]) == [
        ["create schema if not exists a"],
        [first, view],
        [second],
    ]

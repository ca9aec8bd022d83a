"""`make doctor PROFILE=` on a platform that stands for what a team has already: known by its addresses alone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka.admin import ConfigResource

from common.contracts.model import FOLDER, load
from common.kafka_topics import ALERTS, MAX_MESSAGE_BYTES, admin
from common.settings import IDENTITIES
from common.webhdfs import WebHdfs
from infra.local import hdfs_folders, provision_postgres
from infra.local.lake import SUPERUSER
from streaming import topics
from tests.integration.harness import SPARE_PORTS, Platform

# What each fault is found as, service and words, and words of its remedy.
FINDINGS = (
    ("kafka", "topics are missing, or hidden from this client: parcels", "`make ingest`"),
    ("kafka", "alerts: max.message.bytes is 1000, not 8388608", "--add-config max.message.bytes=8388608"),
    ("kafka", "customers, orders, ratings, returns, sources, visits: 2 partitions, not 3", "set TOPIC_PARTITIONS"),
    ("hdfs", "1 DataNodes are there for 3 copies of a block", "lower REPLICATION"),
    ("hdfs", "there is no folder /user/flume", "`-chown flume:lake`"),
    ("hdfs", "/lake/models has the mode 755, not 750", "`hdfs dfs -chmod 750 /lake/models`"),
    ("postgres", "monitor cannot log in: password authentication failed", "correct MONITOR_PASSWORD"),
    ("postgres", "modeler lacks the right usage on schema marts", "grant usage on schema marts to modeler"),
    ("postgres", "reporter may have 1 connections; it needs 4", "alter role reporter connection limit 4"),
    ("catalogue", "schemas lie at hdfs://localhost", "set HDFS_URL=hdfs://localhost"),
    ("thrift", "reader cannot log in", "correct READER_PASSWORD"),
    ("yarn", f"does not answer at localhost:{SPARE_PORTS} (Connection refused)", "correct YARN_URL"),
)


@pytest.fixture(scope="module")
def existing(platform: Platform) -> Platform:
    """The platform with its topics, those of the monitor too."""
    topics.ensure(platform.settings, load(FOLDER).topics)
    topics.ensure_alerts(platform.settings)
    return platform


def doctor(existing: Platform, folder: Path, status: int, **more: str) -> list[str]:
    """Return what is said of a profile that names all of the platform's services, and of what else it names."""
    settings = existing.settings
    profile = {
        "STATE_DIR": str(folder / "none"),
        "PORT_BASE": str(SPARE_PORTS),
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "HDFS_URL": settings.hdfs_url,
        "WEBHDFS_URL": settings.webhdfs_url,
        "POSTGRES_PORT": str(settings.postgres_port),
        "THRIFT_PORT": str(settings.thrift_port),
        **{f"{one.upper()}_PASSWORD": settings.secret(one) for one in IDENTITIES if one != "postgres"},
        **more,
    }
    path = folder / "team.env"
    path.write_text("".join(f"{name}='{value}'\n" for name, value in profile.items()))
    environ = {name: value for name, value in existing.environ.items() if name not in ("STATE_DIR", "PORT_BASE")}
    output = Platform(settings, environ).python("infra.cluster", str(path), status=status).stdout
    assert not (folder / "none").exists()
    return output.splitlines()


@contextmanager
def faults(existing: Platform) -> Iterator[None]:
    """Break the platform in five places for the length of the block."""
    settings = existing.settings
    hdfs = WebHdfs.of(settings, SUPERUSER)

    def break_or_mend(*statements: str, size: str, mode: str, move: tuple[str, str]) -> None:
        with provision_postgres.connect(settings, "lake", "postgres") as connection:
            for statement in statements:
                connection.execute(statement)
        with admin(settings) as client:
            client.alter_configs([ConfigResource("topic", ALERTS, {"max.message.bytes": size})])
        hdfs_folders.set_mode(settings, "/lake/models", mode)
        assert hdfs.call("PUT", move[0], "RENAME", destination=move[1])["boolean"]

    away = ("/user/flume", "/user/flume-away")
    break_or_mend(
        "revoke usage on schema marts from modeler", "alter role reporter connection limit 1",
        size="1000", mode="755", move=away,
    )  # fmt: skip
    try:
        yield
    finally:
        break_or_mend(
            "grant usage on schema marts to modeler", "alter role reporter connection limit -1",
            size=str(MAX_MESSAGE_BYTES), mode="750", move=away[::-1],
        )  # fmt: skip


def test_services_that_are_as_they_must_be_give_no_finding(existing: Platform, tmp_path: Path) -> None:
    assert doctor(existing, tmp_path, status=0) == ["nothing is wrong with kafka, hdfs, postgres, thrift"]


def test_each_of_twelve_faults_is_found_with_its_remedy(existing: Platform, tmp_path: Path) -> None:
    contracts = Path(shutil.copytree(FOLDER, tmp_path / "contracts"))
    (contracts / "parcels.yml").write_text(
        (FOLDER / "orders.yml").read_text().replace("topic: orders", "topic: parcels")
    )
    with faults(existing):
        *lines, summary = doctor(
            existing,
            tmp_path,
            status=2,
            CONTRACTS_DIR=str(contracts),
            TOPIC_PARTITIONS="3",
            REPLICATION="3",
            MONITOR_PASSWORD="wrong",
            READER_PASSWORD="wrong",
            HDFS_URL=existing.settings.hdfs_url.replace("localhost", "127.0.0.1"),
            YARN_URL=f"http://localhost:{SPARE_PORTS}",
        )
    said = "\n".join(lines)
    for (service, fault, remedy), line in zip(FINDINGS, lines, strict=True):
        assert line.startswith(f"{service:<10} {fault}") and remedy in line.partition("; ")[2], said
    assert summary == f"{len(FINDINGS)} findings"
    test_services_that_are_as_they_must_be_give_no_finding(existing, tmp_path)

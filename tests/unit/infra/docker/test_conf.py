"""The services in containers have the embedded platform's settings, but for names, folders and how many there are."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from common.settings import NAMES, ROOT, Settings, read_settings
from infra.docker import conf, containers
from infra.docker.profile import STATE, Profile, inside, variables
from infra.local import hadoop_conf, spark_conf
from infra.local.files import properties, xml
from infra.local.services import hdfs, kafka, postgres, thrift

# What differs, and why.
OF_HADOOP = {
    # Each node has a name of its own.
    "dfs.datanode.hostname",
    "yarn.nodemanager.hostname",
    # The ResourceManager is asked from other containers.
    "yarn.resourcemanager.bind-host",
    "yarn.nodemanager.bind-host",
    # A job's container has its NodeManager's settings, since its own machine is not the whole platform.
    "yarn.nodemanager.env-whitelist",
    # What a profile sets.
    "dfs.replication",
    "yarn.nodemanager.resource.memory-mb",
    "yarn.scheduler.maximum-allocation-mb",
}
OF_KAFKA = {
    "node.id",
    "controller.quorum.bootstrap.servers",
    "default.replication.factor",
    "min.insync.replicas",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
}


@pytest.fixture
def here(written: Settings) -> Settings:
    """The embedded platform of the same settings."""
    return written


def values(text: str) -> dict[str, str]:
    """Return the values of a file of Hadoop, or of properties."""
    if text.startswith("<"):
        entries = ElementTree.fromstring(text)
        return {str(entry.findtext("name")): str(entry.findtext("value")) for entry in entries}
    return dict(line.split("=", 1) for line in text.splitlines())


def at_home(found: Mapping[str, str], here: Settings, *names: str, host: str) -> dict[str, str]:
    """Return values with the embedded platform's folder and host in place of the containers'."""
    texts = dict(found)
    for name, text in texts.items():
        for other in names:
            text = text.replace(f"{other}:", f"{host}:")
        texts[name] = host if text in names else text.replace(str(STATE), str(here.state_dir))
    return texts


@pytest.mark.parametrize("file", ["core-site.xml", "hdfs-site.xml", "yarn-site.xml", "capacity-scheduler.xml"])
def test_hadoop_has_the_same_settings(here: Settings, cluster: Profile, tmp_path: Path, file: str) -> None:
    embedded = values(hadoop_conf.render(here, hadoop_conf.HERE)[file])
    names = ("namenode", "resourcemanager", "0.0.0.0")
    rendered = conf.render(here, cluster, tmp_path)[f"hadoop/{file}"]
    contained = at_home(values(rendered), here, *names, host="localhost")
    differing = {name for name in embedded | contained if embedded.get(name) != contained.get(name)}
    assert differing <= OF_HADOOP


@pytest.mark.parametrize("broker", ["kafka-1", "kafka-3"])
def test_kafka_has_the_same_settings(here: Settings, cluster: Profile, tmp_path: Path, broker: str) -> None:
    embedded = values(properties(kafka.server(here)))
    rendered = conf.render(here, cluster, tmp_path)[f"{broker}/server.properties"]
    contained = at_home(values(rendered), here, broker, host="127.0.0.1")
    assert {name for name in embedded | contained if embedded.get(name) != contained.get(name)} <= OF_KAFKA
    assert values(rendered)["min.insync.replicas"] == "2"


def test_postgres_has_the_same_settings_and_its_images_socket(here: Settings, small: Profile, tmp_path: Path) -> None:
    embedded = postgres.render(here).splitlines()
    contained = conf.render(here, small, tmp_path)["postgres/postgresql.conf"].splitlines()
    changed = {one.split(" = ")[0] for one, other in zip(embedded, contained, strict=True) if one != other}
    assert changed == {"listen_addresses", "unix_socket_directories"}


def test_a_daemons_flags_are_the_same(here: Settings, small: Profile, tmp_path: Path) -> None:
    rendered = conf.render(here, small, tmp_path)
    for file, flags in (("hadoop/namenode.args", hdfs.flags(here, "256m")), ("kafka-1/kafka.args", kafka.flags(here))):
        lines = [line.strip('"').replace(str(STATE), str(here.state_dir)) for line in rendered[file].splitlines()]
        assert lines[: len(flags)] == flags


def test_jobs_and_thrift_server_have_the_same_settings_but_for_addresses(here: Settings, small: Profile) -> None:
    """Both sides are rendered by `spark_conf` and `thrift`; only what names a host or folder may differ."""
    within = inside(here, small, "thrift")
    embedded, contained = thrift.server(here), thrift.server(within)
    assert {name for name in embedded if embedded[name] != contained[name]} == {
        "spark.hadoop.hive.server2.thrift.bind.host"
    }
    assert spark_conf.on_yarn(within).get("spark.executorEnv.SPARK_LOCAL_IP") is None


def test_brokers_keep_their_identities(written: Settings, cluster: Profile) -> None:
    """They are written into the data: other ones would keep a broker from starting."""
    home = written.path("containers")
    before = conf.brokers(written, cluster, home)
    assert conf.brokers(written, cluster, home) == before
    words = before["kafka-2/format.args"]
    assert all(f"{number}@kafka-{number}:" in words for number in (1, 2, 3))


def test_a_broker_that_comes_later_is_formatted_to_join_the_quorum(
    written: Settings, cluster: Profile, tmp_path: Path
) -> None:
    first = conf.brokers(written, replace(cluster, brokers=1), tmp_path)["kafka-1/format.args"]
    both = conf.brokers(written, replace(cluster, brokers=2), tmp_path)
    assert both["kafka-1/format.args"] == first
    assert "--no-initial-controllers" in both["kafka-2/format.args"]


def test_no_file_but_those_of_secrets_holds_a_password(written: Settings) -> None:
    home = written.path("containers")
    words = [path.read_text().strip() for path in (home / "secrets").iterdir()]
    files = [path for path in home.rglob("*") if path.is_file() and path.parent.name != "secrets"]
    assert len(words) == 8
    assert not [path for path in files if any(word in path.read_text() for word in words)]
    assert {path.stat().st_mode & 0o777 for path in (home / "secrets").iterdir()} == {0o600}


def test_a_container_gets_settings_alone(written: Settings, cluster: Profile) -> None:
    given = variables(written, cluster, "ingest")
    assert set(given) <= set(NAMES)
    assert inside(written, cluster, "ingest").kafka_bootstrap == "kafka-1:23001,kafka-2:23001,kafka-3:23001"


def test_limits_fit_the_machine_and_every_job_is_a_target_of_make(small: Profile, cluster: Profile) -> None:
    settings = read_settings({}, Path("none"))
    targets = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text().splitlines()}
    assert set(containers.JOBS) <= targets
    for profile in (small, cluster):
        every = containers.every(settings, profile)
        stay = sum(one.memory_mb for one in every if not one.group and not one.once)
        assert stay + max(one.memory_mb for one in every if one.once) <= profile.memory_mb


def test_the_embedded_platform_listens_on_loopback_alone(here: Settings) -> None:
    text = xml(hadoop_conf.hdfs(here, hadoop_conf.HERE)) + xml(hadoop_conf.yarn(here, hadoop_conf.HERE))
    assert "0.0.0.0" not in text

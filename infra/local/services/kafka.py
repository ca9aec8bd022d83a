"""Kafka: one node that is broker and controller (KRaft)."""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from common.settings import Settings
from infra.local import java
from infra.local.files import folder, properties, write
from infra.local.service import NotReadyError, Program, Service
from infra.setup.jars import classpath

LOG4J = """\
shutdownHook = disable
status = warn
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
"""


@dataclass(frozen=True)
class Node:
    """One of the brokers: its number, and the hosts of all controllers; by default the only one."""

    number: int = 1
    controllers: tuple[str, ...] = ()


ALONE = Node()


def service(settings: Settings) -> Service:
    """Return Kafka; its configuration is rendered."""
    jars = classpath("kafka")
    config = configure(settings)
    program = Program(
        name="kafka",
        command=(java.executable(), f"@{config['arguments']}", "kafka.Kafka", str(config["server"])),
        ports=("kafka", "kafka-controller"),
        version=java.version_of(jars, "kafka_2.13"),
    )
    return Service(
        name="kafka", programs=(program,), probe=probe, prepare=prepare, config=tuple(config.values())
    )  # fmt: skip


def configure(settings: Settings) -> dict[str, Path]:
    """Render the broker's configuration and return its files."""
    home = settings.path("conf", "kafka")
    return {
        "server": write(home / "server.properties", properties(server(settings))),
        "arguments": java.argument_file(home / "kafka.args", flags(settings), classpath("kafka")),
        "log4j": write(home / "log4j2.properties", LOG4J),
    }


def flags(settings: Settings) -> list[str]:
    """Return the flags of a broker."""
    log4j = settings.path("conf", "kafka", "log4j2.properties")
    return java.flags(settings, "384m", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile=file:{log4j}")


def server(settings: Settings, node: Node = ALONE) -> dict[str, object]:
    """Return a broker's settings: as many copies as asked for, small pools, no topic by accident."""
    broker = f"{settings.host}:{settings.port('kafka')}"
    controller = f"{settings.host}:{settings.port('kafka-controller')}"
    hosts = node.controllers or (settings.host,)
    copies, in_sync = settings.replication, (settings.replication + 1) // 2
    return {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.bootstrap.servers": ",".join(f"{one}:{settings.port('kafka-controller')}" for one in hosts),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": data(settings),
        "log.message.timestamp.type": "LogAppendTime",
        "auto.create.topics.enable": "false",
        "num.partitions": settings.topic_partitions,
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 2,
        "group.initial.rebalance.delay.ms": 0,
        # After a crash the controller waits this long before it believes that the broker is a new one.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
    }


def data(settings: Settings) -> Path:
    """Return the folder of the log segments."""
    return settings.path("data", "kafka")


def prepare(settings: Settings) -> None:
    """Format the log folder once."""
    if (data(settings) / "meta.properties").is_file():
        return
    folder(data(settings), 0o700)
    config = configure(settings)
    java.run(
        config["arguments"], "kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted",
        "-t", cluster_id(), "-c", str(config["server"]), log=settings.path("log", "kafka-init.log"),
    )  # fmt: skip


def cluster_id() -> str:
    """Return a new cluster id: 16 random bytes in 22 URL-safe characters, none of them a leading dash."""
    text = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    return f"A{text[1:]}" if text.startswith("-") else text


def probe(settings: Settings) -> None:
    """Ask the broker for the cluster's description."""
    try:
        client = KafkaAdminClient(
            bootstrap_servers=f"{settings.host}:{settings.port('kafka')}",
            request_timeout_ms=2000,
            bootstrap_timeout_ms=1500,
        )
        try:
            if not client.describe_cluster()["brokers"]:
                raise NotReadyError("no broker is registered")
        finally:
            client.close()
    except (KafkaError, OSError) as error:
        raise NotReadyError(f"{type(error).__name__}: {error}") from None

"""Kafka: its version, what this client may do, room on its disks, and each topic beside its contract."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from common.contracts.model import load
from common.errors import UserError
from common.kafka_topics import Definition, admin, of_alerts, of_contracts
from common.settings import Settings
from infra.cluster.finding import Finding, refusal
from infra.setup.jars import released

SERVICE = "kafka"
# The feature level up to which the brokers of the locks go; a broker tells no version, and clients only guess it.
METADATA_VERSION = 33
CLUSTER_RIGHTS = frozenset({"CREATE", "IDEMPOTENT_WRITE"})
TOPIC_RIGHTS = frozenset({"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"})
FREE_GB = 2
FOREVER = -1


@dataclass(frozen=True)
class Held:
    """A topic as Kafka has it: `copies` are the fewest of any partition, `may` what this client may do."""

    partitions: int
    copies: int
    without_leader: int
    configs: Mapping[str, str]
    may: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """What the brokers say; `free` is the least room on any disk, in bytes, None where it is not told."""

    brokers: int
    metadata_version: int
    may: frozenset[str]
    free: int | None
    topics: Mapping[str, Held]


def findings(settings: Settings) -> Iterator[Finding]:
    """Ask the brokers, and judge."""
    wanted = {**of_contracts(settings, load(settings.contracts_dir).topics), **of_alerts()}
    try:
        facts = read(settings, wanted)
    except UserError as error:
        yield refusal(SERVICE, error, "correct KAFKA_BOOTSTRAP, or allow DESCRIBE and DESCRIBE_CONFIGS to this client")
        return
    yield from judge(wanted, facts)


def read(settings: Settings, wanted: Iterable[str]) -> Facts:
    """Return the facts; only topics that are there are asked for, since asking may create one.

    Raises:
        UserError: Kafka does not answer, or refuses.
    """
    with admin(settings) as client:
        cluster = client.describe_cluster()
        names = sorted({*wanted} & {*client.list_topics()})
        return Facts(
            brokers=len(cluster["brokers"]),
            metadata_version=client.describe_features().get("metadata.version", {}).get("supported", (0, 0))[1],
            may=frozenset(cluster["authorized_operations"] or ()),
            free=free_bytes(client),
            topics=topics(client, names) if names else {},
        )


def topics(client: KafkaAdminClient, names: list[str]) -> dict[str, Held]:
    """Return topics by name."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        one["name"]: held(one, {name: value["value"] for name, value in configs[one["name"]].items()})
        for one in client.describe_topics(names)
    }


def held(topic: Mapping[str, Any], configs: Mapping[str, str]) -> Held:
    """Return a topic from what the client says of it."""
    partitions = topic["partitions"]
    return Held(
        partitions=len(partitions),
        copies=min((len(one["replica_nodes"]) for one in partitions), default=0),
        without_leader=sum(one["leader_id"] < 0 for one in partitions),
        configs=configs,
        may=frozenset(topic["authorized_operations"] or ()),
    )


def free_bytes(client: KafkaAdminClient) -> int | None:
    """Return the least room on any broker's disk; None where no broker tells."""
    disks = [disk for broker in client.describe_log_dirs() for disk in broker["log_dirs"]]
    return min((disk["usable_bytes"] for disk in disks if disk.get("usable_bytes", -1) >= 0), default=None)


def judge(wanted: Mapping[str, Definition], facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with the brokers, then each fault of topics once, with all topics that have it."""
    if facts.metadata_version < METADATA_VERSION:
        locked = released("kafka", "kafka_2.13")
        fault = f"its brokers go up to metadata.version {facts.metadata_version}, not {METADATA_VERSION} as of {locked}"
        yield Finding(SERVICE, fault, f"upgrade the brokers to Kafka {locked}")
    if lacking := ", ".join(sorted(CLUSTER_RIGHTS - facts.may)):
        yield Finding(SERVICE, f"this client may not {lacking} on the cluster", f"add an ACL that allows {lacking}")
    if facts.free is not None and facts.free < FREE_GB * 1e9:
        fault = f"{facts.free / 1e9:.1f} GB free on a broker"
        yield Finding(SERVICE, fault, "free some space, or keep other topics for less time")
    if absent := [name for name in wanted if name not in facts.topics]:
        fault = "topics are missing, or hidden from this client: " + ", ".join(absent)
        yield Finding(SERVICE, fault, "let `make ingest` and `make monitor` make them, or allow DESCRIBE")
    for (fault, remedy), names in shared_faults(wanted, facts).items():
        yield Finding(SERVICE, f"{', '.join(names)}: {fault}", remedy)


def shared_faults(wanted: Mapping[str, Definition], facts: Facts) -> dict[tuple[str, str], list[str]]:
    """Return each fault and remedy of topics with the topics that have it."""
    shared: dict[tuple[str, str], list[str]] = {}
    for name, topic in sorted(facts.topics.items()):
        for one in topic_faults(wanted[name], topic, facts.brokers):
            shared.setdefault(one, []).append(name)
    return shared


def topic_faults(wanted: Definition, topic: Held, brokers: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one topic, and the remedy."""
    if topic.partitions != wanted.partitions:
        yield (
            f"{topic.partitions} partitions, not {wanted.partitions}",
            "set TOPIC_PARTITIONS to what there are, or add some by `kafka-topics.sh --alter --partitions`",
        )
    if brokers > 1 and topic.copies < 2:
        yield f"{topic.copies} copy on {brokers} brokers", "raise it by `kafka-reassign-partitions.sh`"
    if topic.without_leader:
        yield f"{topic.without_leader} partitions have no leader", "start the broker that has them"
    if lacking := ", ".join(sorted(TOPIC_RIGHTS - topic.may)):
        yield f"this client may not {lacking}", f"add an ACL that allows {lacking}"
    for name, value in wanted.configs.items():
        have = topic.configs.get(name)
        if have is not None and is_less(name, have, value):
            yield f"{name} is {have}, not {value}", f"`kafka-configs.sh --alter --add-config {name}={value}`"


def is_less(name: str, have: str, want: str) -> bool:
    """Return whether a topic keeps or takes less than it has to; words must be equal."""
    if not name.endswith((".ms", ".bytes")):
        return have != want
    if FOREVER in (int(have), int(want)):
        return int(have) != FOREVER
    return int(have) < int(want)
